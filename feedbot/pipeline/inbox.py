"""Collect what arrives by itself: mails of a Maildir or an IMAP folder, files of a spool folder.

1 what arrived is stored before anything reads it        2 read and taken in, as any document (_take.py)
3 its place is noted, with what came of it               4 it is put away (a file; a mail stays as it is)

A crash between two steps loses nothing and doubles nothing: before 3 it is read again, and says the same; after 3 it is
only put away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import ConfigError, FeedbotError, FetchError, SourceError
from feedbot.fetch import Arrival, Document, Inbox, Validators, mail
from feedbot.messages import tr
from feedbot.pipeline import health
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, keep_and_take
from feedbot.source import Judge, ListedItem, Source, SourceInfo
from feedbot.store import inbox, reading, sources


@dataclass(frozen=True, slots=True)
class MailReader:
    """A member for whom mails are taken apart: each text that a mail carries is a document to it."""

    member: Source

    @property
    def SOURCE(self) -> SourceInfo:  # noqa: N802 (the name of a member)
        """What the member is."""
        return self.member.SOURCE

    @property
    def __file__(self) -> str | None:
        """The member's own file, by which a new version of it is known."""
        return getattr(self.member, "__file__", None)

    def listing(self, document: Document) -> Iterator[ListedItem | Quarantined]:
        """An inbox has no listing; a document of another origin is the member's to list."""
        return self.member.listing(document)

    def read(self, document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        """Read each text of a mail by itself: one that the member does not know spoils no other."""
        if not mail.is_mail(document):
            yield from self.member.read(document, judge)
            return
        for part in mail.parts(document):
            try:
                yield from self.member.read(part, judge)
            except SourceError as error:
                yield Quarantined(part.url, error, part.body)


def collect_inbox(
    edges: Edges, source: ConfiguredSource, box: Inbox, report: CollectReport, stop: Callable[[], bool]
) -> CollectReport:
    """Take in all that has arrived, until it is done or `stop` says so; never raises for what the world does."""
    with reading(edges.database) as tx:
        seen = inbox.seen(tx, source.name)
    came, gone = False, set(seen)
    try:
        for arrival in box.arrivals(seen, edges.clock(), source.member.SOURCE.limit, stop):
            gone.discard(arrival.place)
            if stop():
                report.unreachable.append(tr("stopped before the end"))
                gone.clear()
                break
            came = True
            _take_arrival(edges, source, box, report, arrival)
    except (FetchError, ConfigError) as error:
        return _failed(edges, report, error)
    if not box.keeps:  # a crash came between putting a file away and forgetting it
        for place in gone:
            _forget(edges, source, place)
    _settle(edges, report, came=came)
    return report


def _take_arrival(edges: Edges, source: ConfiguredSource, box: Inbox, report: CollectReport, arrival: Arrival) -> None:
    """Take in one mail or file, unless its bytes were taken in before; then put it away."""
    content = arrival.content
    if isinstance(content, FetchError):
        report.unreachable.append(f"{arrival.place}: {content.reason()}")
        return
    with reading(edges.database) as tx:
        read = inbox.outcome(tx, source.name, arrival.place, content.sha256)
    if read is None:
        before = len(report.quarantined)
        keep_and_take(edges, source, report, content)
        read = len(report.quarantined) == before
    else:
        report.same += 1
    with edges.database.begin() as tx:
        inbox.note(tx, source.name, arrival.place, content.sha256, edges.clock(), read=read)
    try:
        box.settle(arrival, read=read)
    except FetchError as error:
        report.unreachable.append(f"{arrival.place}: {error.reason()}")
        return
    if not box.keeps:
        _forget(edges, source, arrival.place)


def _forget(edges: Edges, source: ConfiguredSource, place: str) -> None:
    with edges.database.begin() as tx:
        inbox.forget(tx, source.name, place)


def _failed(edges: Edges, report: CollectReport, error: FeedbotError) -> CollectReport:
    report.error = error
    with edges.database.begin() as tx:
        sources.record_failure(tx, report.source, str(error), edges.clock())
    return report


def _settle(edges: Edges, report: CollectReport, *, came: bool) -> None:
    """Note how it went. What could not be read is in quarantine; what could not be had is tried again next round."""
    missed = [*report.quarantined, *report.unreachable]
    now = edges.clock()
    with edges.database.begin() as tx:
        if missed:
            what = tr("{count} items not read: {items}", count=len(missed), items=", ".join(missed))
            kind = "" if report.quarantined else health.UNREACHABLE
            sources.record_failure(tx, report.source, what, now, unreadable=True, trouble=kind)
            return
        sources.record_success(
            tx,
            report.source,
            validators=Validators(),
            listing_sha256=now.isoformat() if came else sources.state(tx, report.source).listing_sha256,
            items=inbox.count(tx, report.source),
            now=now,
        )
