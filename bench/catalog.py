"""How many product names of the corpus the catalogue maps: right, by the publisher's CPE, wrong, by name alone, not.

    ./run bench catalog [--json]
    python -m bench.catalog draw SEED [NUMBER]      names to mark by hand, with what they lead to

A sample of 300 names was drawn from all distinct (name, vendor, CPE) that JVN, JVN iPedia, JPCERT/CC and CERT/CC give
in the corpus: as our members read them, in the wordings of versions, and in JVN's product list. catalog_marks.tsv holds
each sample as it was drawn, with marks made by hand: the name's digest; whether it is software that runs on servers of
hosting providers (y), web scripts of small makers, components and enterprise middleware that may run there (p), or
neither (n); and what it should lead to: a key of the catalogue, a family with `:*`, `itself` where it has no package of
a distribution and goes by its own name, or `-` where a key is missing; `|` between what is right either way. The corpus
is looked for at ../shared/corpus, or where FEEDBOT_CORPUS says.
"""

import gzip
import hashlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import corpus as files
from feedbot import messages
from feedbot.advisory import Advisory
from feedbot.catalog import Catalog, How

Name = tuple[str, str, str]
"""The product, the vendor and the CPE as the publisher gives them."""
SIZE = 300
MARKS = Path(__file__).with_name("catalog_marks.tsv")
MEMBERS = ("jvn", "jvn_ipedia", "jpcert", "cert_cc")
KINDS = ("jvn", "jvn-quoted", "jpcert")


@dataclass(frozen=True, slots=True)
class Row:
    """A sample. `gone` names are read otherwise today; `relevant` ones are marked y, with `perhaps` y or p. `correct`
    is by the catalogue or a family. `published` (by the publisher's CPE, which no product of the catalogue has) and
    `itself` (by the name alone) are names whose mark asks for no package. `suggested` are unmapped names with any
    suggestion."""

    seed: int
    names: int
    gone: int
    relevant: int
    correct: int
    published: int
    itself: int
    wrong: int
    unmapped: int
    suggested: int
    perhaps: int
    perhaps_correct: int
    perhaps_published: int
    perhaps_itself: int
    perhaps_wrong: int


def names(corpus: Path) -> list[Name]:
    """Return all distinct names of the publishers, sorted."""
    found: set[Name] = set(_read(corpus))
    found |= {one for path in ("phrasings", "gold") for one in _wordings(corpus / "versions" / f"{path}.jsonl")}
    with gzip.open(corpus / "feeds/jvn-product-dictionary/products.jsonl.gz", "rt", encoding="utf-8") as lines:
        found |= {(one["pname"], one["vname"], one["pcpe"]) for one in map(json.loads, lines)}
    return sorted(one for one in found if one[0])


def sample(every: list[Name], seed: int, size: int = SIZE) -> list[Name]:
    """Draw names; the same for the same seed and corpus."""
    return random.Random(seed).sample(every, size)


def digest(name: Name) -> str:
    """Return what the marks call a name by."""
    return hashlib.sha256("\t".join(name).encode()).hexdigest()[:16]


def measure(catalog: Catalog, every: dict[str, Name], marks: dict[str, tuple[str, str]], seed: int) -> Row:
    """Look every name of a sample up and compare with its mark."""
    counts: Counter[tuple[str, str]] = Counter()
    suggested = 0
    for key, (mark, expected) in marks.items():
        if key not in every:
            counts["gone", ""] += 1
            continue
        verdict = _verdict(catalog, every[key], expected)
        counts[mark, verdict] += 1
        suggested += mark == "y" and verdict == "unmapped" and bool(catalog.suggest(every[key][0]))
    both = {key: counts["y", key] + counts["p", key] for key in ("correct", "published", "itself", "wrong", "unmapped")}
    # a name nobody should be told of that leads to another product is wrong too, whatever its mark
    stray = counts["n", "wrong"]
    return Row(
        seed=seed,
        names=len(marks),
        gone=counts["gone", ""],
        relevant=sum(number for (mark, _), number in counts.items() if mark == "y"),
        correct=counts["y", "correct"],
        published=counts["y", "published"],
        itself=counts["y", "itself"],
        wrong=counts["y", "wrong"] + stray,
        unmapped=counts["y", "unmapped"],
        suggested=suggested,
        perhaps=sum(both.values()),
        perhaps_correct=both["correct"],
        perhaps_published=both["published"],
        perhaps_itself=both["itself"],
        perhaps_wrong=both["wrong"] + stray,
    )


