"""The distributor's word, judged: truth read one way from the corpus, verdicts made by feedbot from what it loaded.

`./run bench distro [--json]`. All files of the five folders are loaded into a database of their own by the command's
own pipeline, and each fact of the second reading (bench/_distro_truth.py) is tried on installed versions: just before
the fixed one (`~` behind it sorts before), the fixed one, one after it; a release, a module stream and a builder that
nobody speaks of. Rows are what is true, columns what feedbot says; what is off the diagonal is listed with its cause.

Then again with truth and verdict from different publications of one distributor (DSA lists and OSV, errata API and OSV,
VEX and CVE records), where the corpus has both.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from subprocess import run

from bench import _distro_truth as truths
from bench._distro_plan import CROSS, FOLDERS, KINDS, PRODUCTS, REBUILDS, RELEASES
from bench._distro_truth import Truth
from feedbot import matching, store
from feedbot.advisory import Advisory, Affected, Signature, Verdict
from feedbot.advisory.case import Case
from feedbot.catalog import Catalog, Product
from feedbot.distro import Statement, member_of
from feedbot.errors import SourceError
from feedbot.inventory import Component
from feedbot.matching import Match, MatchVerdict
from feedbot.store import statements
from feedbot.version import VersionRange, compare

NOT_TOLD = "the stream is not told"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Probe:
    """An installed package, what is true of it in a CVE, and which sort of trial it is."""

    component: Component
    cve: str
    expected: str
    sort: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalogue of one product, which holds every package that is asked for."""

    product: Product

    def find(self, product: str, vendor: str = "", cpe: str = "") -> Product | None:
        """Find it, whatever is asked."""
        return self.product

    def inventoried(self, product: str, vendor: str = "", cpe: str = "", title: str = "") -> Product | None:
        """Find it, whatever is asked."""
        return self.product


def corpus() -> Path:
    """Return the corpus' feeds, as FEEDBOT_CORPUS or ../shared/corpus has them."""
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
    return Path(os.environ.get("FEEDBOT_CORPUS", beside)) / "feeds"


def loaded(folder: Path, database: store.Database) -> Counter[str]:
    """Load every file that says something; return how many statements, silent and quarantined records, and files."""
    counts: Counter[str] = Counter()
    for file in (file for name in FOLDERS for file in sorted((folder / name).rglob("*")) if file.is_file()):
        issuer, found = read(file)
        if not issuer:
            counts["files refused"] += 1
            continue
        said = [one for one in found if isinstance(one, Statement)]
        with database.begin() as tx:
            number = statements.begin(tx, issuer, "", str(file.relative_to(folder)), "", NOW, NOW)
            statements.add(tx, number, said)
            statements.put_in_force(tx, number, silent=0, quarantined=0)
        counts["files"] += 1
        counts.update(type(one).__name__ for one in found)
    return counts


@cache
def read(file: Path) -> tuple[str, tuple[object, ...]]:
    """Return the member that reads a file and what it makes of it; no member where it is refused."""
    with file.open("rb") as stream:
        try:
            issuer, member = member_of(stream, file.name)
        except SourceError:
            return "", ()
        return issuer, tuple(member.read(stream, file.name))


Key = tuple[str, str, str, str, str]
"""Release, suite, package, stream, CVE."""


def by_key(facts: Iterable[Truth]) -> dict[Key, set[tuple[str, str]]]:
    """Group facts to what is said of one package in one CVE: (kind, version)."""
    found: dict[Key, set[tuple[str, str]]] = defaultdict(set)
    for one in facts:
        found[one.distro, one.suite, one.package, one.stream, one.cve].add((one.kind, one.version))
    return found


