"""The text in which a draft is edited in $EDITOR, and the way back; each is the other's inverse.

# 説明
件名: …
段階: 続報
対象: 専用,VPS(root)
引用: 概要

== affected(対象) ==
…
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from feedbot.errors import NoticeError
from feedbot.notice._audience import audience_text, read_audience
from feedbot.notice._model import Block, Notice
from feedbot.notice._words import BLOCKS, STEPS

_QUOTES = {"summary": "概要", "whole": "全文"}
_HEADER = re.compile(r"== ([a-z]+)(?:\([^)]*\))? ==$")
_ESCAPED = re.compile(r"\\|== ")
_EXPLANATION = """\
# 「== 名前(見出し) ==」の行が各部分の始まりです。部分を空にすると、その部分は載りません。
# 空行で段落、「- 」で箇条書き、行頭の空白4つでコマンド、「> 」で引用、「項目 :: 値」で項目になります。
"""


def to_edit_text(notice: Notice) -> str:
    """Write what an operator may change: title, step, audience, quotation and blocks."""
    head = (
        f"件名: {notice.title}\n段階: {STEPS[notice.step]}\n"
        f"対象: {audience_text(notice.audience)}\n引用: {_QUOTES[notice.quote]}\n"
    )
    blocks = (f"\n== {one.key}({BLOCKS[one.key]}) ==\n{_escaped(one.text)}\n" for one in notice.blocks)
    return _EXPLANATION + head + "".join(blocks)


def _escaped(text: str) -> str:
    return "\n".join("\\" + line if _ESCAPED.match(line) else line for line in text.split("\n"))


def from_edit_text(notice: Notice, text: str) -> Notice:
    """Return `notice` with what the text says. Blank lines around a block are not its own.

    Raises NoticeError naming the line that cannot be read.
    """
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _HEADER.match(line)] or [len(lines)]
    changed = notice
    for number, line in enumerate(lines[: starts[0]], 1):
        if line.strip() and not line.startswith("#"):
            changed = _with_field(changed, line, number)
    return replace(changed, blocks=tuple(_blocks(lines, starts)))


def _with_field(notice: Notice, line: str, number: int) -> Notice:
    found = _FIELD.match(line)
    if not found:
        raise NoticeError(f"line {number}", "not a field of a draft: {line}", hint=_FIELDS, line=line)
    value = found.group(2)
    match found.group(1):
        case "件名":
            return replace(notice, title=value)
        case "段階":
            return replace(notice, step=_key(STEPS, value, number))
        case "対象":
            return replace(notice, audience=read_audience(value, f"line {number}"))
        case _:
            return replace(notice, quote=_key(_QUOTES, value, number))


_FIELD = re.compile(r"(件名|段階|対象|引用)[ \t]*[::] ?(.*)$")
_FIELDS = "the fields are 件名, 段階, 対象, 引用"


_Key = TypeVar("_Key")


def _key(words: dict[_Key, str], value: str, number: int) -> _Key:
    for key, word in words.items():
        if word == value.strip():
            return key
    known = ", ".join(words.values())
    raise NoticeError(f"line {number}", "not a known word: {word}", hint="known: {known}", word=value, known=known)


def _blocks(lines: list[str], starts: list[int]) -> Iterator[Block]:
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if start == len(lines):
            return
        found = _HEADER.match(lines[start])
        assert found
        if found.group(1) not in BLOCKS:
            raise NoticeError(
                f"line {start + 1}",
                "no such block: {block}",
                hint="known: {known}",
                block=found.group(1),
                known=", ".join(BLOCKS),
            )
        text = "\n".join(line.removeprefix("\\") for line in lines[start + 1 : end]).strip("\n")
        if text.strip():
            yield Block(found.group(1), text)
