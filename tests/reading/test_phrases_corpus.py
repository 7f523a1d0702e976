"""The reader against the corpus's gold lines and phrasings: how much it reads, and that it is never sure and wrong."""

from pathlib import Path

import pytest

from bench import reading as bench
from feedbot.reading.phrases import read

READ_WITHOUT_GOLD = (
    "Ruby 1.9.2 および 1.9.3 の全てのパッチリリース",
    "Ruby 2.3.0 preview 1 および preview 2 (Fiddle",
)
"""Lines of gold without a reading that have one: two branches, two previews."""
NOTHING_LISTED = ("ge_ikou", "exact_only")
"""Families that in manuals and blogs are requirements and remarks."""


def test_gold_readings(corpus: Path) -> None:
    """At least 97 % of gold's readings come back exactly; none comes back complete and wrong."""
    scores = bench.score(corpus / "versions")
    ranges = [one for family, one in scores.items() if family not in ("fixed_list", "(no reading can be given)")]
    wrong = [line for one in scores.values() for line in one.wrong if not line.startswith(READ_WITHOUT_GOLD)]
    assert wrong == []
    assert sum(one.asked for one in ranges) > 200
    assert sum(one.exact for one in ranges) / sum(one.asked for one in ranges) >= 0.97
    assert scores["fixed_list"].exact / scores["fixed_list"].asked >= 0.97


def test_gold_rows_without_a_reading_are_incomplete(corpus: Path) -> None:
    """A row that cannot be given as a range (a condition on a patch) never comes back complete."""
    rows = [row for row in bench.rows(corpus / "versions", "gold.jsonl") if not row.get("ja_reading")]
    assert rows
    for row in rows:
        assert not all(read(text, row["product"]).complete for text in row["ja_texts"]), row["ja_texts"]


def test_phrasings_that_publishers_print_are_mostly_complete(corpus: Path) -> None:
    """Of all lines of publishers, at least 95 % are understood to the last piece."""
    rows = [row for row in bench.rows(corpus / "versions", "phrasings.jsonl") if row["source_kind"] in bench.PUBLISHERS]
    complete = sum(read(row["text"], row.get("product") or "").complete for row in rows)
    assert len(rows) > 300
    assert complete / len(rows) >= 0.95


def test_what_gives_no_range_of_versions_gives_none(corpus: Path) -> None:
    """Revisions and dates are told as such; a denial that is understood gives what is not affected or keeps it
    word for word, and what is affected only where it says that itself; a condition is noted."""
    for row in bench.rows(corpus / "versions", "phrasings.jsonl"):
        phrase = read(row["text"], row.get("product") or "")
        if row["family"] in ("revision_or_dev_branch", "date_bound"):
            assert phrase.range is None, row["text"]
            assert bool(phrase.described) == phrase.complete, row["text"]
        elif row["family"] == "not_affected_statement" and phrase.complete:
            assert phrase.range is None or "のみ" in row["text"], row["text"]
            assert phrase.range or phrase.unaffected or phrase.note or phrase.described, row["text"]
        elif row["family"] == "conditional_or_descriptive" and phrase.complete:
            assert phrase.note or phrase.described, row["text"]


def test_most_lines_of_manuals_and_blogs_are_doubted(corpus: Path) -> None:
    """What is left is, word for word, a publisher's form; 「7.4 より前」 and updates are of manuals."""
    rows = [row for row in bench.rows(corpus / "versions", "phrasings.jsonl") if row["source_kind"] in ("doc", "blog")]
    for known in (True, False):
        complete = [row for row in rows if read(row["text"], (known and row.get("product")) or "").complete]
        assert len(complete) / len(rows) < 0.16


def test_publishers_lines_are_mostly_complete_without_their_product(corpus: Path) -> None:
    """The words of most lines are enough to understand them."""
    rows = [row for row in bench.rows(corpus / "versions", "phrasings.jsonl") if row["source_kind"] in bench.PUBLISHERS]
    assert sum(read(row["text"]).complete for row in rows) / len(rows) >= 0.95


@pytest.mark.parametrize("kind", ["doc", "blog"])
def test_requirements_and_lists_of_fixes_are_never_complete(corpus: Path, kind: str) -> None:
    """「3.7 以降」 in a manual, 「4.3 のみ」, and lists of corrected versions are not taken for affected ranges."""
    rows = bench.rows(corpus / "versions", "phrasings.jsonl")
    asked = [row for row in rows if row["source_kind"] == kind and row["family"] in NOTHING_LISTED]
    asked += [row for row in rows if row["source_kind"] == "advisory-fixed-list"]
    assert [row["text"] for row in asked if read(row["text"], row.get("product") or "").complete] == []


def test_every_character_of_a_complete_line_is_accounted_for(corpus: Path) -> None:
    """Each character but blanks lies in one piece that has a meaning; pieces neither overlap nor leave gaps."""
    complete = 0
    for row in bench.rows(corpus / "versions", "phrasings.jsonl"):
        phrase = read(row["text"], row.get("product") or "")
        if not phrase.complete:
            continue
        complete += 1
        covered: list[str] = [" " if char.isspace() else "" for char in row["text"]]
        for piece in phrase.pieces:
            assert piece.means != "unread", (row["text"], piece)
            for at in range(piece.start, piece.start + len(piece.text)):
                assert covered[at] in ("", " "), (row["text"], piece)
                covered[at] = piece.means
        assert all(covered), row["text"]
    assert complete > 600
