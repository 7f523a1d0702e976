"""Walk the listings of one round: those that are asked for, and those that they name (a page, a month, a feed).

Each is fetched, stored, listed; its items are taken in before the next one is asked for. One that cannot be had or read
fails by itself and is told. What names further listings is never asked for conditionally: its 304 would hide what has
changed in them.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from feedbot.advisory import Quarantined
from feedbot.errors import EmptyListingError, FetchError, SourceError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.pipeline import health
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, fault, set_apart
from feedbot.source import ListedItem
from feedbot.store import documents, reading, sources

FULL_FETCH = timedelta(days=1)
"""After this long without a whole answer the validators are left out: a poisoned one would answer 304 for ever."""
AWAY = timedelta(days=2)
"""After this long without a listing, a member that can is asked for the addresses that miss nothing since."""
REST = timedelta(days=1)
"""The longest wait between two such questions, where the last one left something out."""
DEEPEST = 400
"""Listings behind one another: the pages of a long answer."""
MOST = 1000
"""Listings of one round."""

Items = tuple[ListedItem | Quarantined, ...]
TakeItems = Callable[[Document, Iterable[ListedItem | Quarantined]], None]
Addresses = Callable[[str, datetime | None, datetime], tuple[str, ...]]


@dataclass(slots=True)
class Walk:
    """What a walk met. `first` is the first listing that was had, `kept` the fetches whose validators may be used again
    once all is read, `validators` those of the source's own address; `partial` says that some listing was not had or
    not read: what was named is not all. `elsewhere` is the host that answered in the place of the one asked.
    """

    first: Document | None = None
    items: list[ListedItem | Quarantined] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    validators: Validators = field(default_factory=Validators)
    read: int = 0
    unchanged: int = 0
    partial: bool = False
    error: FetchError | SourceError | None = None
    trouble: str = ""
    elsewhere: str = ""


def addresses(source: ConfiguredSource, state: sources.SourceState, now: datetime) -> tuple[str, ...]:
    """Return what to ask: after a time away, by the member's own rules, what misses nothing since.

    That may be much. Where it was had and some item of it was not, it is asked again after an interval, then after
    twice as long each time; in between the ordinary question is asked, which then is no success (collect.py).
    """
    rules = cast(Addresses | None, getattr(source.member, "addresses", None))
    if rules is None:
        return (source.url,)
    due = is_away(state, now) and _silent(state) and not _rests(source, state, now)
    return rules(source.url, state.last_success if due else None, now)


def is_away(state: sources.SourceState, now: datetime) -> bool:
    """Say whether the last success is so long ago that an ordinary listing may not reach back to it."""
    return state.last_success is not None and now - state.last_success > AWAY


def _rests(source: ConfiguredSource, state: sources.SourceState, now: datetime) -> bool:
    if state.caught_at is None:
        return False
    return now - state.caught_at < min(source.interval * (1 << min(state.catch_ups, 20)), REST)


def _silent(state: sources.SourceState) -> bool:
    """Say whether nothing was heard, rather than something that could not be read: that would be asked for again each
    round."""
    return state.trouble in ("", health.UNREACHABLE)


def walk(
    edges: Edges,
    source: ConfiguredSource,
    report: CollectReport,
    roots: Iterable[str],
    take_items: TakeItems,
    stop: Callable[[], bool],
) -> Walk:
    """Read the listings at `roots` and all that they name, each address once, until done or `stop` says so."""
    found, queue = Walk(), deque((url, 0) for url in roots)
    met = {url for url, _ in queue}
    while queue:
        url, depth = queue.popleft()
        if depth and stop():
            found.partial = True
            break  # the caller says it
        for item in _listing(edges, source, report, found, url, depth, take_items):
            if item.url in met:
                continue
            if depth >= DEEPEST or len(met) >= MOST:
                _refuse(report, found, item.url)
                return found
            met.add(item.url)
            queue.append((item.url, depth + 1))
    return found


def _refuse(report: CollectReport, found: Walk, url: str) -> None:
    """Say that a publisher names more listings than one round follows."""
    found.partial = True
    limits = SourceError(
        url,
        "not followed: more than {most} listings, or {deepest} behind one another",
        most=MOST,
        deepest=DEEPEST,
        hint="set the source's url to a smaller listing",
    )
    report.unreachable.append(f"{url}: {limits.reason()}")


def _listing(
    edges: Edges,
    source: ConfiguredSource,
    report: CollectReport,
    found: Walk,
    url: str,
    depth: int,
    take_items: TakeItems,
) -> tuple[ListedItem, ...]:
    """Fetch one listing and take in its items; return the listings that it names."""
    try:
        listing = edges.fetch(url, _validators(edges, source, url), source.member.SOURCE.limit)
    except FetchError as error:
        _failed(report, found, url, depth, error, "")
        return ()
    if isinstance(listing, NotModified):
        found.unchanged += 1
        return ()
    with edges.database.begin() as tx:
        fetch = documents.save(tx, source.name, listing)
    items = _listed(source, listing, empty=depth > 0 or url != source.url)
    if isinstance(items, SourceError):
        where = url if depth else "listing"
        set_apart(edges, source, report, listing, Quarantined(where, items, listing.body), listing=True)
        _failed(report, found, url, depth, items, health.trouble(url, listing, items))
        return ()
    further = tuple(one for one in items if isinstance(one, ListedItem) and one.listing)
    own = [one for one in items if not (isinstance(one, ListedItem) and one.listing)]
    found.first = found.first or listing
    found.read += 1
    if depth == 0:
        found.elsewhere = found.elsewhere or _other_host(url, listing.url)
    found.items += own
    if not further:
        found.kept.append(fetch)
        if url == source.url:
            found.validators = listing.validators
    take_items(listing, own)
    return further


def _other_host(asked: str, answered: str) -> str:
    """Return the host that answered, where it is neither the one asked nor one above or below it (www.)."""
    ours, theirs = (f".{urlsplit(one).hostname or ''}" for one in (asked, answered))
    return "" if ours.endswith(theirs) or theirs.endswith(ours) else theirs.removeprefix(".")


def _validators(edges: Edges, source: ConfiguredSource, url: str) -> Validators | None:
    """Return what to ask with: of the source's own listing its state's, of another one its last whole reading's."""
    since = edges.clock() - FULL_FETCH
    with reading(edges.database) as tx:
        if url != source.url:
            return documents.validators(tx, source.name, url, since)
        state = sources.state(tx, source.name)
    return state.validators if state.last_full is not None and state.last_full >= since else None


def _failed(
    report: CollectReport, found: Walk, url: str, depth: int, error: FetchError | SourceError, trouble: str
) -> None:
    found.partial = True
    if depth == 0 and found.error is None:
        found.error, found.trouble = error, trouble
    elif isinstance(error, FetchError):
        report.unreachable.append(f"{url}: {error.reason()}")


def _listed(source: ConfiguredSource, listing: Document, *, empty: bool) -> Items | SourceError:
    """Return the items of a listing, or why it is none. `empty`: it may name nothing, as a month without news."""
    try:
        items = tuple(source.member.listing(listing))
    except SourceError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a fault of ours over one listing must not stop the other sources
        return fault(listing, error)
    if items or empty:
        return items
    return EmptyListingError(listing.url, "the listing names no item", hint="open the address in a browser")
