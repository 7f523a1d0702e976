"""The judge of bench/distro.py on the products that hosting providers run: no verdict is another than the truth."""

from collections import defaultdict
from pathlib import Path

from bench import _distro_truth as truths
from bench import distro as bench
from feedbot.catalog import Catalog
from feedbot.distro import Statement


def test_the_eighteen_products(corpus: Path) -> None:
    """Before the fix, at it, after it; another release, stream and builder: each as the texts have it. Every tenth
    CVE; `./run bench distro` tries all, and all other packages."""
    folder = corpus / "feeds"
    words: dict[str, list[Statement]] = defaultdict(list)
    for name in bench.FOLDERS:
        for file in sorted((folder / name).rglob("*")):
            for one in bench.read(file)[1] if file.is_file() else ():
                if isinstance(one, Statement):
                    words[one.cve].append(one)
    chosen = bench.of_products(Catalog.load(), bench.by_key(truths.read(folder)))
    assert all(chosen.values())
    named = {key: said for each in chosen.values() for key, said in each.items() if key[4].endswith("7")}
    cells, causes, samples = bench.table(bench.judged(lambda cve: words[cve], bench.probes(named)))
    assert (dict(causes), samples) == ({}, [])
    assert {truth for truth, _ in cells} >= {"affected", "fixed", "unsaid"}
    assert sum(cells.values()) > 2_000
