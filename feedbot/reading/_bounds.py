"""Versions, branches and bounds: the inner half of the grammar, which knows no products."""

import re
from dataclasses import dataclass, replace

from feedbot.reading._cursor import Cursor, UnclearError
from feedbot.reading._tokens import WAVES, Token, edition_words, tokenise
from feedbot.version import Comparator, Constraint, VersionRange

AFTER: dict[str, Comparator] = {"below": "<", "upto": "<=", "since": ">=", "above": ">", "unclear": "<="}
BEFORE: dict[str, Comparator] = {f"before_{kind}": sign for kind, sign in AFTER.items()}
_TO = {"through", "thru", "to", "up to", "up to and including", "up through"}
_INCLUSIVE = "inclusive"
_PAIR = re.compile(r"\d+(?:-\d+)+")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Version:
    """A version, or with `wide` the branch of that number. `marked`: a word such as バージョン stands with it."""

    text: str
    wide: bool
    marked: bool

    @property
    def bare(self) -> bool:
        """A number alone, which may as well be a model, a year or a count."""
        return self.text.isdigit() and not self.marked


@dataclass(frozen=True, slots=True)
class Clause:
    """What one item of a line says.

    `alone` is the version of an item that names just one; `single` is a bound with one sign behind it (以前), which
    after bare versions could be meant for them too. `sign` is the piece that makes the range what it is; `loose`: two
    ends with nothing that closes them; `twice`: a name or a word stands before both of them; `model`: a bare number of
    a product that was given beside it.
    """

    range: VersionRange
    alone: Version | None = None
    single: bool = False
    sign: Token | None = None
    loose: bool = False
    twice: bool = False
    model: bool = False


def bound(scheme: str, sign: Comparator, version: Version) -> VersionRange:
    """Return the range on one side of a version; of a branch, the side that the sign means for the whole of it."""
    if not version.wide:
        return VersionRange(scheme, (Constraint(sign, version.text),))
    first, following = VersionRange.branch(scheme, version.text).constraints
    text = first.version if sign in {"<", ">="} else following.version
    return VersionRange(scheme, (Constraint("<" if sign[0] == "<" else ">=", text),))


def single(scheme: str, version: Version) -> VersionRange:
    """Return the range of one version or one branch."""
    if version.wide:
        return VersionRange.branch(scheme, version.text)
    return VersionRange(scheme, (Constraint("=", version.text),))


