"""Collect: one round over one source.

    1 fetch the listing (304: stop)       2 store it before anything reads it      3 list its items, and the listings
                                                                                     that it names (_listings.py)
    4 fetch each item, and take it in (_take.py): stored, read, held or joined to a case

One bad item never stops the rest: it is quarantined with its bytes and reason, and tried again next round.
"""

from collections.abc import Callable, Iterable, Sequence

from feedbot.advisory import Quarantined
from feedbot.errors import FeedbotError, FetchError, SourceError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.messages import tr
from feedbot.pipeline import health
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._listings import FULL_FETCH, Walk, addresses, is_away, walk
from feedbot.pipeline._take import CollectReport, keep_and_take, set_apart, take
from feedbot.pipeline._vouchers import keep_vouchers
from feedbot.pipeline.inbox import collect_inbox
from feedbot.pipeline.reread import resume
from feedbot.source import ListedItem
from feedbot.store import documents, reading, sources


def collect(edges: Edges, source: ConfiguredSource, stop: Callable[[], bool] = lambda: False) -> CollectReport:
    """Collect one source now, until it is done or `stop` says so. Never raises for what the world does: the report
    says it."""
    return collect_from(edges, source, (), stop)


def collect_from(
    edges: Edges, source: ConfiguredSource, roots: Sequence[str], stop: Callable[[], bool] = lambda: False
) -> CollectReport:
    """Collect one source from these listings; without any, from those of an ordinary round."""
    report = CollectReport(source.name)
    resume(edges, source, report, lambda found, items: _take_items(edges, source, report, found, items, stop))
    if source.inbox:
        return collect_inbox(edges, source, source.inbox, report, stop)
    if not roots:
        with reading(edges.database) as tx:
            state = sources.state(tx, source.name)
        roots = addresses(source, state, edges.clock())

    def take_items(listing: Document, items: Iterable[ListedItem | Quarantined]) -> None:
        _take_items(edges, source, report, listing, items, stop)

    found = walk(edges, source, report, roots, take_items, stop)
    if found.error and not found.read:
        unreadable = isinstance(found.error, SourceError)
        return _failed(edges, report, found.error, unreadable=unreadable, trouble=found.trouble)
    if found.first is None:
        with edges.database.begin() as tx:
            sources.record_unchanged(tx, source.name, edges.clock())
        return report
    if found.error:
        report.unreachable.append(f"{found.error.subject}: {found.error.reason()}")
    ordinary = addresses(source, sources.SourceState(source.name), edges.clock())
    _settle(edges, source, report, found, ranged=tuple(roots) != ordinary)
    return report


def collect_document(edges: Edges, source: ConfiguredSource, document: Document) -> CollectReport:
    """Take in one document that came another way, such as a file by hand: stored, verified and read as any other."""
    report = CollectReport(source.name)
    keep_and_take(edges, source, report, document)
    return report


def _failed(
    edges: Edges, report: CollectReport, error: FeedbotError, *, unreadable: bool, trouble: str = ""
) -> CollectReport:
    report.error = error
    with edges.database.begin() as tx:
        sources.record_failure(tx, report.source, str(error), edges.clock(), unreadable=unreadable, trouble=trouble)
    return report


def _settle(edges: Edges, source: ConfiguredSource, report: CollectReport, found: Walk, *, ranged: bool) -> None:
    """Note how it went. Only a whole round keeps the listings' validators: a 304 must not hide what was missed."""
    missed = [*report.quarantined, *report.unreachable]
    whole = not (found.partial or found.unchanged)
    with edges.database.begin() as tx:
        before = sources.state(tx, report.source)
        away = is_away(before, edges.clock())
        if whole:
            fresh = (*report.new, *report.changed)
            health.note_listing(tx, source, found.items, fresh, edges.clock(), ranged=ranged)
        if missed:
            what = tr("{count} items not read: {items}", count=len(missed), items=", ".join(missed))
            kind = "" if report.quarantined else health.UNREACHABLE
            sources.record_failure(tx, report.source, what, edges.clock(), unreadable=True, trouble=kind)
            if ranged and away:
                sources.record_catch_up(tx, report.source, edges.clock())
            return
        if away and before.catch_ups and not ranged:
            return  # what the wider question left out is still to be had, and this one may not have named it
        if not report.held:
            for fetch in found.kept:
                documents.mark_read(tx, fetch)
        sources.record_success(
            tx,
            report.source,
            validators=Validators() if report.held else found.validators,
            listing_sha256=found.first.sha256 if found.first else "",
            items=len(found.items) if whole else before.items,
            now=edges.clock(),
            elsewhere=found.elsewhere,
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
        if isinstance(item, ListedItem) and item.listing:  # of a listing that is read again: the next round asks
            continue
        if stop():
            report.unreachable.append(tr("stopped before the end"))
            return
        if isinstance(item, Quarantined):
            set_apart(edges, source, report, listing, item, listing=True)
        elif not item.url:
            inside = True
        else:
            take_item(edges, source, report, item)
    if inside:
        take(edges, source, report, listing)


def take_item(edges: Edges, source: ConfiguredSource, report: CollectReport, item: ListedItem) -> None:
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
    report.unvouched += keep_vouchers(edges, source, item, document)
    keep_and_take(edges, source, report, document)
