"""Who decided what, over exactly which bytes. Pure: states, moves, digests, the audit chain."""

from feedbot.review._model import AuditEntry, Decision, Digests, Draft, State

__all__ = ["AuditEntry", "Decision", "Digests", "Draft", "State"]
