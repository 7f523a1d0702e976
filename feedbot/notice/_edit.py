"""The text in which a draft is edited in $EDITOR, and the way back; each is the other's inverse.

# 説明
種別: 障害報告          the operator's own notices only: that of a case follows from the case
件名: …
段階: 続報
対象: 専用,VPS(root)
引用: 概要

== 対象 ==              == affected == and == affected(対象) == are the same
…

Lines with # are comments above the first part. In a part they are text: # is the prompt of root's commands.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from feedbot.errors import NoticeError
from feedbot.notice._audience import audience_text, read_audience
from feedbot.notice._model import Block, Kind, Notice
from feedbot.notice._words import BLOCKS, KINDS, STEPS, needed

_QUOTES = {"summary": "概要", "whole": "全文"}
_HEADER = re.compile(r"== *([^\s=(\uff08][^=(\uff08]*?)(?:[(\uff08][^=]*[)\uff09])? *==[ \t]*$")
_ESCAPED = re.compile(r"\\|==")
_KEYS = {key: key for key in BLOCKS} | {words: key for key, words in BLOCKS.items()}
_EXPLANATION = """\
# 「== 見出し ==」の行が各部分の始まりです。部分を空にすると、その部分は載りません。
# ここから最初の部分までの、# で始まる行は読み飛ばします。
# 空行で段落、「- 」で箇条書き、行頭の空白4つでコマンド、「> 」で引用、「項目 :: 値」で項目になります。
"""


def to_edit_text(notice: Notice) -> str:
    """Write what an operator may change: title, step, audience, quotation and blocks, and the kind of his own notices.

    Blocks that the kind needs stand there empty, to be filled in.
    """
    kind = "" if notice.case else f"種別: {KINDS[notice.kind]}\n"
    head = (
        f"{kind}件名: {notice.title}\n段階: {STEPS[notice.step]}\n"
        f"対象: {audience_text(notice.audience)}\n引用: {_QUOTES[notice.quote]}\n"
    )
    held = {one.key for one in notice.blocks}
    missing = (Block(key, "") for key in needed(notice) or (() if held else ("body",)) if key not in held)
    blocks = (f"\n== {BLOCKS[one.key]} ==\n{_escaped(one.text)}\n" for one in (*notice.blocks, *missing))
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
        if line.strip() and not line.lstrip().startswith("#"):
            changed = _with_field(changed, line, number)
    return replace(changed, blocks=tuple(_blocks(lines, starts)))


def _with_field(notice: Notice, line: str, number: int) -> Notice:
    found = _FIELD.match(line)
    if not found:
        raise NoticeError(
            f"line {number}", "not a field of a draft: {line}", hint=_FIELDS, line=line, fields="、".join(_NAMES)
        )
    value = found.group(2)
    match found.group(1):
        case "種別":
            return replace(notice, kind=_kind(notice, value, number))
        case "件名":
            return replace(notice, title=value)
        case "段階":
            return replace(notice, step=_key(STEPS, value, number))
        case "対象":
            return replace(notice, audience=read_audience(value, f"line {number}"))
        case _:
            return replace(notice, quote=_key(_QUOTES, value, number))


_NAMES = ("種別", "件名", "段階", "対象", "引用")
_FIELD = re.compile(rf"({'|'.join(_NAMES)})[ \t]*[:\uff1a] ?(.*)$")
_FIELDS = "the fields are {fields}"


def _kind(notice: Notice, value: str, number: int) -> Kind:
    kind = _key(KINDS, value, number)
    if notice.case and kind is not notice.kind:
        raise NoticeError(f"line {number}", "the kind of a notice of case {case} cannot be changed", case=notice.case)
    if Kind.DIGEST in (kind, notice.kind) and kind is not notice.kind:
        raise NoticeError(f"line {number}", "a digest is made of cases that wait, and stays one: feedbot digest")
    return kind


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
        key = _KEYS.get(found.group(1).strip(), "")
        if not key:
            raise NoticeError(
                f"line {start + 1}",
                "no such block: {block}",
                hint="known: {known}",
                block=found.group(1),
                known="、".join(BLOCKS.values()),
            )
        text = "\n".join(line.removeprefix("\\") for line in lines[start + 1 : end]).strip("\n")
        if text.strip():
            yield Block(key, text)
