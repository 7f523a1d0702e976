"""Read one line: whether it may be read at all, and whether it affirms, denies or leaves open what is affected.

    line = items | denial
    denial = items ("は" | "には") unaffected [stop]
           | items affected and back [noun] ("は" | "には") unaffected [stop]

The items are in _items.py; when a line leaves open what it is about is in _plain.py.
"""

from feedbot.reading._items import Items
from feedbot.reading._plain import corrects, doubted
from feedbot.reading._tokens import tokenise

_REFUSED = frozenset({"refuse", "date", "address"})


class Line(Items):
    """One line. What it says is in `result()`, `fixed`, `unaffected`, `notes`; what was not understood in `unread`."""

    def read(self) -> None:
        """Read the whole line."""
        groups = [part.kind for token in self.tokens if token.kind == "group" for part in tokenise(token.text[1:-1])]
        kinds = {token.kind for token in self.tokens}
        half = "matter" in kinds and kinds.isdisjoint({"affected", "unaffected"})
        if half or not _REFUSED.isdisjoint(kinds.union(groups)) or "unaffected" in groups:
            self._refuse()
        elif "unaffected" in kinds:
            self._read_denial()
        else:
            self.read_items()
            if not self.listed and not self.void:
                self._doubt()

    def _refuse(self) -> None:
        self.unread, self.void = list(self.tokens), True

    def _read_denial(self) -> None:
        """Read 「A 以降は影響を受けません」, and 「A にのみ影響し、それ以前は影響を受けません」, which is A.

        What else is said along with a denial is not read at all.
        """
        whole = self.tokens
        end = next(place for place, token in enumerate(whole) if token.kind == "unaffected")
        rest = [token.kind for token in whole[end + 1 :]]
        back = max((place for place in range(end) if whole[place].kind == "back"), default=-1)
        only = back > 1 and whole[back - 2].kind == "affected" and whole[back - 1].kind == "and"
        between = {token.kind for token in whole[back + 1 : end]} if only else {"topic", "toward"}
        last = back - 1 if only else end
        while last and not only and whole[last - 1].kind in {"topic", "toward"}:
            last -= 1
        self.tokens = whole[:last]
        self.read_items()
        self.tokens = whole
        found = self.result() if not self.unread and not self.fixed and not self.void else None
        linked = last < end or whole[end].text.isascii()  # は, には; English needs none
        if not only and (not linked or any(token.kind == "affected" for token in whole)):
            found = None
        if found is None or rest not in ([], ["stop"]) or not between <= {"topic", "toward", "noun"}:
            self._refuse()
        elif not only:
            self.unaffected, self.clauses = found, []

    def _doubt(self) -> None:
        """Leave unread what may be no affected range at all."""
        bare = all(clause.alone and not clause.alone.wide for clause in self.clauses)
        if self.clauses and bare and self.names and not self.fixed and corrects(self.names[0]):
            self.fixed = [clause.alone.text for clause in self.clauses if clause.alone]
            self.unread += [token for token in self.tokens if token.kind == "version"]
            self.clauses = []
        elif not self.unread:
            self.unread += doubted(self.clauses, self.tokens, named=self.subject_known)
