"""Send what was approved, exactly once. One file a channel; the outbox state machine beside them."""

from feedbot.delivery._model import OutboxState, Outgoing, Receipt

__all__ = ["OutboxState", "Outgoing", "Receipt"]
