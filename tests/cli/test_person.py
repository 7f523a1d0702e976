"""Who is behind a command: one person for each, and no person behind a bare root."""

from collections.abc import Mapping

import pytest

from feedbot.cli import _person, _shell
from feedbot.cli._person import UNSET, Person, person
from feedbot.config import Config
from feedbot.errors import ReviewError

USERS = {0: ("root",), 1000: ("yamada", "yamada-admin"), 1001: ("sato",)}
PEOPLE = {"yamada-admin": "山田", "sato": "佐藤"}


def who(loginuid: int | None, uid: int, sudo_uid: str = "", people: Mapping[str, str] = PEOPLE) -> Person:
    """Ask over the made-up users."""
    return person(loginuid, uid, sudo_uid, lambda number: USERS.get(number, ()), people)


@pytest.mark.parametrize(
    ("loginuid", "uid", "sudo_uid", "name"),
    [
        (1001, 0, "1000", "佐藤"),  # sudo from a shell that sato logged in to: who logged in counts
        (1001, 1000, "", "佐藤"),  # su to another user
        (UNSET, 0, "1000", "山田"),
        (None, 0, "1001", "佐藤"),
        (UNSET, 1001, "1000", "佐藤"),  # an ordinary user may set the variable, and gains nothing
        (UNSET, 1000, "", "山田"),  # the second OS name of a uid is the one that [people] knows
        (UNSET, 4000, "", "uid4000"),
    ],
)
def test_the_person_who_logged_in(loginuid: int | None, uid: int, sudo_uid: str, name: str) -> None:
    """The login uid first, then sudo's word for root alone, then the uid."""
    assert who(loginuid, uid, sudo_uid) == Person(name, accountable=True)


@pytest.mark.parametrize(
    "sudo_uid", ["", "x", "-1", "1000 ", "١٠٠٠", "4294967295", "99999999999999999999", "7777", "0"]
)
def test_a_bare_root_is_nobody(sudo_uid: str) -> None:
    """A SUDO_UID that names no user is ignored, and root alone is not accountable."""
    assert who(UNSET, 0, sudo_uid) == Person("root", accountable=False)
    assert who(0, 0, sudo_uid) == Person("root", accountable=False)


def test_root_may_be_given_a_person() -> None:
    """A shared root that the configuration calls somebody's is that person."""
    assert who(None, 0, people={"root": "当番"}) == Person("当番", accountable=True)


@pytest.mark.parametrize(("one", "other"), [(1000, 1001), (1001, 1000)])
def test_one_display_name_is_one_person(one: int, other: int) -> None:
    """Two OS users that are mapped to one name cannot approve for one another."""
    people = {"yamada": "担当", "sato": "担当"}
    assert who(None, one, people=people) == who(None, other, people=people)


def test_people_without_a_name_are_told_apart() -> None:
    """Without [people] each uid is a person of its own."""
    assert len({who(None, uid, people={}).name for uid in (1000, 1001, 4000, 4001)}) == 4


def test_the_names_of_this_system() -> None:
    """A uid's first name, and a mapped second one; one that is not there is passed over."""
    assert _person._names(0, {"root": "x", "no-such-user-here": "y", "\0": "z"}) == ("root",)
    assert _person._names(UNSET - 1, {}) == ()


def test_a_decision_by_a_bare_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other commands keep `root` in their records; a decision does not happen, and says what to do."""
    monkeypatch.setattr(_shell, "load_config", lambda: Config.model_construct(people={}))
    monkeypatch.setattr(_person, "here", lambda people: Person("root", accountable=False))
    assert _shell.actor() == "root"
    with pytest.raises(ReviewError, match="needs a person") as caught:
        _shell.decider()
    assert "[people]" in caught.value.hint()
