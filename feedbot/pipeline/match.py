"""Match: which components, servers and customers a case concerns, on the inventory that is in force.

    case → names by the catalogue → distinct components of those names → verdicts, by what their distributors say and by
    the publishers' ranges → who has them installed

The cost follows the distinct components that bear the names, not the servers.
"""

from dataclasses import dataclass

from feedbot import matching
from feedbot.advisory.case import Case
from feedbot.inventory import Plan
from feedbot.matching import Exposure, Match, Recipients, Suppressed
from feedbot.notice import Audience, Recipient
from feedbot.pipeline import _again, _changed, _told
from feedbot.pipeline._choosing import chosen
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, cases, drafts, inventory, statements, suppressions, told


@dataclass(frozen=True, slots=True)
class CaseMatch:
    """What a case means here: every verdict, everyone's share (of any verdict), without what a person has set aside;
    what that is; and the product names nobody mapped."""

    case: Case
    matches: tuple[Match, ...]
    exposures: tuple[Exposure, ...]
    unmapped: tuple[str, ...]
    suppressed: tuple[Suppressed, ...] = ()

    @property
    def unknowns(self) -> Recipients:
        """Whose components could not be judged."""
        return matching.unknowns(self.exposures)


def match(edges: Edges, tx: Transaction, case: Case) -> CaseMatch:
    """Judge a case against the inventory."""
    found = inventory.components_named(tx, matching.names(case, edges.catalog))
    matches = matching.judge(case, edges.catalog, found, statements.about(tx, case.cves))
    installed = inventory.installations(tx, [one.component for one in matches])
    exposures, hidden = matching.suppress(
        case, matching.exposures(matches, installed), suppressions.active(tx, edges.clock())
    )
    return CaseMatch(case, matches, exposures, matching.unmapped(case, edges.catalog), hidden)


def audience(
    edges: Edges, tx: Transaction, wanted: Audience, exposures: tuple[Exposure, ...], edition: int = 0
) -> tuple[Recipient, ...]:
    """Return who receives a notice: by match, by contract, by the operator's expression, those who were told before, or
    nobody (a post alone). `edition` is the one that is written (0: the next one)."""
    if wanted.rule == "none":
        return ()
    if wanted.rule == "told":
        return _told.shares(tx, wanted.number, told.customers(tx, wanted.number))
    if wanted.rule == "patched":
        return _told.shares(tx, wanted.number, _mended(edges, tx, wanted.number, exposures))
    if wanted.rule == "still":
        exposures = _again.still(tx, wanted.number, exposures)
    if wanted.rule == "changed":
        exposures = _changed.changed(edges, tx, wanted.number, exposures, edition)
    if wanted.rule == "expression":
        exposures = chosen(edges, tx, wanted.expression, exposures)
    if wanted.rule == "contract":
        plans = [Plan(name) for name in wanted.plans]
        exposures = matching.by_contract(
            inventory.contracts(tx), inventory.servers(tx), inventory.customers(tx), plans, wanted.root
        )
    return tuple(Recipient(customer, shares) for customer, shares in matching.recipients(exposures))


def _mended(edges: Edges, tx: Transaction, number: str, exposures: tuple[Exposure, ...]) -> frozenset[str]:
    about = sorted({one.notice.case for one in drafts.of_number(tx, number) if one.notice.case})
    aside = (one.exposure for case in about for one in match(edges, tx, cases.load(tx, case)).suppressed)
    return _again.patched(tx, number, exposures, aside)
