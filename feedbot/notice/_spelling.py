"""Find names of issuers and products that are nearly, but not quite, spelt as they should be (JPCRET/CC, Opnessl)."""

import re
from collections.abc import Callable, Iterable, Iterator
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


def misspelt_products(
    texts: Iterable[tuple[str, str]], products: Iterable[str], said: str, known: Callable[[str], bool]
) -> Iterator[Finding]:
    """Yield words a slip or two away from one of the case's products. Words that the advisories use (`said`), and names
    that the catalogue knows (`known`), are right; so is a product in other letters, as packages are written."""
    wanted = {name for name in products if len(name) >= _SHORTEST and name.isascii() and name.count(" ") <= 1}
    used = {word.casefold() for word in _WORD.findall(said)} | {name.casefold() for name in wanted}
    for where, text in texts:
        for word in dict.fromkeys(_candidates(text)):
            if all(part.casefold() in used for part in word.split(" ")) or word.casefold() in used:
                continue
            near = sorted(name for name in wanted if _near(word, name))
            if near and not known(word):
                yield error("product-misspelt", where, "{word} is not spelt as {name}", word=word, name=near[0])


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
