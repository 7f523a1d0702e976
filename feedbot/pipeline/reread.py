"""Read stored documents again after the code was corrected or a key pinned, and settle what waits.

Nobody needs to remember it: at the first round of a source under another version of the code (_reader.py), what the
old one could not read or believe is read again, once. What is understood leaves the quarantine; what fails again stays,
with its new reason.
"""

from collections.abc import Callable, Iterable
from itertools import islice

from feedbot.advisory import Quarantined
from feedbot.advisory.flapping import settled
from feedbot.errors import SourceError, StoreError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._reader import reader_of
from feedbot.pipeline._take import CollectReport, fault, make_current, set_apart, take
from feedbot.pipeline._telling import Flap, Kind
from feedbot.pipeline.alarms import tell_flapping
from feedbot.source import ListedItem
from feedbot.store import Transaction, advisories, audit, documents, flapping, quarantine, reading

AT_ONCE = 200
"""Documents that one round reads again; the next one goes on. A round must end while the next source waits."""

Fetch = Callable[[Document, Iterable[ListedItem]], None]
"""`fetch(listing, items)`: how a round takes in what a listing names."""


def resume(edges: Edges, source: ConfiguredSource, report: CollectReport, fetch: Fetch) -> None:
    """Do what earlier rounds left for now: read again what another version of the code failed on, a bounded number of
    documents a round, and let texts that no longer go to and fro become current.

    Items that a listing names which is understood only now are handed to `fetch`. What is new or changed is added to
    `report`; what still fails is no news, and stays where the operator sees it.
    """
    again = CollectReport(source.name)
    _settle(edges, source, again)
    reader = reader_of(source.member)
    with reading(edges.database) as tx:
        left = [one.document for one in quarantine.unread_by(tx, source.name, reader)]
        left += [one.document for one in advisories.held_by_other(tx, source.name, reader)]
    for digest in islice(dict.fromkeys(left), AT_ONCE):
        _once_more(edges, source, again, digest, fetch)
    report.new += again.new
    report.changed += again.changed


def reread(edges: Edges, source: ConfiguredSource, number: str = "") -> CollectReport:
    """Read every document of a source again (those of one advisory, where `number` says so), oldest first.

    What is understood now and was quarantined before is taken in, and its quarantine ends. What the items of a listing
    say is for the next round to fetch.
    """
    report = CollectReport(source.name)
    with reading(edges.database) as tx:
        digests = documents.of_item(tx, source.name, number) if number else documents.read_so_far(tx, source.name)
    for digest in digests:
        _once_more(edges, source, report, digest, lambda listing, items: None)
    return report


def retry(edges: Edges, source: ConfiguredSource, document: str) -> CollectReport:
    """Read one document of a source again, by its SHA-256."""
    report = CollectReport(source.name)
    _once_more(edges, source, report, document, lambda listing, items: None)
    return report


def _once_more(edges: Edges, source: ConfiguredSource, report: CollectReport, digest: str, fetch: Fetch) -> None:
    """Read a document again, as a listing and for its items, wherever it failed before.

    1 note that this version has tried, so that it is not tried again if it should kill the process
    2 list or read        3 close what was open of this document and was not met again
    """
    reader = reader_of(source.member)
    try:
        with edges.database.begin() as tx:
            document = documents.load(tx, digest)
            before = quarantine.of_document(tx, source.name, digest)
            _mark(tx, source, digest, reader)
    except StoreError as error:
        report.unreachable.append(str(error))
        with edges.database.begin() as tx:
            _mark(tx, source, digest, reader)
        return
    only_listing = bool(before) and all(one.listing for one in before)
    if any(one.listing for one in before):
        fetch(document, _listed(edges, source, report, document))
    if not only_listing:
        take(edges, source, report, document, again=True)
    with edges.database.begin() as tx:
        met = {one.id: one.times for one in quarantine.of_document(tx, source.name, digest)}
        for one in before:
            if met.get(one.id) == one.times:
                quarantine.close(tx, one.id, quarantine.READ)


def _mark(tx: Transaction, source: ConfiguredSource, digest: str, reader: str) -> None:
    for one in quarantine.of_document(tx, source.name, digest):
        quarantine.mark_tried(tx, one.id, reader)
    for held in advisories.held_by_other(tx, source.name, reader):
        if held.document == digest:
            advisories.mark_tried(tx, held.id, reader)


def _listed(
    edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document
) -> tuple[ListedItem, ...]:
    """List a document again; what cannot be listed stays quarantined with the reason of today."""
    found: list[ListedItem] = []
    try:
        for item in source.member.listing(document):
            if isinstance(item, Quarantined):
                set_apart(edges, source, report, document, item, listing=True)
            else:
                found.append(item)
    except SourceError as error:
        set_apart(edges, source, report, document, Quarantined("listing", error, document.body), listing=True)
    except Exception as error:  # noqa: BLE001 - a fault of ours over one listing must not stop the round
        item = Quarantined("listing", fault(document, error), document.body)
        set_apart(edges, source, report, document, item, listing=True)
    return tuple(found)


def _settle(edges: Edges, source: ConfiguredSource, report: CollectReport) -> None:
    """Let what went to and fro, and has been one text for long enough, be what it is now."""
    now = edges.clock()
    with edges.database.begin() as tx:
        for one in flapping.listing(tx, source.name):
            if not settled(one.seen_at, now):
                continue
            said = one.advisory
            seen = advisories.times_seen(tx, said.source, said.number)
            flapping.end(tx, said.source, said.number)
            audit.append(tx, "(feedbot)", "flapping-over", said.number, tr("its text has settled"), now)
            tell_flapping(edges, tx, source, Flap(Kind.CLOSED, said.number, one.since), now)
            if seen[-1][0] != one.digest:
                make_current(edges, tx, said, one.document)
                report.changed.append(said.number)


def accept(edges: Edges, number: int, actor: str) -> str:
    """Let a held text become current by a person's word, marked as it is; returns its advisory's number.

    Its trust does not rise: notices never call it verified. Raises StoreError where there is no such text.
    """
    with edges.database.begin() as tx:
        held = advisories.held_text(tx, number)
        if not advisories.close_held(tx, number, "accepted"):
            raise StoreError(str(number), "it is no longer held", hint="`feedbot quarantine list` shows what is")
        make_current(edges, tx, held.advisory, held.document)
        audit.append(tx, actor, "accept-held", held.advisory.number, held.reason, edges.clock())
    return held.advisory.number


def set_aside(edges: Edges, number: int, actor: str) -> None:
    """End the quarantine of an item that a person has looked at and needs no more."""
    with edges.database.begin() as tx:
        item = quarantine.get(tx, number)
        quarantine.close(tx, number, "set aside")
        audit.append(tx, actor, "set-aside", item.where, item.reason, edges.clock())
