"""What holds mails back, as the operator configured it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import sleep

from feedbot.delivery import Rates
from feedbot.fetch import Inbox
from feedbot.reading.dates import JST


@dataclass(frozen=True, slots=True)
class BounceBox:
    """Where mails that come back arrive: `address` is in their envelopes, `inbox` holds them. An address of which
    `soft_limit` mails were given up within `soft_within` has no more mail."""

    address: str
    inbox: Inbox
    soft_limit: int = 3
    soft_within: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sending:
    """Of a notice to many, `first` mails leave (0: all at once), the rest `wait` after these were answered (zero: by a
    person's word), unless more than `failures` per cent of them failed. `quiet` are hours of the day in Japan, `cap`
    mails a customer a day (0: any number); what is urgent, a score from `urgent_score` up, passes both, but not the
    `rates` for the relays' and recipients' sake; `pause` waits so many seconds for their turns. What may
    or may not have arrived goes again by itself once, `resend_after` so long (None: by a person's word alone)."""

    first: int = 0
    wait: timedelta = timedelta(minutes=10)
    failures: int = 20
    quiet: tuple[time, time] | None = None
    cap: int = 0
    urgent_score: float = 9.0
    bounces: BounceBox | None = None
    resend_after: timedelta | None = None
    rates: Rates = field(default_factory=Rates)
    pause: Callable[[float], object] = sleep

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether `now` is in the quiet hours; they may go over midnight."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        at = now.astimezone(JST).time()
        return begin <= at < end if begin <= end else at >= begin or at < end


def quiet_hours(text: str) -> tuple[time, time] | None:
    """Read `21:00-08:00`; None where it is empty."""
    begin, _, end = text.partition("-")
    return (time.fromisoformat(begin), time.fromisoformat(end)) if text else None
