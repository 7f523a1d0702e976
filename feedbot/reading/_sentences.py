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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedbot.errors import VersionError
from feedbot.reading._bounds import AFTER, Clause
from feedbot.reading._cursor import UnclearError
from feedbot.reading._items import Items
from feedbot.reading._names import plain
from feedbot.reading._tokens import Token, is_particles, tokenise
from feedbot.version import VersionRange

_LATIN = re.compile("[A-Za-z]")
_FLAW = re.compile("問題|脆弱性|欠陥|不具合|バグ|攻撃|実証コード|クラッシュ|リグレッション|影響を受け|影響は受け")
_FLAW_NAME = re.compile("問題|脆弱性|欠陥|不具合|バグ")
_SAYS = {
    "affected": "affected", "affects": "affected", "unaffected": "unaffected", "spares": "unaffected",
    "fixed": "fixed", "mended": "fixed",
}  # fmt: skip
"""Kind of the last word of a segment → what the segment says."""
_JOINED = {"が", "で", "もので", "ものであり", "ものの", "ため", "ので", "たが", "ており", "おり", "たもので", "ますが"}
_OF_NOW = {"現行", "最新", "最新版", "サポート中の", "特定の"}
_REASON = re.compile("(?:ため|もので|であり|ので|おり|ことから|た|で|し|場合)$")
_FRONT = ("bullet", "matter", "lead")
_IN_GROUP = {"name", "version", "noun", "of", "and", "edition", "branch", "identifier", "level"}
_DESCRIPTIVE = {
    "name", "version", "noun", "of", "at", "and", "toward", "topic", "edition", "branch", "level", "range", "all",
    "only", "platform", "used", "bundled", "while", "brought", "came", "back", "identifier", "about", "whose", "matter",
    *AFTER,
}  # fmt: skip
_JOINS = ("は", "も", "に", "が", "への")
_POINTS = ("この", "その", "これ", "それ", "同じ")
_BEFORE_PARTICLE = {
    "name", "noun", "version", "branch", "edition", "group", "only", "back", "all", "level", "platform", *AFTER,
}  # fmt: skip
_BEGINS = {"name", "version", "noun", "edition", "all", "prose", "matter", "back", "platform", "group", "level"}
_BEFORE_SIGN = {"version", "noun", "branch", "edition", "group", "level"}
_BEFORE_NAME = {"used", "bundled", "brought", "of"}
_FIXES = re.compile(r"(?:(?:name |edition )*(?:of )?(?:noun )?version (?:noun )?(?:and |$))+")


class Told:
    """What a sentence says, and what was read of it so far. `means`: place of a token → what it was taken for."""

    def __init__(self, text: str, product: str, scheme: str) -> None:
        self.text, self.product, self.scheme = text, product, scheme
        self.names: list[str] = []
        self.clauses: list[Clause] = []
        self.spared: list[VersionRange] = []
        self.fixed: list[str] = []
        self.notes: list[str] = []
        self.described = self.denied = False
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


@dataclass(frozen=True, slots=True)
class _Segment:
    """Words up to a comma or full stop: what is said, what is said of it (empty for a reason), and the place behind.

    `by_particle`: what is said begins with the particle itself (「に影響します」「で修正され」).
    """

    words: tuple[Token, ...]
    says: str
    end: int
    by_particle: bool


def read_sentence(text: str, tokens: Sequence[Token], product: str, scheme: str) -> Told | None:
    """Return what the tokens of a line say as a sentence, or None where they are none that is understood."""
    if not any(token.kind in _SAYS for token in tokens):
        return None
    told = Told(text, product, scheme)
    try:
        segments = list(_segments(_body(tokens)))
        for segment in segments:
            _take(told, segment)
        _judge(told, segments)
    except (UnclearError, VersionError):
        return None
    told.means = {token.start: told.means.get(token.start) or _meaning(token) for token in tokens}
    return told


def _body(tokens: Sequence[Token]) -> list[Token]:
    """Return the words without what opens and closes a sentence."""
    body = list(tokens)
    while body and body[0].kind in (*_FRONT, "and"):
        del body[0]
    while body and body[-1].kind in ("stop", "colon"):
        del body[-1]
    if len(body) > 1 and body[-2].kind in _SAYS and _FLAW_NAME.fullmatch(body[-1].text):
        del body[-1]
    return body


