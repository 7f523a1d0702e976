"""advisory diff and show, case show, merge and split, quarantine retry: as an operator meets them."""

import json
from pathlib import Path

import pytest

from feedbot.matching import Disagreement
from tests.cli.test_commands import DATA, Desk, desk

__all__ = ["desk"]


def rows(text: str) -> list[dict[str, object]]:
    """Read JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def edition(desk: Desk, folder: str) -> None:
    """Take in the alert of an edition of the demo's publisher by hand."""
    desk("collect", "csirt_a", "--from", DATA / folder / "at" / "2026" / "at260001.txt", "--no-draft")


@pytest.fixture
def revised(desk: Desk) -> Desk:
    """A desk that holds two revisions of one alert."""
    desk("db", "upgrade")
    edition(desk, "www")
    edition(desk, "www-2")
    return desk


def test_a_difference_field_by_field(revised: Desk) -> None:
    """The last two revisions: each changed field with its values and a line diff; 0 as something changed."""
    code, out, _ = revised("advisory", "diff", "CSIRT-A-AT-2026-0001", "--json")
    (found,) = rows(out)
    fields = {one["field"]: one for one in found["fields"]}
    assert (code, found["from"]["sequence"], found["to"]["sequence"]) == (0, 1, 2)
    assert any(line.startswith("+") for line in fields["history"]["diff"])
    assert fields["affected"]["before"] != fields["affected"]["after"]
    code, out, _ = revised("advisory", "diff", "CSIRT-A-AT-2026-0001", "2", "1", lang="ja")
    assert (code, "改訂履歴:" in out, "第 2 版 → 第 1 版" in out) == (0, True, True)


def test_a_difference_that_is_none(revised: Desk) -> None:
    """A revision against itself, one that is not there, and an advisory of one revision."""
    assert revised("advisory", "diff", "CSIRT-A-AT-2026-0001", "1", "1")[0] == 1
    code, _, err = revised("advisory", "diff", "CSIRT-A-AT-2026-0001", "1", "7")
    assert (code, "there is no revision 7" in err, "1 to 2" in err) == (1, True, True)
    revised("collect", "csirt_a", "--from", DATA / "www" / "at" / "2026" / "at260002.txt", "--no-draft")
    code, _, err = revised("advisory", "diff", "CSIRT-A-AT-2026-0002")
    assert (code, "one revision only" in err) == (1, True)


def test_show_tells_what_each_revision_changed(revised: Desk) -> None:
    """The first changed nothing, the second the fields and the publisher's own words for it."""
    first, second = rows(revised("advisory", "show", "csirt-a-at-2026-0001")[1])[0]["seen"]
    assert (first["changed"], first["history"]) == ([], [])
    assert "history" in second["changed"]
    assert len(second["history"]) == 1
    assert second["seen_at"] >= first["seen_at"]


