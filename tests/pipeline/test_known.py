"""Values in an audience's expression that nobody has: told before anything is counted or drafted."""

from dataclasses import replace

import pytest

from feedbot.matching import expression
from feedbot.notice import Kind
from feedbot.pipeline import Brand, Edges, audiences, draft
from feedbot.store import drafts, reading
from tests.fakes import PROVIDER
from tests.pipeline.conftest import import_fleet


@pytest.fixture
def fleet(edges: Edges) -> Edges:
    """The demo's fleet, with a brand in the configuration."""
    import_fleet(edges)
    return replace(edges, brands={"mihon-x": Brand(PROVIDER, edges.templates)})


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ('brand != "mihno-x"', 10, "near: mihon-x"),
        ('root and not (os == "Debian:12")', 21, "near: debian:12"),
        ('os like "debain:*"', 9, "debain:*"),
        ('customer in ["C001", "C0001"]', 22, "near: C001"),
        ('server not in ["nowhere"]', 16, "there are "),
        ('contract == "x"', 13, "no contract is x"),
        ('reseller != "C4"', 13, "no reseller is C4"),
        ('language == "jp"', 13, "there are en, ja"),
        ('plan like "pvs*"', 11, "there are dedicated, managed"),
    ],
)
def test_a_value_that_nobody_has_is_refused(fleet: Edges, text: str, at: int, words: str) -> None:
    """Each field, at its place, with values that are near or that there are; the same where a notice is drafted."""
    for attempt in (
        lambda: audiences.count(fleet, text, Kind.OWN),
        lambda: draft.new_own(fleet, "件名: 件\n\n文\n", "tester", text),
        lambda: draft.new_own(fleet, f"件名: 件\n対象: 条件 {text}\n\n文\n", "tester"),
    ):
        with pytest.raises(expression.ExpressionError) as caught:
            attempt()
        assert caught.value.at == at
        assert words in caught.value.reason()
    with reading(fleet.database) as tx:
        assert drafts.listing(tx) == ()


@pytest.mark.parametrize(
    ("text", "all_of_them"),
    [
        ('brand != "mihon-y"?', True),
        ('brand == ""', True),
        ('os in ["debian:14"?, "debian:12"]', True),
        ('os == "debian:14"？', False),
        ('server like "new-*"?', False),
        ('brand == "mihon-x"', False),
        ('language in ["ja", "en"] and reseller == ""', True),
    ],
)
def test_a_value_may_be_still_to_come(fleet: Edges, text: str, all_of_them: bool) -> None:
    """With ? behind it a text need be nobody's; a brand may be of the configuration alone; "" is none."""
    every = audiences.count(fleet, "すべてのお客様", Kind.OWN).customers
    assert (audiences.count(fleet, text, Kind.OWN).customers == every) is all_of_them
