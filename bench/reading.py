"""How much of the corpus's wording is read, how much of that is right, and how fast: `./run bench reading [--json]`.

Prints Markdown: gold's readings by family (exact, incomplete, wrong and yet complete), the share of complete lines by
family among publishers' lines and among other prose, the largest groups of what stays unread, and lines a second. The
corpus is looked for at ../shared/corpus, or where FEEDBOT_CORPUS says.

`./run bench reading --seed=7` prints instead 300 complete lines drawn with that seed, to be judged by eye.
"""

import json
import os
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

from feedbot.errors import VersionError
from feedbot.reading.phrases import Phrase, read
from feedbot.version import Comparator, Constraint, VersionRange

Row = dict[str, Any]
PUBLISHERS = ("jvn", "jvn-quoted", "jpcert", "advisory", "press")
PROSE = ("doc", "blog", "advisory-fixed-list")
NO_RANGE = ("not_affected_statement", "revision_or_dev_branch", "conditional_or_descriptive", "date_bound")
"""Families whose lines give no range of versions."""
_SIGNS: dict[str, Comparator] = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "="}
_BRANCH_WORD = re.compile(r"(\d+(?:\.\d+)*) ?系|の Ruby (\d+(?:\.\d+)*)$")
_DRAWN = 300
_MANY = 50_000


@dataclass(slots=True)
class Score:
    """How gold's readings of one family came back."""

    asked: int = 0
    exact: int = 0
    incomplete: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """Lines of gold that are read together; `expected` is None where no reading can be given."""

    lines: tuple[str, ...]
    product: str
    expected: VersionRange | None
    fixed: tuple[str, ...] = ()


def corpus_folder() -> Path:
    """Return the folder of the wordings."""
    return (
        Path(os.environ.get("FEEDBOT_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus")) / "versions"
    )


def rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of a file of the corpus."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def questions(folder: Path) -> Iterator[Question]:
    """Yield what gold asks: a row's lines together, or line by line where it gives a reading for each."""
    for row in rows(folder, "gold.jsonl"):
        reading, product, texts = row.get("ja_reading"), row.get("product") or "", tuple(row["ja_texts"])
        if reading and reading[0].get("op") == "fixed_in":
            yield from (
                Question((text,), product, None, (bound["version"],))
                for text, bound in zip(texts, reading, strict=False)
            )
        elif not reading or "op" in reading[0]:
            yield Question(texts, product, _expected(reading) if reading else None)
        else:
            by_line = {line["line"]: _expected(line["bounds"]) for line in reading}
            for text in texts:
                yield Question((text,), product, _within(text, row["product"], by_line.get(text)))


def _expected(bounds: list[Row]) -> VersionRange:
    """Put bounds together as the corpus's README says: an upper bound closes a lower one, `in` cuts to its branch."""
    parts: list[VersionRange] = []
    for bound in bounds:
        if bound["op"] == "all":
            return VersionRange("generic")
        if bound["op"] in {"in", "series"}:
            part = VersionRange.branch("generic", bound["version"].removesuffix(".x"))
        else:
            part = VersionRange("generic", (Constraint(_SIGNS[bound["op"]], bound["version"]),))
        closes = bound["op"] in {"lt", "le"} and parts and parts[-1].constraints[-1].comparator[0] == ">"
        if closes or (bound["op"] == "in" and parts):
            part = parts.pop().intersection(part)
        parts.append(part)
    return union(parts)


def _within(text: str, product: str, expected: VersionRange | None) -> VersionRange | None:
    """Cut a line's reading to the branch that the line names, which gold leaves out."""
    word = _BRANCH_WORD.search(text)
    if expected is None or word is None or ("系" in text and product.endswith("gem")):
        return expected
    try:
        return expected.intersection(VersionRange.branch("generic", word[1] or word[2]))
    except VersionError:
        return None  # 2.1.0 preview2 より前の 2.1 系列: VERS puts a preview before its branch


def union(parts: list[VersionRange]) -> VersionRange:
    """Return all the ranges together."""
    first, *rest = parts
    for part in rest:
        first = first.union(part)
    return first


def spelt_alike(vers: VersionRange | None) -> list[tuple[str, str]] | None:
    """Return bounds in one spelling: gold writes 1.9.3 patchlevel 327 and 1.8.6-p399 with dots."""
    if vers is None:
        return None
    spelt = ((c.comparator, re.sub(r" patchlevel |-p(?=\d)", ".", c.version.lower())) for c in vers.constraints)
    return [(sign, re.sub(r"[ -]?(rc|preview|beta) ?(\d)", r".\1.\2", version)) for sign, version in spelt]


def score(folder: Path) -> dict[str, Score]:
    """Return how gold's readings come back, by the family of their first line. Where gold gives no reading, a line must
    not come back with a range and complete."""
    families = {row["text"]: row["family"] for row in rows(folder, "phrasings.jsonl")}
    scores: dict[str, Score] = defaultdict(Score)
    for question in questions(folder):
        phrases = [read(text, question.product) for text in question.lines]
        said = _said(phrases)
        complete = all(phrase.complete for phrase in phrases)
        one = scores["fixed_list" if question.fixed else families.get(question.lines[0], "other")]
        if question.expected is None and not question.fixed:
            one = scores["(no reading can be given)"]
        one.asked += 1
        right = _right(question, phrases, said)
        one.exact += right
        one.incomplete += not complete
        if complete and not right:
            one.wrong.append(f"{' ⏎ '.join(question.lines)} → {said}")
    return scores


