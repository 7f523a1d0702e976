"""Audiences written as expressions: what is read, what holds, and where a fault is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.inventory import Component, Contract, Customer, PatchedBy, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.matching._expression import (
    Every,
    Expression,
    ExpressionError,
    Flag,
    Like,
    Not,
    OneOf,
    Runs,
    Some,
    holds,
    nodes,
    parse,
    write,
)

EXAMPLE = 'plan in ["VPS", "専用"] and root and product("openssl")'
PLAN, ROOT = OneOf("plan", ("vps", "dedicated")), Flag("root")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EXAMPLE, Every((PLAN, ROOT, Runs("openssl")))),
        ('plan in[「VPS」、"専用サーバー"]', PLAN),
        ("plan=='専用' or root and not acts", Some((OneOf("plan", ("dedicated",)), Every((ROOT, Not(Flag("acts"))))))),
        ('(root or acts) and server != "web01"', Every((Some((ROOT, Flag("acts"))), Not(OneOf("server", ("web01",)))))),
        ("（root）　and　plan ＝＝ “ＶＰＳ”", Every((ROOT, OneOf("plan", ("vps",))))),
        ('os like "Debian:*"', Like("os", "debian:*")),
        ('brand not in ["x", "x", ""]', Not(OneOf("brand", ("x", "")))),
        ('customer == "C-1(東京)"', OneOf("customer", ("C-1(東京)",))),
        ('os in ["a"?, "b"]', OneOf("os", ("a", "b"), ("a",))),
        ('server like "New-*"？', Like("server", "new-*", True)),
        ("not not affected", Not(Not(Flag("affected")))),
    ],
)
def test_what_is_read(text: str, expected: Expression) -> None:
    """`and` binds closer than `or`, marks of full width count as narrow, and texts stay as they are written."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 1, "a test is expected"),
        ("plan", 5, "plan needs =="),
        ('plan == "共同"', 9, "no such plan: 共同"),
        ('plan in ["VPS"', 15, "] is expected"),
        ("root acts", 6, "and, or or the end is expected, not acts"),
        ("root and (acts", 15, ") is expected"),
        ('rooot and plan == "VPS"', 1, "no such word: rooot"),
        ('product "openssl"', 9, "( is expected"),
        ("server == web01", 11, 'a text in "…" is expected, not web01'),
        ('plan == "VPS"?', 14, "the end is expected, not ?"),
        ('server == "web01', 11, "not understood"),
        ("root; import os", 5, "not understood: ;"),
        ("__import__('os')", 1, "no such word: __import__"),
        ("not " * 60 + "root", 205, "more than 50 brackets"),
        ("(" * 3000, 2000, "longer than 2000"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, at: int, words: str) -> None:
    """The error names the character at which reading stopped, and what was expected there."""
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.at == at
    assert words in caught.value.reason()
    assert f"character {at}: " in caught.value.reason()
    assert EXAMPLE in caught.value.hint()


def exposure(
    plan: Plan = Plan.VPS, root: bool = True, server: str = "web01", verdict: MatchVerdict | None = None
) -> Exposure:
    """Make a server of a customer, with one match where a verdict is given."""
    found = (Match(Component("generic", "a", "1"), "A", verdict, Because("upstream-range")),) if verdict else ()
    contract = Contract("K1", "C1", plan, root, PatchedBy.PROVIDER, "x")
    return Exposure(
        Customer("C1", "名", "a@b.example", reseller="C2"), contract, Server(server, "K1", "debian:12"), found
    )


@pytest.mark.parametrize(
    ("text", "one", "expected"),
    [
        (EXAMPLE, exposure(), True),
        (EXAMPLE, exposure(Plan.SHARED), False),
        (EXAMPLE, exposure(root=False), False),
        (EXAMPLE, exposure(server="db01"), False),
        ("acts", exposure(), False),
        ("affected", exposure(), False),
        ("affected", exposure(verdict=MatchVerdict.AFFECTED), True),
        ("affected or unknown", exposure(verdict=MatchVerdict.UNKNOWN), True),
        ("affected", exposure(verdict=MatchVerdict.FIXED_BY_DISTRO), False),
        ('server like "WEB*"', exposure(), True),
        ('os == "debian:12" and reseller == "C2" and brand == "x" and language == "ja"', exposure(), True),
        ('not (plan == "VPS")', exposure(), False),
    ],
)
def test_what_holds(text: str, one: Exposure, expected: bool) -> None:
    """Plans, flags, fields, products and verdicts are asked of one server at a time."""
    assert holds(parse(text), one, lambda server, product: (server, product) == ("web01", "openssl")) is expected


TEXTS = st.text(st.characters(exclude_characters="\"'「」\n", exclude_categories=("Cs", "Cc")), max_size=8)
PLANS = st.sampled_from([one.value for one in Plan])
LEAVES = (
    st.sampled_from(["root", "acts", "affected", "unknown"]).map(Flag)
    | st.lists(PLANS, min_size=1, max_size=3, unique=True).map(lambda plans: OneOf("plan", tuple(plans)))
    | st.builds(
        OneOf,
        st.sampled_from(["server", "customer", "os", "brand"]),
        st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple),
    )
    | st.builds(Like, st.sampled_from(["server", "os"]), TEXTS.map(str.casefold))
    | TEXTS.map(Runs)
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda parts: (
        parts.map(Not)
        | st.lists(parts, min_size=2, max_size=3).map(lambda some: Every(tuple(some)))
        | st.lists(parts, min_size=2, max_size=3).map(lambda some: Some(tuple(some)))
    ),
    max_leaves=8,
)


def meaning(expression: Expression, one: Exposure, runs: bool) -> bool:
    """Say what an expression means, written a second time in the plainest way."""
    if isinstance(expression, Not):
        return not meaning(expression.part, one, runs)
    if isinstance(expression, Every):
        return min(meaning(part, one, runs) for part in expression.parts)
    if isinstance(expression, Some):
        return max(meaning(part, one, runs) for part in expression.parts)
    return holds(expression, one, lambda server, product: runs)


@given(EXPRESSIONS, st.sampled_from(Plan), st.booleans(), st.sampled_from([*MatchVerdict, None]), st.booleans())
def test_what_is_written_reads_the_same(
    expression: Expression, plan: Plan, root: bool, verdict: MatchVerdict | None, runs: bool
) -> None:
    """Any expression that is written out means the same when it is read again, for any server."""
    again = parse(write(expression))
    one = exposure(plan, root, verdict=verdict)
    assert holds(again, one, lambda server, product: runs) == meaning(expression, one, runs)
    assert {type(node) for node in nodes(again)} <= {type(node) for node in nodes(expression)}


@given(st.text(max_size=60) | st.lists(st.sampled_from(EXAMPLE.split()) | st.text(max_size=3)).map(" ".join))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    """Whatever is typed, there is an expression or an error that points into the text."""
    made, at = None, 1
    try:
        made = parse(text)
    except ExpressionError as error:
        at = error.at
    assert 1 <= at <= len(text) + 1
    assert made is None or parse(write(made)) == made
