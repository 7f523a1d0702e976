"""What is taken out of a range: 「ただし 6.3.4 を除く」.

exception = ["ただし"] version { and version } "を除く", at the end of a line or in a bracket, each within the range
          | fixed "(" version { and version } ")" "を除く", before a range
"""

from feedbot.reading._bounds import Clause, single
from feedbot.reading._conditions import Conditions
from feedbot.reading._cursor import UnclearError
from feedbot.reading._tokens import tokenise
from feedbot.version import Constraint, VersionRange


class Exceptions(Conditions):
    """The rules for exceptions, with what they work on: `clauses` and `fixed` of the line, and `holes` of its range.

    `void`: whatever was read must not be taken as a range.
    """

    def __init__(self, text: str, product: str, scheme: str) -> None:
        super().__init__(text, product, scheme)
        self.clauses: list[Clause] = []
        self.fixed: list[str] = []
        self.holes: list[VersionRange] = []
        self.void = False

    def result(self) -> VersionRange | None:
        """Return everything that the line calls affected. Raises VersionError where its exceptions leave nothing."""
        made: VersionRange | None = None
        for clause in () if self.void else self.clauses:
            made = clause.range if made is None else made.union(clause.range)
        for hole in self.holes:
            made = made.intersection(hole) if made else None
        return made

    def exception(self) -> bool:
        """Read 「、ただし 6.3.4、6.3.5 を除く」 at the end of a line, or in a bracket."""
        start = self.at
        token = self.peek("group")
        inner = tokenise(token.text[1:-1]) if token else []
        if not self.clauses or (token and not any(part.kind == "except" for part in inner)):
            return False
        if token:
            words = Conditions(token.text[1:-1], self.product or "?", self.scheme)
            self._cut_out(words)
            if not words.ended():
                raise UnclearError(token)
            self.at += 1
            return True
        ahead = next((n for n in range(len(self.tokens) - start) if self.peek("except", ahead=n)), None)
        if ahead is None or not {one.kind for one in self.tokens[start + ahead + 1 :]} <= {"stop"}:
            return False
        self._cut_out(self)
        return True

    def _cut_out(self, words: Conditions) -> None:
        """Read versions and branches up to を除く, each of them within what was said before."""
        start, whole = words.at, self.result()
        words.skip("stop", "but", "and")
        if words.peek("except"):
            raise UnclearError(start)
        while not words.take("except"):
            words.same_subject()
            version = words.version()
            words.skip("and", "noun")
            if whole is None or version.text not in whole:
                raise UnclearError(version)
            ends = single(self.scheme, version).constraints
            self.holes.append(
                VersionRange(self.scheme, (Constraint("<", ends[0].version), Constraint(">=", ends[1].version)))
                if version.wide
                else VersionRange(self.scheme, (Constraint("!=", version.text),))
            )
        words.mark(start, "exception")

    def without_fixed(self) -> bool:
        """Read 「修正されたバージョン (6.4.1、6.5.1) を除く」 before the range that they are taken out of."""
        token = self.peek("group")
        if token is None or not self.peek("except", ahead=1):
            return False
        inner = Exceptions(token.text[1:-1], self.product or "?", self.scheme)
        inner.fixed_list()
        if not inner.ended():
            raise UnclearError(token)
        self.at += 2
        self.mark(self.at - 2, "exception")
        self.fixed += inner.fixed
        self.holes += [VersionRange(self.scheme, (Constraint("!=", version),)) for version in inner.fixed]
        return True

    def fixed_list(self) -> None:
        """Read the versions that a line names as corrected."""
        self.fixed.append(self.version().text)
        while self.peek("and") and self.peek("version", ahead=1):
            self.at += 1
            self.fixed.append(self.version().text)
