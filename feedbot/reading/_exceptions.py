"""What is taken out of a range: 「ただし 6.3.4 を除く」.

ends      = "(" version ( "を含む" | "は含まない" ) ")", of an end of the range before it
exception = ["ただし"] version { and version } "を除く", at the end of a line or in a bracket, each within the range
          | fixed "(" version { and version } ")" "を除く", before a range
"""

from dataclasses import replace

from feedbot.reading._bounds import Clause, single
from feedbot.reading._conditions import Conditions
from feedbot.reading._cursor import UnclearError
from feedbot.reading._tokens import Token, tokenise
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

    def ends_in_group(self) -> bool:
        """Read 「(1.2.3 を含む)」, 「(1.2.3 は含まない)」 where they say once more what the range before them says."""
        token, whole = self.peek("group"), self.clauses[-1].range.constraints if self.clauses else ()
        said = says_of_end(token) if token else None
        if token is None or said is None or not whole:
            return False
        version, included = said
        signs = [end.comparator for end in whole if version in ("", end.version)]
        if not signs or any(("=" in sign) != included for sign in signs):
            raise UnclearError(token)
        self.at += 1
        self.means[token.start] = "bound"
        self.clauses[-1] = replace(self.clauses[-1], loose=False)
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


def says_of_end(token: Token) -> tuple[str, bool] | None:
    """Return the version of a bracket that says whether it is in the range (empty: both ends), or None for another."""
    *said, last = tokenise(token.text[1:-1]) or [token]
    if last.kind not in ("includes", "leaves_out"):
        return None
    if "".join(part.text for part in said) in ("両バージョン", "両端", "両端のバージョン"):
        return "", last.kind == "includes"
    versions = [part for part in said if part.kind == "version" and not part.branch]
    others = [part for part in said if part.kind not in ("version", "noun")]
    return (versions[0].text, last.kind == "includes") if len(versions) == 1 and not others else None
