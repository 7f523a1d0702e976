"""Take in one document: what comes of it is stored, held or quarantined, item by item.

1 store it before anything reads it      2 read: signature cut out and judged, Advisory or Quarantined
3 hold what must be signed and is not, ignore a rollback      4 NEW, CHANGED or SAME by meaning; or flapping
5 join a case (cases.py)
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from feedbot.advisory import Advisory, Quarantined, Status, Trust, Verdict
from feedbot.advisory.flapping import flaps
from feedbot.advisory.identity import content_digest
from feedbot.advisory.revision import Kind as Meaning
from feedbot.advisory.revision import compare
from feedbot.errors import FeedbotError, SourceError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._quiet import settle
from feedbot.pipeline._reader import reader_of
from feedbot.pipeline._telling import Flap, Kind
from feedbot.pipeline._vouchers import judge_of
from feedbot.pipeline.alarms import tell_flapping
from feedbot.pipeline.cases import join
from feedbot.signature import Stamp, Standing, standing
from feedbot.store import Transaction, advisories, audit, documents, flapping, quarantine, reading

_FORGED = (Verdict.BAD, Verdict.WRONG_SIGNER, Verdict.REFUSED)
"""What somebody may have made to look like the publisher's word: held whatever the source is configured to be."""
_OLD = (Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE)


@dataclass(slots=True)
class CollectReport:
    """What one round found: advisories by number, quarantined items by place. `error`: the source itself failed.

    `flapping` are advisories whose text goes to and fro and of which no revision was made for that, `unvouched` the
    hashes and signatures beside a document that could not be had: a warning.
    """

    source: str
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    held: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    flapping: list[str] = field(default_factory=list)
    unvouched: list[str] = field(default_factory=list)
    error: FeedbotError | None = None

    @property
    def whole(self) -> bool:
        """True when everything was had, read and believed."""
        return not (self.error or self.held or self.quarantined or self.unreachable)


def keep_and_take(
    edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document, *, again: bool = False
) -> None:
    """Store a document before anything reads it, read it, and note whether all of it was read. `again`: it was fetched
    some time ago, and may be older than what is current."""
    with edges.database.begin() as tx:
        fetch = documents.save(tx, source.name, document)
    if take(edges, source, report, document, again=again):
        with edges.database.begin() as tx:
            documents.mark_read(tx, fetch)


def take(
    edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document, *, again: bool = False
) -> bool:
    """Read a stored document and take in what it holds.

    True when all of it was read and believed: nothing of it was quarantined or held. `again`: it came before, and is
    read by another version of the code or in another place; then it says nothing of an advisory of which a newer
    document is current.
    """
    whole = True
    try:
        for found in source.member.read(document, judge_of(edges, source, document)):
            if isinstance(found, Quarantined):
                whole = set_apart(edges, source, report, document, found)
                continue
            advisory = replace(found, source=source.name)
            if again and _outdated(edges, document, advisory):
                report.same += 1
            else:
                whole &= _take_advisory(edges, source, report, document, advisory)
    except SourceError as error:
        whole = set_apart(edges, source, report, document, Quarantined(document.url, error, document.body))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document must not stop the feed
        item = Quarantined(document.url, fault(document, error), document.body)
        whole = set_apart(edges, source, report, document, item)
    return whole


def fault(document: Document, error: Exception) -> SourceError:
    return SourceError(document.url, "internal fault while reading: {fault}", fault=repr(error))


def set_apart(
    edges: Edges,
    source: ConfiguredSource,
    report: CollectReport,
    document: Document,
    item: Quarantined,
    *,
    listing: bool = False,
) -> Literal[False]:
    """Keep an item that could not be read (`listing`: could not be listed). False: its document was not read whole."""
    if item.where not in report.quarantined:  # a feed read as listing and as document meets it twice
        report.quarantined.append(item.where)
    with edges.database.begin() as tx:
        reader = reader_of(source.member)
        quarantine.add(tx, source.name, item, document.sha256, edges.clock(), reader=reader, listing=listing)
    return False


def _outdated(edges: Edges, document: Document, advisory: Advisory) -> bool:
    """Say whether what is current of an advisory was read from a document that came later than this one."""
    with reading(edges.database) as tx:
        return _came_before(tx, document, advisory)


def _came_before(tx: Transaction, document: Document, advisory: Advisory) -> bool:
    came_from = advisories.current_document(tx, advisory.source, advisory.number)
    came_at = documents.last_fetched(tx, came_from) if came_from else None
    return came_from != document.sha256 and came_at is not None and came_at > document.fetched_at