class Bounds(Cursor):
    """The rules for versions and bounds. `subject_known`: the line has said, or it is known, what it is about."""

    def __init__(self, tokens: list[Token], scheme: str, *, subject_known: bool) -> None:
        super().__init__(tokens)
        self.scheme = scheme
        self.subject_known = subject_known
        self.branch_word: Token | None = None

    def version(self) -> Version:
        """Read `[バージョン] 2.4.1`, `2.4.x`, `2.4 系`."""
        marked = self.skip("noun")
        token = self.need("version")
        marked = self._edition_follows() or marked
        self.qualifiers()
        word = self.branch_word = self.take("branch")
        series = word is not None and word.text.casefold() in {"シリーズ", "series"}
        sure = marked or token.prefixed or token.branch or (word is not None and len(token.text) <= 2 and not series)
        read = Version(token.text, token.branch or word is not None, sure)
        if read.bare and ((series and not self.is_model()) or not self.subject_known):
            raise UnclearError(token)
        return read

    def _edition_follows(self) -> bool:
        """Say whether a bracket with nothing but an edition makes a bare number a version: 「3 (as)」 of a system."""
        group = self.peek("group")
        return group is not None and group.text[1:-1].strip().casefold() in edition_words()

    def is_model(self) -> bool:
        """Say whether a bare number can only be the product's, which was given beside the line and is not in it."""
        return False

    def qualifiers(self) -> None:
        """Go over what narrows a version to an edition; a line's reading notes it."""
        self.skip("edition")

    def bounds(self) -> Clause:
        """Read one version with its signs, or two of them."""
        if self.peek(*BEFORE):
            return self._before()
        version = self.version()
        word = self.branch_word
        if sign := self._between():
            return self._range(version, sign)
        if sign := self.take(*AFTER) or self._sign_in_group() or self._and_earlier():
            return self._after(version, sign)
        if self.peek(*BEFORE):
            low = single(self.scheme, version) if version.wide else bound(self.scheme, ">=", version)
            return Clause(low.intersection(self._before().range), single=True)
        return self._alone(version, word)

    def _and_earlier(self) -> Token | None:
        """Read 「および、それ以前の」: a word that joins, and one that points back to the version."""
        start, joined = self.at, self.skip("and")
        token = self.take("back", test=lambda one: one.text[:2] in {"それ", "これ"}) if joined else None
        if token is None:
            self.at = start
            return None
        self.mark(start, "bound")
        return replace(token, kind="upto")

    def _sign_in_group(self) -> Token | None:
        """Read 「2.0.5 (およびそれ以前のバージョン)」; the sign stands for its bracket."""
        token = self.peek("group")
        inner = tokenise(token.text[1:-1]) if token else []
        if token is None or not inner or inner[0].kind not in AFTER:
            return None
        if any(one.kind not in {"of", "noun"} for one in inner[1:]):
            return None
        self.at += 1
        self.means[token.start] = "bound"
        return replace(token, kind=inner[0].kind)

    def _alone(self, version: Version, word: Token | None) -> Clause:
        odd = version.bare and not version.wide and len(version.text) > 3 and not _YEAR.fullmatch(version.text)
        model = version.bare and self.is_model() and (self.ended() or self.peek("stop", "and", "group") is not None)
        pair = not version.marked and _PAIR.fullmatch(version.text) is not None
        if (odd and not model) or ((version.bare or pair) and not self.subject_known):
            raise UnclearError(version)
        return Clause(single(self.scheme, version), alone=version, sign=word, model=model)

    def _between(self) -> Token | None:
        """Go over から, 〜, - or through, where a version follows."""
        ahead = 1
        while self.peek("noun", "name", ahead=ahead):
            ahead += 1
        sign = self.peek("range", "bullet", "before_upto", "before_unclear")
        words = sign is not None and (sign.kind == "range" or sign.text == "-" or sign.text.casefold() in _TO)
        if not words or not self.peek("version", ahead=ahead):
            return None
        self.at += 1
        return sign

    def _range(self, low: Version, sign: Token) -> Clause:
        start = self.at
        self.same_subject()
        twice = self.at > start or (self.peek("noun") is not None and sign.text not in WAVES)
        high = self.version()
        self.skip("noun")
        end: Comparator = "<" if self.take("below") else "<="
        closed = end == "<" or self._inclusive(sign) or self.take("upto") is not None or sign.kind == "before_upto"
        between = self.take("between") if not closed else None
        made = bound(self.scheme, ">=", low).intersection(bound(self.scheme, end, high))
        return Clause(made, sign=between or sign, loose=not closed, twice=twice or between is not None)

    def _inclusive(self, sign: Token) -> bool:
        """Read 「to 9.7 (inclusive)」: the sign is then in no doubt. 「before 9.7 (inclusive)」 is left as it is."""
        if sign.kind == "before_below":
            return False
        group = self.peek("group")
        said = group is not None and group.text[1:-1].strip().casefold() == _INCLUSIVE
        word = self.peek("upto")
        if not said and (word is None or word.text.casefold() != _INCLUSIVE):
            return False
        self.at += 1
        self.means |= dict.fromkeys((sign.start, self.tokens[self.at - 1].start), "bound")
        return True

    def same_subject(self) -> None:
        """Go over the product's name where it is repeated."""

    def _after(self, version: Version, sign: Token) -> Clause:
        made = bound(self.scheme, AFTER[sign.kind], version)
        if sign.kind in {"since", "above"}:
            with self.attempt():
                return Clause(made.intersection(self._upper(version)))
        return Clause(made, single=True, sign=sign)

    def _upper(self, low: Version) -> VersionRange:
        """Read 「、B 未満」, 「かつ B 未満」 after 「A 以上」, where B is above A."""
        self.skip("noun")
        self.take("and", "both")
        self.skip("noun")
        high = self.version()
        sign = self.need("below", "upto")
        upper = bound(self.scheme, AFTER[sign.kind], high)
        if low.text not in upper:
            raise UnclearError(high)
        return upper

    def _before(self) -> Clause:
        sign = self.need(*BEFORE)
        version = self.version()
        made = bound(self.scheme, BEFORE[sign.kind], version)
        if sign.kind not in {"before_since", "before_above"}:
            if sign.text.casefold() == "to":
                raise UnclearError(sign)  # which ends a range and begins none: an upgrade to 2.0
            self._inclusive(sign)
            return Clause(made, sign=sign)
        with self.attempt():
            self.skip("noun")
            self.take("and")
            upper = self.need("before_below", "before_upto", "before_unclear")
            both = made.intersection(bound(self.scheme, BEFORE[upper.kind], self.version()))
            self._inclusive(upper)
            return Clause(both)
        return Clause(made, sign=sign)