def probes(found: Mapping[Key, set[tuple[str, str]]]) -> Iterator[Probe]:
    """Yield the trials of all facts."""
    spoken = {(distro, package, cve) for distro, _, package, _, cve in found}
    for key, said in found.items():
        distro, suite, package, stream, cve = key
        kinds = {kind for kind, _ in said}
        fixed = [version for kind, version in said if kind == "fixed"]
        own = {kind for kind, _ in found.get((distro, "", package, stream, cve), set())}
        if stream == ":" or (suite == "esm" and own & {"fixed", "clear"}):
            continue  # a module without a name is tried on nothing; a fix of the release itself is tried there
        if fixed:
            highest = _highest(distro, fixed)
            yield from _around(distro, package, stream, cve, highest)
            yield from _beside(distro, package, stream, cve, highest, spoken)
            continue
        worst = next(one for one in ("open", "unknown", "clear", "ended") if one in kinds)
        esm = {kind for kind, _ in found.get((distro, "esm", package, stream, cve), set())}
        if worst == "ended" and esm:  # what Ubuntu Pro says after the release's own end
            worst = next(one for one in ("fixed", "open", "clear", "ended") if one in esm)
        if worst != "fixed":
            component = _component(distro, package, _plain(distro, suite, stream), stream)
            yield Probe(component, cve, worst, "no fix named")
            elsewhere = next((version for kind, version in said if kind == worst == "open" and version), "")
            if elsewhere:  # the release was given no fix of its own, and came by it with a later version
                yield Probe(_component(distro, package, elsewhere), cve, "fixed", "a later version")


def _around(distro: str, package: str, stream: str, cve: str, fixed: str) -> Iterator[Probe]:
    """Yield the trials of a release's own package, before and from the fix on; a module's also without its stream."""
    for sort, version, expected in (
        ("before the fix", f"{fixed}~", "affected"),
        ("the fix", fixed, "fixed"),
        ("after the fix", f"{fixed}.1", "fixed"),
    ):
        yield Probe(_component(distro, package, version, stream), cve, expected, sort)
        if stream:
            yield Probe(_component(distro, package, version), cve, expected, NOT_TOLD)


def _beside(
    distro: str, package: str, stream: str, cve: str, fixed: str, spoken: set[tuple[str, str, str]]
) -> Iterator[Probe]:
    """Yield the trials of what nobody speaks of: another release, stream or builder."""
    other = next((one for one in RELEASES if _like(one, distro) and (one, package, cve) not in spoken), "")
    if other:
        yield Probe(_component(other, package, fixed, stream), cve, "unsaid", "another release")
    if distro.partition(":")[0] in ("almalinux", "rocky", "rhel"):
        name = stream.partition(":")[0] or package
        yield Probe(_component(distro, package, fixed, f"{name}:no-such"), cve, "unsaid", "another stream")
        built = "99.1-1.module_el8.9.0+1+0a1b2c3d" if stream else f"{fixed}.module+el8+1+0a1b2c3d"
        yield Probe(_component(distro, package, built), cve, "unsaid", "another stream, not told")
    if not distro.startswith("ubuntu"):
        foreign = f"{fixed}~bookworm" if distro.startswith("debian") else f"{fixed}.remi"
        yield Probe(_component(distro, package, foreign, stream), cve, "unsaid", "another builder")


def _like(release: str, distro: str) -> bool:
    return release != distro and release.partition(":")[0] == distro.partition(":")[0]


def _plain(distro: str, suite: str, stream: str) -> str:
    """Return a version of a line's own build: of its stream, or with its suite's mark."""
    if suite == "fips":
        return "1-1.fips.1"
    if distro.startswith(("debian", "ubuntu")):
        return "1-1"
    branch = stream.partition(":")[2]
    return f"{branch}.1-1.module+el8+1+0a1b2c3d" if branch else "1-1.el8"


def _component(distro: str, package: str, version: str, stream: str = "") -> Component:
    scheme = "deb" if distro.startswith(("debian", "ubuntu")) else "rpm"
    return Component(scheme, package, version, package, version, "", distro, stream)


def _highest(distro: str, versions: Sequence[str]) -> str:
    """Return the highest version, by dpkg itself where it is there, else (rpm) by our own order."""
    best = versions[0]
    for one in versions[1:]:
        if distro.startswith(("debian", "ubuntu")):
            later = run(["dpkg", "--compare-versions", one, "gt", best], check=False).returncode == 0
        else:
            later = compare("rpm", one, best) > 0
        best = one if later else best
    return best


Words = Callable[[str], Iterable[Statement]]
"""What is said of a CVE."""


