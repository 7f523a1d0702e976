"""How fast mails leave. Pure: the store keeps when the next one of each domain is due, this decides.

Mails are spread evenly: `gap` after one the next may go. Below `STEP` they go in bursts of one step, as a transaction a
mail would be slower than the rate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ALL = ""
"""The name under which all mails together are counted, beside the domains."""
STEP = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Rates:
    """The time between two mails: of `all`, of each recipient's `domain`, of named `domains` in its stead; None: any
    number at once."""

    all: timedelta | None = None
    domain: timedelta | None = None
    domains: Mapping[str, timedelta | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything is limited."""
        return bool(self.all or self.domain or any(self.domains.values()))

    @property
    def longest(self) -> timedelta:
        """The longest time between two mails to anybody."""
        return max(filter(None, (self.all, self.domain, *self.domains.values())), default=timedelta(0))

    def gap(self, domain: str) -> timedelta | None:
        """Return the time between two mails to a domain; None where it is not limited."""
        return self.domains.get(domain, self.domain)

    def limited(self, domains: Iterable[str]) -> frozenset[str]:
        """Return those of these domains that are limited, and ALL where all together are."""
        found = {one for one in domains if self.gap(one)}
        return frozenset(found | {ALL} if self.all else found)


class Pace:
    """Who may go now, mail after mail: `due` is when the next one of a domain may; `changed` is what became of it."""

    def __init__(self, rates: Rates, due: Mapping[str, datetime], now: datetime) -> None:
        self._rates, self._due, self._now = rates, dict(due), now
        self.changed: dict[str, datetime] = {}

    def admit(self, domain: str) -> bool:
        """Let one mail to a domain go, where its turn has come."""
        gaps = {ALL: self._rates.all, domain: self._rates.gap(domain)}
        if self.due(domain) > self._now:
            return False
        for name, gap in gaps.items():
            if gap:
                oldest = self._now - max(STEP - gap, timedelta(0))
                self._due[name] = self.changed[name] = max(self._due.get(name, oldest), oldest) + gap
        return True

    def due(self, domain: str) -> datetime:
        """Return when the next mail to a domain may go; a time that has passed where it may go now."""
        counted = [name for name in (ALL, domain) if name in self._due]
        return max((self._due[name] for name in counted), default=self._now)
