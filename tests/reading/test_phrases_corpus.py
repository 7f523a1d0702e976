"""The reader against the corpus's gold lines and phrasings: how much it reads, and that it is never sure and wrong."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedbot.errors import VersionError
from feedbot.reading.phrases import Phrase, read
from feedbot.version import Comparator, Constraint, VersionRange

Row = dict[str, Any]
SIGNS: dict[str, Comparator] = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "="}
KINDS = ("jvn", "jvn-quoted", "jpcert", "advisory", "press")
BRANCH_WORD = re.compile(r"(\d+(?:\.\d+)*) ?系|の Ruby (\d+(?:\.\d+)*)$")


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _expected(bounds: list[Row]) -> VersionRange:
    """Put bounds together as the corpus's README says: an upper bound closes a lower one, `in` cuts to its branch."""
    parts: list[VersionRange] = []
    for bound in bounds:
        if bound["op"] == "all":
            return VersionRange("generic")
        if bound["op"] in {"in", "series"}:
            part = VersionRange.branch("generic", bound["version"].removesuffix(".x"))
        else:
            part = VersionRange("generic", (Constraint(SIGNS[bound["op"]], bound["version"]),))
        closes = bound["op"] in {"lt", "le"} and parts and parts[-1].constraints[-1].comparator[0] == ">"
        if closes or (bound["op"] == "in" and parts):
            part = parts.pop().intersection(part)
        parts.append(part)
    return _union(parts)


def _union(parts: list[VersionRange]) -> VersionRange:
    first, *rest = parts
    for part in rest:
        first = first.union(part)
    return first


def _spelt_alike(vers: VersionRange | None) -> list[tuple[str, str]] | None:
    """gold writes 1.9.3 patchlevel 327 and 1.8.6-p399 with dots."""
    if vers is None:
        return None
    spelt = ((c.comparator, re.sub(r" patchlevel |-p(?=\d)", ".", c.version.lower())) for c in vers.constraints)
    return [(sign, re.sub(r"[ -]?(rc|preview|beta) ?(\d)", r".\1.\2", version)) for sign, version in spelt]


def _questions(corpus: Path) -> Iterator[tuple[list[str], str, VersionRange | None]]:
    """Yield lines that are read together, the product, and what they say; None where no reading can be given."""
    for row in _rows(corpus / "versions" / "gold.jsonl"):
        reading, product = row.get("ja_reading"), row.get("product") or ""
        if reading and reading[0].get("op") == "fixed_in":
            continue
        if not reading or "op" in reading[0]:
            yield row["ja_texts"], product, _expected(reading) if reading else None
            continue
        by_line = {line["line"]: _expected(line["bounds"]) for line in reading}
        for text in row["ja_texts"]:
            word = BRANCH_WORD.search(text)
            if text in by_line and word and not ("系" in text and row["product"].endswith("gem")):
                try:
                    branch = VersionRange.branch("generic", word[1] or word[2])
                    by_line[text] = by_line[text].intersection(branch)
                except VersionError:
                    by_line.pop(text)  # 2.1.0 preview2 より前の 2.1 系列: VERS puts a preview before its branch
            yield [text], product, by_line.get(text)


def _said(phrases: list[Phrase]) -> VersionRange | None:
    found = [phrase.range for phrase in phrases if phrase.range is not None]
    return _union(found) if found else None


def test_gold_readings(corpus: Path) -> None:
    """At least 97 % of gold's readings come back exactly; none comes back complete and wrong.

    One line is left out: 「1.9.2 および 1.9.3 の全てのパッチリリース」 says two branches, and gold has no reading.
    """
    exact = total = 0
    for texts, product, expected in _questions(corpus):
        phrases = [read(text, product) for text in texts]
        complete = all(phrase.complete for phrase in phrases)
        if expected is None:
            assert not complete or "1.9.2 および 1.9.3 の全て" in texts[0], texts
            continue
        total += 1
        right = _spelt_alike(_said(phrases)) == _spelt_alike(expected)
        exact += right
        assert right or not complete, (texts, str(_said(phrases)), str(expected))
    assert total > 200
    assert exact / total >= 0.97


def test_phrasings_that_publishers_print_are_mostly_complete(corpus: Path) -> None:
    """Of the lines that are about affected versions, at least 95 % are understood to the last piece.

    Left out are the families that hold no range of versions: statements of not being affected, revisions of a
    repository, conditions, dates, model series.
    """
    families = {
        "not_affected_statement",
        "revision_or_dev_branch",
        "conditional_or_descriptive",
        "date_bound",
        "series",
    }
    rows = [
        row
        for row in _rows(corpus / "versions" / "phrasings.jsonl")
        if row["source_kind"] in KINDS and row["family"] not in families and row.get("product") != "Mozilla"
    ]
    complete = sum(read(row["text"], row.get("product") or "").complete for row in rows)
    assert len(rows) > 300
    assert complete / len(rows) >= 0.95


@pytest.mark.parametrize(
    "family", ["not_affected_statement", "revision_or_dev_branch", "conditional_or_descriptive", "date_bound"]
)
def test_families_without_a_range_never_come_back_complete(corpus: Path, family: str) -> None:
    """What says that something is not affected, or names a revision, a date or a condition, stays unread."""
    for row in _rows(corpus / "versions" / "phrasings.jsonl"):
        if row["family"] == family:
            assert not read(row["text"], row.get("product") or "").complete, row["text"]