def _segments(body: list[Token]) -> Iterator[_Segment]:
    """Cut at each comma and full stop that follows what ends a segment."""
    start = 0
    for place in range(len(body) + 1):
        here = body[place] if place < len(body) else None
        if here is not None and (here.text not in "、,。" or not _ends(body[start:place])):
            continue
        if place > start:
            yield _segment(body[start:place])
        start = place + 1


def _ends(words: list[Token]) -> bool:
    if not words:
        return False
    last = words[-1]
    by_word = last.text in _JOINED or _REASON.search(last.text) is not None
    return by_word or last.kind in _SAYS or last.kind in ("came", "while")


def _segment(words: list[Token]) -> _Segment:
    end = len(words)
    if end > 1 and words[-1].text in _JOINED and words[-2].kind in _SAYS:
        end -= 1
    says = _SAYS.get(words[end - 1].kind, "")
    said = words[: end - 1] if says else words
    while said and said[0].kind in _FRONT:
        said = said[1:]
    return _Segment(tuple(said), says, words[end - 1].end, words[end - 1].text[0] in "にがので")


def _judge(told: Told, segments: list[_Segment]) -> None:
    """Raise UnclearError where the segments together say nothing, or against one another."""
    said = [segment.says for segment in segments]
    if not any(said) or (not said[-1] and ("fixed" not in said or _has_version(segments[-1].words))):
        raise UnclearError(said)
    if not any(
        token.kind in ("version", "group") or _LATIN.search(token.text) for one in segments for token in one.words
    ):
        raise UnclearError(said)
    if "affected" in said and not _FLAW.search(told.text):
        raise UnclearError(said)
    if any(_is_condition(segment) for segment in segments):
        told.spared = []  # 「… を無効にしている場合、Sample 3 は影響を受けません」 says it of those alone
    whole = told.affected()
    if whole is not None and any(not _apart(whole, one) for one in told.spared):
        raise UnclearError(told.spared)
    if told.described:
        told.clauses = []
    if said == ["fixed"] and not told.fixed:
        raise UnclearError(said)


def _has_version(words: Sequence[Token]) -> bool:
    return any(token.kind == "version" for token in words)


def _is_vague(words: Sequence[Token]) -> bool:
    """「1.5 以前で混入したもので」 says no version that 「それ以前」 could mean."""
    return any(token.branch or token.kind in {"branch", "range", *AFTER} for token in words)


def _is_condition(segment: _Segment) -> bool:
    last = segment.words[-1] if segment.words and not segment.says else None
    return last is not None and (last.kind == "while" or last.text.endswith("場合"))


def _apart(one: VersionRange, other: VersionRange) -> bool:
    """Say whether no version is in both."""
    try:
        one.intersection(other)
    except VersionError:
        return True
    return False


def _take(told: Told, segment: _Segment) -> None:
    kinds = {token.kind for token in segment.words}
    alone = "back" in kinds and not told.names and kinds.isdisjoint({"name", "version"}) and not told.notes
    if alone or (segment.says and not segment.words) or ("came" in kinds and _is_vague(segment.words)):
        raise UnclearError(segment)
    if segment.says == "fixed" and _is_list_of_fixes(segment.words):
        told.fixed += [token.text for token in segment.words if token.kind == "version"]
        if not told.names and (name := _name_before_version(segment.words)):
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


def _is_list_of_fixes(words: Sequence[Token]) -> bool:
    kinds = "".join(f"{token.kind} " for token in _without_topic(words))
    return bool(_FIXES.fullmatch(kinds)) and not any(token.branch for token in words)


def _name_before_version(words: Sequence[Token]) -> str:
    end = next((place for place, token in enumerate(words) if token.kind == "version"), 0)
    return " ".join(token.text for token in words[:end] if token.kind == "name")


def _describe(told: Told, segment: _Segment) -> None:
    """Keep the words of a segment as they are. Raises UnclearError where one of them is none that may be kept so."""
    for before, token, following in zip(
        (None, *segment.words), segment.words, (*segment.words[1:], None), strict=False
    ):
        if not _is_descriptive(token, following) or not _fits(before, token, following):
            raise UnclearError(token)
    if segment.says == "affected" and _ends_with_version(segment.words):
        raise UnclearError(segment)
    if segment.says and not _is_told_of(segment, reason=bool(told.notes)):
        raise UnclearError(segment)
    told.described = told.described or segment.says == "affected"
    told.denied = told.denied or segment.says == "unaffected"
    if segment.words:
        told.notes.append(told.text[segment.words[0].start : segment.end].strip())
        told.means |= {token.start: "condition" if segment.says else "reason" for token in segment.words}


