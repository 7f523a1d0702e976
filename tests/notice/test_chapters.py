"""The chapters of a digest's mail: the reader's own cases alone, the most urgent first."""

from dataclasses import replace

import pytest

from feedbot.advisory import Advisory, Severity
from feedbot.notice import Audience, Kind, Notice, Recipient, Step
from feedbot.notice._chapters import chapters, worst
from feedbot.notice._model import Matter
from tests.notice.fixtures import AOBA, EXPOSURES, NOW, PROVIDER, SATO, TIMED, VU


def scored(*given: tuple[str, str]) -> Advisory:
    """Return an advisory of these (system, score)."""
    return replace(TIMED, severity=tuple(Severity(system, "", score) for system, score in given))


def case(number: str, score: str = "", title: str = "題") -> Notice:
    """Return the notice of a case."""
    advisories = (scored(("CVSSv3.1", score)),)
    return Notice(Kind.ADVISORY, Step.FIRST, title, Audience("match"), (), NOW, advisories=advisories, number=number)


def a_digest(*matters: Matter) -> Notice:
    """Return a digest of these cases."""
    return Notice(Kind.DIGEST, Step.FIRST, "まとめ", Audience("digest"), (), NOW, matters=matters)


def test_the_most_urgent_case_comes_first() -> None:
    """By score, then by number as people count, then by title; what has no score stands last."""
    made = a_digest(
        Matter(1, case("I-10")),
        Matter(2, case("I-9", "5.0")),
        Matter(3, case("I-10", "5.0", "い")),
        Matter(4, case("I-10", "5.0", "あ")),
        Matter(5, case("I-11", "9.1")),
        Matter(6, case("I-12", "0.0")),
    )
    told = [(one.notice.number, one.notice.title) for one in chapters(made, None, PROVIDER)]
    assert told == [("I-11", "題"), ("I-9", "題"), ("I-10", "あ"), ("I-10", "い"), ("I-12", "題"), ("I-10", "題")]


def test_a_reader_has_his_own_cases_alone() -> None:
    """A case is told where servers of his are of it, with those of them that it is about and no others."""
    own = (replace(EXPOSURES[0], matter=1), replace(EXPOSURES[2], matter=1), replace(EXPOSURES[1], matter=3))
    made = a_digest(Matter(1, case("I-1"), told=True), Matter(2, case("I-2")), Matter(3, case("I-3"), paged=False))
    first, third = chapters(made, Recipient(AOBA, own), PROVIDER)
    assert (first.notice.number, third.notice.number) == ("I-1", "I-3")
    assert [one.contract.id for one in first.shares] == ["A-0001", "A-0002"]
    assert [one.contract.id for one in first.acting] == ["A-0001"]
    assert [one.contract.id for one in first.ours] == ["A-0002"]
    assert [[host.name for host in one.hosts] for one in third.shares] == [["ns2.aoba.example"]]
    assert (first.told, third.told) == (True, False)
    assert (first.url, third.url) == ("https://info.mihon.example/I-1.html", "")
    assert chapters(made, Recipient(SATO, ()), PROVIDER) == ()


def test_commands_are_for_those_servers_that_the_reader_looks_after() -> None:
    """What the provider updates needs no command of the customer's."""
    ours = a_digest(Matter(1, case("I-1")))
    assert chapters(ours, Recipient(AOBA, (replace(EXPOSURES[2], matter=1),)), PROVIDER)[0].commands == ()
    (his,) = chapters(ours, Recipient(SATO, (replace(EXPOSURES[3], matter=1),)), PROVIDER)
    assert [one.check for one in his.commands] == ["dpkg-query -W timed"]


def test_a_post_tells_every_case_without_shares() -> None:
    """It is for nobody: totals only."""
    (one,) = chapters(a_digest(Matter(1, case("I-1", "7.5"))), None, PROVIDER)
    assert (one.shares, one.acting, one.ours, one.commands) == ((), (), (), ())
    assert one.severity == Severity("CVSSv3.1", "", "7.5")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("CVSSv3.1", "7.5"), ("CVSSv4.0", "8.1"), ("CVSSv2", "5.0")], ("CVSSv4.0", "8.1")),
        ([("CVSSv4.0", "7.5"), ("CVSSv3.1", "7.5")], ("CVSSv4.0", "7.5")),
        ([("CVSSv3.1", "7.5"), ("CVSSv4.0", "7.5")], ("CVSSv4.0", "7.5")),
        ([("CVSSv3.1", "10"), ("CVSSv3.1", "10.1"), ("CVSSv3.1", "99")], ("CVSSv3.1", "10")),
        ([("CVSSv3.1", "0"), ("ubuntu", "medium"), ("CVSSv4.0", "")], ("CVSSv3.1", "0")),
        ([("CVSSv3.1", "-0.5")], None),
        ([("ubuntu", "medium")], None),
        ([], None),
    ],
)
def test_the_highest_score_is_told(given: list[tuple[str, str]], expected: tuple[str, str] | None) -> None:
    """Of equal scores the newest CVSS version's; what is no number from 0 to 10 is no score."""
    notice = replace(case("I-1"), advisories=(replace(VU, severity=()), scored(*given)))
    found = worst(notice)
    assert (found and (found.system, found.score)) == expected
