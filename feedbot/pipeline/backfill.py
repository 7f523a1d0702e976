"""Backfill: what a source published since a date, address by address, going on where an earlier start stood.

    1 the member's `addresses` since the date, else the source's own listing     2 fetch and list each, listings in
    listings too     3 take in each item dated since then     4 note each address that was read whole

What is noted is not asked for again until the backfill is whole; then the notes are dropped. The source's state for its
ordinary rounds (validators, health) stays as it is. Requests go through the same client, with its turns for each host.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from feedbot.advisory import Quarantined
from feedbot.errors import FetchError, SourceError
from feedbot.fetch import Document, NotModified
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, fault, set_apart, take
from feedbot.pipeline.collect import take_item
from feedbot.source import ListedItem
from feedbot.store import audit, backfills, documents, reading

QUIET_AFTER = timedelta(days=30)
"""A matter all of which is older than this makes no notice when a backfill brings it."""
MOST = 10_000
"""Listings of one backfill: thirty years of days."""


@dataclass(slots=True)
class BackfillReport(CollectReport):
    """What came, as of an ordinary round; `done` addresses are behind us, `skipped` of them by an earlier start.

    `older` items were left out for their date. `oldest` is the date of the oldest item that was listed; `ranged` says
    that the member knows how to ask for a time. `stopped`: before the end, by the operator.
    """

    done: int = 0
    skipped: int = 0
    older: int = 0
    oldest: datetime | None = None
    ranged: bool = False
    stopped: bool = False

    @property
    def whole(self) -> bool:
        """True when everything was had, read and believed."""
        return not (self.stopped or self.error or self.held or self.quarantined or self.unreachable)

    def reaches(self, since: datetime) -> bool:
        """Say whether the publisher was asked for all of the time, or its listing goes back as far as it tells."""
        return self.ranged or (self.oldest is not None and self.oldest <= since)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: addresses behind us, and those known so far; more may be found in the next listing."""

    source: str
    done: int
    known: int


def quiet(edges: Edges) -> Edges:
    """Return edges with which old matters make no notices."""
    return replace(edges, quiet_before=edges.clock() - QUIET_AFTER)


