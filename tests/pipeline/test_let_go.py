"""N12 for mails that a person lets go long after the others: held, failed, in doubt, or to another address."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot import store
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import DeliveryError
from feedbot.pipeline import _afresh, bounces, decide, draft, release
from feedbot.pipeline.publish import publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import resolve, retry, send_due, stop_draft
from feedbot.review import State
from feedbot.store import drafts, outbox
from tests.fakes import world
from tests.pipeline.test_afresh import OWN, House

MONTH = timedelta(days=30)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house of 22 customers."""
    return House(world(tmp_path))


def answered(house: House, outcome: Outcome) -> None:
    """Let the mail to one of them come to this, and all others arrive."""

    def answer(one: Outgoing) -> Answer:
        return Answer(outcome if one.customer == "C05" else Outcome.ACCEPTED, 0, "")

    house.stage.answer = answer


def only(house: House, state: OutboxState) -> int:
    """The number of the one message in this state."""
    with store.reading(house.stage.database) as tx:
        (one,) = outbox.listing(tx, state)
    return one.id


def failed(house: House) -> Callable[[], object]:
    """It was refused; a person has it tried again."""
    answered(house, Outcome.REFUSED)
    return lambda: retry(house.edges, only(house, OutboxState.FAILED), "author")


def doubtful(house: House) -> Callable[[], object]:
    """No answer came; a person says that it has not arrived."""
    answered(house, Outcome.UNCERTAIN)
    return lambda: resolve(house.edges, only(house, OutboxState.UNCERTAIN), "author", resend=True)


def held(house: House) -> Callable[[], object]:
    """Nothing was sent to the address; a person lets it go."""
    bounces.suppress(house.edges, "c05@a.example", "it came back", "author")
    return lambda: bounces.unsuppress(house.edges, "c05@a.example", "author")


def published(house: House) -> int:
    """Publish to all; all but one arrive."""
    number = house.published()
    house.send()
    with store.reading(house.stage.database) as tx:
        assert drafts.load(tx, number).state is State.PUBLISHED
    house.stage.mails.clear()
    house.stage.answer = lambda _: Answer(Outcome.ACCEPTED, 250, "ok")
    return number


@pytest.mark.parametrize("left", [failed, doubtful, held])
@pytest.mark.parametrize(
    ("change", "why", "rest"),
    [(None, "", 0), (House.moves, "changed", 1), (House.leaves, "gone", 0), (House.declines, "gone", 0)],
)
def test_what_a_person_lets_go_is_judged_as_what_waits_is(
    house: House,
    left: Callable[[House], Callable[[], object]],
    change: Callable[[House, str], None] | None,
    why: str,
    rest: int,
) -> None:
    """It leaves where all is as approved; else it is withheld with its reason, and who must be told has a draft."""
    let_go = left(house)
    number = published(house)
    house.stage.now += MONTH
    if change:
        change(house, "C05")
    let_go()
    assert house.send() == ([] if why else ["C05"])
    assert house.withheld(number) == ({"C05": why} if why else {})
    assert (len(house.waiting()), house.tasks()) == (rest, [])


def test_old_words_do_not_leave_because_one_mail_was_left_over(house: House) -> None:
    """The telephone number is another by now: a person is asked, and the next edition is for him alone."""
    retry_it = failed(house)
    number = published(house)
    house.stage.now += MONTH
    retry_it()
    send_due(replace(house.edges, provider=replace(house.edges.provider, contact="電話 03-0000-0001")), "w")
    assert (house.stage.mails, house.withheld(number)) == ([], {"C05": "void"})
    assert house.tasks() == [(_afresh.VOID, f"draft {number}")]
    assert len(house.waiting()) == 1


@pytest.mark.parametrize(("change", "arrives"), [(House.moves, True), (House.leaves, False), (House.declines, False)])
def test_a_mail_to_another_address_leaves_where_it_still_concerns_its_reader(
    house: House, change: Callable[[House, str], None], arrives: bool
) -> None:
    """The person's word is over the address; whether he is still concerned is looked at."""
    answered(house, Outcome.REFUSED)
    number = published(house)
    assert not readdress(house.edges, only(house, OutboxState.FAILED), "c05@new.example", "author")
    assert readdress(house.edges, only(house, OutboxState.FAILED), "c05@new.example", "reviewer")
    house.stage.now += MONTH
    change(house, "C05")
    assert house.send() == (["C05"] if arrives else [])
    assert house.withheld(number) == ({} if arrives else {"C05": "gone"})
    assert house.tasks() == []


