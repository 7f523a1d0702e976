"""What follows from an answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.delivery import MOVES, Answer, OutboxState, Outcome, after, move
from feedbot.errors import DeliveryError

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, OutboxState.SENT),
        (Outcome.REFUSED, OutboxState.FAILED),
        (Outcome.UNCERTAIN, OutboxState.UNCERTAIN),
    ],
)
def test_a_last_word_ends_the_tries(outcome: Outcome, state: OutboxState) -> None:
    """Sent, failed and uncertain are not tried again by themselves."""
    verdict = after(Answer(outcome, 250, "words"), 3, NOW)
    assert (verdict.receipt.state, verdict.receipt.code, verdict.receipt.text) == (state, 250, "words")
    assert (verdict.receipt.at, verdict.attempts, verdict.next_try_at) == (NOW, 4, None)


def test_a_deferral_waits_longer_each_time() -> None:
    """5 minutes doubling to 67."""
    verdicts = [after(Answer(Outcome.DEFERRED, 450), attempts, NOW) for attempts in range(6)]
    waits = [(verdict.next_try_at or NOW) - NOW for verdict in verdicts]
    assert [wait // timedelta(minutes=1) for wait in waits] == [5, 10, 20, 40, 67, 67]
    assert {verdict.receipt.state for verdict in verdicts} == {OutboxState.DEFERRED}
    assert [verdict.attempts for verdict in verdicts] == [1, 2, 3, 4, 5, 6]


def test_deferrals_end_after_five_days() -> None:
    """Followed as the pipeline would: the last try is at or after 5 days, and it fails."""
    now, attempts = NOW, 0
    while (verdict := after(Answer(Outcome.DEFERRED, 450), attempts, now)).next_try_at is not None:
        now, attempts = verdict.next_try_at, verdict.attempts
    assert verdict.receipt.state is OutboxState.FAILED
    assert timedelta(days=5) <= now - NOW < timedelta(days=5, minutes=67)


@given(st.integers(0, 10_000))
def test_an_outage_of_the_relay_uses_up_nothing(tries: int) -> None:
    """However long the relay is away, the message is still to be sent and as young as before."""
    verdict = after(Answer(Outcome.NO_SESSION), 2, NOW + tries * timedelta(minutes=67))
    assert (verdict.receipt.state, verdict.attempts) == (OutboxState.DEFERRED, 2)
    assert verdict.next_try_at == verdict.receipt.at + timedelta(minutes=20)


@given(st.sampled_from(Outcome), st.integers(0, 10_000))
def test_every_answer_leads_along_the_table(outcome: Outcome, attempts: int) -> None:
    """The state after an answer may be reached from SENDING, and only a deferral has a next try, later than now."""
    verdict = after(Answer(outcome), attempts, NOW)
    assert move("k", OutboxState.SENDING, verdict.receipt.state) is verdict.receipt.state
    assert (verdict.next_try_at is not None) == (verdict.receipt.state is OutboxState.DEFERRED)
    assert verdict.next_try_at is None or NOW < verdict.next_try_at <= NOW + timedelta(minutes=67)


def test_what_may_have_left_is_not_sent_again_by_itself() -> None:
    """From sent nothing leads on; from uncertain only what a person says, never straight to sending."""
    assert MOVES[OutboxState.SENT] == (OutboxState.BOUNCED,)
    assert OutboxState.SENDING not in MOVES[OutboxState.UNCERTAIN]
    assert OutboxState.SENDING not in MOVES[OutboxState.SENDING]
    assert OutboxState.CANCELLED not in MOVES[OutboxState.SENDING]
    assert set(MOVES) == set(OutboxState)


def test_the_table_is_the_one_of_the_design() -> None:
    """Every move, and no other."""
    written = {
        "pending": "sending cancelled held",
        "sending": "sent deferred failed uncertain bounced",
        "deferred": "sending cancelled held",
        "uncertain": "sent pending cancelled bounced",
        "failed": "pending cancelled",
        "sent": "bounced",
        "held": "pending sent cancelled",
        "bounced": "pending sent cancelled",
        "cancelled": "",
    }
    assert {old.value: " ".join(moves) for old, moves in MOVES.items()} == written
    with pytest.raises(DeliveryError) as caught:
        move("k", OutboxState.PENDING, OutboxState.SENT)
    assert caught.value.hint() == "allowed from pending: sending, cancelled, held"


def test_a_refused_move_says_what_is_allowed() -> None:
    """Both ends and the ways out are named."""
    with pytest.raises(DeliveryError, match="from cancelled to sending") as caught:
        move("k", OutboxState.CANCELLED, OutboxState.SENDING)
    assert caught.value.permanent
    assert caught.value.hint() == "allowed from cancelled: -"
