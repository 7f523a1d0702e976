"""Get documents as a good guest: no host too often, what its robots.txt asks, and again only where that may help.

    url → closed by Retry-After? → robots.txt (RFC 9309) → the host's turn → http.fetch → 5xx, 429, cut: again, later

One `Web` is shared by all threads of a process; what it knows of a host is kept in memory for as long as it lives. The
servers that the operator lists under `allow_private` are his own: they have no robots.txt to ask and no turn to wait
for, unless he gives them a rate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit

import stamina
from pyrate_limiter import InMemoryBucket, Limiter, MonotonicClock, Rate, SingleBucketFactory

from feedbot.errors import FetchError
from feedbot.fetch import _robots, http
from feedbot.fetch._document import Document, NotModified, Validators

PER_SECOND = 2.0
"""Requests a host sees of us in a second at most, where nothing else is said. MyJVN's own rule is 2 as well."""
ROBOTS_AGAIN = timedelta(minutes=1)
"""How long a robots.txt that cannot be had is not asked for again after as many tries as a document gets: a listing of
a hundred items would ask for it a hundred times."""
ROBOTS_AGE = timedelta(days=1)
"""RFC 9309, 2.4: a robots.txt is not believed for longer than 24 hours, unless it cannot be had."""
LONGEST_CLOSED = timedelta(days=1)
"""How long a Retry-After is believed: a mistaken or hostile one must not silence a publisher for a year."""


@dataclass(frozen=True, slots=True)
class Courtesy:
    """How a host is treated. `robots` says whether its robots.txt is obeyed; `rates` (requests a second) and
    `robots_of` (obeyed or, because the operator has their permission, not) say otherwise for single host names."""

    rates: Mapping[str, float] = field(default_factory=dict)
    robots: bool = True
    robots_of: Mapping[str, bool] = field(default_factory=dict)
    per_second: float = PER_SECOND


@dataclass(frozen=True, slots=True)
class Patience:
    """How a try that failed is repeated: `tries` in all, waiting `first` seconds, then twice as long each time, up to
    `most`, plus up to `jitter` of chance, so that many who met the same outage do not come back together."""

    tries: int = 3
    first: float = 0.5
    most: float = 8.0
    jitter: float = 0.5


class _Host:
    """What is known of one host: its turns, its robots.txt, until when it asked to be left alone."""

    __slots__ = ("bucket", "cause", "closed_until", "failed_at", "failures", "limiter", "lock", "read_at", "robots")

    def __init__(self, per_second: float) -> None:
        self.lock = Lock()
        # A window that slides: in no second more than the limit, also not around a full second. Slower than one a
        # second is one in so many milliseconds.
        rate = Rate(int(per_second), 1000) if per_second >= 1 else Rate(1, int(1000 / per_second))
        self.bucket = InMemoryBucket([rate])
        # No clearing thread a host: what has left the window is dropped at each turn.
        self.limiter = Limiter(SingleBucketFactory(self.bucket, schedule_leak=False), buffer_ms=5)
        self.robots: _robots.Robots | None = None
        self.read_at: datetime | None = None
        self.failed_at: datetime | None = None
        self.failures = 0
        self.cause = ""
        self.closed_until: datetime | None = None