def test_who_joined_since_is_no_reason_for_an_edition_when_one_mail_is_tried_again(house: House) -> None:
    """He was never meant to be told of what is past."""
    retry_it = failed(house)
    published(house)
    house.stage.now += MONTH
    house.customers["N1"] = replace(house.customers["C00"], id="N1", email="n1@a.example")
    house.contracts["N1"] = "V99"
    house.take_in()
    retry_it()
    assert house.send() == ["C05"]
    assert house.waiting() == []


@pytest.mark.parametrize("left", [failed, doubtful])
def test_who_has_the_next_edition_does_not_get_the_one_before_it(
    house: House, left: Callable[[House], Callable[[], object]]
) -> None:
    """His first mail was left over, the second one arrived: the old words do not come behind the new."""
    let_go = left(house)
    followed(house, published(house))
    assert "C05" in house.send()
    let_go()
    assert house.send(MONTH) == []


def followed(house: House, number: int) -> None:
    """Publish the next edition, which has not left yet."""
    with store.reading(house.stage.database) as tx:
        known = drafts.load(tx, number).notice.number
    new = draft.follow(house.edges, known, OWN, "author").id
    decide.propose(house.edges, new, "author")
    decide.approve(house.edges, new, "reviewer")
    publish(house.edges, new, "author")


@pytest.mark.parametrize("left", [failed, doubtful])
def test_nor_where_a_person_lets_it_go_while_a_sender_works(
    house: House, left: Callable[[House], Callable[[], object]]
) -> None:
    """The round would take it before the next one tidies up."""
    let_go = [left(house)]
    number = published(house)
    followed(house, number)

    def answer(_: Outgoing) -> Answer:
        while let_go:
            let_go.pop()()
        return Answer(Outcome.ACCEPTED, 250, "ok")

    house.stage.answer = answer
    house.send()
    assert let_go == []
    assert number not in {one.draft for one in house.stage.mails}


def test_nor_where_it_goes_again_by_itself(house: House) -> None:
    """In the very round that lets it go."""
    doubtful(house)
    followed(house, published(house))
    assert "C05" in house.send()
    house.sending = replace(house.sending, resend_after=timedelta(hours=2))
    assert house.send(MONTH) == []


def test_nor_at_another_address(house: House) -> None:
    """The later one could go there."""
    answered(house, Outcome.REFUSED)
    followed(house, published(house))
    house.send()
    with pytest.raises(DeliveryError, match="a later edition"):
        readdress(house.edges, only(house, OutboxState.FAILED), "c05@new.example", "author")


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_mail_of_a_halted_notice_does_not_wait_unseen(house: House, by_itself: bool) -> None:
    """The halt was settled when all that waited was cancelled; the mail that is let go then waits behind it."""
    house.sending = replace(house.sending, first=1, resend_after=timedelta(hours=2) if by_itself else None)
    house.stage.answer = lambda _: Answer(Outcome.UNCERTAIN, 0, "")
    number = house.published()
    house.send()
    stop_draft(house.edges, number, "author", "wrong")
    house.stage.answer = lambda _: Answer(Outcome.ACCEPTED, 250, "ok")
    assert ("halted", f"draft {number}") not in house.tasks()
    if not by_itself:
        resolve(house.edges, only(house, OutboxState.UNCERTAIN), "author", resend=True)
    assert house.send(timedelta(hours=3)) == []
    assert house.tasks() == [("halted", f"draft {number}")]
    release.let_rest_go(house.edges, number, "author")
    assert house.send() == ["C00"]
    assert house.tasks() == []


def test_a_held_mail_of_the_second_stage_leaves_when_it_is_let_go(house: House) -> None:
    """Nothing else of that stage was left, so the notice was published before the stage was open."""
    house.sending = replace(house.sending, first=21, wait=timedelta(minutes=10))
    house.published()
    bounces.suppress(house.edges, "c21@a.example", "it came back", "author")
    assert len(house.send()) == 21
    bounces.unsuppress(house.edges, "c21@a.example", "author")
    assert [house.send(), house.send(timedelta(minutes=11))] == [[], ["C21"]]
