"""What is found in templates by reading them alone, without rendering a sample; and the made-up notices themselves."""

from pathlib import Path

import pytest

from feedbot.errors import NoticeError
from feedbot.notice import Kind, Step, _template_check, template_check
from feedbot.notice._render import Templates
from feedbot.notice._samples import FORMS, samples
from tests.notice.fixtures import PROVIDER
from tests.notice.test_templates import TEMPLATES, of


def lines(folder: Path, faults: object) -> list[str]:
    """Return faults as lines, their folder left out."""
    return [f"{one.place.removeprefix(f'{folder}/')} {one.reason}" for one in faults]  # type: ignore[attr-defined]


def test_names_that_nothing_sets_are_found(tmp_path: Path) -> None:
    """In every template, with their first lines, by name; what another template sets is set."""
    of(tmp_path, "{% set mine = 1 %}", "notice/part_page.j2")
    templates = of(tmp_path, "{{ mine }}{{ notice }}\n{{ zzz }}{{ aaa }}\n{{ zzz }}", "notice/own_mail.j2")
    assert lines(tmp_path, _template_check._read(templates)) == [
        "notice/own_mail.j2:2 nothing sets aaa",
        "notice/own_mail.j2:2 nothing sets zzz",
    ]
    assert list(_template_check._read(TEMPLATES)) == []


def test_bad_grammar_is_found_once(tmp_path: Path) -> None:
    """With its line; a style sheet is no template."""
    of(tmp_path, "a { color: {{ none }} }", "web/site.css")
    templates = of(tmp_path, "一\n二\n{% if %}", "notice/own_post.j2")
    (found,) = lines(tmp_path, _template_check._read(templates))
    assert found.startswith("notice/own_post.j2:3 not a template: ")


def test_a_file_that_nothing_asks_for_is_found(tmp_path: Path) -> None:
    """With the name that may be meant; one that another of the operator's includes is asked for."""
    of(tmp_path, "x", "notice/advisory_mial.j2")
    of(tmp_path, "x", "qqqqqqqqqq.j2")
    of(tmp_path, "x", "notice/mine.j2")
    templates = of(tmp_path, "{% include 'notice/mine.j2' %}", "notice/part_page.j2")
    assert lines(tmp_path, _template_check._unasked(templates)) == [
        "notice/advisory_mial.j2:1 no template of this name is asked for; did you mean notice/advisory_mail.j2?",
        "qqqqqqqqqq.j2:1 no template of this name is asked for",
    ]
    of(tmp_path, "{% if %}", "notice/part_page.j2")
    assert len(lines(tmp_path, _template_check._unasked(templates))) == 3


def test_what_fails_is_placed() -> None:
    """An error without a line is put on the first; the reason does not say the place again."""
    assert _template_check._fault(NoticeError("a.j2:7", "it fails"), "own") == template_check.Fault(
        "a.j2:7", "it fails", "own"
    )
    assert _template_check._fault(NoticeError("a.j2", "it fails")) == template_check.Fault("a.j2:1", "it fails", "")


def test_an_override_is_compared_line_by_line(tmp_path: Path) -> None:
    """Under its name and place, its note left out; what is not overridden is not compared."""
    shipped = TEMPLATES.source("notice/part_page.j2")
    first, rest = shipped.split("\n", 1)
    of(tmp_path, template_check.noted("notice/part_page.j2", "1.0", f"違う\n{rest}"), "notice/part_page.j2")
    (one,) = template_check.overrides(Templates.load((tmp_path,)))
    assert (one.name, one.path, one.since) == (
        "notice/part_page.j2",
        str(tmp_path / "notice/part_page.j2"),
        "same",
    )
    assert one.lines[:2] == ("--- notice/part_page.j2", f"+++ {one.path}")
    assert f"-{first}" in one.lines
    assert "+違う" in one.lines
    assert template_check.overrides(TEMPLATES) == ()


def test_a_note_is_a_comment_in_the_file_s_language() -> None:
    """Of the shipped file's own sum, whatever words stand below it."""
    digest = template_check.digest(TEMPLATES.source("web/site.css"))
    assert template_check.noted("web/site.css", "1.0", "a{}") == f"/* based on feedbot 1.0, sha256 {digest} */\na{{}}"
    mail = TEMPLATES.source("notice/mail.html.j2")
    assert template_check.noted("notice/mail.html.j2", "1.0") == (
        f"{{# based on feedbot 1.0, sha256 {template_check.digest(mail)} #}}\n{mail}"
    )
    assert template_check.digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(NoticeError, match=r"^none\.j2: no such template"):
        template_check.noted("none.j2", "1.0")


def test_the_samples_are_of_every_kind_and_step() -> None:
    """A kind, a step or a sort of audience that no sample has would only look tried."""
    every = {one.name: one for one in samples(PROVIDER, TEMPLATES)}
    kinds = {kind: {one.notice.step for one in every.values() if one.notice.kind is kind} for kind in Kind}
    assert kinds == {
        Kind.ADVISORY: {Step.FIRST, Step.UPDATE, Step.REMINDER},
        Kind.TROUBLE: {Step.FIRST, Step.UPDATE, Step.DONE},
        Kind.MAINTENANCE: {Step.FIRST, Step.DONE},
        Kind.OWN: {Step.FIRST, Step.CORRECTION, Step.WITHDRAWN, Step.DONE},
        Kind.LISTING: {Step.FIRST, Step.DONE},
        Kind.DIGEST: {Step.FIRST},
    }
    assert set(FORMS) <= every.keys()
    assert {one.notice.audience.rule for one in every.values()} >= {
        *("match", "contract", "none", "told", "still", "patched", "digest"),
    }
    assert [len(every[name].recipients) for name in ("advisory", "advisory, whole", "thanks", "digest")] == [3, 1, 1, 3]
    assert every["advisory, whole"].notice.quote == "whole"
    assert every["advisory, update"].notice.block("change")
    assert every["advisory without versions"].notice.audience.rule == "contract"
    assert "CISA" in every["reminder"].notice.block("reminder")
    assert [one.told for one in every["digest"].notice.matters] == [False, True, False]
    assert [one.draft for one in every["digest"].notice.matters] == [3, 1, 2]
    assert len(every["digest, one case"].notice.matters) == 1
    assert every["digest, one case"].notice.rest
    for name in ("advisory, every block", "digest, every block"):
        assert every[name].notice.block("body") == "本文です。"


def test_no_sample_has_anybodys_data() -> None:
    """Names, hosts and addresses are of the domains that are nobody's; what a form leaves open is filled in."""
    for one in samples(PROVIDER, TEMPLATES):
        words = " ".join((one.notice.title, *(block.text for block in one.notice.blocks)))
        assert "\u3014" not in words
        assert one.notice.number in ("", "INFO-2026-0001", "INFO-2026-0004") or one.notice.number.startswith("INFO-")
        for recipient in one.recipients:
            assert recipient.customer.email.endswith("@customer.example")
            assert all(share.server.name.endswith(".example") for share in recipient.exposures)
            assert all(share.contract.customer == recipient.customer.id for share in recipient.exposures)
