"""What is new in an advisory that we may already hold (続報か、同じものか)."""

from dataclasses import dataclass
from enum import StrEnum

from feedbot.advisory.identity import MEANINGFUL, meaning
from feedbot.advisory.model import Advisory


class Kind(StrEnum):
    """How an advisory that came in stands to the one we hold."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """`fields` names what changed, in the order of identity.MEANINGFUL; empty unless CHANGED."""

    kind: Kind
    fields: tuple[str, ...] = ()


def compare(old: Advisory | None, new: Advisory) -> Change:
    """Say whether `new` is NEW, CHANGED (with the fields' names) or the SAME.

    Only meaning counts: another order, another transport, another signature over the same words, a counter or a build
    date are SAME; an edit of a word is CHANGED even where the publisher left the date alone.
    """
    if old is None:
        return Change(Kind.NEW)
    changed = tuple(field for field in MEANINGFUL if meaning(old, field) != meaning(new, field))
    return Change(Kind.CHANGED, changed) if changed else Change(Kind.SAME)