def judged(words: Words, tried: Iterable[Probe]) -> Iterator[tuple[Probe, Match]]:
    """Yield each trial with feedbot's verdict."""
    by_cve: dict[str, list[Probe]] = defaultdict(list)
    for one in tried:
        by_cve[one.cve].append(one)
    for cve, each in by_cve.items():
        names = tuple({one.component.name for one in each})
        shelf = Shelf(Product("p", "P", names=("P",), deb=names, rpm=names))
        matches = matching.judge(_case(cve), shelf, [one.component for one in each], words(cve))
        found = {one.component: one for one in matches}
        yield from ((one, found[one.component]) for one in each)


@cache
def _case(cve: str) -> Case:
    affected = (Affected("P", VersionRange.parse("vers:generic/*"), "P all versions"),)
    unsigned = Signature(Verdict.UNSIGNED)
    return Case("C-1", (Advisory("made-up", cve, "1", cve, "en", unsigned, aliases=(cve,), affected=affected),))


def said_of(match: Match) -> str:
    """Return what feedbot says, in the words of the table."""
    rule = match.because.rule
    if not rule.startswith("distro-"):
        return "unsaid"
    if match.verdict is MatchVerdict.FIXED_BY_DISTRO:
        return "fixed"
    if rule == "distro-fixed":
        return "affected" if match.verdict is MatchVerdict.AFFECTED else "unknown"
    return {"distro-open": "open", "distro-not_affected": "clear", "distro-end_of_life": "ended"}.get(rule, "unknown")


def cause(probe: Probe, match: Match) -> str:
    """Name the cause of a verdict that is not the truth."""
    if probe.sort == NOT_TOLD:
        return "the stream is not told, and the package's number is not its module's: judged by range"
    if said_of(match) == "unsaid" and match.because.silence == "foreign-build":
        return "the distributor's own version looks like another builder's"
    return "NOT EXPLAINED"


def table(found: Iterable[tuple[Probe, Match]]) -> tuple[dict[tuple[str, str], int], Counter[str], list[str]]:
    """Count (truth, verdict); name the causes of what is off the diagonal, with the first of each unexplained."""
    cells: Counter[tuple[str, str]] = Counter()
    causes: Counter[str] = Counter()
    samples: list[str] = []
    for probe, match in found:
        said = said_of(match)
        cells[probe.expected, said] += 1
        if said != probe.expected:
            why = cause(probe, match)
            causes[why] += 1
            if why == "NOT EXPLAINED":
                one = probe.component
                samples.append(
                    f"{one.distro} {one.name} {one.version} {probe.cve} ({probe.sort}): {said}; {match.because.distro}"
                )
    return dict(cells), causes, samples


def of_products(
    catalog: Catalog, found: Mapping[Key, set[tuple[str, str]]]
) -> dict[str, dict[Key, set[tuple[str, str]]]]:
    """Return product → the facts on its packages, by the catalogue's names."""
    made = {}
    for label, name in PRODUCTS.items():
        product = catalog.find(name)
        assert product is not None, name
        debs, rpms = set(product.deb), set(product.rpm)
        made[label] = {
            key: said
            for key, said in found.items()
            if key[2] in (debs if key[0].startswith(("debian", "ubuntu")) else rpms)
        }
    return made


def main(as_json: bool) -> None:
    """Print the tables; end with 1 where an error is not explained."""
    folder = corpus()
    if not folder.is_dir():
        sys.exit("the corpus is missing: put it at ../shared/corpus or set FEEDBOT_CORPUS")
    facts = list(truths.read(folder))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        database = store.open(f"sqlite:///{scratch}/judge.db", create=True)
        counts = loaded(folder, database)
        found = by_key(facts)
        with store.reading(database) as tx:
            chosen = of_products(Catalog.load(), found)
            named = {key: said for each in chosen.values() for key, said in each.items()}
            results = {
                "the 18 products": table(judged(lambda cve: statements.about(tx, [cve]), probes(named))),
                "all packages": table(judged(lambda cve: statements.about(tx, [cve]), probes(found))),
            }
        cross = _crossed(folder, facts)
    shown = {
        "loaded": dict(counts),
        "facts": len(facts),
        "cells": {label: {release: _count(each, release) for release in RELEASES} for label, each in chosen.items()},
        "tables": {
            name: {f"{a} → {b}": n for (a, b), n in sorted(cells.items())} for name, (cells, _, _) in results.items()
        },
        "causes": {name: dict(causes) for name, (_, causes, _) in results.items()},
        "unexplained": [one for _, _, samples in results.values() for one in samples],
        "cross": cross,
        "seconds": round(time.perf_counter() - started, 1),
    }
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
    else:
        _print(shown, results)
    if shown["unexplained"]:
        sys.exit(1)


