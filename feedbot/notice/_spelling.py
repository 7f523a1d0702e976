"""Find issuers' names that are nearly, but not quite, spelt as the issuer spells itself (JPCRET/CC)."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from feedbot.notice._findings import Finding, error
from feedbot.notice._words import PUBLISHERS

_WORD = re.compile(r"[A-Za-z0-9]+(?:[/.-][A-Za-z0-9]+)*")
_LONG, _SHORTEST = 8, 5
"""From 8 letters on two slips are told from another word, from 5 on one."""


def misspelt(texts: Iterable[tuple[str, str]], names: Iterable[str], said: str) -> Iterator[Finding]:
    """Yield words a slip or two away from a known name. Words that the advisories themselves use (`said`) are right."""
    known = {name for name in (*names, *PUBLISHERS.values()) if len(name) >= _SHORTEST and name.isascii()}
    used = set(_WORD.findall(said))
    for where, text in texts:
        for word in dict.fromkeys(_candidates(text)):
            if word in known or word in used:
                continue
            near = sorted(name for name in known if _near(word, name))
            if near:
                yield error("issuer-misspelt", where, "{word} is not spelt as {name}", word=word, name=near[0])


def _candidates(text: str) -> Iterator[str]:
    """Yield the words of a text, and each two that stand side by side."""
    found = list(_WORD.finditer(text))
    yield from (one.group() for one in found)
    for left, right in pairwise(found):
        if text[left.end() : right.start()] == " ":
            yield f"{left.group()} {right.group()}"


def _near(word: str, name: str) -> bool:
    slips = 2 if len(name) >= _LONG else 1
    if abs(len(word) - len(name)) > slips or word.count(" ") != name.count(" "):
        return False
    return 0 < distance(word.casefold(), name.casefold()) <= slips or (
        word != name and word.casefold() == name.casefold()
    )


def distance(left: str, right: str) -> int:
    """Return how many slips lie between two words: a letter more, less, other, or two letters swapped.

    The optimal string alignment distance.
    """
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        next_row = [i]
        for j, two in enumerate(right, 1):
            cost = min(row[j] + 1, next_row[j - 1] + 1, row[j - 1] + (one != two))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == two:
                cost = min(cost, before[j - 2] + 1)
            next_row.append(cost)
        before, row = row, next_row
    return row[-1]
