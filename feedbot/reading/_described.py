"""Lines that call something affected without versions that could be held against one: understood, and no range.

    line  = {bullet} ( development | dependents ) ["(" … ")"] [stop]
    development = [where] point sign what | where
    where = [name] [version ["系"]] [trunk] ["(" branch | trunk ")"] ["の" | ":"]      (「1.9系:」「trunk の」)
    point = revision | commit | date | r-number
    what  = ["の"] [all] ["の"] [name] [branch] [trunk | "リビジョン" | "バージョン"]
          | "に公開されていた" name                                              (after a date)
    dependents  = [name] "に依存する" [all] ["の"] name

Such a line is understood as a whole or not at all. A commit comes before another only in its own repository, and a
snapshot carries the number of a release that is still to come. Gold gives none of these lines a reading of its own.
"""

from feedbot.reading._bounds import AFTER
from feedbot.reading._cursor import Cursor
from feedbot.reading._names import is_qualifier, plain
from feedbot.reading._tokens import Token, is_r_number, tokenise

DESCRIBES = frozenset({"revision", "revisions", "development", "trunk", "includes", "published", "date", "depends"})
"""Kinds that stand in no other line."""
_DEVELOPMENT = ("development", "trunk")


class Described(Cursor):
    """The rules for such a line. `product` is what it is known to be about."""

    def __init__(self, tokens: list[Token], product: str) -> None:
        super().__init__(tokens)
        self.product = product
        self.names: list[str] = []

    def read(self) -> bool:
        """Say whether the line is one of these, to its last token. `names` are then the products that it names."""
        self.skip("bullet")
        return self._development() if not self._dependents() else self._closed()

    def _dependents(self) -> bool:
        start = self.at
        self.name()
        word = self.peek("depends")
        # その他の goes on from the line before, which names the product.
        if word and (self.at > start or self.product or "他" in word.text):
            self.at += 1
            self.skip("all", "of")
            return self.skip("name")
        self.at = start
        return False

    def _development(self) -> bool:
        branch, development = self._where()
        point = self.take("revision", "date") or self.take("version", test=lambda one: is_r_number(one.text))
        if point is None:
            return development and branch and self._closed()
        if not self.take(*AFTER):
            return False
        if point.kind == "date" and self.take("published"):
            return self.name() and self._closed()
        said = self._what()
        # A number alone, or a date, may be of anything: the line must say that it speaks of development.
        if point.kind == "revision":
            return (said or development or branch) and self._closed()
        return (development or (said and point.kind == "version")) and self._closed()

    def _where(self) -> tuple[bool, bool]:
        """Read the place; return whether it names a branch or version, and whether it says that it is development."""
        self.name()
        branch = self.take("version", test=lambda one: not is_r_number(one.text)) is not None
        branch = self.take("branch") is not None or branch
        development = self.skip(*_DEVELOPMENT)
        if development:
            branch = self.take("group", test=_names_branch) is not None or branch
        else:
            development = self.take("group", test=_names_trunk) is not None
        self.take("of", "colon")
        return branch, development

    def _what(self) -> bool:
        """Read what is meant of all before the point; return whether it says that it is development."""
        self.take("of")
        self.take("all")
        self.take("of")
        self.name()
        branch = self.take("version") is not None and self.take("branch") is not None
        said = self.take(*_DEVELOPMENT, "revisions") is not None
        self.take("noun")
        return said or branch

    def name(self) -> bool:
        """Go over the product's name; say whether there was one. Another's than the known one stays."""
        start = self.at
        words = []
        while token := self.take("name"):
            words.append(plain(token.text))
        said, known = "".join(words), plain(self.product)
        if said and known and known not in said and said not in known:
            self.at = start
            return False
        if said:
            self.names.append(" ".join(token.text for token in self.tokens[start : self.at]))
        return bool(said)

    def _closed(self) -> bool:
        """Go over what may close the line: brackets that say no more than it, and a full stop."""
        while self.take("group", test=_adds_nothing):
            pass
        self.take("stop")
        return self.ended()


def _kinds(token: Token) -> list[str]:
    return [part.kind for part in tokenise(token.text[1:-1])]


def _names_branch(token: Token) -> bool:
    """(1.9系), (1.9.3dev)."""
    return _kinds(token) in (["version", "branch"], ["version"])


def _names_trunk(token: Token) -> bool:
    """(trunk), (開発版)."""
    return _kinds(token) in (["trunk"], ["development"])


def _adds_nothing(token: Token) -> bool:
    """(trunk), (Fiddle に関して), (2.0.0 preview1 を含む)."""
    return is_qualifier(token) or _names_trunk(token) or _kinds(token) == ["version", "includes"]
