"""Keys against plain comparisons that follow the words of each specification step by step."""

import re
from collections.abc import Callable
from itertools import zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.version import compare

Compare = Callable[[str, str], int]


def _sign(left: object, right: object) -> int:
    return int(left > right) - int(left < right)  # type: ignore[operator]  # both int, both str or both tuples


def _gem(left: str, right: str) -> int:
    """Gem::Version: item by item, zeros filled in, a word before every number; no zeros before the first word."""

    def items(version: str) -> list[int | str]:
        text = re.findall("[0-9]+|[a-zA-Z]+", version.replace("-", ".pre."))
        found: list[int | str] = []
        for item in [int(one) if one.isdigit() else one for one in text]:
            while isinstance(item, str) and found and found[-1] == 0 and all(isinstance(one, int) for one in found):
                found.pop()
            found.append(item)
        return found

    for one, two in zip_longest(items(left), items(right), fillvalue=0):
        if one != two:
            return -_sign(isinstance(one, str), isinstance(two, str)) or _sign(one, two)
    return 0


def _semver(left: str, right: str) -> int:
    """Semantic Versioning, section 11: numbers, then identifiers; numbers before words, fewer before more."""

    def parts(version: str) -> tuple[list[int], list[str]]:
        release, _, pre = version.partition("+")[0].partition("-")
        return [int(n) for n in release.split(".")], pre.split(".") if pre else []

    (numbers, pre), (others, other_pre) = parts(left), parts(right)
    if numbers != others or not (pre and other_pre):
        return _sign(numbers, others) or _sign(not pre, not other_pre)
    for one, two in zip(pre, other_pre, strict=False):
        if one != two:
            both = one.isdigit() and two.isdigit()
            return _sign(int(one), int(two)) if both else _sign(not one.isdigit(), not two.isdigit()) or _sign(one, two)
    return _sign(len(pre), len(other_pre))


def _maven(left: str, right: str) -> int:
    """POM reference: trim, fill the shorter one with what says nothing, compare tokens with their separators."""
    order = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
    empty = {"ga": "", "final": "", "release": "", "cr": "rc"}
    short = {"a": "alpha", "b": "beta", "m": "milestone"}

    def tokens(version: str) -> list[tuple[str, str]]:
        text = re.sub("([0-9])(?=[a-z])", r"\1-", version.lower())
        text = re.sub("(^|[.-])([abm])(?=[0-9])", lambda m: m[1] + short[m[2]], text)
        text = re.sub("([a-z])(?=[0-9])", r"\1-", text)
        found = [
            (sep, empty.get(token, token) if token else "0") for sep, token in re.findall("([.-]|^)([^.-]*)", text)
        ]
        return [("-" if token.isalpha() or not token else sep, token) for sep, token in found]

    def trimmed(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        kept: list[tuple[str, str]] = []
        for sep, token in reversed(found):
            if token.strip("0") or (kept and kept[0][0] == "."):
                kept.insert(0, (sep, token))
        return kept

    def rank(sep: str, token: str) -> tuple[int, int, str]:
        if token.isdigit():
            return (2 if sep == "." else 1, int(token), "")
        return (0, order.index(token), "") if token in order else (0, len(order), token)

    # What is first has no separator; it counts as a number after a dot or a word after a hyphen.
    one, two = ([(sep or ".", token) for sep, token in trimmed(tokens(version))] for version in (left, right))
    for first, second in zip_longest(one, two):
        fill = "0" if (first or second)[0] == "." and (first or second)[1].isdigit() else ""
        sides = (first or ((second or "-")[0], fill), second or ((first or "-")[0], fill))
        if decided := _sign(rank(*sides[0]), rank(*sides[1])):
            return decided
    return 0


def _openssl(left: str, right: str) -> int:
    """Numbers, patch letter, then what comes before the release."""

    def parts(version: str) -> tuple[list[int], str, tuple[int, int], bool]:
        match = re.fullmatch(r"([0-9.]+)([a-z]*)(?:-(alpha|beta)([0-9]+))?(-dev)?", version)
        assert match is not None
        numbers, letters, phase, n, dev = match.groups()
        bare = phase is None and dev
        stage = 0 if bare else 3 if phase is None else ("alpha", "beta").index(phase) + 1
        return [int(one) for one in numbers.split(".")], letters, (stage, int(n or 0)), not dev

    return _sign(parts(left), parts(right))


DIGITS = st.sampled_from(["0", "1", "2", "10", "007"])
DOTTED = st.lists(DIGITS, min_size=1, max_size=4).map(".".join)
CANONICAL = st.lists(st.sampled_from(["0", "1", "2", "10"]), min_size=3, max_size=3).map(".".join)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _many(part: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(part, max_size=most).map("".join)


def _of(*choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


GAP = _of("-", ".", "")
QUALIFIER = _of("a", "b", "m", "rc", "cr", "ga", "x", "sp", "Beta")
AFTER = _of("", "1", "-0", ".2", "-10")
PHASE = _of("", "-alpha2", "-alpha10", "-beta1")
PRE = _of("", "-0", "-1", "-a", "-a.0", "-a.b", "-a.1.b", "-A")
VERSIONS: dict[str, tuple[Compare, st.SearchStrategy[str]]] = {
    "gem": (_gem, _joined(DOTTED, _many(_of(".a", ".b", ".a1", ".0", ".00", ".1", ".B", ".rc0b"), 4), _of("", "-1"))),
    "semver": (_semver, _joined(CANONICAL, PRE, _of("", "+1"))),
    "npm": (_semver, _joined(CANONICAL, PRE, _of("", "+1"))),
    "maven": (_maven, _joined(DOTTED, _many(_joined(GAP, QUALIFIER, AFTER), 3), _of("", "-1", ".0", "-", "-SNAPSHOT"))),
    "openssl": (
        _openssl,
        _joined(_of("0.9.8", "1.0.2", "1.1.0"), _of("", "a", "z", "za", "zb"), PHASE, _of("", "-dev")),
    ),
}


@pytest.mark.parametrize("scheme", VERSIONS)
def test_keys_compare_as_the_words_of_the_specification_say(scheme: str) -> None:
    """For any two versions the keys compare as the plain comparison does, ties included."""
    plain, versions = VERSIONS[scheme]

    @settings(max_examples=200)
    @given(versions, versions)
    def check(left: str, right: str) -> None:
        assert compare(scheme, left, right) == plain(left, right)

    check()
