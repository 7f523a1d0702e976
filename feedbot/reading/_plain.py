"""Whether a line says by itself that versions are *affected*, or may as well be a requirement or a list of releases.

「Sample 3.7 以降」 is a requirement in a manual and an affected range in an advisory, letter for letter. Where a caller
knows that the line stands in a publisher's list of affected versions (`listed`), nothing here counts. Else a form is
doubted that publishers do not use alone when they say what is affected: the range is given, the doubted piece is
unread, and so the line is not complete.

Counted over the corpus of wordings (481 lines of JVN, JPCERT/CC, advisories and press against 1,369 of manuals and
blogs), lines with nothing else in them:

    form                                        affected  other  decision
    A 以降, 以上, より新しい, with no B 未満           1    728  doubted; Ruby lists its fixes as 「A 以降の 2.1 系」
    A 以降の全ての B 系列                              1      0  believed
    A より以前, with neither a branch nor a product    0      5  doubted
    A 系, A シリーズ                                   0     74  doubted; 2.4.x, すべての and 影響を受ける say enough
    a bare number シリーズ, the product given beside   5      0  believed: hardware, as JVN iPedia lists it
    A のみ, A 以前のみ                                 0     14  doubted
    A から B の間                                      0     12  doubted
    P A から P B (the name or the word twice)          0     26  doubted: an upgrade
    A から B, A〜B: B two numbers, or the next to A    0     60  doubted: a step from release to release
    A, B, C with no product named                      0     30  doubted
    A, B, C of several branches                        0      7  doubted: one release of each is a list of fixes
    A, B, C that are neighbours, the product named     3      2  believed
    A 以前, より前, まで, 以下, より古い with A like 7.4   0    138  doubted: a branch, in a manual; see below
    A 以前, より前, 未満, まで otherwise             237    176  believed: the same words, nothing tells them apart
    A から B まで, より前                             25     13  believed
    A から B, no product, A like 8.9.3                 0     12  doubted: an update; affected ranges begin with a branch
    A〜B.x                                             0      5  doubted: which branches are supported
    A から B otherwise                                23     16  believed
    A 以前、B 以前, of no branch                         0      0  doubted: each is meant of a branch that is not named
    A alone                                          101      0  believed, but for products of the table of habits
    A 以前の P, P without Latin letters                 0      0  doubted: 「8.0 以前の挙動」 is of a manual
    P A, P A 以前 with P of the table of common words   0      0  doubted: 「変更点 8.0 以前」

「7.4 より前」 is doubted where nothing else stands in the line but what it is about, in Latin letters: not with
バージョン before the number, not with a bracket, and not where the product is known and stands outside the line, as in
JVN. 2.10 is a release more often than a branch. Whether 「7.4 まで」 holds 7.4.5 is open besides.
"""

import re
from itertools import pairwise

from feedbot.reading._bounds import Clause
from feedbot.reading._tokens import WAVES, Token, common_words, even_out, habits

_QUAD = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_NEWS = {"リリース", "release", "releases", "パッチリリース"}
_BRANCH = re.compile(r"\d+\.\d")
_MID_BRANCH = re.compile(r"\d+(?:\.\d+)+\.(?!0$)\w+")
_OF_BRANCHES = {"以前", "以下", "まで", "より前", "よりも前", "より古い", "よりも古い"}
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def doubted(clauses: list[Clause], tokens: list[Token], *, named: bool, manual: bool) -> list[Token]:
    """Return the pieces of a line that leave open whether it is about affected versions at all.

    `named`: the product is in the line or known; `manual`: a manual would name it so. `tokens` are those of the whole
    line.
    """
    kinds = {token.kind for token in tokens}
    said = bool(kinds & {"all", "affected"})
    found = [clause.sign for clause in clauses if clause.sign and _doubted(clause, kinds, manual=manual)]
    if not named and "branch" not in kinds:
        found += [token for token in tokens if token.kind == "unclear"]
    if len(clauses) == 1 and "branch" not in kinds:
        found += [clause.sign for clause in clauses if clause.sign and clause.loose and _is_step(clause, named=named)]
        found += [token for token in tokens if token.kind == "only" and not said]
        found += _announced(tokens) if clauses[0].alone and not said else []
        found += _labelled(tokens) if clauses[0].alone and not said else []
        found += _of_branches(clauses[0], tokens) if manual and not said else []
    found += _ends(clauses, tokens)
    if kinds.isdisjoint({"lead", "affected", "unaffected"}):
        found += [token for token in tokens if token.text.startswith("です")]  # 「Sample は 1.2.3 です」
    if _is_list(clauses) and not (named and _of_one_branch(clauses)) and not said:
        found += [token for token in tokens if token.kind == "and" or token.text in ("・", "/")]
    return found


