"""Mails that come back, and addresses to which nothing is sent.

1 its seal says which message it is about; without one its digest is noted, no more is read, and nothing follows
2 what arrived is stored
3 the message is BOUNCED; a hard bounce suppresses the address, and so do several soft ones; not where too many come
  back at once: that raises one task, the first ones are freed, and nobody is suppressed until a person has closed it
4 a suppressed address raises a task; mails to it become HELD. All of it is one transaction a bounce.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import structlog

from feedbot.delivery import BounceKind, OutboxState, Receipt, Returned, claims, proves, read_bounce
from feedbot.errors import ConfigError, DeliveryError, FetchError, SourceError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._sending import BounceBox
from feedbot.pipeline._unsent import ask_no_more
from feedbot.pipeline.tasks import open_task
from feedbot.store import Transaction, audit, documents, inbox, outbox, reading, suppressed, tasks
from feedbot.store.suppressed import Bounce, Suppressed

SOURCE = "(bounces)"
ADDRESS = "address"
"""The kind of the task that a suppressed or bouncing address raises."""
LIMIT = 2**20
"""Bytes of a bounce that are read: some carry the whole mail."""
BRAKE = "many bounces"
"""The kind of the task that says that nobody more is suppressed: closing it is a person's word that all may go on."""
BRAKE_ADDRESSES = 10
BRAKE_SHARE = 5
BRAKE_WITHIN = timedelta(days=1)
"""More addresses than these, and more than this many per cent of the mails of the drafts concerned, that come back
within a day are an error of our own far likelier than so many customers gone at once: a person has to look, and those
who were suppressed before it was seen are no other than those after."""
_BRAKE_SUBJECT = "bounces"
_ACTOR = "(feedbot)"
log = structlog.get_logger()


def collect_bounces(edges: Edges, stop: Callable[[], bool] = lambda: False) -> Counter[BounceKind]:
    """Take in what has come back; return how many of each kind. Raises FetchError where the box cannot be read, and
    DeliveryError where none is configured."""
    box = edges.sending.bounces
    if box is None:
        raise DeliveryError(
            "delivery.bounces",
            "no bounce box is configured",
            permanent=True,
            hint="set address and inbox under [delivery.bounces]",
        )
    with reading(edges.database) as tx:
        seen = inbox.seen(tx, SOURCE)
    found: Counter[BounceKind] = Counter()
    for arrival in box.inbox.arrivals(seen, edges.clock(), LIMIT, stop):
        if stop():
            break
        if isinstance(arrival.content, FetchError):
            log.warning("bounce_unreadable", place=arrival.place, error=arrival.content.reason())
            continue
        found[_take(edges, box, arrival.place, arrival.content)] += 1
    return found


def _take(edges: Edges, box: BounceBox, place: str, document: Document) -> BounceKind:
    now = edges.clock()
    with edges.database.begin() as tx:
        sealed = claims(document.body, box.address)
        number, address = _proved(edges, tx, sealed)
        if number:
            returned = _said(document, address)
        else:
            returned = _unproved(document, BounceKind.FORGED if sealed else BounceKind.UNSEALED)
            document = Document(document.url, returned.text.encode(), document.fetched_at, "text/plain")
        documents.save(tx, SOURCE, document)
        inbox.note(tx, SOURCE, place, document.sha256, now, read=returned.kind is not BounceKind.UNREADABLE)
        one = Bounce(document.sha256, now, returned.kind.value, number, address, returned.status, returned.text)
        if suppressed.note(tx, one) and number:
            _follow(edges, tx, box, number, one)
    tell = log.info if number else log.warning
    tell("bounce", kind=returned.kind.value, message=number, status=returned.status, said=returned.text)
    return returned.kind


def _unproved(document: Document, kind: BounceKind) -> Returned:
    """Say of a mail that proves nothing what is kept of it: anybody can send any number of any size, and the box still
    holds it."""
    return Returned(kind, "", f"{kind.value}: {len(document.body)} bytes, sha256 {document.sha256}")


def _said(document: Document, recipient: str) -> Returned:
    """Read a stranger's mail. flufl.bounce may fall over one in any way: it is kept, told, and nothing follows."""
    try:
        return read_bounce(document, recipient)
    except SourceError as error:
        return Returned(BounceKind.UNREADABLE, "", str(error))
    except Exception as error:  # noqa: BLE001 - see above
        return Returned(BounceKind.UNREADABLE, "", f"{type(error).__name__}: {error}"[:500])


def _proved(edges: Edges, tx: Transaction, sealed: tuple[tuple[int, str], ...]) -> tuple[int | None, str]:
    """Return the message, and its recipient, that one of the seals proves."""
    for number, seal in sealed:
        found = outbox.find(tx, number) if number < 2**31 else None
        if found and proves(number, seal, found.recipient, edges.secret):
            return number, found.recipient
    return None, ""


