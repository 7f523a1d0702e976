"""The nouns of delivery as they are kept."""

from datetime import UTC, datetime

from feedbot.delivery import OutboxState, Outgoing, Receipt

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


def test_the_states_are_those_that_are_stored() -> None:
    """They stand in the outbox of every installation."""
    words = "pending sending sent deferred failed uncertain cancelled held bounced"
    assert " ".join(OutboxState) == words


def test_a_message_begins_untried_in_the_first_stage() -> None:
    """With the channel's own envelope sender; a receipt without words says nothing."""
    made = Outgoing("k", 1, "smtp", "C", "ops@mihon.example", "<m@a.example>", b"")
    assert made == Outgoing(
        "k",
        1,
        "smtp",
        "C",
        "ops@mihon.example",
        "<m@a.example>",
        b"",
        state=OutboxState.PENDING,
        attempts=0,
        next_try_at=None,
        stage=0,
        sender="",
    )
    assert Receipt(OutboxState.SENT, NOW) == Receipt(OutboxState.SENT, NOW, code=0, text="")
