"""feedbot template: check, diff, copy and form, by their exit codes and what they print."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from feedbot import cli
from tests.cli.test_catalog import CONFIG

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a configuration with a folder of templates."""
    text = CONFIG.format(catalog="") + 'templates = ["mine"]\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", lang, "template", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def test_a_copy_is_checked_compared_and_kept(run: Run, tmp_path: Path) -> None:
    """From the first copy to a template that is the operator's own: 0 while all is well, 1 where something is not."""
    mine = tmp_path / "mine/notice/part_greeting.j2"
    assert run("diff")[:2] == (0, "no template of your own is in force\n")
    assert run("copy", "notice/part_greeting.j2")[0] == 0
    assert run("copy", "notice/part_greeting.j2")[0] == 1
    assert run("check")[0] == 0
    assert "the shipped one has not changed since" in run("diff")[1]
    mine.write_text("いつも\n{{ nobody }}\n", encoding="utf-8")
    code, out, _ = run("check", mine)
    assert (code, out.splitlines()[0].startswith(f"{mine}:2: ")) == (1, True)
    code, out, _ = run("check", "--json")
    assert (code, {one["place"] for one in json.loads(out)}) == (1, {f"{mine}:2"})
    assert run("diff")[0] == 1
    assert run("diff", "--note")[0] == 0
    code, out, _ = run("diff", "--json")
    assert (code, json.loads(out)[0]["since"]) == (0, "same")
    assert "+{{ nobody }}" in json.loads(out)[0]["diff"]


def test_a_template_is_tried_before_it_is_put_in_its_place(run: Run, tmp_path: Path) -> None:
    """A file elsewhere, in a folder of the right name, is checked as if it were in force; another is refused."""
    draft = tmp_path / "work/notice/own_post.j2"
    draft.parent.mkdir(parents=True)
    draft.write_text("{{ nobody }}", encoding="utf-8")
    assert run("check", draft)[0] == 1
    assert run("check")[0] == 0
    assert run("check", tmp_path / "config.toml")[0] == 2


def test_forms_are_listed_and_printed(run: Run) -> None:
    """What is printed can be filled in and given to `draft new --from`."""
    names = run("form")[1].split()
    assert "trouble-first" in names
    code, out, _ = run("form", "trouble-first")
    assert (code, out.splitlines()[0]) == (0, "種別: 障害報告")
    assert run("form", "nothing")[0] == 1