def _follow(edges: Edges, tx: Transaction, box: BounceBox, number: int, one: Bounce) -> None:
    said = f"{one.status} {one.text}".strip()
    if one.kind == BounceKind.BEHIND:
        why = tr("message {number} came back from an address behind it: {said}", number=number, said=said)
        open_task(edges, tx, ADDRESS, suppressed.normal(one.address), why, _ACTOR)
    if one.kind not in (BounceKind.HARD, BounceKind.SOFT):
        return
    outbox.bounce(tx, number, Receipt(OutboxState.BOUNCED, one.at, 0, f"{one.kind}: {said}"))
    ask_no_more(edges, tx)  # one that may have arrived has not
    audit.append(tx, _ACTOR, "bounce", f"message {number}", f"{one.kind}: {said}", one.at)
    many = suppressed.bounced(tx, one.address, BounceKind.SOFT, one.at - box.soft_within)
    if one.kind == BounceKind.HARD:
        _stop(edges, tx, one, tr("its mail came back: {said}", said=said))
    elif many >= box.soft_limit:
        why = tr("{count} mails to it came back, the last one: {said}", count=many, said=said)
        _stop(edges, tx, one, why)
    else:
        why = tr("message {number} came back: {said}", number=number, said=said)
        open_task(edges, tx, ADDRESS, suppressed.normal(one.address), why, _ACTOR)


def _stop(edges: Edges, tx: Transaction, one: Bounce, why: str) -> None:
    """Suppress the address of a bounce, unless too many come back."""
    if tasks.find(tx, BRAKE, _BRAKE_SUBJECT):
        log.warning("not_suppressed", address=one.address, reason=why)
        return
    since = max(one.at - BRAKE_WITHIN, tasks.last_closed(tx, BRAKE, _BRAKE_SUBJECT) or one.at - BRAKE_WITHIN)
    many = suppressed.returned(tx, one.kind, since)
    if many <= BRAKE_ADDRESSES or many * 100 <= BRAKE_SHARE * suppressed.gone_out(tx, one.kind, since):
        _suppress(edges, tx, one.address, why, _ACTOR)
        return
    first = suppressed.by_bounces(tx, one.kind, since, _ACTOR)
    for address in first:
        _free(edges, tx, address, _ACTOR)
    detail = tr(
        "mails to {count} addresses came back within a day, the last one to {address}: {why}. This may be an error of"
        " our own. The {freed} addresses that were suppressed for it are free again, and none is suppressed until this"
        " task is closed; feedbot outbox suppress add stops one",
        count=many,
        address=one.address,
        why=why,
        freed=len(first),
    )
    open_task(edges, tx, BRAKE, _BRAKE_SUBJECT, detail, _ACTOR)


def suppress(edges: Edges, address: str, reason: str, actor: str) -> int:
    """Let nothing more go to an address; return how many waiting mails are held. Raises DeliveryError where it is
    suppressed already."""
    with edges.database.begin() as tx:
        if suppressed.find(tx, address):
            raise DeliveryError(address, "it is suppressed already", permanent=True)
        return _suppress(edges, tx, address, reason, actor)


def _suppress(edges: Edges, tx: Transaction, address: str, reason: str, actor: str) -> int:
    now, address = edges.clock(), suppressed.normal(address)
    if not suppressed.add(tx, Suppressed(address, now, actor, reason)):
        return 0
    held = outbox.hold(tx, address, now)
    audit.append(tx, actor, "suppress", address, f"{held} messages held; {reason}", now)
    tasks.close(tx, ADDRESS, address, actor, now)  # of mails that came back before: this one is told anew
    open_task(edges, tx, ADDRESS, address, reason, actor)
    return held


def unsuppress(edges: Edges, address: str, actor: str) -> int:
    """Let mail go to an address again; return how many held mails are due now. Raises DeliveryError where it was not
    suppressed."""
    with edges.database.begin() as tx:
        if not suppressed.find(tx, address):
            hint = "feedbot outbox suppress list shows those that are"
            raise DeliveryError(address, "it is not suppressed", permanent=True, hint=hint)
        return _free(edges, tx, address, actor)


def _free(edges: Edges, tx: Transaction, address: str, actor: str) -> int:
    now = edges.clock()
    suppressed.remove(tx, address)
    freed = outbox.unhold(tx, address, Receipt(OutboxState.PENDING, now, 0, f"by {actor}"))
    tasks.close(tx, ADDRESS, suppressed.normal(address), actor, now)
    ask_no_more(edges, tx)
    audit.append(tx, actor, "unsuppress", suppressed.normal(address), f"{freed} messages", now)
    return freed


def watch_bounces(edges: Edges, stop: Callable[[], bool]) -> None:
    """Take in what has come back, where a box is configured; a box that cannot be read is logged."""
    if edges.sending.bounces is None:
        return
    try:
        collect_bounces(edges, stop)
    except (FetchError, ConfigError) as error:
        log.error("bounces_unread", error=str(error), hint=error.hint())
