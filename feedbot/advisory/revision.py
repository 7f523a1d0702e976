"""What is new in an advisory that we may already hold (続報か、同じものか)."""

from dataclasses import dataclass
from enum import StrEnum

from feedbot.advisory.identity import MEANINGFUL, meaning
from feedbot.advisory.model import Advisory, HistoryEntry


class Kind(StrEnum):
    """How an advisory that came in stands to the one we hold."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """`fields` names what changed, in the order of identity.MEANINGFUL; empty unless CHANGED. `rows` are the lines of
    改訂履歴 that the publisher added: what he says himself of the change."""

    kind: Kind
    fields: tuple[str, ...] = ()
    rows: tuple[HistoryEntry, ...] = ()


def compare(old: Advisory | None, new: Advisory) -> Change:
    """Say whether `new` is NEW, CHANGED (with the fields' names) or the SAME.

    Only meaning counts: another order, another transport, another signature over the same words, a counter or a build
    date are SAME; an edit of a word is CHANGED even where the publisher left the date alone.
    """
    if old is None:
        return Change(Kind.NEW)
    changed = tuple(field for field in MEANINGFUL if meaning(old, field) != meaning(new, field))
    if not changed:
        return Change(Kind.SAME)
    known = {(one.date, _bare(one.text)) for one in old.history}
    rows = tuple(one for one in new.history if (one.date, _bare(one.text)) not in known)
    return Change(Kind.CHANGED, changed, rows)


def _bare(text: str) -> str:
    """Return a text without its blanks: a line folded elsewhere is the same line."""
    return "".join(text.split())