def _ends_with_version(words: Sequence[Token]) -> bool:
    """Say whether the last thing named has versions of its own, so that there is a range, though it was not read."""
    named = [token.kind for token in words if token.kind in ("name", "version")]
    return named[-1:] == ["version"]


def _is_descriptive(token: Token, following: Token | None) -> bool:
    if token.kind == "prose":
        return token.text in _OF_NOW or is_particles(token.text)
    if token.kind == "group":
        return {part.kind for part in tokenise(token.text[1:-1])} <= _IN_GROUP
    if token.kind == "affected":  # 「影響を受けるプラットフォーム」
        return following is not None and following.kind in ("name", "prose")
    return token.kind in _DESCRIPTIVE and "影響" not in token.text


def _fits(before: Token | None, token: Token, following: Token | None) -> bool:
    """Say whether a word stands where its kind can: a sign behind a version, 「で使われている」 before a name."""
    if before is None:
        back = token.text == "以前" and following is not None and following.kind == "of"
        pointed = token.kind != "prose" or token.text.startswith(_POINTS)
        return (token.kind in _BEGINS and pointed) or back
    if token.kind in ("topic", "toward", "and", "of", "only"):
        return before.kind in _BEFORE_PARTICLE
    if token.kind in AFTER or token.kind == "branch":
        return before.kind in _BEFORE_SIGN or (token.kind == "branch" and before.kind == "name")
    if token.kind in _BEFORE_NAME:
        return following is not None and following.kind in _BEGINS
    return token.kind not in ("while", "came") or following is None


def _is_told_of(segment: _Segment, *, reason: bool) -> bool:
    """Say whether a named thing stands before what is said of it, joined as a subject is: 「には」「は」「のみ」.

    Behind a reason, 「以前のバージョン」 is one.
    """
    words = [token for token in segment.words if token.kind != "whose"]
    if not any(token.kind in ("name", "back", "edition") or (reason and token.kind == "noun") for token in words):
        return False
    last = words[-1]
    joined = last.kind in ("topic", "toward", "only") or (last.kind == "prose" and last.text.endswith(_JOINS))
    return joined or (segment.by_particle and last.kind in ("name", "noun", "edition", "branch"))


def _without_topic(words: Sequence[Token]) -> Sequence[Token]:
    """Leave out what the segment is about: descriptive words without a version, and は."""
    for place, token in enumerate(words):
        if token.kind == "version":
            break
        if token.kind == "topic" and token.text == "は" and place + 1 < len(words):
            fits = all(_is_descriptive(one, token) for one in words[:place])
            return words[place + 1 :] if fits and words[place + 1].kind != "whose" else words
    return words


def _items(told: Told, segment: _Segment) -> Items | None:
    """Return the segment read as items of the product that the sentence is about, or None where it is not just that."""
    for words in (list(segment.words), list(_without_topic(segment.words))):
        while words and (words[-1].kind in ("topic", "toward", "whose") or words[-1].text in ("も", "にも", "に")):
            del words[-1]
        items = _read(told, words) if _has_version(words) else None
        if items is not None:
            break
    else:
        return None
    if told.names and items.names and plain(items.names[0]) != plain(told.names[0]):
        if segment.says == "affected":
            raise UnclearError(items.names)
        return None
    told.names = told.names or items.names
    told.notes += items.notes if segment.says == "affected" else []
    told.means |= {words[0].start + place: meaning for place, meaning in items.means.items()}
    return items


def _read(told: Told, words: list[Token]) -> Items | None:
    items = Items(told.text[words[0].start : words[-1].end], told.product, told.scheme, listed=True)
    items.read()
    unclear = items.unread or items.void or items.fixed or items.holes or items.result() is None
    return None if unclear else items


def _meaning(token: Token) -> str:
    return {"version": "version", "name": "product"}.get(token.kind, _SAYS.get(token.kind, "connective"))
