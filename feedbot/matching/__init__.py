"""Which components, servers and customers a case concerns, and because of what."""

from feedbot.matching._model import Because, Exposure, Match, MatchVerdict

__all__ = ["Because", "Exposure", "Match", "MatchVerdict"]
