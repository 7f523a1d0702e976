"""Set matches aside and let them count again; when a time is over, the cases are looked at anew."""

from dataclasses import replace
from datetime import datetime

from feedbot.errors import InventoryError
from feedbot.matching import Scope, Suppression, check_suppression
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, audit, cases, inventory, suppressions


def add(edges: Edges, scope: Scope, reason: str, until: datetime, actor: str) -> Suppression:
    """Set matches aside until a moment; of a server for the customer whose it is now, not for the next one.

    Raises InventoryError for a scope, reason or end that may not be, or a customer or server that nobody knows, or that
    do not belong together; StoreError for an unknown case.
    """
    now = edges.clock()
    check_suppression(scope, reason, until, now)
    with edges.database.begin() as tx:
        if scope.case:
            cases.load(tx, scope.case)
        scope = _known(tx, scope)
        made = suppressions.add(tx, scope, reason.strip(), actor, now, until)
        audit.append(
            tx,
            actor,
            "suppress",
            f"suppression {made.id}",
            f"{_said(scope)} until {until.isoformat()}: {made.reason}",
            now,
        )
    return made


def expire(edges: Edges, number: int, actor: str) -> Suppression:
    """End one before its time. Raises StoreError where none of this number is in force."""
    now = edges.clock()
    with edges.database.begin() as tx:
        ended = suppressions.end(tx, number, now)
        _look_again(tx, ended)
        audit.append(tx, actor, "suppress-expire", f"suppression {number}", _said(ended.scope), now)
    return ended


def let_end(edges: Edges, tx: Transaction) -> None:
    """End those whose time is over: their cases are due again."""
    for one in suppressions.over(tx, edges.clock()):
        suppressions.end(tx, one.id, edges.clock())
        _look_again(tx, one)
        audit.append(tx, "feedbot", "suppress-expire", f"suppression {one.id}", _said(one.scope), edges.clock())


def _look_again(tx: Transaction, ended: Suppression) -> None:
    names = cases.load(tx, ended.scope.case).names if ended.scope.case else ended.scope.cves
    cases.reconsider(tx, names)


def _known(tx: Transaction, scope: Scope) -> Scope:
    if scope.customer and scope.customer not in {one.id for one in inventory.customers(tx)}:
        raise InventoryError(scope.customer, "no such customer", hint="feedbot customers import")
    if not scope.server:
        return scope
    owner = inventory.customers_of(tx, [scope.server]).get(scope.server)
    if owner is None:
        raise InventoryError(scope.server, "the server {name} has no contract", name=scope.server)
    if scope.customer not in ("", owner):
        raise InventoryError(
            scope.server,
            "the server is {owner}'s, not {customer}'s",
            hint="name the server alone",
            owner=owner,
            customer=scope.customer,
        )
    return replace(scope, customer=owner)


def _said(scope: Scope) -> str:
    words = {"case": scope.case, "cve": " ".join(scope.cves), "component": scope.component}
    words |= {"customer": scope.customer, "server": scope.server}
    return " ".join(f"{name}={value}" for name, value in words.items() if value)
