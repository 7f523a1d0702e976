"""Cut a sentence into segments, and say of their words what they may be.

A segment ends where a comma or full stop follows what is said of something, or a reason. Descriptive words are names,
versions, signs and the particles of the table, each where its kind can stand; see _sentences.py for the grammar.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedbot.reading._bounds import AFTER
from feedbot.reading._tokens import Token, is_particles, tokenise

_FLAW = re.compile("問題|脆弱性|欠陥|不具合|バグ")
SAYS = {
    "affected": "affected", "affects": "affected", "unaffected": "unaffected", "spares": "unaffected",
    "fixed": "fixed", "mended": "fixed",
}  # fmt: skip
"""Kind of the last word of a segment → what the segment says."""
_JOINED = {"が", "で", "もので", "ものであり", "ものの", "ため", "ので", "たが", "ており", "おり", "たもので", "ますが"}
_OF_NOW = {"現行", "最新", "最新版", "サポート中の", "特定の"}
_REASON = re.compile("(?:ため|もので|であり|ので|おり|ことから|た|で|し|場合)$")
CLEFT = ("影響を受けるのは", "対象となるのは")
_FRONT = ("bullet", "matter", "lead")
_IN_GROUP = {"name", "version", "noun", "of", "and", "edition", "branch", "identifier", "level"}
_DESCRIPTIVE = {
    "name", "version", "noun", "of", "at", "and", "toward", "topic", "edition", "branch", "level", "range", "all",
    "only", "platform", "used", "bundled", "while", "brought", "came", "back", "identifier", "about", "whose", "matter",
    *AFTER,
}  # fmt: skip
_JOINS = ("は", "も", "に", "が", "への")
_BEFORE_PARTICLE = {
    "name", "noun", "version", "branch", "edition", "group", "only", "back", "all", "level", "platform", *AFTER,
}  # fmt: skip
_POINTS = ("この", "その", "これ", "それ", "同じ")
_BEGINS = {"name", "version", "noun", "edition", "all", "prose", "matter", "back", "platform", "group", "level"}
_BEFORE_SIGN = {"version", "name", "noun", "branch", "edition", "group", "level"}
_BEFORE_NAME = {"used", "bundled", "brought", "of"}
_FIXES = re.compile(r"(?:(?:name |edition )*(?:of )?(?:noun )?version (?:noun )?(?:and |$))+")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words up to a comma or full stop: what is said, what is said of it (empty for a reason), and the place behind.

    `by_particle`: what is said begins with the particle itself (「に影響します」「で修正され」).
    """

    words: tuple[Token, ...]
    says: str
    end: int
    by_particle: bool


def cut(tokens: Sequence[Token]) -> Iterator[Segment]:
    """Yield the segments of a sentence: it is cut at each comma and full stop that follows what ends a segment, and
    at が behind what is said."""
    words, start = _body(tokens), 0
    for place in range(len(words) + 1):
        here = words[place] if place < len(words) else None
        if here is not None and here.text in "、,。" and place == start:
            start = place + 1  # behind が
            continue
        joins = here is not None and here.text == "が" and place > start and words[place - 1].kind in SAYS
        if here is not None and not joins and (here.text not in "、,。" or not _ends(words[start:place])):
            continue
        if place > start:
            yield _segment(words[start:place])
        start = place + 1


def _body(tokens: Sequence[Token]) -> list[Token]:
    """Return the words without what opens and closes a sentence."""
    words = list(tokens)
    while words and words[0].kind in (*_FRONT, "and") and words[0].text not in CLEFT:
        del words[0]
    while words and words[-1].kind in ("stop", "colon"):
        del words[-1]
    if len(words) > 1 and words[-2].kind in SAYS and _FLAW.fullmatch(words[-1].text):
        del words[-1]
    return words


def _ends(words: list[Token]) -> bool:
    if not words:
        return False
    last = words[-1]
    by_word = last.text in _JOINED or _REASON.search(last.text) is not None
    return by_word or last.kind in SAYS or last.kind in ("came", "while")


