"""Which components, servers and customers a case concerns, and because of what."""

from feedbot.matching import _expression as expression
from feedbot.matching._audience import Recipients, by_contract, exposures, only_affected, recipients, unknowns
from feedbot.matching._by_distro import places
from feedbot.matching._disagree import Disagreement, disagreements
from feedbot.matching._judge import judge
from feedbot.matching._kernels import is_kernel, not_running
from feedbot.matching._model import Because, ComponentNames, Exposure, Installation, Match, MatchVerdict
from feedbot.matching._products import names, names_of, unmapped
from feedbot.matching._spoken import Spoken, spoken
from feedbot.matching._stock import Concerned, Stock, concerned
from feedbot.matching._suppress import LONGEST, Scope, Suppressed, Suppression, suppress
from feedbot.matching._suppress import check as check_suppression
from feedbot.matching._sweep import Reached, spoken_of

__all__ = [
    "LONGEST",
    "Because",
    "ComponentNames",
    "Concerned",
    "Disagreement",
    "Exposure",
    "Installation",
    "Match",
    "MatchVerdict",
    "Reached",
    "Recipients",
    "Scope",
    "Spoken",
    "Stock",
    "Suppressed",
    "Suppression",
    "by_contract",
    "check_suppression",
    "concerned",
    "disagreements",
    "exposures",
    "expression",
    "is_kernel",
    "judge",
    "names",
    "names_of",
    "not_running",
    "only_affected",
    "places",
    "recipients",
    "spoken",
    "spoken_of",
    "suppress",
    "unknowns",
    "unmapped",
]