def _take_advisory(
    edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document, advisory: Advisory
) -> bool:
    """Store an advisory as a new revision and put it into its case, all in one transaction; or hold or leave it.

    False when it is held.
    """
    now, digest = edges.clock(), content_digest(advisory)
    with edges.database.begin() as tx:
        current = advisories.current(tx, advisory.source, advisory.number)
        stands = _standing(advisory, current)
        if stands is Standing.ROLLBACK and current and _is_restored(tx, document, current, advisory):
            stands = Standing.NEWER
        reason = _why_held(source, current, advisory, stands)
        if reason:
            if not any(one.digest == digest and one.advisory == advisory for one in advisories.held_texts(tx)):
                audit.append(tx, "(feedbot)", "hold", advisory.number, reason, now)
            reader = reader_of(source.member)
            advisories.hold(tx, advisory, digest, document.sha256, reason, now, reader=reader)
            report.held.append(f"{advisory.number}: {reason}")
            return False
        flap = flapping.state(tx, advisory.source, advisory.number) if current else None
        if flap and stands is not Standing.ROLLBACK:
            flapping.note(tx, advisory, digest, document.sha256, now)
        if stands in (Standing.ROLLBACK, Standing.DUPLICATE):
            _note_ignored(tx, advisory, document, stands, now)
            report.same += 1
            return True
        if current and _flaps(tx, advisory, digest, now):
            if flap is None:
                flapping.note(tx, advisory, digest, document.sha256, now)
                audit.append(tx, "(feedbot)", "flapping", advisory.number, tr("its text goes to and fro"), now)
                tell_flapping(edges, tx, source, Flap(Kind.OPENED, advisory.number, now), now)
            report.flapping.append(advisory.number)
            return True
        make_current(edges, tx, advisory, document.sha256)
    (report.changed if current else report.new).append(advisory.number)
    return True


def _note_ignored(tx: Transaction, advisory: Advisory, document: Document, stands: Standing, now: datetime) -> None:
    """Write to the audit log that an older text came, or a signed one once more: both may be somebody's replay.

    An unsigned page that says the same in other bytes is every page with a counter on it, each day.
    """
    if stands is Standing.DUPLICATE and advisory.trust is not Trust.SIGNED:
        return
    if document.sha256 not in documents.of_item(tx, advisory.source, advisory.number):
        audit.append(tx, "(feedbot)", f"{stands}-ignored", advisory.number, document.sha256, now)


def _flaps(tx: Transaction, advisory: Advisory, digest: str, now: datetime) -> bool:
    return flaps(advisories.times_seen(tx, advisory.source, advisory.number), digest, now)


def make_current(edges: Edges, tx: Transaction, advisory: Advisory, document: str) -> None:
    """Save a revision, put it into its case, and end what was held of the same number."""
    advisories.save_revision(tx, advisory, content_digest(advisory), document, edges.clock())
    advisories.release_held(tx, advisory.source, advisory.number, "superseded")
    join(edges, tx, advisory)
    settle(edges, tx, advisory)


def _standing(advisory: Advisory, current: Advisory | None) -> Standing:
    """Say what a text is beside the one we hold. A signature that came to the same words makes it newer.

    Of signed texts the publisher's own revision and date decide. An unsigned publisher edits without a new date, so
    there only an older date is a rollback.
    """
    if current is None:
        return Standing.NEWER
    proven = advisory.trust is Trust.SIGNED and current.trust is not Trust.SIGNED
    if compare(current, advisory).kind is Meaning.SAME:
        return Standing.NEWER if proven else Standing.DUPLICATE
    stands = standing(_stamp(advisory), _stamp(current))
    signed = advisory.trust is Trust.SIGNED and current.trust is Trust.SIGNED
    return Standing.NEWER if stands is Standing.EQUIVOCATION and not signed else stands


def _is_restored(tx: Transaction, document: Document, current: Advisory, advisory: Advisory) -> bool:
    """Say whether a publisher took a withdrawal back by serving the text of before, with its date of before.

    Left as a rollback it would stay withdrawn here for ever, and its customers unwarned. Only the unsigned: what a
    publisher signs he dates, and an old signed text may be anybody's replay.
    """
    if current.status is not Status.WITHDRAWN or advisory.status is Status.WITHDRAWN:
        return False
    if Trust.SIGNED in (current.trust, advisory.trust):
        return False
    return not _came_before(tx, document, advisory)


def _stamp(advisory: Advisory) -> Stamp:
    dated = advisory.updated or advisory.published
    return Stamp(advisory.number, advisory.revision, dated, content_digest(advisory))


def _why_held(source: ConfiguredSource, current: Advisory | None, advisory: Advisory, stands: Standing) -> str:
    """Say why an advisory may not become current; empty where it may."""
    if stands is Standing.DUPLICATE:
        return ""
    verdict = advisory.signature.verdict
    enough = verdict is Verdict.VERIFIED or verdict in source.tolerated
    if verdict in _FORGED or (verdict in _OLD and not enough) or (source.signed_required and not enough):
        return tr("signature {verdict}: {reason}", verdict=verdict.value, reason=advisory.signature.reason)
    if current and current.trust is Trust.SIGNED and advisory.trust is not Trust.SIGNED:
        return tr("an advisory that was signed came back without a valid signature")
    if stands is Standing.EQUIVOCATION:
        return tr("another text is signed as the same revision")
    return ""
