"""Verdicts from a distributor's real statements, at the fixed version and on both sides of it."""

from pathlib import Path

import pytest

from feedbot.catalog import Product
from feedbot.distro import almalinux, debian_tracker
from feedbot.inventory import Component
from feedbot.matching import MatchVerdict, judge
from tests.distro.reading import statements
from tests.matching.shelf import Shelf, advisory, case, line


@pytest.mark.parametrize("number", ["ALSA-2024:9333", "ALSA-2024:5138", "ALSA-2026:0137"])
def test_each_package_of_an_erratum(corpus: Path, number: str) -> None:
    """openssl, httpd and mariadb of AlmaLinux 9: affected before the erratum's version, fixed from it on."""
    (file,) = (corpus / "feeds" / "almalinux").glob(f"*/{number}.json*")
    words = statements(almalinux, file.read_bytes())
    for word in words:
        shelf = Shelf((Product("p", "P", names=("P",), rpm=(word.package,)),))
        about = case(advisory("A-1", line("vers:generic/*", "P"), aliases=(word.cve,)))
        installed = word.fixed_version, f"{word.fixed_version}.1", f"{word.fixed_version.rpartition('-')[0]}-0.el9"
        components = [Component("rpm", word.package, one, distro=word.distro) for one in installed]
        verdicts = {one.component.version: one.verdict for one in judge(about, shelf, components, words)}
        fixed, later, earlier = (verdicts[one] for one in installed)
        assert (earlier, fixed, later) == (
            MatchVerdict.AFFECTED,
            MatchVerdict.FIXED_BY_DISTRO,
            MatchVerdict.FIXED_BY_DISTRO,
        )


def test_each_release_of_the_tracker(corpus: Path) -> None:
    """For every statement of the real tracker: at the fixed version fixed, before it affected, open always."""
    body = (corpus / "feeds" / "debian" / "vunnel" / "debian.json").read_bytes()
    words = statements(debian_tracker, body)
    seen = set()
    for word in words:
        shelf = Shelf((Product("p", "P", names=("P",), deb=(word.package,)),))
        about = case(advisory("A-1", line("vers:generic/*", "P"), aliases=(word.cve,)))
        version = word.fixed_version or "1:1-1"
        components = [
            Component("deb", word.package, one, word.package, "", "", word.distro) for one in (version, f"{version}~")
        ]
        at, before = (one.verdict for one in judge(about, shelf, components, words))
        seen.add((str(word.status), at, before))
    assert seen == {
        ("fixed", MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.AFFECTED),
        ("not_affected", MatchVerdict.NOT_AFFECTED, MatchVerdict.NOT_AFFECTED),
        ("end_of_life", MatchVerdict.AFFECTED, MatchVerdict.AFFECTED),
    }
