"""Cut a text into its headed parts."""

import re
from collections.abc import Iterator

from feedbot.advisory import Section

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_FULL_WIDTH = str.maketrans("ＩＶＸ．０１２３４５６７８９", "IVX.0123456789")
_HISTORY = ("改訂履歴", "更新履歴", "Revision History", "Change Log", "ChangeLog")
_RULE = re.compile(r"[_=]{8,}|[-_=―─]{3,}")
_LONG_RULE = re.compile(r"={30,}|-{30,}")
_COLUMNS = re.compile(r"\S(?: {2,}|\t)\s*\S")
"""Blanks inside a line: the head of a table, which a rule may underline too."""
_LONGEST = 60

_FAMILIES = (
    re.compile(r"(?P<number>[IVXＩＶＸ]{1,5})[.．]\s*(?P<name>\S.*)"),
    re.compile(r"#{1,4}\s+(?P<name>\S.*?)\s*#*"),
    re.compile(r"[■□◆◇●]\s*(?P<name>\S.*)"),
    re.compile(r"【(?P<name>[^【】]+)】"),
    re.compile(r"(?P<number>[0-9０-９]{1,2})[.．]\s*(?P<name>\S.*)"),
)
"""The ways publishers mark a heading, the surest first. A text uses one; the other marks are then its content."""
_MARKS = frozenset("IVXＩＶＸ#■□◆◇●【0123456789０１２３４５６７８９")
"""What a line with a heading of a family begins with."""
_RULES = frozenset("_=-―─")


def split(text: str) -> tuple[Section, ...]:
    """Return the sections of a text, in order. Headings are as written (`I. 概要`, `概要` for `■ 概要`).

    Read are I. 概要, # Overview, ■概要, 【概要】, 1. 概要, and headings underlined by a rule. Numbered ones count only
    in sequence from one, and a sentence is no heading. In each form 改訂履歴 alone on its line starts a section, and a
    long rule starts one without heading (the issuer's address). Text before the first heading has heading "".
    """
    lines = text.replace("\r\n", "\n").split("\n")
    # Looked through once for what may mark a heading: a hostile text has millions of lines.
    marked = [
        (n, line.rstrip()) for n, line in enumerate(lines) if line[:1] in _MARKS and 1 < len(line) <= _LONGEST * 2
    ]
    headings = next((found for family in _FAMILIES if (found := _of_family(marked, family))), None)
    rules = [n for n, line in enumerate(lines) if line and (rule := line.strip()) and rule[0] in _RULES]
    if headings is None:
        headings = dict(_underlined(lines, rules))
    headings |= dict(_history(lines)) | {
        index: "" for index in rules if _LONG_RULE.fullmatch(lines[index].strip()) and index - 1 not in headings
    }
    return tuple(_cut(lines, headings))


def _of_family(lines: list[tuple[int, str]], family: re.Pattern[str]) -> dict[int, str]:
    """Return line → heading; empty where a numbered family has not begun with one."""
    found: dict[int, str] = {}
    for index, line in lines:
        match = family.fullmatch(line)
        if not match or not _is_name(match["name"]):
            continue
        number = match.groupdict().get("number")
        if number is None:
            found[index] = match["name"]
        elif number.translate(_FULL_WIDTH) in (_ROMAN[len(found) % len(_ROMAN)], str(len(found) + 1)):
            found[index] = line.strip()
    return found


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST and not text.rstrip().endswith(("。", "、", "．", ".", ",", ";"))


def _underlined(lines: list[str], rules: list[int]) -> Iterator[tuple[int, str]]:
    for index in (below - 1 for below in rules if below):
        line, rule = lines[index], lines[index + 1].strip()
        if (
            line.strip()
            and len(rule) <= 2 * len(line.strip()) + 2
            and _RULE.fullmatch(rule)
            and not _RULE.fullmatch(line.strip())
            and not _COLUMNS.search(line.strip())
            and _is_name(line)
        ):
            yield index, line.strip()


def _history(lines: list[str]) -> Iterator[tuple[int, str]]:
    for index, line in enumerate(lines):
        if line and line.strip().strip("[]【】■:：") in _HISTORY:
            yield index, line.strip().strip("[]【】■:：")


def _cut(lines: list[str], headings: dict[int, str]) -> Iterator[Section]:
    heading, body = "", list[str]()
    for index, line in enumerate(lines):
        if index in headings:
            if heading or any(one.strip() for one in body):
                yield Section(heading, _tidy(body))
            heading, body = headings[index], []
        else:
            body.append(line)
    if heading or any(one.strip() for one in body):
        yield Section(heading, _tidy(body))


def _tidy(body: list[str]) -> str:
    """Take off the blank lines and rules around a part; its inside stays as written."""
    lines = [line.rstrip() for line in body]
    start, end = 0, len(lines)
    while start < end and _is_empty(lines[start]):
        start += 1
    while start < end and _is_empty(lines[end - 1]):
        end -= 1
    return "\n".join(lines[start:end])


def _is_empty(line: str) -> bool:
    return not line.strip() or bool(_RULE.fullmatch(line.strip()))
