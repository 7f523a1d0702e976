"""Judge how a source fares, from what is kept of its rounds: `Decider` judges data alone, `judge` reads it.

The states, the first that fits:

    never      not asked yet, or nothing was ever had of it and it failed only once
    captive    a web page came where this publisher's listing should be, or another host's answer that cannot be read
    empty      what came is in order, or blank, and names no item
    failing    two failures in a row, or one that is about what came (it could not be read, items could not be had)
    stale      no success for more than three intervals; or no news for far longer than ever (`Decider.silence`)
    shrinking  the listing fell by a fifth, or known items left one out of which nothing used to vanish
    gap        a running number is missing among the stored ones, or a sliding listing has nothing in common with the
               one before: what stood between may have passed unseen
    moved      another host than the configured one answers, and is read well: the publisher's new home, or somebody's
    ok         none of these
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from feedbot.advisory import Quarantined
from feedbot.errors import EmptyListingError, SourceError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Watched
from feedbot.pipeline._numbers import absent, has_ending
from feedbot.source import ListedItem
from feedbot.store import Transaction, sources
from feedbot.store.sources import Listed, SourceState, is_short

STALE_AFTER = 3
"""Intervals without success after which a source is no longer watched."""
LEARNED = 5
"""Gaps between changes from which something can be learned."""
START_UP = timedelta(days=90)
"""How long a source of which nothing was learned may be silent: some publish a few times a year."""
LEAST = timedelta(days=7)
"""No source is called silent sooner: a holiday is no fault."""
UNREACHABLE = "unreachable"
"""The trouble of a round in which something could not be had, though nothing of what came was unreadable."""
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


class State(StrEnum):
    """How a source fares; `words` says it to people."""

    OK = "ok"
    NEVER = "never"
    FAILING = "failing"
    STALE = "stale"
    SHRINKING = "shrinking"
    EMPTY = "empty"
    CAPTIVE = "captive"
    GAP = "gap"
    MOVED = "moved"

    @property
    def words(self) -> str:
        """The state in the language in force."""
        return {
            State.OK: tr("ok"),
            State.NEVER: tr("not asked yet"),
            State.FAILING: tr("failing"),
            State.STALE: tr("stale"),
            State.SHRINKING: tr("shrinking"),
            State.EMPTY: tr("no items"),
            State.CAPTIVE: tr("another page in its place"),
            State.GAP: tr("items missing"),
            State.MOVED: tr("another host answers"),
        }[self]

    @property
    def well(self) -> bool:
        """Say whether nobody need be woken."""
        return self in (State.OK, State.NEVER)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a source: why, and the way out, both in the language in force (empty where all is well).

    `expected` is the usual time between two changes, None until it is learned; `missing` the running numbers asked for.
    """

    state: State
    reason: str = ""
    hint: str = ""
    expected: timedelta | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decider:
    """All that a judgement is made of. `missing` are running numbers that nobody excused, `interval` that of polls."""

    facts: SourceState
    interval: timedelta
    now: datetime
    missing: tuple[str, ...] = ()

    def judge(self) -> Judgement:
        """Return the first state that fits, with its reason and the way out."""
        for found in (self._trouble, self._unwatched, self._short, self._gap, self._silent, self._moved):
            if told := found():
                state, reason, hint = told
                return Judgement(state, reason, hint, self.expected(), self.missing)
        fresh = self.facts.last_success is None
        return Judgement(State.NEVER if fresh else State.OK, expected=self.expected(), missing=self.missing)

    def expected(self) -> timedelta | None:
        """Return the median time between changes, never under the poll's: outliers do not move it. None where fewer
        than LEARNED are known."""
        gaps = self._gaps()
        return max(timedelta(seconds=median(gaps)), self.interval) if len(gaps) >= LEARNED else None

    def silence(self) -> timedelta:
        """Return how long a source may bring no news: twice its longest silence, and 14 times the median, and a week.

        Were news independent of one another (Poisson), the mean gap would be the median / ln 2, and a silence of 14
        medians, 9.7 means, one in 16,000. Publishers come in bursts, so their own longest silence counts too.
        """
        gaps = self._gaps()
        if len(gaps) < LEARNED:
            return max(START_UP, 2 * timedelta(seconds=max(gaps, default=0)))
        return max(2 * timedelta(seconds=max(gaps)), 14 * timedelta(seconds=median(gaps)), LEAST)

    def _gaps(self) -> list[float]:
        times = self.facts.changes
        return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]

    def _trouble(self) -> tuple[State, str, str] | None:
        facts = self.facts
        told = facts.last_error
        if facts.failures > 1:
            told = tr("{count} failures in a row: {error}", count=facts.failures, error=facts.last_error)
        if facts.trouble == State.CAPTIVE:
            hint = tr("open the address in a browser: a login page, a proxy or a moved publisher stands in the way")
            return State.CAPTIVE, told, hint
        if facts.trouble == State.EMPTY:
            return State.EMPTY, told, tr("open the address in a browser; what is stored is kept")
        if facts.trouble == "unreadable":
            hint = tr("feedbot quarantine list shows what could not be read; it is tried again each round")
            return State.FAILING, told, hint
        if facts.failures > 1:
            return State.FAILING, told, tr("look at the address and the network; it is tried again each round")
        return None

    def _unwatched(self) -> tuple[State, str, str] | None:
        done = self.facts.last_success
        if done is None or self.now - done <= STALE_AFTER * self.interval:
            return None
        reason = tr("last success {at}: more than three intervals ago", at=_when(done))
        return State.STALE, reason, tr("is feedbot run up?")

    def _short(self) -> tuple[State, str, str] | None:
        facts = self.facts
        hint = tr(
            "compare it with the publisher's page; if it is right so: feedbot sources --accept {name}", name=facts.name
        )
        if is_short(facts.usual, facts.items):
            reason = tr("the listing fell from {usual} items to {items}", usual=facts.usual, items=facts.items)
            return State.SHRINKING, reason, hint
        if facts.missing:
            count, names = len(facts.missing), _some(facts.missing)
            reason = tr("{count} known items left the listing: {names}", count=count, names=names)
            return State.SHRINKING, reason, hint
        return None

    def _gap(self) -> tuple[State, str, str] | None:
        name = self.facts.name
        if self.missing:
            count, names = len(self.missing), _some(self.missing)
            reason = tr("{count} running numbers are missing: {names}", count=count, names=names)
            hint = tr(
                "take them in: feedbot collect {name} --from FILE; if there are none: feedbot sources --accept {name}",
                name=name,
            )
            return State.GAP, reason, hint
        if self.facts.unlinked:
            reason = tr(
                "the listing of {at} had nothing in common with the one before: items may have passed unseen",
                at=_when(self.facts.unlinked),
            )
            hint = tr(
                "take in what was published meanwhile: feedbot collect {name} --from FILE; then: feedbot sources"
                " --accept {name}",
                name=name,
            )
            return State.GAP, reason, hint
        return None

    def _silent(self) -> tuple[State, str, str] | None:
        last = self.facts.last_change
        if last is None or self.now - last <= self.silence():
            return None
        reason = tr("no news since {at}, far longer than ever before", at=_when(last))
        hint = tr("compare it with the publisher's page: has the feed moved?")
        return State.STALE, reason, hint

    def _moved(self) -> tuple[State, str, str] | None:
        facts = self.facts
        if facts.elsewhere in ("", facts.agreed):
            return None
        reason = tr("its address leads to another host: {host}", host=facts.elsewhere)
        hint = tr(
            "ask the publisher; if it has moved there, set the source's url to it; if it is right so: feedbot sources"
            " --accept {name}",
            name=facts.name,
        )
        return State.MOVED, reason, hint