def _verdict(catalog: Catalog, one: Name, expected: str) -> str:
    finding = catalog.look(*one)
    if finding.how in (How.PUBLISHED, How.ITSELF):
        return str(finding.how) if "itself" in expected.split("|") else "unmapped"
    key = finding.product.id if finding.product and finding.mapped else ""
    wanted = expected.split("|")
    kind = f"{finding.product.kind}:*" if finding.product else ""
    if key and any(one in (key, kind) or (one.endswith(":*") and key.startswith(one[:-1])) for one in wanted):
        return "correct"
    return "wrong" if key else "unmapped"


def _read(corpus: Path) -> Iterator[Name]:
    for folder in files.FOLDERS:
        if folder.member in MEMBERS:
            for path in sorted((corpus / folder.folder).glob(folder.pattern)):
                for item in files.items_of(folder.member, path) if path.is_file() else ():
                    if isinstance(item, Advisory):
                        yield from ((one.product, one.vendor, one.cpe) for one in item.affected)
                        yield from ((one.product, "", "") for one in item.fixed)


def _wordings(path: Path) -> Iterator[Name]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("source_kind", row.get("ja_source_kind")) in KINDS:
            yield row.get("product") or "", row.get("vendor") or "", row.get("cpe") or ""


def marked() -> dict[int, dict[str, tuple[str, str]]]:
    """Return the samples by their seeds: the digest of each name, its mark, and what it should lead to."""
    samples: dict[int, dict[str, tuple[str, str]]] = {}
    for line in MARKS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# seed "):
            last = samples.setdefault(int(line.split()[2]), {})
        elif line and not line.startswith("#"):
            name, mark, expected = line.split("\t")
            last[name] = mark, expected
    return samples


def _corpus() -> Path | None:
    path = Path(os.environ.get("FEEDBOT_CORPUS", files.ROOT.parent / "shared" / "corpus"))
    if not path.is_dir():
        print("the corpus is missing: put it at ../shared/corpus or set FEEDBOT_CORPUS", file=sys.stderr)
        return None
    return path


def main(as_json: bool) -> None:
    """Print a row a sample."""
    messages.use("en")
    if (corpus := _corpus()) is None:
        return
    every, catalog = {digest(one): one for one in names(corpus)}, Catalog.load()
    rows = [measure(catalog, every, marks, seed) for seed, marks in marked().items()]
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(f"{len(catalog.products)} products; {len(every)} distinct names in the corpus\n")
        print("| " + " | ".join(Row.__dataclass_fields__) + " |\n|" + " --- |" * len(Row.__dataclass_fields__))
        for row in rows:
            print("| " + " | ".join(str(value) for value in asdict(row).values()) + " |")


def draw(seed: int, size: int) -> None:
    """Print a sample to be marked: digest, what it leads to, name, vendor, CPE."""
    if (corpus := _corpus()) is None:
        return
    catalog = Catalog.load()
    for one in sample(names(corpus), seed, size):
        finding = catalog.look(*one)
        print(digest(one), finding.how, finding.product.id if finding.product else "-", *one, sep="\t")


if __name__ == "__main__":
    if sys.argv[1:2] == ["draw"]:
        draw(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SIZE)
    else:
        main("--json" in sys.argv)
