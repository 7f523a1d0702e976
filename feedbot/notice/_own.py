"""Read an operator's own notice from a text file.

    種別: 障害報告                 お知らせ (the default), 障害報告, メンテナンス or 注意喚起
    段階: 第一報                   第一報, 初報 (the default), 続報, 訂正, 復旧, 完了, 取下げ
    件名: メールの配送遅延について
    対象: 専用,VPS(root)           as feedbot.notice._audience reads it; なし (post only) is the default
    発生日時: 2026-11-24 9:05
    状況: 一部のお客様宛のメールに遅延が発生しています。
      further lines start with a blank

    本文 …

Fields stand first, at most one a line, then a blank line and the body in the light markup of `_layout`.

    障害報告      発生日時 復旧日時 対象サービス 影響範囲 状況 原因 対応 次報予定
    メンテナンス  作業日時 対象サービス 影響範囲 作業内容 状況 次報予定

A text without fields is one too: its first line that is no date is the title, the rest the body.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from feedbot.errors import NoticeError
from feedbot.notice._audience import read_audience
from feedbot.notice._model import Audience, Block, Kind, Notice, Provider, Step
from feedbot.notice._render import Templates
from feedbot.notice._words import KINDS, spelt_times
from feedbot.reading.dates import JST, read_date

_KINDS = {words: kind for kind, words in KINDS.items() if kind not in (Kind.LISTING, Kind.DIGEST)}
_STEPS = {
    "第一報": Step.FIRST,
    "初報": Step.FIRST,
    "続報": Step.UPDATE,
    "訂正": Step.CORRECTION,
    "復旧": Step.DONE,
    "完了": Step.DONE,
    "取下げ": Step.WITHDRAWN,
}
_BLOCKS = {
    "発生日時": "occurred",
    "復旧日時": "recovered",
    "作業日時": "window",
    "対象サービス": "services",
    "影響範囲": "scope",
    "作業内容": "work",
    "状況": "status",
    "原因": "cause",
    "対応": "action",
    "次報予定": "next",
}
_JUDGED = ("match", "still", "patched", "changed", "digest")
"""Audiences that follow from the case: what an operator adds goes to those who were told."""
_TIMES = ("occurred", "recovered", "window", "next")
_FIELD = re.compile(rf"({'|'.join(('種別', '段階', '件名', '対象', *_BLOCKS))})\s*[:\uff1a]\s*(.*)$")


def own(text: str, provider: Provider, now: datetime, previous: Notice | None = None) -> Notice:
    """Make the operator's notice of a text; it says nothing that the text does not.

    With `previous` it is that notice's next edition: 第二報 under the same number. What the text does not say is then
    as it was: kind, title and audience, which of an advisory are those who were told; the step is 続報. Raises
    NoticeError for a text without title or words, a field given twice, or an unknown word in one.
    """
    notice = _own(text, provider, now, previous)
    if previous is None:
        return notice
    note = next(words for words, step in _STEPS.items() if step is notice.step)
    note = "完了" if notice.step is Step.DONE and notice.kind is not Kind.TROUBLE else note
    return replace(
        notice,
        number=previous.number,
        edition=previous.edition + 1,
        history=(*previous.revisions, (now.astimezone(JST).date(), note)),
    )


def _own(text: str, provider: Provider, now: datetime, previous: Notice | None) -> Notice:
    fields, rest = _fields(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"))
    if previous and "件名" not in fields:
        fields["件名"] = previous.title
    title, body = (fields["件名"], rest) if "件名" in fields else _titled(rest)
    made = [Block(key, _value(key, fields[name])) for name, key in _BLOCKS.items() if fields.get(name)]
    blocks = (Block("body", body), *made) if body else tuple(made)
    if not title or not blocks:
        raise NoticeError(provider.name, "the text has no title or no body", hint="the first line is the title")
    return Notice(
        kind=_word(_KINDS, fields["種別"]) if "種別" in fields else _kind(previous),
        step=_word(_STEPS, fields.get("段階", "続報" if previous else "初報")),
        title=" ".join(title.split()),
        audience=read_audience(fields["対象"], "対象") if "対象" in fields else _audience(previous),
        blocks=blocks,
        as_of=now,
        history=((now.astimezone(JST).date(), "公開"),),
    )


def _kind(previous: Notice | None) -> Kind:
    """An advisory's words come from its publishers: what an operator adds to it is his own notice."""
    return Kind.OWN if previous is None or previous.kind in (Kind.ADVISORY, Kind.DIGEST) else previous.kind


def _audience(previous: Notice | None) -> Audience:
    if previous is None:
        return Audience("none")
    return Audience("told", number=previous.number) if previous.audience.rule in _JUDGED else previous.audience


def withdrawal(previous: Notice, reason: str, provider: Provider, now: datetime, templates: Templates) -> Notice:
    """Make the 取下げ of a published notice, for those who were told. Raises NoticeError where a template fails."""
    values = {"previous": previous, "reason": reason, "provider": provider}
    today = now.astimezone(JST).date()
    return Notice(
        kind=Kind.OWN,
        step=Step.WITHDRAWN,
        title=previous.title,
        audience=Audience("told", number=previous.number),
        blocks=templates.blocks("notice/withdrawn_blocks.j2", values),
        as_of=now,
        number=previous.number,
        edition=previous.edition + 1,
        history=(*previous.revisions, (today, "取下げ")),
    )


def _fields(lines: list[str]) -> tuple[dict[str, str], str]:
    """Split the fields at the head of a text from its body."""
    fields: dict[str, str] = {}
    name = ""
    for number, line in enumerate(lines):
        if found := _FIELD.match(line):
            name = found.group(1)
            if name in fields:
                raise NoticeError(f"line {number + 1}", "the field {field} stands twice", field=name)
            fields[name] = found.group(2).strip()
        elif name and line[:1].isspace() and line.strip():
            fields[name] = f"{fields[name]}\n{line.strip()}".strip("\n")
        else:
            return fields, "\n".join(lines[number:]).strip("\n")
    return fields, ""


def _titled(text: str) -> tuple[str, str]:
    """Take the title off a plain text: its first line that is not blank and no date."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.strip() and read_date(line) is None:
            return line.strip(), "\n".join(lines[number + 1 :]).strip("\n")
    return "", ""


def _value(key: str, text: str) -> str:
    return spelt_times(text) if key in _TIMES else text


_Word = TypeVar("_Word")


def _word(words: dict[str, _Word], word: str) -> _Word:
    if word not in words:
        known = ", ".join(words)
        raise NoticeError(word, "not a known word: {word}", hint="known: {known}", word=word, known=known)
    return words[word]
