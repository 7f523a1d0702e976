"""Why a customer was or was not written to about a case: each of his servers, then the notice on its way to him."""

from dataclasses import dataclass

from feedbot.advisory.case import Case
from feedbot.errors import InventoryError
from feedbot.inventory import Server
from feedbot.matching import MatchVerdict
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.match import CaseMatch, match
from feedbot.review import Draft, State
from feedbot.store import Transaction, digests, drafts, inventory, outbox


@dataclass(frozen=True, slots=True)
class Why:
    """A reason, in words for the operator, about a server, or about a notice (`draft`, 0 where it is none)."""

    about: str
    reason: str
    concerned: bool = False
    draft: int = 0


def why_not(edges: Edges, tx: Transaction, case: Case, customer: str) -> tuple[Why, ...]:
    """Return the reasons in the order of the way: contracts, servers, packages, verdicts, drafts, mails.

    Raises InventoryError for a customer that nobody knows.
    """
    if customer not in {one.id for one in inventory.customers(tx)}:
        raise InventoryError(customer, "no such customer", hint="feedbot customers import")
    contracts = {one.id for one in inventory.contracts(tx) if one.customer == customer}
    servers = [one for one in inventory.servers(tx) if one.contract in contracts]
    found = match(edges, tx, case)
    if not contracts:
        reasons = [Why(customer, tr("he has no contract"))]
    elif not servers:
        reasons = [Why(customer, tr("his contracts name no server"))]
    else:
        bare = set(inventory.without_packages(tx))
        reasons = [why for server in servers for why in _of_server(found, server, bare)]
    return (*reasons, *_of_notices(edges, tx, case, customer))


def _of_server(found: CaseMatch, server: Server, bare: set[str]) -> list[Why]:
    name = server.name
    if name in bare:
        return [Why(name, tr("no package list of it is known: feedbot inventory import"))]
    hidden = [
        Why(
            name,
            tr(
                "{component} {version}: set aside by {author} until {until} ({reason})",
                component=one.match.component.name,
                version=one.match.component.version,
                author=one.by.author,
                until=one.by.until.date(),
                reason=one.by.reason,
            ),
        )
        for one in found.suppressed
        if one.exposure.server.name == name
    ]
    told = [
        Why(
            name,
            tr(
                "{component} {version}: {verdict} ({rule})",
                component=one.component.name,
                version=one.component.version,
                verdict=tr(one.verdict.value),
                rule="; ".join(filter(None, (one.because.rule, one.because.distro or one.because.range))),
            ),
            one.verdict is MatchVerdict.AFFECTED,
        )
        for exposure in found.exposures
        if exposure.server.name == name
        for one in exposure.matches
    ]
    return [*hidden, *told] or [_nothing(found, name)]


def _nothing(found: CaseMatch, name: str) -> Why:
    if found.unmapped and not found.matches:
        names = ", ".join(found.unmapped)
        return Why(name, tr("the catalogue does not know what the case speaks of: {names}", names=names))
    return Why(name, tr("no installed component is one that the case speaks of"))


def _of_notices(edges: Edges, tx: Transaction, case: Case, customer: str) -> list[Why]:
    made = drafts.of_case(tx, case.id)
    if not made:
        return [Why(case.id, tr("no notice about the case was drafted"))]
    reasons = []
    for one in made:
        about = one.notice.number or tr("draft {number}", number=one.id)
        told_by = _digest_of(tx, one, customer)
        rows = [row for number in (one.id, *told_by) for row in outbox.listing(tx, draft=number)]
        queued = [row for row in rows if row.outgoing.customer == customer]
        for row in queued:
            words = tr(
                "{channel} to {address}: {state}",
                channel=row.outgoing.channel,
                address=row.outgoing.recipient,
                state=tr(row.outgoing.state.value),
            )
            answer = f" ({row.answer.text})" if row.answer and row.answer.text else ""
            reasons.append(Why(about, words + answer, concerned=True, draft=one.id))
        if not queued:
            reasons.append(Why(about, _waits(tx, one) or _unsent(tx, one.id, one.state, customer), draft=one.id))
    return reasons


def _digest_of(tx: Transaction, draft: Draft, customer: str) -> tuple[int, ...]:
    """Return the digest in which a customer was told of a notice whose mails waited."""
    item = digests.item(tx, draft.id)
    if item is None or item.digest is None or not item.told:
        return ()
    mails = digests.telling(tx, draft.notice.number).get(item.digest, {})
    told = {whose for whose, what in mails.items() if draft.id in what}
    readers = {one.recipient.customer.id for one in drafts.frozen(tx, item.digest).mails if one.recipient.id in told}
    return (item.digest,) if customer in readers else ()


def _waits(tx: Transaction, draft: Draft) -> str:
    item = digests.item(tx, draft.id)
    waits = item is not None and item.pending and draft.state not in (State.REJECTED, State.EXPIRED, State.WITHDRAWN)
    return tr("its mails wait for a digest: feedbot digest list") if waits else ""


def _unsent(tx: Transaction, number: int, state: State, customer: str) -> str:
    if state in (State.DRAFT, State.VOID):
        return tr("not proposed yet: {state}", state=tr(state.value))
    if state in (State.REJECTED, State.EXPIRED, State.WITHDRAWN):
        return tr("it went to nobody: {state}", state=tr(state.value))
    among = any(one.recipient.customer.id == customer for one in drafts.frozen(tx, number).mails)
    return (
        tr("he is among its recipients: {state}", state=tr(state.value))
        if among
        else tr("he is not among its recipients")
    )
