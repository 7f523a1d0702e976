"""Which components, servers and customers a case concerns, and because of what."""

from feedbot.matching._audience import Recipients, by_contract, exposures, recipients, unknowns
from feedbot.matching._disagree import Disagreement, disagreements
from feedbot.matching._judge import judge
from feedbot.matching._model import Because, ComponentNames, Exposure, Installation, Match, MatchVerdict
from feedbot.matching._products import names, unmapped

__all__ = [
    "Because",
    "ComponentNames",
    "Disagreement",
    "Exposure",
    "Installation",
    "Match",
    "MatchVerdict",
    "Recipients",
    "by_contract",
    "disagreements",
    "exposures",
    "judge",
    "names",
    "recipients",
    "unknowns",
    "unmapped",
]
