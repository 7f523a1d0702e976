"""The light markup: what each line is by its start, and which lines make one part."""

import pytest

from feedbot.notice._layout import Part, Sort, parse


def read(*lines: str) -> list[tuple[Sort, tuple[str, ...]]]:
    """Return the parts of these lines."""
    return [(one.sort, one.lines) for one in parse("\n".join(lines))]


@pytest.mark.parametrize(
    ("line", "sort", "words"),
    [
        ("## 見出し ", Sort.HEADING, "見出し"),
        ("###  見出し", Sort.HEADING, "見出し"),
        ("■見出し", Sort.HEADING, "見出し"),
        ("# 見出し", Sort.PARAGRAPH, "# 見出し"),
        ("##見出し", Sort.PARAGRAPH, "##見出し"),
        ("- 項目", Sort.ITEMS, "項目"),
        ("・項目", Sort.ITEMS, "項目"),
        ("-項目", Sort.PARAGRAPH, "-項目"),
        ("---", Sort.RULE, ""),
        ("-----", Sort.RULE, ""),
        ("--", Sort.PARAGRAPH, "--"),
        ("---a", Sort.PARAGRAPH, "---a"),
        (">引用", Sort.QUOTE, "引用"),
        (">  引用", Sort.QUOTE, " 引用"),
        ("    code ", Sort.CODE, "code"),
        ("   text", Sort.PARAGRAPH, "   text"),
        ("名 :: 値", Sort.FACTS, "名 :: 値"),
        ("名:: 値", Sort.PARAGRAPH, "名:: 値"),
        ("a:b :: 値", Sort.PARAGRAPH, "a:b :: 値"),
    ],
)
def test_a_line_by_its_start(line: str, sort: Sort, words: str) -> None:
    """Its marks are taken off, and blanks behind it."""
    assert read(line) == [(sort, (words,))]


def test_a_fact_has_a_name_and_a_value() -> None:
    """Divided at the first separator; the value keeps the blanks before it, and may be empty."""
    facts = Part(Sort.FACTS, ("名 :: 値 :: 二", "空 ::", "字 ::   下げ"))
    assert list(facts.facts()) == [("名", "値 :: 二"), ("空", ""), ("字", "  下げ")]


def test_lines_of_one_sort_are_one_part_until_a_blank_line() -> None:
    """Each heading is its own; a blank line ends anything, one of code does not."""
    assert read("一", "二", "", "三") == [(Sort.PARAGRAPH, ("一", "二")), (Sort.PARAGRAPH, ("三",))]
    assert read("一", " ", "三") == [(Sort.PARAGRAPH, ("一",)), (Sort.PARAGRAPH, ("三",))]
    assert read("■一", "■二") == [(Sort.HEADING, ("一",)), (Sort.HEADING, ("二",))]
    assert read("    一", "    ", "    二") == [(Sort.CODE, ("一", "", "二"))]
    assert read("    一", "", "    二") == [(Sort.CODE, ("一",)), (Sort.CODE, ("二",))]
    assert read("一", "- 二") == [(Sort.PARAGRAPH, ("一",)), (Sort.ITEMS, ("二",))]


def test_an_entry_goes_on_in_lines_set_in() -> None:
    """By two blanks, the newest entry, of items and facts; what begins with another mark, or anew, does not."""
    assert read("- 一", "- 二", "  XX続き ") == [(Sort.ITEMS, ("一", "二\nXX続き"))]
    assert read("名 :: 値", "  続き") == [(Sort.FACTS, ("名 :: 値\n続き",))]
    assert read("- 一", "続き") == [(Sort.ITEMS, ("一",)), (Sort.PARAGRAPH, ("続き",))]
    assert read("- 一", " 続き") == [(Sort.ITEMS, ("一",)), (Sort.PARAGRAPH, (" 続き",))]
    assert read("- 一", "", "  続き") == [(Sort.ITEMS, ("一",)), (Sort.PARAGRAPH, ("  続き",))]
    assert read("> 一", "  続き") == [(Sort.QUOTE, ("一",)), (Sort.PARAGRAPH, ("  続き",))]
    assert read("- 一", "  二 :: 三") == [(Sort.ITEMS, ("一",)), (Sort.FACTS, ("  二 :: 三",))]
