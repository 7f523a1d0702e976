"""Audiences as operators write them, and as drafts show them."""

import pytest

from feedbot.errors import NoticeError
from feedbot.matching import expression
from feedbot.notice import Audience
from feedbot.notice._audience import audience_text, read_audience

EVERY = ("shared", "vps", "dedicated", "managed")
WRITTEN = [
    (Audience("match"), "影響のあるお客様"),
    (Audience("none"), "なし"),
    (Audience("digest"), "まとめの各件に該当するお客様"),
    (Audience("told", number="INFO-2026-0001"), "先にお知らせしたお客様(INFO-2026-0001)"),
    (Audience("still", number="INFO-2026-0001"), "引き続き影響のあるお客様(INFO-2026-0001)"),
    (Audience("patched", number="INFO-2026-0001"), "対応を確認できたお客様(INFO-2026-0001)"),
    (Audience("changed", number="INFO-2026-0001"), "状況が変わったお客様(INFO-2026-0001)"),
    (Audience("contract", EVERY), "すべてのお客様"),
    (Audience("contract", EVERY, True), "すべてのお客様(root)"),
    (Audience("contract", EVERY, False), "すべてのお客様(rootなし)"),
    (Audience("contract", ("dedicated", "vps"), True), "専用,VPS(root)"),
    (Audience("contract", ("shared",)), "共用"),
    (Audience("contract", ("managed",), False), "マネージド(rootなし)"),
    (Audience("expression", expression='plan == "VPS" and root'), '条件 plan == "VPS" and root'),
]


@pytest.mark.parametrize(("audience", "text"), WRITTEN)
def test_an_audience_has_one_wording(audience: Audience, text: str) -> None:
    """Written so, and read back from it."""
    assert audience_text(audience) == text
    assert read_audience(text, "対象") == audience


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 専用サーバー、VPS (root) ", Audience("contract", ("dedicated", "vps"), True)),
        ("共用サーバー・マネージドサーバー", Audience("contract", ("shared", "managed"))),
        ("専用(rootなし)", Audience("contract", ("dedicated",), False)),
        (" 影響のある お客様 ", Audience("match")),
        ("専用\uff08root\uff09", Audience("contract", ("dedicated",), True)),
        ("引き続き影響のあるお客様\uff08INFO-1\uff09", Audience("still", number="INFO-1")),
        ("先にお知らせしたお客様(INFO-2026-0001)", Audience("told", number="INFO-2026-0001")),
        ("引き続き影響のあるお客様( INFO-1 )", Audience("still", number="INFO-1")),
        ('  条件:  plan == "VPS"', Audience("expression", expression='plan == "VPS"')),
        ('条件\uff1aplan == "VPS"', Audience("expression", expression='plan == "VPS"')),
    ],
)
def test_other_spellings_are_read_too(text: str, expected: Audience) -> None:
    """サーバー behind a plan, wide brackets, blanks, 、 or ・ between plans, a colon behind 条件."""
    assert read_audience(text, "対象") == expected


def test_an_expression_stands_in_one_line() -> None:
    """It is a field of a draft's text, which has one line a field."""
    assert audience_text(Audience("expression", expression='plan == "VPS"\n  and  root')) == (
        '条件 plan == "VPS" and root'
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("全員以外", "全員以外"),
        ("専用,誰か", "誰か"),
        ("サーバー専用", "サーバー専用"),
        ("専用(管理者)", "(管理者)"),
        ("先にお知らせしたお客様", "先にお知らせしたお客様"),
        ("先にお知らせしたお客様()", "先にお知らせしたお客様"),
        ("引き続き影響のあるお客様(INFO-1", "引き続き影響のあるお客様(INFO-1"),
        ("", ""),
    ],
)
def test_an_unknown_word_is_named_with_what_is_known(text: str, word: str) -> None:
    """The error says where it stands and lists what may stand there."""
    with pytest.raises(NoticeError) as caught:
        read_audience(text, "line 7")
    assert str(caught.value).startswith("line 7: ")
    assert str(caught.value).endswith(f": {word}")
    assert caught.value.hint() == (
        "known: 影響のあるお客様, 先にお知らせしたお客様(INFO-2026-0001), すべてのお客様, なし, 共用, VPS, 専用, "
        "マネージド, (root), (rootなし), 条件 …"
    )


def test_an_expression_that_cannot_be_read_is_an_error() -> None:
    """It is found when it is written, not when mails are to go."""
    with pytest.raises(expression.ExpressionError):
        read_audience("条件 plan ==", "対象")