def judge(tx: Transaction, source: Watched, now: datetime) -> Judgement:
    """Judge a source as it stands."""
    return decider(tx, source.name, source.interval + source.jitter, now).judge()


def decider(tx: Transaction, name: str, interval: timedelta, now: datetime) -> Decider:
    """Read what a source is judged by. A running number is missed from the second poll after its successor came.

    Only the latest advisories are looked through; one that came before its predecessor leaves them first, so what seems
    to be missing is looked up among all.
    """
    facts, seen = sources.state(tx, name), sources.first_seen(tx, name)
    missing = absent(seen, now - interval, frozenset(facts.excused))
    if missing:
        had = sources.stored(tx, name, missing, endings=any(map(has_ending, seen)))
        missing = tuple(one for one in missing if one not in had)
    return Decider(facts, interval, now, missing)


def trouble(asked: str, listing: Document, error: SourceError) -> str:
    """Say of what kind a listing is that could not be read: captive, empty, unreadable."""
    body = listing.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body:
        return State.EMPTY
    if body[:256].lower().startswith(_PAGE) or urlsplit(listing.url).hostname != urlsplit(asked).hostname:
        return State.CAPTIVE
    return State.EMPTY if isinstance(error, EmptyListingError) else "unreadable"


def note_listing(
    tx: Transaction,
    source: ConfiguredSource,
    items: Sequence[ListedItem | Quarantined],
    fresh: Sequence[str],
    now: datetime,
    *,
    ranged: bool = False,
) -> None:
    """Note what a listing named; `fresh` are the numbers that this round stored as new or changed.

    `ranged`: more was asked for than in an ordinary round, so the length of the answer says nothing of its health.
    """
    named = frozenset(one.number or one.url for one in items if isinstance(one, ListedItem)) - {""}
    sources.record_listing(tx, source.name, Listed(named, len(items), frozenset(fresh), ranged), now)


def _some(names: Collection[str]) -> str:
    ordered: Sequence[str] = sorted(names)
    more = len(ordered) - 5
    return ", ".join(ordered[:5]) + (tr(" and {count} more", count=more) if more > 0 else "")


def _when(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")
