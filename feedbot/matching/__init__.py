"""Which components, servers and customers a case concerns, and because of what."""

from feedbot.matching import _expression as expression
from feedbot.matching._audience import Recipients, by_contract, exposures, only_affected, recipients, unknowns
from feedbot.matching._by_distro import places
from feedbot.matching._disagree import Disagreement, disagreements
from feedbot.matching._judge import judge
from feedbot.matching._kernels import not_running
from feedbot.matching._model import Because, ComponentNames, Exposure, Installation, Match, MatchVerdict
from feedbot.matching._products import names, names_of, unmapped
from feedbot.matching._spoken import Spoken, spoken
from feedbot.matching._suppress import LONGEST, Scope, Suppressed, Suppression, suppress
from feedbot.matching._suppress import check as check_suppression

__all__ = [
    "LONGEST",
    "Because",
    "ComponentNames",
    "Disagreement",
    "Exposure",
    "Installation",
    "Match",
    "MatchVerdict",
    "Recipients",
    "Scope",
    "Spoken",
    "Suppressed",
    "Suppression",
    "by_contract",
    "check_suppression",
    "disagreements",
    "exposures",
    "expression",
    "judge",
    "names",
    "names_of",
    "not_running",
    "only_affected",
    "places",
    "recipients",
    "spoken",
    "suppress",
    "unknowns",
    "unmapped",
]
