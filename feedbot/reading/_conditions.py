"""What narrows a range without being a version: the part of the grammar for platforms, conditions and brackets.

    front     = { name | noun | … } ( used | brought )           (「Sample ESR で使われていた」「SVG が実装された」)
    note      = bracket | edition | "for" name { version } | at condition | bundled name
    condition = { name | version | sign | noun | … } while      (「で Sample Library 3.3 以前を利用する場合」)

A note never changes the range: what it narrows stays a superset, and the note is kept word for word for a person.
"""

from feedbot.reading._bounds import AFTER, BEFORE
from feedbot.reading._names import Names, is_qualifier
from feedbot.reading._tokens import Token, tokenise

_OF_CONDITION = {"name", "version", "noun", "of", "and", "edition", "level", "branch", "range", "all", *AFTER, *BEFORE}
_OF_THING = {"name", "noun", "of", "edition"}


class Conditions(Names):
    """The rules for notes. `notes` are the words of a line that narrow its range, as printed; `denies`: it says which
    versions are not affected."""

    def __init__(self, text: str, product: str, scheme: str) -> None:
        super().__init__(text, product, scheme)
        self.notes: list[str] = []
        self.denies = False

    def qualifiers(self) -> None:
        """Note editions and brackets."""
        while self.note():
            pass

    def note(self) -> bool:
        """Read one note; say whether there was any."""
        start = self.at
        if token := self.take("group", test=says_note):
            self.notes.append(self.text[token.start + 1 : token.end - 1].strip())
            return True
        if token := self.take("edition", "footnote"):
            self.notes.append(token.text)
            return True
        if not (self._platform() or self._condition() or self._bundled()):
            self.at = start
            return False
        self.mark(start, "condition")
        self.notes.append(self.text[self.tokens[start].start : self.tokens[self.at - 1].end].strip())
        return True

    def in_front(self) -> None:
        """Note what stands before the product and says where it is in use, or what its version brought.

        The first only where the line says in so many words what is affected, the second only in a denial: manuals too
        tell in which version something came.
        """
        start = self.at
        said = "brought" if self.denies else "used" if any(one.kind == "affected" for one in self.tokens) else ""
        while self.take(*_OF_THING):
            pass
        word = self.take(said) if self.at > start and said else None
        if word is None:
            self.at = start
            return
        self.mark(start, "condition" if word.kind == "used" else "reason")
        self.notes.append(self.text[self.tokens[start].start : word.end])
        self.take("of")

    def _platform(self) -> bool:
        """Read 「for Android 2.x および 3.x」: a version with a sign of its own would be more than a platform's. 向け
        stands behind its name, not before it."""
        if not self.take("platform", test=lambda token: token.text.isascii()) or not self.name():
            return False
        while self.peek("version") or (self.peek("and") and self.peek("version", ahead=1)):
            self.at += 1
        return not self.peek(*AFTER, *BEFORE, "range")

    def _condition(self) -> bool:
        """Read 「で … を利用する場合」; what stands between may be names and versions, nothing else."""
        if not self.take("at"):
            return False
        while self.take(*_OF_CONDITION):
            pass
        return bool(self.take("while"))

    def _bundled(self) -> bool:
        """Read 「でバンドルされた Sample Library」 at the end of a line."""
        if not self.take("bundled") or not self.name():
            return False
        return self.peek() is None or self.peek("stop", "group", "and") is not None


def says_note(token: Token) -> bool:
    """Say whether a bracket holds nothing but a note: an edition, a part, CVE names, a condition."""
    if is_qualifier(token):
        return True
    inner = tokenise(token.text[1:-1])
    if len(inner) > 1 and inner[-1].kind == "only":
        return all(part.kind in {"name", "noun", "and"} for part in inner[:-1])
    return len(inner) > 1 and inner[-1].kind == "while" and all(part.kind in _OF_CONDITION for part in inner[:-1])