def backfill(
    edges: Edges,
    source: ConfiguredSource,
    since: datetime,
    *,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> BackfillReport:
    """Collect what a source published since a time, until it is done or `stop` says so.

    Never raises for what the world does: the report says it. `tell` hears of each address.
    """
    with reading(edges.database) as tx:
        behind = backfills.done(tx, source.name, since)
    run = _Run(edges, source, since, BackfillReport(source.name), stop, tell, set(behind))
    if source.inbox:
        reason = "what arrives by itself cannot be asked for again"
        run.report.error = SourceError(source.name, reason, hint="give its files to `feedbot collect --from`")
        return run.report
    run.every(_addresses(source, since, edges.clock(), run.report))
    report = run.report
    with edges.database.begin() as tx:
        detail = tr(
            "since {day}: {new} new, {changed} changed",
            day=since.date(),
            new=len(report.new),
            changed=len(report.changed),
        )
        audit.append(tx, "(feedbot)", "backfill", source.name, detail, edges.clock())
        if not (report.stopped or report.unreachable or report.quarantined):
            backfills.forget(tx, source.name, since)
    return report


def _addresses(source: ConfiguredSource, since: datetime, now: datetime, report: BackfillReport) -> tuple[str, ...]:
    asked: Callable[[str, datetime | None, datetime], tuple[str, ...]] | None
    asked = getattr(source.member, "addresses", None)
    report.ranged = asked is not None
    return asked(source.url, since, now) if asked else (source.url,)


def _named(source: ConfiguredSource, listing: Document) -> tuple[ListedItem | Quarantined, ...] | SourceError:
    """Return the items of a listing, or why it is none. It may name nothing: a month without news."""
    try:
        return tuple(source.member.listing(listing))
    except SourceError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a fault of ours over one listing must not stop the others
        return fault(listing, error)


@dataclass(slots=True)
class _Run:
    """One backfill under way: `behind` are the addresses that need not be asked again."""

    edges: Edges
    source: ConfiguredSource
    since: datetime
    report: BackfillReport
    stop: Callable[[], bool]
    tell: Callable[[Progress], None]
    behind: set[str]
    known: set[str] = field(default_factory=set)

    def every(self, roots: tuple[str, ...]) -> None:
        """Go through listings, and those they name, one after the other."""
        queue, met = deque(roots), set(roots)
        self.known.update(roots)
        while queue and not self._stopped():
            for url in self._listing(queue.popleft()):
                if url not in met and len(met) < MOST:
                    met.add(url)
                    queue.append(url)
        if len(met) >= MOST:
            self.report.unreachable.append(tr("more than {most} listings", most=MOST))

    def _listing(self, url: str) -> list[str]:
        """Read one listing and take in what it names; return the listings among that.

        It is noted when nothing of it is missing, and it names no listing: those have to be found again.
        """
        listing = None if self._passed(url) else self._fetched(url)
        if listing is None:
            return []
        items = _named(self.source, listing)
        if isinstance(items, SourceError):
            where = Quarantined(listing.url, items, listing.body)
            set_apart(self.edges, self.source, self.report, listing, where, listing=True)
            return []
        further = [item.url for item in items if isinstance(item, ListedItem) and item.listing]
        self.known.update(further)
        if self._items(listing, items) and not further:
            self._note(url)
        return further

    def _fetched(self, url: str) -> Document | None:
        try:
            listing = self.edges.fetch(url, None, self.source.member.SOURCE.limit)
        except FetchError as error:
            self.report.unreachable.append(f"{url}: {error.reason()}")
            return None
        if isinstance(listing, NotModified):  # nobody asked whether it is
            self.report.unreachable.append(f"{url}: 304")
            return None
        with self.edges.database.begin() as tx:
            documents.save(tx, self.source.name, listing)
        return listing

    def _items(self, listing: Document, items: tuple[ListedItem | Quarantined, ...]) -> bool:
        """Take in the items of a listing; those without address are read from the listing itself, once."""
        wanted = list(self._wanted(items))
        self.known.update(item.url for item in wanted if isinstance(item, ListedItem) and item.url)
        whole, inside = True, False
        for item in wanted:
            if isinstance(item, Quarantined):
                whole = set_apart(self.edges, self.source, self.report, listing, item, listing=True)
            elif not item.url:
                inside = True
            else:
                whole &= self._item(item)
        if inside and not self._stopped():
            whole &= take(self.edges, self.source, self.report, listing)
        return whole and not self.report.stopped

    def _wanted(self, items: tuple[ListedItem | Quarantined, ...]) -> Iterator[ListedItem | Quarantined]:
        """Yield what is dated since the time, or not dated; listings are no items."""
        for item in items:
            if isinstance(item, ListedItem) and item.listing:
                continue
            if isinstance(item, ListedItem) and item.updated:
                self.report.oldest = min(item.updated, self.report.oldest or item.updated)
                if item.updated < self.since:
                    self.report.older += 1
                    continue
            yield item

    def _item(self, item: ListedItem) -> bool:
        if self._passed(item.url):
            return True
        if self._stopped():
            return False
        missed = len(self.report.quarantined) + len(self.report.unreachable)
        take_item(self.edges, self.source, self.report, item)
        if len(self.report.quarantined) + len(self.report.unreachable) > missed:
            return False
        self._note(item.url)
        return True

    def _passed(self, url: str) -> bool:
        if url in self.behind:
            self.report.skipped += 1
            return True
        return False

    def _note(self, url: str) -> None:
        self.behind.add(url)
        with self.edges.database.begin() as tx:
            backfills.finish(tx, self.source.name, self.since, url, self.edges.clock())
        self.report.done += 1
        self.tell(Progress(self.source.name, len(self.behind & self.known), len(self.known)))

    def _stopped(self) -> bool:
        self.report.stopped = self.report.stopped or self.stop()
        return self.report.stopped