def _count(each: Mapping[Key, object], release: str) -> int:
    return sum(key[0] == release for key in each)


def _crossed(folder: Path, facts: Sequence[Truth]) -> dict[str, dict[str, object]]:
    """Try the facts of one publication on the words of another, where that speaks of the same package and CVE."""
    made: dict[str, dict[str, object]] = {}
    for name, origins, patterns in CROSS:
        made[name] = _compared(folder, [one for one in facts if one.origin.startswith(origins)], patterns)
    for name, origin, family, patterns in REBUILDS:
        mine = [one for one in facts if one.origin.startswith(origin) and not one.suite]
        moved = [replace(one, distro=f"{family}:{one.distro.partition(':')[2]}") for one in mine]
        made[name] = _compared(folder, moved, patterns)
    return made


def _compared(folder: Path, facts: Iterable[Truth], patterns: Iterable[str]) -> dict[str, object]:
    by_cve: dict[str, list[Statement]] = defaultdict(list)
    for file in (one for pattern in patterns for one in sorted(folder.glob(pattern)) if one.is_file()):
        for said in read(file)[1]:
            if isinstance(said, Statement):
                by_cve[said.cve].append(said)
    pairs = judged(lambda cve: by_cve.get(cve, ()), probes(by_key(facts)))
    both = [pair for pair in pairs if said_of(pair[1]) != "unsaid" and pair[0].expected != "unsaid"]
    apart = [
        f"{probe.component.distro} {probe.component.name} {probe.cve} ({probe.sort}): {probe.expected}, said "
        f"{said_of(match)} by {match.because.distro}"
        for probe, match in both
        if said_of(match) != probe.expected
    ]
    return {"trials": len(both), "same": len(both) - len(apart), "apart": apart}


def _print(
    shown: Mapping[str, object], results: Mapping[str, tuple[dict[tuple[str, str], int], Counter[str], list[str]]]
) -> None:
    print("loaded:", ", ".join(f"{name} {count}" for name, count in dict(shown["loaded"]).items()))  # type: ignore[call-overload]
    print(f"facts of the second reading: {shown['facts']}\n")
    cells = shown["cells"]
    assert isinstance(cells, dict)
    print("facts by product and release (· where the corpus has none)\n")
    print("| product | " + " | ".join(RELEASES) + " |\n|" + " --- |" * (len(RELEASES) + 1))
    for label, counts in cells.items():
        print(f"| {label} | " + " | ".join(str(counts[one] or "·") for one in RELEASES) + " |")
    for name, (found, causes, samples) in results.items():
        wrong = sum(count for (truth, said), count in found.items() if truth != said)
        print(f"\n{name}: {sum(found.values())} trials, {wrong} errors (rows: true, columns: said)\n")
        print("| | " + " | ".join(KINDS) + " |\n|" + " --- |" * (len(KINDS) + 1))
        for truth in KINDS:
            if any(found.get((truth, said)) for said in KINDS):
                print(f"| {truth} | " + " | ".join(str(found.get((truth, said), 0)) for said in KINDS) + " |")
        for why, count in causes.items():
            print(f"  {count} × {why}")
        for one in samples[:20]:
            print(f"    {one}")
    print(
        "\ntruth of one publication, verdict of another\n\n| truth → verdict | trials | same | apart |\n|"
        + " --- |" * 4
    )
    cross = shown["cross"]
    assert isinstance(cross, dict)
    for name, one in cross.items():
        print(f"| {name} | {one['trials'] or 'no overlap'} | {one['same']} | {len(one['apart'])} |")
    for name, one in cross.items():
        for line in one["apart"]:
            print(f"  {name}: {line}")
    print(f"\n{shown['seconds']} s")
