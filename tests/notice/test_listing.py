"""Notices about DNS block lists: whom they go to, and what of them changes when it is over."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from feedbot.notice import Audience, Kind, Notice, Step, render
from feedbot.notice._listing import TITLE, BlockList, delisted, listed

TEMPLATES = render.Templates.load()
LISTS = (BlockList("bl.example", "見本リスト", "https://bl.example/off"), BlockList("sp.example", "第二リスト"))
NIGHT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
"""Half past midnight of the 25th in Japan."""


def first(*, acts: bool = True) -> Notice:
    """Draft the first edition."""
    return listed("vps101", "C-7", "192.0.2.7", iter(LISTS), NIGHT, TEMPLATES, acts=acts)


def over(previous: Notice, *, acts: bool = True, moved: bool = False) -> Notice:
    """Draft the edition that ends it, four days later."""
    later = NIGHT.replace(day=28)
    return delisted(previous, "vps101", "192.0.2.7", iter(LISTS), later, TEMPLATES, acts=acts, moved=moved)


def words(notice: Notice) -> str:
    """Return all its blocks as one text."""
    return "\n".join(block.text for block in notice.blocks)


def test_the_first_edition() -> None:
    """It goes to the server's customer of now alone, and is of the day it is in Japan."""
    made = first()
    assert (made.kind, made.step, made.title, made.edition) == (Kind.LISTING, Step.FIRST, TITLE, 1)
    assert made.audience == Audience("expression", expression='server == "vps101" and customer == "C-7"')
    assert (made.as_of, made.history) == (NIGHT, ((date(2026, 11, 25), "公開"),))
    for word in ("vps101", "192.0.2.7", "見本リスト", "https://bl.example/off", "第二リスト"):
        assert word in words(made)
    assert "登録されていることを、" in words(made)
    assert "解除されたことを、" not in words(made)
    bare = (LISTS[0], BlockList("sp.example", "第二リスト", ""))
    assert (made, BlockList("a", "b").url) == (
        listed("vps101", "C-7", "192.0.2.7", bare, NIGHT, TEMPLATES, acts=True),
        "",
    )


@pytest.mark.parametrize("moved", [False, True])
def test_the_edition_that_ends_it(moved: bool) -> None:
    """The next edition of the same notice, for the same reader; where the server has moved, for those who were told."""
    published = replace(first(), number="INFO-2026-0007", edition=3, issued=date(2026, 11, 25))
    made = over(published, moved=moved)
    assert (made.kind, made.step, made.title, made.number) == (Kind.LISTING, Step.DONE, TITLE, "INFO-2026-0007")
    assert (made.edition, made.issued, made.as_of) == (4, None, NIGHT.replace(day=28))
    assert made.audience == (Audience("told", number="INFO-2026-0007") if moved else published.audience)
    assert made.history == (*published.revisions, (date(2026, 11, 29), "解除"))
    assert "192.0.2.7" in words(made)
    assert "解除されたことを、" in words(made)


def test_what_is_said_hangs_on_who_looks_after_the_server() -> None:
    """A customer who acts himself reads what to do, another what the provider does."""
    assert words(first()) != words(first(acts=False))
    published = replace(first(acts=False), number="INFO-2026-0007")
    assert words(over(published)) != words(over(published, acts=False))