def _right(question: Question, phrases: list[Phrase], said: VersionRange | None) -> bool:
    if question.fixed:
        return said is None and question.fixed[0].split()[-1] in phrases[0].fixed
    if question.expected is None:
        return said is None or not all(phrase.complete for phrase in phrases)
    return spelt_alike(said) == spelt_alike(question.expected)


def _said(phrases: list[Phrase]) -> VersionRange | None:
    found = [phrase.range for phrase in phrases if phrase.range is not None]
    return union(found) if found else None


def by_family(folder: Path) -> dict[str, list[int]]:
    """Return family → publishers' lines, complete ones, other lines, complete ones."""
    table: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows(folder, "phrasings.jsonl"):
        at = 0 if row["source_kind"] in PUBLISHERS else 2
        table[row["family"]][at] += 1
        table[row["family"]][at + 1] += read(row["text"], row.get("product") or "").complete
    return dict(sorted(table.items()))


def alone(folder: Path, kinds: tuple[str, ...]) -> list[int]:
    """Return how many lines of these kinds there are, and how many are complete without their product beside them."""
    lines = [row["text"] for row in rows(folder, "phrasings.jsonl") if row["source_kind"] in kinds]
    return [len(lines), sum(read(line).complete for line in lines)]


def unread_groups(folder: Path) -> Counter[str]:
    """Return how often which sequence of kinds of words stays unread in publishers' lines."""
    found: Counter[str] = Counter()
    for row in rows(folder, "phrasings.jsonl"):
        phrase = read(row["text"], row.get("product") or "")
        if row["source_kind"] in PUBLISHERS and not phrase.complete:
            found[f"{row['family']}: " + (" ".join(_kinds(phrase)) or "nothing said")] += 1
    return found


def _kinds(phrase: Phrase) -> Iterator[str]:
    last = ""
    for piece in phrase.pieces:
        if piece.means == "unread" and piece.kind != last:
            yield piece.kind
        last = piece.kind if piece.means == "unread" else ""


def drawn(folder: Path, seed: int) -> list[str]:
    """Return complete lines drawn with a seed, each with what it was read as."""
    found = []
    for row in rows(folder, "phrasings.jsonl"):
        phrase = read(row["text"], row.get("product") or "")
        if phrase.complete:
            said = f"{phrase.range}" + (f" fixed {phrase.fixed}" if phrase.fixed else "")
            said += f" not affected {phrase.unaffected}" if phrase.unaffected else ""
            said += " described" if phrase.described else ""
            said += f" in two senses: {phrase.two_senses}" if phrase.two_senses else ""
            found.append(
                f"{row['id']} {row['source_kind']} | {row['text']} | {phrase.product} | {said} | {phrase.note}"
            )
    return sorted(random.Random(seed).sample(found, _DRAWN))


def speed(folder: Path) -> float:
    """Return lines a second of one processor's time: what else runs on the machine does not count."""
    lines = [(row["text"], row.get("product") or "") for row in rows(folder, "phrasings.jsonl")]
    started = process_time()
    for at in range(_MANY):
        read(*lines[at % len(lines)])
    return _MANY / (process_time() - started)


def measure(folder: Path) -> dict[str, Any]:
    """Return all figures."""
    table = by_family(folder)
    ranges = [counts for family, counts in table.items() if family not in NO_RANGE]
    return {
        "gold": {
            family: {"asked": one.asked, "exact": one.exact, "incomplete": one.incomplete, "wrong_complete": one.wrong}
            for family, one in sorted(score(folder).items())
        },
        "families": table,
        "publishers": [sum(counts[0] for counts in table.values()), sum(counts[1] for counts in table.values())],
        "publishers_with_a_range": [sum(counts[0] for counts in ranges), sum(counts[1] for counts in ranges)],
        "publishers_without_their_product": alone(folder, PUBLISHERS),
        "others": [sum(counts[2] for counts in table.values()), sum(counts[3] for counts in table.values())],
        "others_without_their_product": alone(folder, PROSE),
        "unread": unread_groups(folder).most_common(40),
        "lines_a_second": round(speed(folder)),
    }


def main(as_json: bool) -> None:
    """Print the figures, or the drawn lines."""
    folder = corpus_folder()
    for word in sys.argv:
        if word.startswith("--seed="):
            print(word, *drawn(folder, int(word.removeprefix("--seed="))), sep="\n")
            return
    found = measure(folder)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    print("| gold, by family | asked | exact | incomplete | wrong and complete |\n| --- | --- | --- | --- | --- |")
    for family, one in found["gold"].items():
        print(f"| {family} | {one['asked']} | {one['exact']} | {one['incomplete']} | {len(one['wrong_complete'])} |")
    print("\n| family | publishers' lines | complete | other lines | complete |\n| --- | --- | --- | --- | --- |")
    for family, counts in found["families"].items():
        print(f"| {family} | {' | '.join(map(str, counts))} |")
    for name in (name for name in found if name.startswith(("publishers", "others"))):
        total, complete = found[name]
        print(f"\n{name}: {complete} of {total} complete, {complete / total:.1%}")
    print("\nunread:", *(f"{count:4} {kinds}" for kinds, count in found["unread"]), sep="\n")
    rate = found["lines_a_second"]
    print(f"\n{rate} lines a second of processor time, {_MANY} in {_MANY / rate:.1f} s")
