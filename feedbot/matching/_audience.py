"""Whom a case concerns: one share a customer, contract and server, and never a line of another customer's."""

from collections.abc import Collection, Iterable

from feedbot.errors import InventoryError
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching._kernels import not_running
from feedbot.matching._model import Exposure, Installation, Match, MatchVerdict

Recipients = tuple[tuple[Customer, tuple[Exposure, ...]], ...]


def exposures(matches: Iterable[Match], installations: Iterable[Installation]) -> tuple[Exposure, ...]:
    """Group every match by the customer, contract and server it is installed on, whatever its verdict. Of kernels only
    the running one counts, where it is known.

    Raises InventoryError for an installation whose server, contract and customer do not belong together: it would put
    one customer's server into another's mail.
    """
    by_component = {match.component: match for match in matches}
    shares: dict[tuple[Customer, Contract, Server], dict[Component, Match]] = {}
    kernels: dict[str, str] = {}
    for one in installations:
        _check(one.customer, one.contract, one.server)
        match = by_component.get(one.component)
        if match:
            shares.setdefault((one.customer, one.contract, one.server), {})[one.component] = match
            kernels[one.server.name] = one.kernel
    made = []
    for whose, found in shares.items():
        idle = not_running(found, kernels[whose[2].name])
        left = [match for component, match in found.items() if component not in idle]
        made.append(Exposure(*whose, tuple(sorted(left, key=_match_order))))
    return tuple(sorted((one for one in made if one.matches), key=_order))


def by_contract(
    contracts: Iterable[Contract],
    servers: Iterable[Server],
    customers: Iterable[Customer],
    plans: Collection[Plan],
    root: bool | None = None,
) -> tuple[Exposure, ...]:
    """Return an exposure without matches for every server of the contracts with one of `plans`.

    `root` asks for contracts with (True) or without (False) the customer's own administration; None takes both. A
    contract without a server gives one whose server has no name. A contract of an unknown customer gives none: import
    refuses it.
    """
    known = {customer.id: customer for customer in customers}
    machines: dict[str, list[Server]] = {}
    for server in servers:
        machines.setdefault(server.contract, []).append(server)
    made = [
        Exposure(known[one.customer], one, server, ())
        for one in dict.fromkeys(contracts)
        if one.plan in plans and (root is None or one.root is root) and one.customer in known
        for server in machines.get(one.id, [Server("", one.id)])
    ]
    return tuple(sorted(made, key=_order))


def recipients(given: Iterable[Exposure]) -> Recipients:
    """Return who is written to, sorted by customer: those with something AFFECTED, or chosen by contract.

    Their exposures hold the AFFECTED matches alone, or none at all where the contract chose.
    """
    return _by_customer(_kept(given, MatchVerdict.AFFECTED, bare=True))


def only_affected(one: Exposure) -> Exposure:
    """Return a server's exposure with what is AFFECTED alone: of one where nothing is, a bare one, chosen otherwise."""
    return Exposure(
        one.customer,
        one.contract,
        one.server,
        tuple(match for match in one.matches if match.verdict is MatchVerdict.AFFECTED),
    )


def unknowns(given: Iterable[Exposure]) -> Recipients:
    """Return whose components could not be judged, for the reviewer to see; nobody of them is written to for it."""
    return _by_customer(_kept(given, MatchVerdict.UNKNOWN, bare=False))


def _kept(given: Iterable[Exposure], verdict: MatchVerdict, bare: bool) -> Iterable[Exposure]:
    for one in given:
        _check(one.customer, one.contract, one.server)
        left = tuple(match for match in one.matches if match.verdict is verdict)
        if left or (bare and not one.matches):
            yield Exposure(one.customer, one.contract, one.server, left)


def _by_customer(given: Iterable[Exposure]) -> Recipients:
    shares: dict[Customer, list[Exposure]] = {}
    for one in sorted(given, key=_order):
        shares.setdefault(one.customer, []).append(one)
    return tuple((customer, tuple(held)) for customer, held in shares.items())


def _check(customer: Customer, contract: Contract, server: Server) -> None:
    if contract.customer != customer.id or server.contract != contract.id:
        raise InventoryError(
            server.name,
            "the server's contract {contract} is of customer {owner}, not of {customer}",
            contract=contract.id,
            owner=contract.customer,
            customer=customer.id,
        )


def _order(one: Exposure) -> tuple[str, str, str, str]:
    return (one.customer.id, one.customer.email, one.contract.id, one.server.name)


def _match_order(match: Match) -> tuple[str, str, str, str]:
    one = match.component
    return (match.product, one.name, one.version, one.arch)
