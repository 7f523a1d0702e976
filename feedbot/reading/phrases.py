"""Read one line of affected versions, Japanese or English, as a range. Nothing is guessed.

The words are in wordings.toml, each with an example; _tokens.py cuts a line by them, and the tokens are read by the
rules of _bounds.py, _names.py, _conditions.py, _items.py and _grammar.py, each above the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from feedbot.reading._grammar import Line
from feedbot.reading._tokens import MEANINGS, spans, tokenise, two_senses
from feedbot.version import VersionRange

_SHUTS_OUT = ("below", "before_below", "above", "before_above")
_SETTLED = ("condition", "bound")
"""What a rule took a word for where its two senses do not count: it is of something else, or 「inclusive」 follows."""
_LONGEST = 2000
"""Characters of a line that is read at all: nobody writes longer ones by hand."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the line as printed, its kind of wordings.toml, what it was taken for, and where it begins."""

    text: str
    kind: str
    means: str
    start: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says.

    `range` is None where the line gives none. `fixed` are versions that it names as corrected. `complete` is false
    when a piece was not understood; `unread` holds these pieces as printed. `notes` are what narrows the range without
    being a version: editions, platforms, conditions, CVE names in brackets, a surrounding product's branch; `range` is
    then more than what is affected, never less. `unaffected` are versions that the line says are not affected.
    `two_senses` are words that are read in one sense and used in two (prior to): a version that is an end of the range
    is then not safely outside. `described` is a line that speaks of revisions, commits, dates or dependent products: it
    was understood, no version can be held against it, and only this field tells that it calls something affected.
    `pieces` are all words of the line in order, with what each was taken for.
    """

    input: str
    product: str
    range: VersionRange | None
    fixed: tuple[str, ...]
    scheme: str
    complete: bool
    unread: tuple[str, ...]
    notes: tuple[str, ...] = ()
    unaffected: VersionRange | None = None
    two_senses: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def note(self) -> str:
        """The notes in one line."""
        return " / ".join(self.notes)


def read(text: str, product: str = "", scheme: str = "generic", *, listed: bool = False) -> Phrase:
    """Read one line; one of more than 2,000 characters is left unread.

    `product` is what the line is known to be about; else it is the words before the version. `listed`: the line stands
    where its publisher lists what is affected, so that 「3.7 以降」 is no requirement (see _plain.py).
    """
    if len(text) > _LONGEST:
        return Phrase(text, product, None, (), scheme, False, (text.strip(),))
    line = Line(text, product, scheme, listed=listed)
    line.read()
    left = sorted(set(line.unread), key=lambda token: token.start)
    unread = tuple(text[start:end] for start, end in spans(left))
    found = line.result()
    said = found is not None or bool(line.fixed or line.described) or line.unaffected is not None or line.denied
    return Phrase(
        input=text,
        product=line.subject(),
        range=found,
        fixed=tuple(dict.fromkeys(line.fixed)),
        scheme=scheme,
        complete=not unread and said,
        unread=unread or (() if said else (text.strip(),)),
        notes=tuple(dict.fromkeys(line.notes)),
        unaffected=line.unaffected,
        two_senses=() if line.void else tuple(dict.fromkeys(_in_two_senses(line))),
        described=tuple(line.described),
        pieces=tuple(_pieces(line)),
    )


def end_in_doubt(text: str) -> str:
    """Return the word of a wording that shuts out the end of its range and that some mean to include it; else empty.

    In English that is "prior to". In the corpus all 28 records that say it stand beside a Japanese line that says
    より前, so it is read as that, and a version that is the end itself is still not safely outside. 以前 holds its end:
    75 of 78 structured records beside it say so too, so it is in no doubt.
    """
    tokens = tokenise(text) if len(text) <= _LONGEST else []
    return next((one.text for one in tokens if one.kind in _SHUTS_OUT and one.text.casefold() in two_senses()), "")


def _in_two_senses(line: Line) -> Iterator[str]:
    for token in line.words:
        if token.text.casefold() in two_senses() and line.means.get(token.start) not in _SETTLED:
            yield token.text


def _pieces(line: Line) -> Iterator[Piece]:
    unread = set(line.unread)
    for token in line.words:
        means = "unread" if token in unread else line.means.get(token.start) or MEANINGS.get(token.kind, "unread")
        yield Piece(line.text[token.start : token.end], token.kind, means, token.start)
