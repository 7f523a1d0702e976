"""Read one line: whether it may be read at all, and whether it affirms, denies or leaves open what is affected.

    line = items | denial | described | sentence

The items are in _items.py, denials in _denials.py, what has no versions in _described.py, other sentences in
_sentences.py; when a line leaves open what it is about is in _plain.py.
"""

from dataclasses import replace

from feedbot.reading._bounds import AFTER
from feedbot.reading._denials import Denials
from feedbot.reading._described import DESCRIBES, Described
from feedbot.reading._exceptions import says_of_end
from feedbot.reading._names import plain
from feedbot.reading._plain import corrects, doubted, is_common
from feedbot.reading._sentences import Told, read_sentence
from feedbot.reading._tokens import Token, tokenise

_REFUSED = (DESCRIBES - {"development"}) | {"refuse", "address", "leaves_out"}
_QUOTABLE = frozenset({"name", "noun", "of", "version", "branch"})
_AFTER_QUOTE = frozenset({"only", "range", *AFTER})


class Line(Denials):
    """One line. What it says is in `result()`, `fixed`, `unaffected`, `described`, `notes`; what was not understood in
    `unread`. `words` are all its tokens. `denied`: it says that something is not affected."""

    def __init__(self, text: str, product: str, scheme: str, *, listed: bool = False) -> None:
        super().__init__(text, product, scheme, listed=listed)
        self.words = self.tokens
        self.described: list[str] = []
        self.denied = False

    def read(self) -> None:
        """Read the whole line."""
        if self._read_described():
            return
        self._read_plain()
        if self.unread and (told := read_sentence(self.text, self.words, self.product, self.scheme)):
            self._take(told)

    def _take(self, told: Told) -> None:
        """Believe a sentence in place of whatever else was read."""
        self.unread, self.void, self.holes = [], False, []
        self.names, self.clauses, self.fixed, self.notes = told.names, told.clauses, told.fixed, told.notes
        self.unaffected, self.denied, self.means = told.unaffected, told.denied, told.means
        self.described = [self.text.strip()] if told.described else []

    def _read_plain(self) -> None:
        # 開発版 of a line about versions is part of a name, as any other word for an edition.
        self.words = self.tokens = [replace(t, kind="name") if t.kind == "development" else t for t in self.tokens]
        self.tokens = self._unquoted()
        brackets = [token for token in self.tokens if token.kind == "group" and not says_of_end(token)]
        groups = [part.kind for token in brackets for part in tokenise(token.text[1:-1])]
        kinds = {token.kind for token in self.tokens}
        half = "matter" in kinds and kinds.isdisjoint({"affected", "unaffected"})
        if half or self._joins_more() or not _REFUSED.isdisjoint(kinds.union(groups)) or "unaffected" in groups:
            self.refuse()
        elif "unaffected" in kinds:
            self.read_denial()
        else:
            self.read_items()
            if not self.listed and not self.void:
                self._doubt()

    def refuse(self) -> None:
        """Leave the whole line unread."""
        self.unread, self.void = list(self.words), True

    def _read_described(self) -> bool:
        line = Described(self.tokens, self.product)
        if not any(token.kind in DESCRIBES for token in self.tokens) or not line.read():
            return False
        self.names += line.names[:1]
        self.described.append(self.text.strip())
        self.means = {token.start: "product" if token.kind == "name" else "described" for token in self.tokens}
        return True

    def _joins_more(self) -> bool:
        """Say whether かつ joins something else than 「A 以上」 and 「B 未満」: what stands before it is then half."""
        kinds = [token.kind for token in self.tokens]
        places = [place for place, kind in enumerate(kinds) if kind == "both"]
        return any(
            kinds[place - 1 : place] != ["since"] or not {*kinds[place + 1 : place + 2]} & {"version", "noun"}
            for place in places
        )

    def _unquoted(self) -> list[Token]:
        """Return the tokens without the marks of 「Sample 5.3.8」以前, where nothing but a version is in them."""
        left = [place for place, token in enumerate(self.tokens) if token.text == "「"]
        marks = set[int]()
        for place in left:
            end = place + 1
            while end < len(self.tokens) and self.tokens[end].kind in _QUOTABLE:
                end += 1
            follows = self.tokens[end + 1].kind if end + 1 < len(self.tokens) else ""
            closed = end < len(self.tokens) and self.tokens[end].text == "」" and follows in _AFTER_QUOTE
            if closed and self.tokens[end - 1].kind in {"version", "branch"}:
                marks |= {place, end}
        self.means |= {self.tokens[place].start: "mark" for place in marks}
        return [token for place, token in enumerate(self.tokens) if place not in marks]

    def _doubt(self) -> None:
        """Leave unread what may be no affected range at all."""
        bare = all(clause.alone and not clause.alone.wide for clause in self.clauses)
        if self.clauses and bare and self.names and not self.fixed and corrects(self.names[0]):
            self.fixed = [clause.alone.text for clause in self.clauses if clause.alone]
            self.unread += [token for token in self.tokens if token.kind == "version"]
            self.clauses = []
        elif not self.unread:
            self.unread += doubted(self.clauses, self.tokens, named=self.subject_known, manual=self._like_a_manual())
            if self.names and is_common(self.names[0], behind=self.named_behind):
                self.unread += [token for token in self.tokens if token.kind == "name"]

    def _like_a_manual(self) -> bool:
        """Say whether the line stands alone, or names just what it is known to be about, in the Latin letters in which
        manuals name what they document. A list of JVN's names nothing beside its versions, or more than the product.
        """
        own = self.names[0] if self.names else ""
        return plain(own) == plain(self.product or own) and plain(own).isascii()
