"""The light markup that notice templates and blocks are written in, read into parts.

A blank line ends a paragraph; every line of a paragraph is a line of its own. At the start of a line:

    ## 見出し  or ■見出し    a heading
    - 項目     or ・項目      an item of a list; its further lines start with two blanks (a wide one behind them stays)
    項目名 :: 値              a fact; its further lines start with two blanks
    (four blanks)            a command, shown as it stands
    > 引用                    words of another, shown as they stand
    ---                      a rule

One text in this form gives the text, the HTML and the Markdown of a notice, so that they cannot differ. Nothing in it
is HTML: whatever a publisher or customer wrote stays text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """What a part of a notice is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEMS = "items"
    FACTS = "facts"
    CODE = "code"
    QUOTE = "quote"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `lines` are its lines; of ITEMS and FACTS each is one entry, with LF between its further lines.

    A fact's line starts with its name and ` :: `.
    """

    sort: Sort
    lines: tuple[str, ...]

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of each fact."""
        for line in self.lines:
            name, _, value = f"{line} ".partition(SEPARATOR)
            yield name, value.rstrip()


SEPARATOR = " :: "
_STARTS = (
    (Sort.CODE, re.compile(r" {4}")),
    (Sort.QUOTE, re.compile(r"> ?")),
    (Sort.HEADING, re.compile(r"##+ +|■ *")),
    (Sort.ITEMS, re.compile(r"[-•*] +|・ *")),
    (Sort.RULE, re.compile(r"---+$")),
    (Sort.FACTS, re.compile(rf"(?=[^:]{{1,80}}{SEPARATOR})")),
)


def parse(text: str) -> tuple[Part, ...]:
    """Read a text in the light markup. Every text is one; there is no error."""
    parts: list[tuple[Sort, list[str]]] = []
    closed = True
    for line in text.split("\n"):
        if not line.strip() and not line.startswith("    "):
            closed = True
            continue
        sort, words = _read(line)
        if closed or sort is Sort.HEADING or parts[-1][0] is not sort:
            further = not closed and parts[-1][0] in (Sort.ITEMS, Sort.FACTS) and line.startswith("  ")
            if further and sort is Sort.PARAGRAPH:
                parts[-1][1][-1] += "\n" + words.strip(" ")
                continue
            parts.append((sort, []))
        parts[-1][1].append(words)
        closed = False
    return tuple(Part(sort, tuple(lines)) for sort, lines in parts)


def _read(line: str) -> tuple[Sort, str]:
    """Return what a line is by its start, and its words."""
    for sort, start in _STARTS:
        if found := start.match(line):
            return sort, line[found.end() :].rstrip()
    return Sort.PARAGRAPH, line.rstrip()
