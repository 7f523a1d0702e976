"""Collect: one round over one source.

    1 fetch the listing (304: stop)       2 store it before anything reads it      3 list its items
    4 fetch each item, and take it in (_take.py): stored, read, held or joined to a case

One bad item never stops the rest: it is quarantined with its bytes and reason, and tried again next round.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from feedbot.advisory import Quarantined
from feedbot.errors import EmptyListingError, FeedbotError, FetchError, SourceError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.messages import tr
from feedbot.pipeline import health
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, fault, keep_and_take, set_apart, take
from feedbot.pipeline.inbox import collect_inbox
from feedbot.pipeline.reread import resume
from feedbot.source import ListedItem
from feedbot.store import documents, reading, sources

FULL_FETCH = timedelta(days=1)
"""After this long without a whole answer the validators are left out: a poisoned one would answer 304 for ever."""


def collect(edges: Edges, source: ConfiguredSource, stop: Callable[[], bool] = lambda: False) -> CollectReport:
    """Collect one source now, until it is done or `stop` says so. Never raises for what the world does: the report
    says it."""
    report = CollectReport(source.name)
    resume(edges, source, report, lambda found, items: _take_items(edges, source, report, found, items, stop))
    if source.inbox:
        return collect_inbox(edges, source, source.inbox, report, stop)
    with reading(edges.database) as tx:
        state = sources.state(tx, source.name)
    full = state.last_full is None or edges.clock() - state.last_full > FULL_FETCH
    try:
        listing = edges.fetch(source.url, None if full else state.validators, source.member.SOURCE.limit)
    except FetchError as error:
        return _failed(edges, report, error, unreadable=False)
    if isinstance(listing, NotModified):
        with edges.database.begin() as tx:
            sources.record_unchanged(tx, source.name, edges.clock())
        return report
    with edges.database.begin() as tx:
        documents.save(tx, source.name, listing)
    items = _listed(source, listing)
    if isinstance(items, SourceError):
        set_apart(edges, source, report, listing, Quarantined("listing", items, listing.body), listing=True)
        return _failed(edges, report, items, unreadable=True, trouble=health.trouble(source.url, listing, items))
    _take_items(edges, source, report, listing, items, stop)
    _settle(edges, source, report, listing, items)
    return report


def collect_document(edges: Edges, source: ConfiguredSource, document: Document) -> CollectReport:
    """Take in one document that came another way, such as a file by hand: stored, verified and read as any other."""
    report = CollectReport(source.name)
    keep_and_take(edges, source, report, document)
    return report


def _listed(source: ConfiguredSource, listing: Document) -> tuple[ListedItem | Quarantined, ...] | SourceError:
    """Return the items of a listing, or why it is none."""
    try:
        items = tuple(source.member.listing(listing))
    except SourceError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a fault of ours over one listing must not stop the other sources
        return fault(listing, error)
    return items or EmptyListingError(listing.url, "the listing names no item", hint="open the address in a browser")


def _failed(
    edges: Edges, report: CollectReport, error: FeedbotError, *, unreadable: bool, trouble: str = ""
) -> CollectReport:
    report.error = error
    with edges.database.begin() as tx:
        sources.record_failure(tx, report.source, str(error), edges.clock(), unreadable=unreadable, trouble=trouble)
    return report


def _settle(
    edges: Edges,
    source: ConfiguredSource,
    report: CollectReport,
    listing: Document,
    items: Sequence[ListedItem | Quarantined],
) -> None:
    """Note how it went. Only a whole round keeps the listing's validators: a 304 must not hide what was missed."""
    missed = [*report.quarantined, *report.unreachable]
    with edges.database.begin() as tx:
        health.note_listing(tx, source, items, (*report.new, *report.changed), edges.clock())
        if missed:
            what = tr("{count} items not read: {items}", count=len(missed), items=", ".join(missed))
            kind = "" if report.quarantined else health.UNREACHABLE
            sources.record_failure(tx, report.source, what, edges.clock(), unreadable=True, trouble=kind)
            return
        sources.record_success(
            tx,
            report.source,
            validators=Validators() if report.held else listing.validators,
            listing_sha256=listing.sha256,
            items=len(items),
            now=edges.clock(),
        )


def _take_items(
    edges: Edges,
    source: ConfiguredSource,
    report: CollectReport,
    listing: Document,
    items: Iterable[ListedItem | Quarantined],
    stop: Callable[[], bool],
) -> None:
    """Fetch and take in each item; those that carry no address are read from the listing itself, once."""
    inside = False
    for item in items:
        if stop():
            report.unreachable.append(tr("stopped before the end"))
            return
        if isinstance(item, Quarantined):
            set_apart(edges, source, report, listing, item, listing=True)
        elif not item.url:
            inside = True
        else:
            _take_item(edges, source, report, item)
    if inside:
        take(edges, source, report, listing)


def _take_item(edges: Edges, source: ConfiguredSource, report: CollectReport, item: ListedItem) -> None:
    """Fetch an item (its signed text where the source must be signed), store it, read it."""
    url = item.signed_url if source.signed_required and item.signed_url else item.url
    with reading(edges.database) as tx:
        validators = documents.validators(tx, source.name, url, edges.clock() - FULL_FETCH)
    try:
        document = edges.fetch(url, validators, source.member.SOURCE.limit)
    except FetchError as error:
        report.unreachable.append(f"{item.number or url}: {error.reason()}")
        return
    if isinstance(document, NotModified):
        report.same += 1
        return
    keep_and_take(edges, source, report, document)
