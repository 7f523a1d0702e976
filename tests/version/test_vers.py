"""VERS, rule by rule (clause 5 of the specification, and its "How to parse"), and the specification's own cases."""

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.version import Comparator, Constraint, VersionRange, compare, scheme_of
from tests.conftest import SHARED

VALID = {
    "5.1 one constraint": "vers:npm/1.2.3",
    "5.3.3.1 each comparator": "vers:generic/0.1|!=0.2|>0.3|<0.4|>=0.5|<=0.6",
    "5.3.3.1 the asterisk": "vers:deb/*",
    "5.3.3.2 percent, pipe and comparators in a version": "vers:lexicographic/%21%25%2A%3C%3D%3E%7C",
    "5.3.3.2 an encoded blank": "vers:generic/9.0%20Beta%202",
    "5.3.3.2 other punctuation stays": "vers:deb/>=1:2.0+dfsg~rc1-1",
    "5.4 unequal before anything": "vers:generic/!=1|2|!=3|>4|!=5|<6|!=7",
    "5.4 equal before equal and greater": "vers:generic/1|2|>=3",
    "5.4 less before greater": "vers:generic/<1|>2|<=3|>=4",
    "5.4 an equal one between less and greater": "vers:generic/<1|2|>3",
    "5.4 unequal inside and outside": "vers:generic/!=1|>=2|!=3|<4|!=5",
}
INVALID = {
    "5.3.1 no scheme": "npm/1.2.3",
    "5.3.1 another scheme": "pkg:npm/1.2.3",
    "5.3.1 a large scheme": "VERS:npm/1.2.3",
    "5.3.1 an encoded colon": "vers%3Anpm/1.2.3",
    "5.3.2 a type that begins with a digit": "vers:7zip/1.2.3",
    "5.3.2 a foreign character in the type": "vers:np_m/1.2.3",
    "5.3.2 an encoded type": "vers:np%6D/1.2.3",
    "5.3.2 no slash": "vers:npm",
    "5.3.2 no type": "vers:/1.2.3",
    "5.3.2.1 the type invalid": "vers:invalid/*",
    "5.3.2.1 an example has no order": "vers:example/1.2.3",
    "5.3.2.1 a test has no order": "vers:test/1.2.3",
    "5.3.3 nothing": "vers:npm/",
    "5.3.3 a pipe in front": "vers:npm/|1.2.3",
    "5.3.3 a pipe behind": "vers:npm/1.2.3|",
    "5.3.3 two pipes": "vers:npm/1.2.3||2.0.0",
    "5.3.3 a blank before a version": "vers:npm/>= 1.2.3",
    "5.3.3.1 an equals sign": "vers:npm/=1.2.3",
    "5.3.3.1 two equals signs": "vers:npm/==1.2.3",
    "5.3.3.1 not of npm's": "vers:npm/~1.2.3",
    "5.3.3.1 two comparators": "vers:npm/><1.2.3",
    "5.3.3.1 the asterisk with another": "vers:npm/*|1.2.3",
    "5.3.3.1 the asterisk behind another": "vers:npm/1.2.3|*",
    "5.3.3.1 the asterisk twice": "vers:npm/*|*",
    "5.3.3.1 the asterisk with a version": "vers:npm/*1.2.3",
    "5.3.3.1 a comparator without version": "vers:npm/<",
    "5.3.3.2 a tab": "vers:lexicographic/1\t2",
    "5.3.3.2 a line feed": "vers:npm/1.2.3\n",
    "5.3.3.2 no ASCII": "vers:lexicographic/１",
    "5.3.3.2 half an encoding": "vers:lexicographic/1%2",
    "5.3.3.2 no encoding": "vers:lexicographic/1%GG",
    "5.3.3.2 small hexadecimal digits": "vers:lexicographic/1%7c2",
    "5.3.3.2 encoded without need": "vers:datetime/2026-11-24T09%3A00%3A00Z",
    "5.3.3.2 encoded bytes that are no UTF-8": "vers:lexicographic/%FF",
    "5.4 not in order": "vers:npm/>=2.0.0|<1.0.0",
    "5.4 not in the order of the type": "vers:npm/1.10.0|1.9.0",
    "5.4 a version twice": "vers:npm/>=1.2.3|<1.2.3",
    "5.4 a version twice, spelled in two ways": "vers:pypi/>=1.0|<1",
    "5.4 unequal twice": "vers:npm/!=1.2.3|!=1.2.3",
    "5.4 equal before less": "vers:npm/1.2.3|<2.0.0",
    "5.4 equal after greater": "vers:npm/>=1.2.3|1.3.0|<2.0.0",
    "5.4 two of less": "vers:npm/<1.2.3|<=2.0.0",
    "5.4 two of greater": "vers:npm/>1.2.3|>=2.0.0",
    "5.4 two of less, unequal between them": "vers:npm/<1.2.3|!=1.5.0|<2.0.0",
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_what_the_specification_allows_is_read_and_written_again(text: str) -> None:
    """A canonical text comes out as it went in."""
    assert str(VersionRange.parse(text)) == text


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_what_the_specification_forbids_is_refused(text: str) -> None:
    """Tools shall report an error, and shall not correct what is wrong."""
    with pytest.raises(VersionError):
        VersionRange.parse(text)


def test_a_type_may_be_written_large() -> None:
    """Types are case insensitive and written small."""
    assert str(VersionRange.parse("vers:PyPI/<2")) == "vers:pypi/<2"


COMPARATORS: tuple[Comparator, ...] = ("<", "<=", ">", ">=", "=", "!=")
RANGES = st.lists(st.tuples(st.sampled_from(COMPARATORS), st.integers(1, 9)), min_size=1, max_size=6)


def contained(version: int, constraints: list[tuple[Comparator, int]]) -> bool:
    """Evaluate as "Checking if a version is contained within a range" does, step by step."""
    if any(comparator in ("=", "<=", ">=") and version == at for comparator, at in constraints):
        return True
    if any(comparator == "!=" and version == at for comparator, at in constraints):
        return False
    second = [(comparator, at) for comparator, at in constraints if comparator not in ("=", "!=")]
    if not second:
        # The text leaves this open: unequal ones alone hold everything else, equal ones nothing else.
        return all(comparator == "!=" for comparator, _ in constraints)
    (first, lowest), (last, highest) = second[0], second[-1]
    if (first[0] == "<" and version < lowest) or (last[0] == ">" and version > highest):
        return True
    return any(
        low[0] == ">" and high[0] == "<" and above < version < below for (low, above), (high, below) in pairwise(second)
    )


@settings(max_examples=250)
@given(RANGES)
def test_a_range_holds_what_the_algorithm_of_the_specification_says(drawn: list[tuple[Comparator, int]]) -> None:
    """Every sequence that is accepted holds what the containment algorithm, done plainly, says, and reads back."""
    ordered = sorted({at: comparator for comparator, at in drawn}.items())
    constraints = [(comparator, at) for at, comparator in ordered]
    try:
        made = VersionRange("intdot", tuple(Constraint(comparator, str(at)) for comparator, at in constraints))
    except VersionError:
        return
    assert VersionRange.parse(str(made)) == made
    for version in range(11):
        assert (str(version) in made) == contained(version, constraints)


@given(st.lists(st.text(min_size=1, max_size=8).filter(lambda text: "\0" not in text), min_size=1, max_size=4))
def test_any_text_of_a_version_is_encoded_and_read_back(versions: list[str]) -> None:
    """Whatever a version holds, the written range is printable ASCII without blanks, and reads back as the same."""
    try:
        made = VersionRange("lexicographic", tuple(Constraint("=", version) for version in versions))
    except VersionError:
        return
    text = str(made)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert VersionRange.parse(text) == made


# --- The specification's own cases, which are not ours to keep here -------------------------------------------------


def _folder() -> Path:
    return Path(os.environ.get("FEEDBOT_VERS_TESTS", SHARED / "corpus" / "vers"))


def _cases() -> list[dict[str, Any]]:
    """Return the cases of the schemes that are known here; older files call the type `input_scheme`."""
    found: list[dict[str, Any]] = []
    for path in sorted(_folder().rglob("*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        tests = held["tests"] if isinstance(held, dict) else held
        found += [{**case, "file": path.name} for case in tests if isinstance(case, dict) and "test_type" in case]
    return [case for case in found if scheme_of(_type(case))]


def _type(case: dict[str, Any]) -> str:
    given_input = case["input"]
    text = given_input if isinstance(given_input, str) else given_input.get("vers", "")
    if text.startswith("vers:"):
        return str(text[5:].partition("/")[0])
    return str(given_input.get("input_type") or given_input.get("input_scheme") or "") if text == "" else ""


def _is_valid(text: str) -> bool:
    """Say whether a range keeps clause 5.4, judged without the code under test: several cases do not keep it."""
    scheme, parts = scheme_of(text[5:].partition("/")[0]), text.partition("/")[2].split("|")
    signs = [part.rstrip(part.lstrip("<>!=")) if part != "*" else "*" for part in parts]
    versions = [part.lstrip("<>!=") for part in parts]
    if any(compare(scheme, one, two) >= 0 for one, two in pairwise(versions)):
        return False
    kept = [sign for sign in signs if sign != "!="]
    after_point = any(not one and two[:1] == "<" for one, two in pairwise(kept))
    sides = [sign[0] for sign in kept if sign]
    return not after_point and all(one != two for one, two in pairwise(sides))


def _outcome(case: dict[str, Any]) -> object:
    given_input, kind = case["input"], case["test_type"]
    if kind in ("comparison", "equality"):
        scheme, versions = scheme_of(_type(case)), given_input["versions"]
        if kind == "equality":
            return compare(scheme, *versions) == 0
        ordered = all(compare(scheme, one, two) <= 0 for one, two in pairwise(case["expected_output"]))
        return case["expected_output"] if ordered and sorted(versions) == sorted(case["expected_output"]) else versions
    text = given_input if isinstance(given_input, str) else given_input["vers"]
    made = VersionRange.parse(text)
    if kind == "parse":
        return {"type": _type(case), "constraints": [[one.comparator, one.version] for one in made.constraints]}
    return given_input["version"] in made if kind == "containment" else str(made)


# Ours by intent, each with its reason.
DIFFERENT = {
    "vers:npm/1.0%252F0": "the version is then 1.0%2F0, which npm cannot read: a range of it would have no order",
}


@pytest.mark.long
def test_the_cases_of_the_specification() -> None:
    """Every required or recommended case of a scheme known here comes out as it says, or is named as a difference."""
    cases = _cases()
    if not cases:
        pytest.skip("vers-spec's tests are missing: put them into ../shared/corpus/vers, or set FEEDBOT_VERS_TESTS")
    wrong = []
    for case in cases:
        text = case["input"] if isinstance(case["input"], str) else case["input"].get("vers", "")
        refused = bool(case.get("expected_failure")) or text in DIFFERENT
        judged = text.startswith("vers:") and not refused and not _is_valid(text)
        try:
            outcome = _outcome(case)
        except VersionError as error:
            if not refused and not judged:
                wrong.append((case["file"], case["input"], str(error)))
            continue
        if refused or judged or outcome != case["expected_output"]:
            wrong.append((case["file"], case["input"], outcome))
    assert not wrong, f"{len(wrong)} of {len(cases)}: {wrong[:10]}"
