"""feedbot phrase, as an operator and a script meet it."""

import json

import pytest

from feedbot import cli


def test_what_narrows_and_what_is_in_doubt_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Conditions, denials, corrections and words of two senses stand beside the range; 1 as a piece was not read."""
    lines = [
        "Sample 3.1 以前で Library 2.0 を利用する場合",
        "Sample 24 以降は影響を受けません",
        "Sample 4.2 で修正済み",
        "Sample versions prior to 4.2.8",
        "Sample 3.7 以降",
    ]
    assert cli.invoke(["--lang", "ja", "phrase", *lines]) == 1
    shown = capsys.readouterr().out
    for words in (
        "条件・注記: で Library 2.0 を利用する場合",
        "影響を受けない範囲: vers:generic/>=24",
        "修正済みのバージョン: 4.2",
        "二通りに使われる語: prior to",
        "範囲: vers:generic/>=3.7\n  読めない部分: 以降",
    ):
        assert words in shown


def test_a_line_without_a_range_says_why_in_its_note(capsys: pytest.CaptureFixture[str]) -> None:
    """A denial, a revision and a word of two senses are complete, and cannot be taken for anything else."""
    lines = ["Sample 4 より前のバージョンには影響しません", "revision 53153 より前の開発版", "Sample 9.10 より以前"]
    assert cli.invoke(["--lang", "ja", "phrase", "--json", *lines]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["vers"], one["note"]) for one in found] == [
        (None, "影響を受けないと述べている: vers:generic/<4"),
        (None, "読み取れたが、バージョンとは照合できない記載: revision 53153 より前の開発版"),
        ("vers:generic/<=9.10", "境界を含むかどうか二通りに使われる語: より以前"),
    ]
    assert cli.invoke(["--lang", "ja", "phrase", lines[1]]) == 0
    assert "照合できない記載: revision 53153 より前の開発版" in capsys.readouterr().out


def test_a_line_of_a_publishers_list_is_no_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    """--listed says where the line stands; each piece of it is told with what it was taken for."""
    assert cli.invoke(["phrase", "--listed", "--json", "Sample 3.7 以降"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["vers"], found["complete"], found["unaffected"]) == ("vers:generic/>=3.7", True, None)
    assert [(piece["text"], piece["means"]) for piece in found["pieces"]] == [
        ("Sample", "product"),
        ("3.7", "version"),
        ("以降", "bound"),
    ]
