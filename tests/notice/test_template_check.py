import re
from pathlib import Path

import pytest

from feedbot.notice import render, template_check
from feedbot.notice._samples import FORMS
from tests.notice.fixtures import PROVIDER
from tests.notice.test_render import overridden


def found(folder: Path, name: str, text: str) -> list[str]:
    """Return the faults of one override as lines, its folder left out."""
    faults = template_check.check(overridden(folder, name, text), PROVIDER)
    return [f"{one.place.removeprefix(f'{folder}/')} {one.reason}" for one in faults]


def test_nothing_is_wrong_with_what_is_shipped() -> None:
    """All shipped templates and forms render on every sample, and ask for nothing that is set nowhere."""
    assert template_check.check(render.Templates.load(), PROVIDER) == ()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("notice/own_mail.j2", "あ\n{{ nothing }}\n", "notice/own_mail.j2:2 nothing sets nothing"),
        ("notice/own_mail.j2", "あ\n{% if false %}\n{{ nothing }}{% endif %}", "own_mail.j2:3 nothing sets nothing"),
        ("notice/own_mail.j2", "{{ provider.fax }}", "own_mail.j2:1 .*has no attribute 'fax'"),
        ("notice/own_post.j2", "あ\nい\n{% if %}", "own_post.j2:3 not a template"),
        ("notice/trouble_post.j2", "あ\n{{ block('status') }}\n", "trouble_post.j2:2 .*leaves out the block"),
        ("notice/mail.html.j2", "{{ body.__class__ }}", "mail.html.j2:1 .*unsafe"),
        ("notice/listing_post.j2", "{% for a in 'x'|center(999)|list %}{% for b in 'x'|center(999)|list %}"
         "{% endfor %}{% endfor %}", "listing_post.j2:1 .*goes round too often"),
        ("notice/reminder_blocks.j2", "{% block reminder %}{{ 1 / 0 }}{% endblock %}", "reminder_blocks.j2:1 .*zero"),
        ("notice/listing_blocks.j2", "{% block body %}{{ lists.x }}{% endblock %}", "listing_blocks.j2:1 "),
        ("web/index.html.j2", "あ\n{{ rows[0].x }}", "web/index.html.j2:2 "),
        ("notice/advisory_mial.j2", "あ", "did you mean notice/advisory_mail.j2"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    """Unknown names, also where no sample comes, left-out blocks, waste, breaches, and files that nothing asks for."""
    faults = found(tmp_path, name, text)
    assert any(re.search(words, one) for one in faults), faults


def test_one_file_alone_is_asked_about(tmp_path: Path) -> None:
    """The faults of others are left out."""
    overridden(tmp_path, "notice/own_post.j2", "{{ nothing }}")
    templates = overridden(tmp_path, "notice/own_mail.j2", "{{ nothing }}")
    faults = template_check.check(templates, PROVIDER, str(tmp_path / "notice/own_mail.j2"))
    assert {one.place for one in faults} == {f"{tmp_path}/notice/own_mail.j2:1"}


def test_an_override_says_what_it_rests_on(tmp_path: Path) -> None:
    """A noted copy differs in nothing and rests on today's; another's is out of date; none is unknown."""
    name = "notice/part_greeting.j2"
    copied = template_check.noted(name, "0.1.0")
    (one,) = template_check.overrides(overridden(tmp_path, name, copied))
    assert (one.name, one.since, one.lines) == (name, "same", ())
    (one,) = template_check.overrides(overridden(tmp_path, name, copied + "追記\n"))
    assert one.lines[-1] == "+追記"
    old = template_check.digest("old")
    aged = copied.replace(template_check.digest(render.Templates.load().source(name)), old)
    assert template_check.overrides(overridden(tmp_path, name, aged))[0].since == "changed"
    renewed = template_check.noted(name, "0.2.0", aged)
    assert template_check.overrides(overridden(tmp_path, name, renewed))[0].since == "same"
    assert renewed.count("sha256") == 1
    assert template_check.overrides(overridden(tmp_path, name, "平素は\n"))[0].since == "unknown"


def test_a_noted_copy_renders_as_the_shipped_one(tmp_path: Path) -> None:
    """The note is a comment, in a template and in a style sheet."""
    for name in ("notice/subject.j2", "notice/part_greeting.j2", "web/site.css"):
        templates = overridden(tmp_path, name, template_check.noted(name, "0.1.0"))
    assert template_check.check(templates, PROVIDER) == ()


def test_every_form_is_tried() -> None:
    """A form that no sample is made of would only look tried."""
    assert {path.stem for path in (render.shipped() / "forms").iterdir()} == set(FORMS)
