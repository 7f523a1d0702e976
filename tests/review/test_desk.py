"""Roles and policies of the review desk."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedbot.advisory import Advisory, Signature, Verdict
from feedbot.errors import ReviewError
from feedbot.notice import Audience, Block, Kind, Notice, Step
from feedbot.review import NEEDED, Decision, Desk, DeskRole, Draft, Policy, State, approved, is_person
from tests.review.test_decide import FROZEN, NOW

SIGNED = Advisory("jpcert", "JPCERT-AT-2026-0001", "1", "ntpd", "ja", Signature(Verdict.VERIFIED, fingerprint="A"))
NOTICE = Notice(
    Kind.ADVISORY,
    Step.FIRST,
    "ntpd",
    Audience("match"),
    (Block("body", "本文"),),
    datetime(2026, 4, 1, tzinfo=UTC),
    advisories=(SIGNED,),
)
POLICY = Policy("少数", frozenset({"jpcert"}), recipients=10, a_day=1)
DESK = Desk({role: frozenset({role.value}) for role in DeskRole}, (POLICY,))


@pytest.mark.parametrize("role", DeskRole)
@pytest.mark.parametrize("verb", NEEDED)
def test_each_role_does_its_own_and_an_admin_all(role: DeskRole, verb: str) -> None:
    """Nobody else may, and the error says who may."""
    if role in (NEEDED[verb], DeskRole.ADMIN):
        DESK.require("draft 1", role.value, verb)
    else:
        with pytest.raises(ReviewError, match=f"{role.value} is no {NEEDED[verb].value}") as caught:
            DESK.require("draft 1", role.value, verb)
        assert NEEDED[verb].value in caught.value.hint()


@pytest.mark.parametrize("verb", NEEDED)
def test_a_role_without_names_is_everybodys(verb: str) -> None:
    """Also where others are filled."""
    Desk().require("draft 1", "anybody", verb)
    with pytest.raises(ReviewError):
        Desk({NEEDED[verb]: frozenset({"b"})}).require("draft 1", "a", verb)
    Desk({DeskRole.ADMIN: frozenset({"b"})}).require("draft 1", "a", verb)


@pytest.mark.parametrize("verb", NEEDED)
def test_a_policy_proposes_and_approves_and_no_more(verb: str) -> None:
    """Only one that is in force, and never publishes."""
    if verb in ("propose", "approve"):
        DESK.require("draft 1", POLICY.actor, verb)
    else:
        with pytest.raises(ReviewError):
            DESK.require("draft 1", POLICY.actor, verb)
    with pytest.raises(ReviewError):
        DESK.require("draft 1", "(policy other)", verb)


@pytest.mark.parametrize(
    ("notice", "covered"),
    [
        (NOTICE, True),
        (replace(NOTICE, kind=Kind.OWN), False),
        (replace(NOTICE, advisories=()), False),
        (replace(NOTICE, advisories=(SIGNED, replace(SIGNED, signature=Signature(Verdict.UNSIGNED)))), False),
        (replace(NOTICE, advisories=(SIGNED, replace(SIGNED, source="jvn"))), False),
        (replace(NOTICE, advisories=(SIGNED, replace(SIGNED, number="JPCERT-AT-2026-0002"))), True),
    ],
)
def test_a_policy_covers_notices_that_rest_on_verified_statements_alone(notice: Notice, covered: bool) -> None:
    """One unsigned statement, one of another source, or none at all is for people."""
    assert POLICY.covers(notice) is covered


def test_a_policy_is_never_one_of_two_persons() -> None:
    """Where one is needed its word is enough; where two are, it adds nobody."""
    said = [Decision(1, "propose", POLICY.actor, NOW, FROZEN), Decision(1, "approve", POLICY.actor, NOW, FROZEN)]
    assert approved(said, FROZEN, 1)
    second = [*said, Decision(1, "approve", "b", NOW, FROZEN)]
    assert not approved(second, FROZEN, 2)
    assert approved([*second, Decision(1, "approve", "c", NOW, FROZEN)], FROZEN, 2)
    assert [is_person(name) for name in ("sato", POLICY.actor, "(feedbot)")] == [True, False, False]


def test_the_words_of_the_configuration_and_of_the_log() -> None:
    """[desk] names the roles so, each step takes its own, and the log names a policy so."""
    assert [role.value for role in DeskRole] == ["author", "reviewer", "publisher", "admin"]
    assert {verb: role.value for verb, role in NEEDED.items()} == {
        "draft": "author",
        "edit": "author",
        "propose": "author",
        "approve": "reviewer",
        "reject": "reviewer",
        "publish": "publisher",
        "withdraw": "publisher",
    }
    assert POLICY.actor == "(policy 少数)"


def test_the_error_names_everybody_who_may() -> None:
    """In order, and not the admins, who are asked last."""
    desk = Desk({DeskRole.REVIEWER: frozenset({"c", "b"}), DeskRole.ADMIN: frozenset({"z"})})
    with pytest.raises(ReviewError) as caught:
        desk.require("draft 7", "a", "approve")
    assert caught.value.values["names"] == "b, c"
    assert caught.value.subject == "draft 7"


def test_what_is_not_said_is_nothing() -> None:
    """A draft that nobody proposed goes to nobody, and a yes needs no reason."""
    assert Draft(1, NOTICE, State.DRAFT, NOW, "author").recipients == 0
    assert Decision(1, "approve", "reviewer", NOW, FROZEN).reason == ""