def _ends(clauses: list[Clause], tokens: list[Token]) -> list[Token]:
    """Return the signs of 「8.3.8 より前、8.2.20 より前」: each is meant of its branch, and as said one holds all.

    Where a CVE name stands with each, they are of those."""
    open_below = [one for one in clauses if [end.comparator[0] for end in one.range.constraints] == ["<"]]
    named = sum(token.kind == "group" and "CVE-" in token.text.upper() for token in tokens)
    return [one.sign for one in open_below if one.sign] if len(open_below) > max(named, 1) else []


def _of_branches(clause: Clause, tokens: list[Token]) -> list[Token]:
    """Return the sign of 「Sample 7.4 より前」, 「5.5.x〜5.7.x」: what manuals say of branches."""
    sign = clause.sign
    if sign is None or any(token.kind in {"group", "lead", "edition"} for token in tokens):
        return []
    if sign.text in WAVES and [token.branch for token in tokens if token.kind == "version"][-1]:
        return [sign]
    if sign.text not in _OF_BRANCHES or tokens[0].kind == "noun":
        return []
    versions = [token.text for token in tokens if token.kind == "version"]
    return [sign] if len(versions) == 1 and _BRANCH.fullmatch(versions[0]) else []


def _announced(tokens: list[Token]) -> list[Token]:
    """Return the word of 「2.4.1 リリース」, which is news and no affected version."""
    before = [token.kind for token in tokens]
    return [
        token
        for place, token in enumerate(tokens)
        if token.kind == "noun" and token.text.casefold() in _NEWS and "version" in before[:place]
    ]


def _labelled(tokens: list[Token]) -> list[Token]:
    """Return the colon of 「score: 7.5」, unless it follows a branch, or words that say what is listed."""
    kinds = {token.kind for token in tokens}
    return [] if kinds & {"branch", "lead"} else [token for token in tokens if token.kind == "colon"]


def _doubted(clause: Clause, kinds: set[str], *, manual: bool) -> bool:
    if clause.sign is not None and clause.sign.kind.removeprefix("before_") in {"since", "above"}:
        return not kinds >= {"all", "branch"}
    if clause.sign is not None and clause.sign.kind == "branch":
        return manual and clause.alone is not None and not clause.model and kinds.isdisjoint({"all", "affected"})
    between = clause.sign is not None and clause.sign.kind == "between"
    return (manual or between) and clause.loose and clause.twice


def _is_step(clause: Clause, *, named: bool) -> bool:
    """Say whether two ends with no word that closes them may be an upgrade, or addresses."""
    low, high = clause.range.constraints[0], clause.range.constraints[-1]
    if _QUAD.fullmatch(low.version) and _QUAD.fullmatch(high.version) and not named:
        return True
    if high.comparator == "<" or not _NUMBERS.fullmatch(high.version) or (clause.sign and clause.sign.text == "-"):
        return False
    if not named and clause.sign and clause.sign.text == "から" and _MID_BRANCH.fullmatch(low.version):
        return True
    new = [int(part) for part in high.version.split(".")]
    before = ".".join(map(str, [*new[:-1], new[-1] - 1]))
    return len(new) < 3 or low.version in (before, before.removesuffix(".0"))


def _is_list(clauses: list[Clause]) -> bool:
    return len(clauses) > 1 and all(clause.alone for clause in clauses)


def _of_one_branch(clauses: list[Clause]) -> bool:
    """Say whether releases are neighbours: 1.1.1h, 1.1.1i. Branches (2.3.x, 2.4.x) may be any, but are not mixed in."""
    alone = [clause.alone for clause in clauses if clause.alone]
    if any(version.wide for version in alone):
        return all(version.wide for version in alone)
    heads = [version.text.split(".")[:2] for version in alone]
    return all(one[: len(two)] == two[: len(one)] for one, two in pairwise(heads))


def is_common(name: str, *, behind: bool) -> bool:
    """Say whether a name is none but words that manuals use beside versions: 「8.0 以前の挙動」, 「変更点 8.0」.

    `behind`: it stands behind the versions. There any name without Latin letters is as likely such a word.
    """
    plain = even_out(name)[0].casefold()
    if behind and not re.search("[a-z「]", plain):
        return True
    words = [word for word in re.split(r"[\s・/のをにが]+", plain) if word]
    return bool(words) and all(word in common_words() for word in words)


def corrects(name: str) -> bool:
    """Say whether a bare version of this product is, by its publisher's habit, a correction."""
    return any(even_out(name)[0].casefold() == one.casefold() for row in habits() for one in row.products)
