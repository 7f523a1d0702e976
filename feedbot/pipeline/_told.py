"""Those who were told of a notice, as they are now: of the contracts and servers that their mails spoke of, what is
theirs still, in the name in which they were written to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from feedbot import matching
from feedbot.inventory import Plan
from feedbot.matching import Exposure, MatchVerdict
from feedbot.notice import Recipient
from feedbot.store import Transaction, digests, drafts, inventory, told

Brand = str
_CONCERNED = (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN)


@dataclass(slots=True)
class _Told:
    """What the mails to a customer in one name spoke of: `servers` by name, and `whole` contracts without any."""

    servers: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)


def shares(tx: Transaction, number: str, customers: Iterable[str]) -> tuple[Recipient, ...]:
    """Return those of the customers who are there still, sorted; one for each brand in whose name he was told. Who has
    nothing left of what he was told about is told all the same, without a server."""
    by_id = {one.id: one for one in inventory.customers(tx)}
    contracts = [one for one in inventory.contracts(tx) if one.customer in by_id]
    every = matching.by_contract(contracts, inventory.servers(tx), by_id.values(), tuple(Plan))
    held: dict[str, list[Exposure]] = defaultdict(list)
    for one in every:
        held[one.customer.id].append(one)
    said = _said(tx, number)
    made = []
    for customer in sorted(by_id.keys() & set(customers)):
        for brand, what in sorted(said.get(customer, {"": _Told()}).items()):
            left = tuple(one for one in held[customer] if one.contract.brand == brand and _is_of(one, what))
            made.append(Recipient(by_id[customer], left, brand=brand))
    return tuple(made)


def _is_of(one: Exposure, what: _Told) -> bool:
    return one.contract.id in what.whole or (bool(one.server.name) and one.server.name in what.servers)


def _said(tx: Transaction, number: str) -> Mapping[str, Mapping[Brand, _Told]]:
    found: dict[str, dict[Brand, _Told]] = defaultdict(lambda: defaultdict(_Told))
    for recipient in _mails(tx, number):
        what = found[recipient.customer.id][recipient.brand]
        for one in recipient.exposures:
            if one.server.name:
                what.servers.add(one.server.name)
            else:
                what.whole.add(one.contract.id)
    return found


def _mails(tx: Transaction, number: str) -> Iterator[Recipient]:
    """Yield those who were told, each with what he was told of this notice: a digest's mail tells of others too."""
    by_digest = digests.telling(tx, number)
    for draft, ids in told.by_draft(tx, number).items():
        for one in (mail.recipient for mail in drafts.frozen(tx, draft).mails if mail.recipient.id in ids):
            about = by_digest.get(draft, {}).get(one.id)
            own = one.exposures if about is None else tuple(each for each in one.exposures if each.matter in about)
            yield replace(one, exposures=own)


def mended(tx: Transaction, number: str, now: Iterable[Exposure], aside: Iterable[Exposure]) -> frozenset[str]:
    """Return the customers who were told that something is affected, and of whom it is seen that nothing is any more.

    `now` are the shares of the case as it is, `aside` those that a person has set aside: what he accepts is not mended.
    A server is seen by a package list of this customer's own: one that was renamed, given up or handed on is not.
    """
    affected: dict[str, set[str]] = defaultdict(set)
    for recipient in _mails(tx, number):
        for one in recipient.exposures:
            if any(match.verdict is MatchVerdict.AFFECTED for match in one.matches):
                affected[one.customer.id].add(one.server.name)
    left = {one.customer.id for one in now if any(match.verdict in _CONCERNED for match in one.matches)}
    left |= {one.customer.id for one in aside}
    seen = _seen(tx, {(server, customer) for customer, servers in affected.items() for server in servers})
    return frozenset(
        customer
        for customer, servers in affected.items()
        if customer not in left and all((one, customer) in seen for one in servers)
    )


def _seen(tx: Transaction, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs of server and customer of which the server is the customer's, with a list of his own."""
    owners = inventory.customers_of(tx, {server for server, _ in wanted})
    return wanted & {(server, owners[server]) for server in inventory.kept(tx, owners)}
