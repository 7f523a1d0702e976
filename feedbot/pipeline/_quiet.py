"""Old matters that a backfill brings: they are kept and matched, and nobody is written to for them by surprise."""

from feedbot.advisory import Advisory
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, cases


def settle(edges: Edges, tx: Transaction, advisory: Advisory) -> None:
    """Mark the case of a just saved advisory as considered, if each of its advisories is dated before
    `edges.quiet_before`.

    An advisory without date is never old: what may be new is drafted. In the transaction that saves the advisory, so
    that neither a crash nor another process finds the case due in between.
    """
    before = edges.quiet_before
    if before is None:
        return
    case = cases.of_advisory(tx, advisory.source, advisory.number)
    if case and all((dated := one.updated or one.published) is not None and dated < before for one in case.advisories):
        cases.consider(tx, case.id)
