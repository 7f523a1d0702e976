"""Marks in a title that say where its publisher stands."""

from dataclasses import replace

import pytest

from feedbot.advisory import Status
from feedbot.advisory.revision import Kind, compare
from feedbot.source._facts import status_of
from tests.advisory.samples import PLAIN

MARKS = {
    Status.WITHDRAWN: [
        "** 削除 **",
        "** 削除 ** 見本の脆弱性",
        "**削除**見本",
        "＊＊　削除　＊＊",
        "削除",
        "** REJECT ** Do not use this number",
        "REJECT",
        "Rejected reason: a duplicate",
        "【取り下げ】見本の脆弱性",
        "見本の脆弱性(取下げ)",
        "【取下】見本",
        "Mihon advisory withdrawn",
    ],
    Status.DRAFT: ["** 未確定 ** 見本の脆弱性", "＊＊ 未確定 ＊＊ 見本", "** DISPUTED ** Mihon", "見本の脆弱性(暫定)"],
    Status.FINAL: [
        "見本の脆弱性",
        "見本における任意のファイルが削除される脆弱性",
        "Mihon rejects valid tokens",
        "取下ろし",
    ],
}


@pytest.mark.parametrize(("status", "title"), [(status, one) for status, titles in MARKS.items() for one in titles])
def test_marks_of_a_title(status: Status, title: str) -> None:
    """Each mark in the forms that publishers write it."""
    assert status_of(title) is status


@pytest.mark.parametrize("title", MARKS[Status.WITHDRAWN])
def test_a_title_that_becomes_a_mark_is_a_change_of_status(title: str) -> None:
    """In place and without a date: CHANGED, and the status is among the fields; so it is on the way back."""
    gone = replace(PLAIN, title=title, status=status_of(title))
    assert compare(PLAIN, gone).kind is Kind.CHANGED
    assert {"title", "status"} <= set(compare(PLAIN, gone).fields)
    assert "status" in compare(gone, PLAIN).fields
