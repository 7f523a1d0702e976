"""The table of moves."""

from itertools import pairwise

import pytest

from feedbot.errors import ReviewError
from feedbot.review import MOVES, State, move


def test_the_way_of_a_notice_is_open() -> None:
    """Draft to withdrawn, step by step."""
    way = [
        State.DRAFT,
        State.PROPOSED,
        State.APPROVED,
        State.PUBLISHING,
        State.PUBLISHED,
        State.WITHDRAWN,
    ]
    for old, new in pairwise(way):
        assert move("7", old, new) is new


def test_nothing_is_sent_without_approval() -> None:
    """Only an approved draft can begin to be published, and only a proposed one can be approved."""
    assert [old for old in State if State.PUBLISHING in MOVES[old]] == [State.APPROVED]
    assert [old for old in State if State.APPROVED in MOVES[old]] == [State.PROPOSED]
    assert [old for old in State if State.PUBLISHED in MOVES[old]] == [State.PUBLISHING]


def test_what_has_begun_to_leave_cannot_be_edited_or_rejected() -> None:
    """From publishing on, a draft is only finished, voided or withdrawn."""
    for state in (State.PUBLISHING, State.PUBLISHED):
        assert not {State.DRAFT, State.REJECTED, State.EXPIRED, State.PROPOSED} & set(MOVES[state])


def test_every_state_has_its_row_and_ends_are_ends() -> None:
    """The table is whole; rejected, expired and withdrawn lead nowhere."""
    assert set(MOVES) == set(State)
    assert {state for state in State if not MOVES[state]} == {State.REJECTED, State.EXPIRED, State.WITHDRAWN}


def test_a_void_draft_must_be_proposed_again() -> None:
    """An approval that no longer holds does not lead to sending."""
    assert move("7", State.VOID, State.PROPOSED) is State.PROPOSED
    with pytest.raises(ReviewError):
        move("7", State.VOID, State.PUBLISHING)


def test_a_refused_move_names_both_ends_and_what_is_allowed() -> None:
    """The operator reads where he stands and where he may go."""
    with pytest.raises(ReviewError) as caught:
        move("draft 7", State.DRAFT, State.PUBLISHED)
    assert str(caught.value) == "draft 7: cannot go from draft to published"
    assert caught.value.hint() == "allowed from draft: proposed, rejected, expired"


@pytest.mark.parametrize("end", [State.REJECTED, State.EXPIRED, State.WITHDRAWN])
def test_a_move_from_an_end_says_that_it_is_one(end: State) -> None:
    """Not an empty list of what is allowed."""
    with pytest.raises(ReviewError) as caught:
        move("draft 7", end, State.DRAFT)
    assert caught.value.hint() == f"allowed from {end.value}: nowhere: it has ended"


def test_the_table_is_the_one_of_the_design() -> None:
    """Every move, and no other."""
    written = {
        "draft": "proposed rejected expired",
        "proposed": "approved rejected draft void expired",
        "approved": "publishing rejected draft void expired",
        "void": "proposed rejected draft expired",
        "publishing": "published void withdrawn",
        "published": "withdrawn",
        "rejected": "",
        "expired": "",
        "withdrawn": "",
    }
    assert {old.value: " ".join(new.value for new in moves) for old, moves in MOVES.items()} == written
