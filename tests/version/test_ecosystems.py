"""gem, npm, semver, maven and pep440 against the ecosystems' own comparison, on pairs drawn from a fixed seed."""

import random
from collections.abc import Callable

import pytest
from packaging.version import Version

from feedbot.version import compare
from tests.version import reference

Made = tuple[str, str]
"""A version in two parts: its numbers, and what follows them."""
SAMPLE, FULL = 5_000, 300_000
QUALIFIERS = ["alpha", "beta", "a", "b", "m", "milestone", "rc", "cr", "snapshot", "SNAPSHOT", "sp", "x", "jre", "RC"]
SILENT = ["ga", "final", "release", "Final"]


def _some(rng: random.Random, *choices: str) -> str:
    return rng.choice(("", "", *choices))


def _dotted(rng: random.Random, most: int) -> str:
    return ".".join(rng.choice(["0", "1", "2", "10", "01"]) for _ in range(rng.randint(1, most)))


def _gem(rng: random.Random) -> Made:
    words = ["a", "b", "rc", "pre", "B", "0", "1", "00", "10", "a1", "b10", "0a", "a0b"]
    tail = "".join("." + rng.choice(words) for _ in range(rng.randint(0, 4)))
    return _dotted(rng, 3), tail + _some(rng, "-1", "-a.0", "-rc-1", "-x86")


def _identifiers(rng: random.Random, words: list[str]) -> str:
    return ".".join(rng.choice(words) for _ in range(rng.randint(1, 3)))


def _semver(rng: random.Random) -> Made:
    release = ".".join(rng.choice(["0", "1", "2", "10"]) for _ in range(3))
    words = ["0", "1", "9", "10", "a", "A", "alpha", "alpha1", "-", "-1", "1-", "0a", "rc-1"]
    return release, rng.choice(["", "-" + _identifiers(rng, words)]) + _some(rng, "+1", "+a.01")


def _npm(rng: random.Random) -> Made:
    release = ".".join(rng.choice(["0", "1", "2", "10", "01"]) for _ in range(3))
    words = ["0", "1", "01", "10", "a", "A", "alpha", "alpha1", "-", "0a"]
    pre = rng.choice(["", "-" + _identifiers(rng, words), "beta" + _some(rng, ".1", "2", ".01")])
    return _some(rng, "v", "=v", " ") + release, pre + _some(rng, "+1")


def _maven(rng: random.Random) -> Made:
    """Leave out where ComparableVersion leaves the reference: words between dots, zeros and `ga` before a qualifier."""
    tail = ""
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        number = rng.choice(["", "1", "2", "10", "-1", ".1", ".0.1", "-01.2"])
        tail += rng.choice(["-1", "-2", "-10", *("-" + one + number for one in QUALIFIERS), "rc" + number])
    return _dotted(rng, 4), tail + _some(
        rng, *("." + one for one in QUALIFIERS), *("-" + one for one in SILENT), "-rc0"
    )


def _pep440(rng: random.Random) -> Made:
    def n() -> str:
        return rng.choice(["", "0", "1", "2", "10"])

    pre = _some(rng, f"a{n()}", f"-beta.{n()}", f"rc{n()}", f"_pre{n()}", f".c{n()}")
    post = _some(rng, f".post{n()}", f"-{rng.randint(0, 3)}", f"rev{n()}")
    dev = _some(rng, f".dev{n()}", f"dev{n()}")
    local = _some(rng, "+ubuntu.1", "+1", "+abc.10", "+ABC-9", "+1.a")
    return _some(rng, "v") + _some(rng, "0!", "1!") + _dotted(rng, 4), pre + post + dev + local


def _packaging(pairs: reference.Pairs) -> list[int]:
    read = [(Version(left), Version(right)) for left, right in pairs]
    return [(left > right) - (left < right) for left, right in read]


def _composer(rng: random.Random) -> Made:
    dates = ("20260101", "2026-01-02", "20260102.1", "2026-01-02-3", "202601")
    numbers = rng.choice([_dotted(rng, 4), _dotted(rng, 4), _dotted(rng, 4), rng.choice(dates)])
    phase = rng.choice(["stable", "beta", "b", "RC", "rc", "alpha", "a", "patch", "pl", "p", "Beta"])
    phase += _some(rng, "1", "2", "10", ".1", "-1", "01", "1.1", "1.0")
    tail = _some(rng, "-", ".", "_", "") + phase if rng.random() < 0.6 else ""
    return _some(rng, "v") + numbers, tail + _some(rng, "-dev", "dev", ".dev") + _some(rng, "+build.1")


SCHEMES: dict[str, tuple[Callable[[random.Random], Made], Callable[[reference.Pairs], list[int]]]] = {
    "composer": (_composer, reference.composer),
    "gem": (_gem, reference.gem),
    "npm": (_npm, reference.npm),
    "semver": (_semver, reference.semver),
    "maven": (_maven, reference.maven),
    "pep440": (_pep440, _packaging),
}


def _check(scheme: str, count: int) -> None:
    make, ask = SCHEMES[scheme]
    rng = random.Random(f"{scheme} {count}")
    pairs = []
    for turn in range(count):
        (head, tail), (other_head, other_tail) = make(rng), make(rng)
        # In half of the pairs the numbers are the same, so that what follows decides.
        pairs.append((head + tail, (head if turn % 2 else other_head) + other_tail))
    answers = ask(pairs)
    assert len(answers) == count
    wrong = [(*pair, answer) for pair, answer in zip(pairs, answers, strict=True) if compare(scheme, *pair) != answer]
    assert not wrong, f"{len(wrong)} of {count}, such as {wrong[:5]}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_keys_sort_as_the_ecosystem_does(scheme: str) -> None:
    """Keys of 5,000 pairs compare as the ecosystem's program compares the versions."""
    _check(scheme, SAMPLE)


@pytest.mark.long
@pytest.mark.parametrize("scheme", SCHEMES)
def test_keys_sort_as_the_ecosystem_does_on_the_full_count(scheme: str) -> None:
    """Keys of 300,000 pairs compare as the ecosystem's program compares the versions."""
    _check(scheme, FULL)
