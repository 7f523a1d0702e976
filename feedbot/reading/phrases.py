"""Read one line of affected versions, Japanese or English, as a range. Nothing is guessed.

The words are in wordings.toml, each with an example; _tokens.py cuts a line by them, _bounds.py and _grammar.py read
the tokens.
"""

from dataclasses import dataclass

from feedbot.reading._grammar import Line
from feedbot.reading._tokens import spans
from feedbot.version import VersionRange

_LONGEST = 2000
"""Characters of a line that is read at all: nobody writes longer ones by hand."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says.

    `range` is None where the line gives none. `fixed` are versions that it names as corrected. `complete` is false
    when a piece was not understood; `unread` holds these pieces as printed. `note` has what narrows the range without
    being a version: editions, CVE names in brackets, a surrounding product's branch.
    """

    input: str
    product: str
    range: VersionRange | None
    fixed: tuple[str, ...]
    scheme: str
    complete: bool
    unread: tuple[str, ...]
    note: str


def read(text: str, product: str = "", scheme: str = "generic") -> Phrase:
    """Read one line; one of more than 2,000 characters is left unread.

    `product` is what the line is known to be about; else it is the words before the version.
    """
    if len(text) > _LONGEST:
        return Phrase(text, product, None, (), scheme, False, (text.strip(),), "")
    line = Line(text, product, scheme)
    line.read()
    unread = tuple(text[start:end] for start, end in spans(sorted(line.unread, key=lambda token: token.start)))
    found = line.result()
    return Phrase(
        input=text,
        product=line.subject(),
        range=found,
        fixed=tuple(dict.fromkeys(line.fixed)),
        scheme=scheme,
        complete=not unread and (found is not None or bool(line.fixed)),
        unread=unread or (() if found is not None or line.fixed else (text.strip(),)),
        note=" / ".join(dict.fromkeys(line.notes)),
    )
