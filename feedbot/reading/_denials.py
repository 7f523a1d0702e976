"""Read a sentence that says which versions are not affected.

    denial = [because] items ("は" | "には") unaffected [stop]
           | items (affected | "のみで") "、" back [noun] ("は" | "には") unaffected [stop]       affected: the items
           | versions came ["、"] back [noun] ("は" | "には") unaffected [stop]        not affected: what is before them
    because = { name | version | noun | … } came ["、"]          (「Web ワーカーは Sample 3.5 で導入されたため、」)
    items  = … with [ { name } brought ] before the product      (「SVG が実装された Sample 4 より前」)
    back   = 「それ以前の」 | 「旧バージョン」 | 「以前の」 with no version before it

What else is said along with a denial is not read at all: then the whole line is unread. A reason is recorded as such
and noted; no bound is taken from it but where the denial itself points back to it (それ以前).
"""

import re

from feedbot.errors import VersionError
from feedbot.reading._cursor import UnclearError
from feedbot.reading._items import Items
from feedbot.reading._names import is_qualifier
from feedbot.version import Constraint, VersionRange

_END = r"(?:noun )*(?:topic |toward )+unaffected(?: stop)?"
_BACK = rf"(?:and )?(?:back of|back|upto of)(?= (?:noun|topic|toward)) {_END}"
_ONLY = re.compile(rf"(?P<main>.+?) (?:affected|only at) and (?:back of|back|upto of) {_END}")
_CAME_BACK = re.compile(rf"(?P<main>.+?) came {_BACK}")
_PLAIN = re.compile(r"(?P<main>.+?) (?:topic |toward )*unaffected(?: stop)?")
_OF_REASON = {"name", "version", "noun", "of", "topic", "at", "and", "toward", "group", "edition", "branch", "level"}


class Denials(Items):
    """The rules for denials. `unaffected` are the versions that the line says are not affected."""

    def read_denial(self) -> None:
        """Read the whole line, which has a token `unaffected`."""
        whole = self.tokens
        self.denies = True
        try:
            self._read(" ".join(token.kind for token in whole))
        except (UnclearError, VersionError):
            self.tokens = whole
            self.refuse()
        self.tokens = whole

    def refuse(self) -> None:
        """Leave the whole line unread."""
        self.unread, self.void = list(self.tokens), True

    def _read(self, kinds: str) -> None:
        kinds = self._noted(kinds)
        if found := _ONLY.fullmatch(kinds):
            rest = self.tokens[len(found["main"].split()) :]
            self.means |= {token.start: "connective" for token in rest if token.kind == "at"}
            self._items_of(found["main"])
        elif found := _CAME_BACK.fullmatch(kinds):
            self._came_with(found["main"])
        else:
            if " came " in kinds:
                self._because()
            found = _PLAIN.fullmatch(" ".join(token.kind for token in self.tokens))
            said = found["main"].split() if found else []
            end = self.tokens[len(said)] if found else None
            # は, には; English needs none.
            if end is None or "affected" in said or (end.kind == "unaffected" and not end.text.isascii()):
                raise UnclearError
            self.unaffected, self.clauses = self._items_of(" ".join(said)), []

    def _noted(self, kinds: str) -> str:
        """Note a bracket at the end of the sentence, a CVE name or a part."""
        last = next((token for token in reversed(self.tokens) if token.kind != "stop"), None)
        if last is None or last.kind != "group" or not is_qualifier(last):
            return kinds
        self.notes.append(self.text[last.start + 1 : last.end - 1].strip())
        self.tokens = [token for token in self.tokens if token is not last]
        return " ".join(token.kind for token in self.tokens)

    def _items_of(self, main: str) -> VersionRange:
        """Read the first tokens, which are the items. Raises UnclearError where anything in them is unread."""
        self.tokens = self.tokens[: len(main.split())]
        self.at = 0
        self.read_items()
        found = self.result()
        if found is None or self.unread or self.fixed or self.void:
            raise UnclearError
        return found

    def _came_with(self, main: str) -> None:
        """Read 「この脆弱性は V で混入したもので、それ以前…」: what is before the lowest V."""
        found = self._items_of(main)
        if not self.clauses or not all(clause.alone and not clause.alone.wide for clause in self.clauses):
            raise UnclearError
        lowest = found.constraints[0].version
        self.unaffected, self.clauses = VersionRange(self.scheme, (Constraint("<", lowest),)), []

    def _because(self) -> None:
        """Go over the clause that gives the reason, and on to what follows it."""
        self.at = 0
        self.skip("bullet", "matter", "lead")
        while not self.take("came"):
            self.need(*_OF_REASON)
        start = next(place for place, token in enumerate(self.tokens) if token.kind != "bullet")
        self.mark(start, "reason")
        self.notes.append(self.text[self.tokens[start].start : self.tokens[self.at - 1].end])
        self.skip("and")
        self.tokens, self.at = self.tokens[self.at :], 0