class Web:
    """The web, as one process meets it."""

    def __init__(
        self,
        policy: http.NetworkPolicy,
        clock: Callable[[], datetime],
        courtesy: Courtesy | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._courtesy = courtesy or Courtesy()
        self._patience = patience or Patience()
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    def fetch(
        self,
        url: str,
        validators: Validators | None = None,
        limit: int = http.LIMIT,
        seconds: float = http.DEADLINE_SECONDS,
    ) -> Document | NotModified:
        """Get `url` as http.fetch does, politely; `seconds` is for all tries together. Raises FetchError."""
        return self._patiently(
            lambda left: http.fetch(
                url,
                policy=self._policy,
                now=self._clock(),
                validators=validators,
                limit=limit,
                seconds=left,
                admit=self._admit,
            ),
            seconds,
        )

    def _patiently(self, one_try: Callable[[float], Document | NotModified], seconds: float) -> Document | NotModified:
        """Try until it works, until the failure is one that stays, or until the time would be over."""
        deadline = http.Deadline(seconds)
        patience = self._patience

        def wait(error: Exception) -> bool | float:
            if not isinstance(error, FetchError) or error.permanent:
                return False
            asked = error.retry_after if isinstance(error, http.StatusError) else None
            left = deadline.remaining()
            if asked is not None:
                return asked.total_seconds() if asked.total_seconds() < left else False
            return left > patience.most + patience.jitter

        for attempt in stamina.retry_context(
            on=wait,
            attempts=patience.tries,
            timeout=None,
            wait_initial=patience.first,
            wait_max=patience.most,
            wait_jitter=patience.jitter,
        ):
            with attempt:
                try:
                    return one_try(deadline.remaining())
                except http.StatusError as error:
                    self._note_closed(error, deadline.remaining())
                    raise
        raise AssertionError("stamina raises the last error")

    def _note_closed(self, error: http.StatusError, left: float) -> None:
        """Remember a Retry-After that we shall not live to see in this call."""
        asked = error.retry_after
        if asked is not None and asked.total_seconds() >= left:
            self._host(error.subject).closed_until = self._clock() + min(asked, LONGEST_CLOSED)

    def _admit(self, url: str, seconds: float) -> None:
        """Let one request through when it may and when it is its turn. Raises FetchError."""
        host = self._host(url)
        if host.closed_until and self._clock() < host.closed_until:
            raise FetchError(
                url,
                "the server asked to be left alone until {until}",
                permanent=False,
                hint="it is asked again after that by itself",
                until=f"{host.closed_until:%Y-%m-%d %H:%M:%S} UTC",
            )
        deadline = http.Deadline(seconds)
        if self._asks_robots(url):
            self._obey(host, url, deadline)
        if self._name(url) in self._courtesy.rates or not self._is_ours(url):
            self._wait_turn(host, url, deadline)

    def _wait_turn(self, host: _Host, url: str, deadline: http.Deadline) -> None:
        host.bucket.leak(MonotonicClock().now())
        if not host.limiter.try_acquire(url, timeout=max(deadline.remaining(), 0)):
            raise FetchError(
                url,
                "no turn at this host within {seconds} seconds",
                permanent=False,
                hint="too much is asked of one host at once; a longer interval helps",
                seconds=round(deadline.seconds),
            )

    def _obey(self, host: _Host, url: str, deadline: http.Deadline) -> None:
        """Raise FetchError where the host's robots.txt does not allow `url`, or cannot be known."""
        with host.lock:
            if host.read_at is None or self._clock() - host.read_at >= ROBOTS_AGE:
                self._read_robots(host, url, deadline)
        if host.robots is not None and not host.robots.allows(url):
            raise FetchError(
                url,
                "robots.txt does not allow this address",
                permanent=True,
                hint="ask the publisher; with permission, set robots = false for this source",
            )

    def _read_robots(self, host: _Host, url: str, deadline: http.Deadline) -> None:
        """Read robots.txt anew. An old one is kept on where a new one cannot be had (RFC 9309, 2.4).

        4xx: there is none, all is allowed (2.3.1.3). 5xx, or no answer: unknown, and therefore nothing is allowed
        (2.3.1.4), for now. What else stays so (a loop of redirects, a jungle of bytes) counts as none (2.3.1.2).
        """
        parts = urlsplit(url)
        where = f"{parts.scheme}://{parts.netloc}/robots.txt"
        again = host.failed_at is None or self._clock() - host.failed_at >= ROBOTS_AGAIN
        if not again and host.failures >= self._patience.tries:
            if host.robots is None:
                raise _unknown(url, host.cause)
            return
        try:
            answer = http.fetch(
                where,
                policy=self._policy,
                now=self._clock(),
                seconds=deadline.remaining(),
                admit=self._admit_robots,
            )
        except FetchError as error:
            status = error.status if isinstance(error, http.StatusError) else 0
            if error.permanent or 400 <= status < 500:
                host.robots = _robots.Robots()
            else:
                host.failures = 1 if again else host.failures + 1
                host.failed_at, host.cause = self._clock(), error.reason()
                if host.robots is None:
                    raise _unknown(url, host.cause) from error
                return
        else:
            host.robots = _robots.parse(answer.body) if isinstance(answer, Document) else _robots.Robots()
        host.read_at = self._clock()

    def _admit_robots(self, url: str, seconds: float) -> None:
        """A robots.txt needs no robots.txt, but its turn."""
        self._wait_turn(self._host(url), url, http.Deadline(seconds))

    def _asks_robots(self, url: str) -> bool:
        courtesy = self._courtesy
        return courtesy.robots_of.get(self._name(url), courtesy.robots) and not self._is_ours(url)

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.hostname}:{port}" in self._policy.allow_private

    @staticmethod
    def _name(url: str) -> str:
        return urlsplit(url).hostname or ""

    def _host(self, url: str) -> _Host:
        parts = urlsplit(url)
        name = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if name not in self._hosts:
                rate = self._courtesy.rates.get(parts.hostname or "", self._courtesy.per_second)
                self._hosts[name] = _Host(rate)
            return self._hosts[name]


def _unknown(url: str, cause: str) -> FetchError:
    return FetchError(
        url,
        "robots.txt cannot be had, so nothing may be asked: {cause}",
        permanent=False,
        hint="it is tried again at the next round; with permission, set robots = false for this source",
        cause=cause,
    )
