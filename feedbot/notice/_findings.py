"""What a look at a notice finds."""

from dataclasses import dataclass
from typing import Literal

from feedbot.messages import tr
from feedbot.notice._words import BLOCKS

TITLE, BODY, STEP, AUDIENCE, POST = "件名", "本文", "段階", "対象", "公開ページ"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: an `error` bars approval, a `warning` must be acknowledged by its `code`. `where` names the part as the
    person who edits it knows it (件名, 公開ページ, ブロック 対象, メール C-1001)."""

    level: Literal["error", "warning"]
    code: str
    message: str
    where: str


def in_block(key: str) -> str:
    """Name a block: ブロック 弊社の対応."""
    return f"ブロック {BLOCKS[key]}"


def in_mail(customer: str) -> str:
    """Name a customer's mail: メール C-1001."""
    return f"メール {customer}"


def error(code: str, where: str, template: str, **values: object) -> Finding:
    """Return an error, its message in the language in force."""
    return Finding("error", code, tr(template, **values), where)


def warning(code: str, where: str, template: str, **values: object) -> Finding:
    """Return a warning, its message in the language in force."""
    return Finding("warning", code, tr(template, **values), where)
