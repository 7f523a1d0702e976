"""Take in one document: what comes of it is stored, held or quarantined, item by item.

1 store it before anything reads it      2 read: signature cut out and judged, Advisory or Quarantined
3 hold what must be signed and is not, ignore a rollback      4 NEW, CHANGED or SAME by meaning      5 join a case
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from feedbot.advisory import Advisory, Quarantined, Trust, Verdict
from feedbot.advisory import case as grouping
from feedbot.advisory.identity import content_digest
from feedbot.advisory.revision import Kind, compare
from feedbot.errors import FeedbotError, SourceError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.signature import Stamp, Standing, standing
from feedbot.store import Transaction, advisories, audit, cases, documents, lock, quarantine

_FORGED = (Verdict.BAD, Verdict.WRONG_SIGNER, Verdict.REFUSED)
"""What somebody may have made to look like the publisher's word: held whatever the source is configured to be."""
_OLD = (Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE)


@dataclass(slots=True)
class CollectReport:
    """What one round found: advisories by number, quarantined items by place. `error`: the source itself failed."""

    source: str
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    held: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    error: FeedbotError | None = None

    @property
    def whole(self) -> bool:
        """True when everything was had, read and believed."""
        return not (self.error or self.held or self.quarantined or self.unreachable)


def keep_and_take(edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document) -> None:
    """Store a document before anything reads it, read it, and note whether all of it was read."""
    with edges.database.begin() as tx:
        fetch = documents.save(tx, source.name, document)
    if take(edges, source, report, document):
        with edges.database.begin() as tx:
            documents.mark_read(tx, fetch)


def take(edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document) -> bool:
    """Read a stored document and take in what it holds; also how a corrected parser reads an old one again.

    True when all of it was read and believed: nothing of it was quarantined or held.
    """
    whole = True
    try:
        for found in source.member.read(document, source.judge_for(document.transport)):
            if isinstance(found, Quarantined):
                whole = set_apart(edges, report, document, found)
            else:
                whole &= _take_advisory(edges, source, report, document, replace(found, source=source.name))
    except SourceError as error:
        whole = set_apart(edges, report, document, Quarantined(document.url, error, document.body))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document must not stop the feed
        whole = set_apart(edges, report, document, Quarantined(document.url, fault(document, error), document.body))
    return whole


def fault(document: Document, error: Exception) -> SourceError:
    return SourceError(document.url, "internal fault while reading: {fault}", fault=repr(error))


def set_apart(edges: Edges, report: CollectReport, document: Document, item: Quarantined) -> Literal[False]:
    """Keep an item that could not be read. False: its document was not read whole."""
    if item.where not in report.quarantined:  # a feed read as listing and as document meets it twice
        report.quarantined.append(item.where)
    with edges.database.begin() as tx:
        quarantine.add(tx, report.source, item, document.sha256, edges.clock())
    return False


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
        reason = _why_held(source, current, advisory, stands)
        if reason:
            if not any(one.digest == digest and one.advisory == advisory for one in advisories.held_texts(tx)):
                audit.append(tx, "(feedbot)", "hold", advisory.number, reason, now)
            advisories.hold(tx, advisory, digest, document.sha256, reason, now)
            report.held.append(f"{advisory.number}: {reason}")
            return False
        if stands in (Standing.ROLLBACK, Standing.DUPLICATE):
            if document.sha256 not in documents.of_item(tx, advisory.source, advisory.number):
                audit.append(tx, "(feedbot)", f"{stands}-ignored", advisory.number, document.sha256, now)
            report.same += 1
            return True
        make_current(edges, tx, advisory, document.sha256)
    (report.changed if current else report.new).append(advisory.number)
    return True


def make_current(edges: Edges, tx: Transaction, advisory: Advisory, document: str) -> None:
    """Save a revision, put it into its case, and end what was held of the same number."""
    advisories.save_revision(tx, advisory, content_digest(advisory), document, edges.clock())
    advisories.release_held(tx, advisory.source, advisory.number, "superseded")
    _join_case(edges, tx, advisory)


def _standing(advisory: Advisory, current: Advisory | None) -> Standing:
    """Say what a text is beside the one we hold. A signature that came to the same words makes it newer.

    Of signed texts the publisher's own revision and date decide. An unsigned publisher edits without a new date, so
    there only an older date is a rollback.
    """
    if current is None:
        return Standing.NEWER
    proven = advisory.trust is Trust.SIGNED and current.trust is not Trust.SIGNED
    if compare(current, advisory).kind is Kind.SAME:
        return Standing.NEWER if proven else Standing.DUPLICATE
    stands = standing(_stamp(advisory), _stamp(current))
    signed = advisory.trust is Trust.SIGNED and current.trust is Trust.SIGNED
    return Standing.NEWER if stands is Standing.EQUIVOCATION and not signed else stands


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


def _join_case(edges: Edges, tx: Transaction, advisory: Advisory) -> None:
    """Put a saved advisory into the case it belongs to, or open one."""
    lock(tx, "cases")
    if cases.of_advisory(tx, advisory.source, advisory.number):
        return
    found = grouping.find(advisory, cases.candidates(tx, (advisory.number, *advisory.aliases)))
    if found:
        cases.attach(tx, found.id, advisory)
    else:
        cases.create(tx, advisory, edges.clock())
