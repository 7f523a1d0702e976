"""Read a sentence of prose that says what is affected, what is not, what was corrected, and why.

    sentence  = {lead} segment { ("、" | "。") segment } [flaw] [":"] ["。"]          (flaw: 「影響しないバグ」)
    segment   = said ( affected | unaffected | fixed ) [joined]                     joined: 「が」「もので」「ため」
              | said reason                                                         「… で導入されたため」
              | said, the last one behind a corrected version           「このバージョンは … に公開されました」
    said      = [topic "は"] items | descriptive words

Only what the rules of _items.py read as a whole becomes a range; all else that is said is kept word for word: as a note
beside a range or a denial, and as a description where the sentence calls something affected that is no range of the
product (「Android 4.4 以前で動作する Sample のみに影響します」). Descriptive words are names, versions, signs and the
particles of the table; any other word leaves the whole line unread. What is called affected must be so by a flaw:
manuals too say that a setting has an effect.
"""

import re
from collections.abc import Sequence

from feedbot.errors import VersionError
from feedbot.reading._bounds import Clause
from feedbot.reading._cursor import UnclearError
from feedbot.reading._items import Items
from feedbot.reading._names import plain
from feedbot.reading._segments import (
    CLEFT,
    SAYS,
    Segment,
    cut,
    ends_with_version,
    has_version,
    is_condition,
    is_list_of_fixes,
    is_told_of,
    is_vague,
    may_be_kept,
    name_before_version,
    without_topic,
)
from feedbot.reading._tokens import Token
from feedbot.version import VersionRange

_LATIN = re.compile("[A-Za-z]")
_FLAW = re.compile("問題|脆弱性|欠陥|不具合|バグ|攻撃|実証コード|クラッシュ|リグレッション|影響を受け|影響は受け")


class Told:
    """What a sentence says, and what was read of it so far.

    `means`: place of a token → what it was taken for; `subject`: a reason has said what the rest is about.
    """

    def __init__(self, text: str, product: str, scheme: str) -> None:
        self.text, self.product, self.scheme = text, product, scheme
        self.names: list[str] = []
        self.clauses: list[Clause] = []
        self.spared: list[VersionRange] = []
        self.fixed: list[str] = []
        self.notes: list[str] = []
        self.described = self.denied = self.subject = False
        self.means: dict[int, str] = {}

    @property
    def unaffected(self) -> VersionRange | None:
        """All versions that the sentence says are not affected."""
        made: VersionRange | None = None
        for one in self.spared:
            made = one if made is None else made.union(one)
        return made

    def affected(self) -> VersionRange | None:
        """All versions that it says are affected."""
        made: VersionRange | None = None
        for clause in self.clauses:
            made = clause.range if made is None else made.union(clause.range)
        return made


def read_sentence(text: str, tokens: Sequence[Token], product: str, scheme: str) -> Told | None:
    """Return what the tokens of a line say as a sentence, or None where they are none that is understood."""
    if not any(token.kind in SAYS or token.text in CLEFT for token in tokens):
        return None
    told = Told(text, product, scheme)
    try:
        segments = list(cut(tokens))
        for segment in segments:
            _take(told, segment)
        _judge(told, segments)
    except (UnclearError, VersionError):
        return None
    told.means = {token.start: told.means.get(token.start) or _meaning(token) for token in tokens}
    return told


def _judge(told: Told, segments: list[Segment]) -> None:
    """Raise UnclearError where the segments together say nothing, or against one another."""
    said = [segment.says for segment in segments]
    if not any(said) or (not said[-1] and ("fixed" not in said or has_version(segments[-1].words))):
        raise UnclearError(said)
    if not any(
        token.kind in ("version", "group") or _LATIN.search(token.text) for one in segments for token in one.words
    ):
        raise UnclearError(said)
    if "affected" in said and not _FLAW.search(told.text):
        raise UnclearError(said)
    if any(is_condition(segment) for segment in segments):
        told.spared = []  # 「… を無効にしている場合、Sample 3 は影響を受けません」 says it of those alone
    whole = told.affected()
    if whole is not None and any(not _apart(whole, one) for one in told.spared):
        raise UnclearError(told.spared)
    if told.described:
        told.clauses = []  # what is described may be of other versions


def _apart(one: VersionRange, other: VersionRange) -> bool:
    """Say whether no version is in both."""
    try:
        one.intersection(other)
    except VersionError:
        return True
    return False


def _take(told: Told, segment: Segment) -> None:
    kinds = {token.kind for token in segment.words}
    alone = "back" in kinds and not told.names and kinds.isdisjoint({"name", "version"}) and not told.notes
    if kinds <= {"whose"} and segment.says == "unaffected" and told.subject:
        told.denied = True  # 「Sample では … ため、この問題の影響を受けません」: its subject stands in the reason
        return
    if alone or (segment.says and not segment.words) or ("came" in kinds and is_vague(segment.words)):
        raise UnclearError(segment)
    if segment.says == "fixed" and is_list_of_fixes(segment.words):
        told.fixed += [token.text for token in segment.words if token.kind == "version"]
        if not told.names and (name := name_before_version(segment.words)):
            told.names.append(name)
        return
    found = _items(told, segment) if segment.says in ("affected", "unaffected") else None
    if found is None or (found.notes and segment.says == "unaffected"):
        _describe(told, segment)
    elif segment.says == "affected":
        told.clauses += found.clauses
    else:
        told.denied = True
        made = found.result()
        told.spared += [made] if made else []


def _describe(told: Told, segment: Segment) -> None:
    """Keep the words of a segment as they are. Raises UnclearError where one of them is none that may be kept so."""
    if not may_be_kept(segment.words) or (segment.says == "affected" and ends_with_version(segment.words)):
        raise UnclearError(segment)
    if segment.says and not is_told_of(segment, reason=bool(told.notes or told.clauses)):
        raise UnclearError(segment)
    told.subject = told.subject or (not segment.says and any(one.kind in ("topic", "toward") for one in segment.words))
    told.described = told.described or segment.says == "affected"
    told.denied = told.denied or segment.says == "unaffected"
    if segment.words:
        told.notes.append(told.text[segment.words[0].start : segment.end].strip())
        told.means |= {token.start: "condition" if segment.says else "reason" for token in segment.words}


def _items(told: Told, segment: Segment) -> Items | None:
    """Return the segment read as items of the product that the sentence is about, or None where it is not just that."""
    for words in (list(segment.words), list(without_topic(segment.words))):
        while words and (
            words[-1].kind in ("topic", "toward", "whose") or words[-1].text in ("も", "にも", "に", "、")
        ):
            del words[-1]
        items = _read(told, words) if has_version(words) else None
        if items is not None:
            break
    else:
        return None
    if told.names and items.names and plain(items.names[0]) != plain(told.names[0]):
        if segment.says == "affected":
            raise UnclearError(items.names)
        return None
    told.names = told.names or items.names
    if words[0] is not segment.words[0]:
        told.notes.append(told.text[segment.words[0].start : words[0].start].strip())  # 「公開された実証コードは」
    told.notes += items.notes if segment.says == "affected" else []
    told.means |= items.means
    return items


def _read(told: Told, words: list[Token]) -> Items | None:
    items = Items(told.text, told.product, told.scheme, listed=True)
    items.tokens = words
    items.read()
    unclear = items.unread or items.void or items.fixed or items.holes or items.result() is None
    return None if unclear else items


def _meaning(token: Token) -> str:
    return {"version": "version", "name": "product"}.get(token.kind, SAYS.get(token.kind, "connective"))
