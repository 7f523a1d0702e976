"""The nouns of matching."""

from dataclasses import dataclass
from enum import StrEnum

from feedbot.inventory import Component, Contract, Customer, Server


class MatchVerdict(StrEnum):
    """What is known of a component in a case. UNKNOWN is shown, never dropped."""

    AFFECTED = "affected"
    FIXED_BY_DISTRO = "fixed_by_distro"
    NOT_AFFECTED = "not_affected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Because:
    """Why: `rule` names what decided, `range` is VERS or empty, `evidence` the publisher's line, `distro` the
    distributor's statement."""

    rule: str
    range: str = ""
    evidence: str = ""
    distro: str = ""
    advisory: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A case's verdict on one component. `fixed` are versions that publishers or the distributor name as corrected."""

    component: Component
    product: str
    verdict: MatchVerdict
    because: Because
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """One customer's share of a case: his contract, his server, and the matches on it. What a mail may name, and
    nothing else."""

    customer: Customer
    contract: Contract
    server: Server
    matches: tuple[Match, ...]