def _segment(words: list[Token]) -> Segment:
    end = len(words)
    if end > 1 and words[-1].text in _JOINED and words[-2].kind in SAYS:
        end -= 1
    says = SAYS.get(words[end - 1].kind, "")
    said = words[: end - 1] if says else words
    while said and (said[0].kind in _FRONT or (said[0].kind == "whose" and len(said) > 1)):
        if not says and said[0].text in CLEFT:
            says = "affected"
        said = said[1:]
    return Segment(tuple(said), says, words[end - 1].end, words[end - 1].text[0] in "にがので")


def may_be_kept(words: Sequence[Token]) -> bool:
    """Say whether all words are descriptive, each where its kind can stand."""
    around = zip((None, *words), words, (*words[1:], None), strict=False)
    return all(
        _is_descriptive(token, following) and _fits(before, token, following) for before, token, following in around
    )


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
        return before.kind in _BEFORE_PARTICLE or (token.text == "、" and before.kind in ("topic", "toward"))
    if token.kind in AFTER or token.kind == "branch":
        return before.kind in _BEFORE_SIGN or (token.kind == "branch" and before.kind == "name")
    if token.kind in _BEFORE_NAME:
        return following is not None and following.kind in _BEGINS
    return token.kind not in ("while", "came") or following is None


def is_told_of(segment: Segment, *, reason: bool) -> bool:
    """Say whether a named thing stands before what is said of it, joined as a subject is: 「には」「は」「のみ」.

    Behind a reason, 「以前のバージョン」 is one.
    """
    words = [token for token in segment.words if token.kind != "whose"]
    while words and words[-1].text == "、":
        del words[-1]
    if not any(token.kind in ("name", "back", "edition") or (reason and token.kind == "noun") for token in words):
        return False
    last = words[-1]
    if last.kind == "prose" and last.text.endswith(("ため", "ので")):  # 「Sample 38 以降は … ため影響を受けません」
        return segment.says == "unaffected" and any(token.kind in ("topic", "toward") for token in words)
    joined = last.kind in ("topic", "toward", "only") or (last.kind == "prose" and last.text.endswith(_JOINS))
    return joined or (segment.by_particle and last.kind in ("name", "noun", "edition", "branch"))


def without_topic(words: Sequence[Token]) -> Sequence[Token]:
    """Leave out what the segment is about: descriptive words without a version, and は."""
    for place, token in enumerate(words):
        if token.kind == "version":
            break
        if token.kind == "topic" and token.text == "は" and place + 1 < len(words):
            fits = all(_is_descriptive(one, token) for one in words[:place])
            return words[place + 1 :] if fits and words[place + 1].kind != "whose" else words
    return words


def is_list_of_fixes(words: Sequence[Token]) -> bool:
    """Say whether the words are corrected versions, each with the name of its product or without."""
    kinds = "".join(f"{token.kind} " for token in without_topic(words))
    return bool(_FIXES.fullmatch(kinds)) and not any(token.branch for token in words)


def name_before_version(words: Sequence[Token]) -> str:
    """Return the product's name that stands before the first version; empty where there is none."""
    end = next((place for place, token in enumerate(words) if token.kind == "version"), 0)
    return " ".join(token.text for token in words[:end] if token.kind == "name")


def has_version(words: Sequence[Token]) -> bool:
    """Say whether there is a version in the words."""
    return any(token.kind == "version" for token in words)


def is_condition(segment: Segment) -> bool:
    """Say whether a segment says where the rest of the sentence holds: 「… を無効にしている場合、」."""
    last = segment.words[-1] if segment.words and not segment.says else None
    return last is not None and (last.kind == "while" or last.text.endswith("場合"))


def is_vague(words: Sequence[Token]) -> bool:
    """「1.5 以前で混入したもので」 says no version that 「それ以前」 could mean."""
    return any(token.branch or token.kind in {"branch", "range", *AFTER} for token in words)


def ends_with_version(words: Sequence[Token]) -> bool:
    """Say whether the last thing named has versions of its own, so that there is a range, though it was not read."""
    named = [token.kind for token in words if token.kind in ("name", "version")]
    return named[-1:] == ["version"]