def test_a_case_shows_where_its_publishers_differ(revised: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each product of which two advisories give different versions, with what each says; none where they agree."""
    (listed,) = rows(revised("case", "list", "--json")[1])
    name = str(listed["case"])
    assert rows(revised("case", "show", name, "--json")[1])[0]["disagreements"] == []
    says = (("A-1", "vers:generic/<2"), ("B-1", "vers:generic/<3"))
    found = (Disagreement("Sample", says, lower_only=False), Disagreement("Other", says, lower_only=True))
    monkeypatch.setattr("feedbot.matching.disagreements", lambda *_: found)
    first = rows(revised("case", "show", name, "--json")[1])[0]["disagreements"][0]  # type: ignore[index]  # of JSON
    assert first["says"][1] == {"advisory": "B-1", "vers": "vers:generic/<3"}
    shown = revised("case", "show", name, lang="ja")[1]
    assert "Sample: 影響を受けるバージョンが発行元によって異なります" in shown
    assert "Other: 影響を受け始めたバージョンだけが" in shown
    assert "B-1: vers:generic/<3" in shown


def test_merge_and_split_by_hand(revised: Desk) -> None:
    """Two cases made one and parted again, each by a person; show says by whom, the list has the sort."""
    revised("collect", "csirt_a", "--from", DATA / "www" / "at" / "2026" / "at260002.txt", "--no-draft")
    listed = rows(revised("case", "list", "--json")[1])
    first, second = sorted(str(one["case"]) for one in listed)
    assert {one["kind"] for one in listed} == {"vulnerability", "attack"}
    assert revised("case", "merge", first, second)[0] == 0
    shown = rows(revised("case", "show", second, "--json")[1])[0]
    assert (shown["case"], [one["number"][-1] for one in shown["advisories"]]) == (first, ["1", "2"])
    assert {one["decided_by"] for one in shown["advisories"]} == {"見本の担当者"}
    assert "by 見本の担当者" in revised("case", "show", first)[1]
    code, out, _ = revised("case", "split", first, "CSIRT-A-AT-2026-0002", lang="ja")
    assert (code, out.count("に属する情報")) == (0, 2)
    assert len(rows(revised("case", "list", "--json")[1])) == 2
    log = revised("audit", "show")[1]
    assert "merge-case" in log
    assert "split-case" in log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["case", "merge", "CASE"], "two different cases"),
        (["case", "merge", "CASE", "C-1999-0001"], "no such case"),
        (["case", "split", "CASE", "X-1"], "X-1 is not in this case"),
        (["case", "split", "CASE", "CSIRT-A-AT-2026-0001"], "nothing would be left"),
        (["quarantine", "retry", "77"], "no such quarantined item"),
        (["quarantine", "retry", "77", "--held"], "no such held text"),
    ],
)
def test_a_wrong_word_is_answered_plainly(revised: Desk, arguments: list[str], words: str) -> None:
    """One line that says what is wrong, and 1."""
    (case,) = rows(revised("case", "list", "--json")[1])
    code, _, err = revised(*(case["case"] if word == "CASE" else word for word in arguments))
    assert (code, words in err) == (1, True), err


def test_quarantine_by_hand(desk: Desk, tmp_path: Path) -> None:
    """A broken page and a forged one: listed with their times, shown, retried by number, set aside."""
    desk("db", "upgrade")
    broken = tmp_path / "broken.txt"
    broken.write_text("-----BEGIN nothing", encoding="utf-8")
    desk("collect", "csirt_a", "--from", broken, "--no-draft")
    desk("collect", "csirt_a", "--from", DATA / "www" / "at" / "2026" / "at260004.txt", "--no-draft")
    code, out, _ = desk("quarantine", "list", "--json")
    found = {one["kind"]: one for one in rows(out)}
    assert (code, set(found)) == (1, {"quarantined", "held"})
    assert found["quarantined"]["times"] == 1
    item, held = found["quarantined"]["id"], found["held"]["id"]
    code, out, _ = desk("quarantine", "retry", item, "--json")
    assert (code, len(json.loads(out)["quarantined"])) == (3, 1)
    assert rows(desk("quarantine", "list", "--json")[1])[0]["times"] == 2
    assert len(json.loads(desk("quarantine", "retry", held, "--held", "--json")[1])["held"]) == 1
    assert json.loads(desk("quarantine", "show", held, "--held")[1])["advisory"]["number"] == "CSIRT-A-AT-2026-0004"
    assert desk("quarantine", "accept", item)[0] == 0
    assert desk("quarantine", "accept", held, "--held")[0] == 0
    assert desk("quarantine", "list")[0] == 0
    assert desk("quarantine", "retry", "nowhere")[0] == 2


@pytest.mark.parametrize("arguments", [["case", "merge", "C-1", "C-2"], ["case", "split", "C-1", "X-1"]])
def test_each_decision_needs_a_person(desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Root with nobody behind merges and splits nothing."""
    from feedbot.cli._person import Person

    desk("db", "upgrade")
    monkeypatch.setattr("feedbot.cli._person.here", lambda people: Person("root", accountable=False))
    code, _, err = desk(*arguments)
    assert (code, "a decision needs a person" in err) == (1, True)
