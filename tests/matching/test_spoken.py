"""What distributors say of packages without any case: the rules of a case, applied to every CVE they name."""

from random import Random

import pytest

from feedbot.distro import Statement, StatementStatus
from feedbot.inventory import Component
from feedbot.matching import MatchVerdict, _by_distro, _sweep, places, spoken

FIXED, OPEN, CLEAR, ENDED = (
    StatementStatus.FIXED,
    StatementStatus.OPEN,
    StatementStatus.NOT_AFFECTED,
    StatementStatus.END_OF_LIFE,
)


def deb(version: str, name: str = "curl", source: str = "curl", release: str = "debian:12") -> Component:
    """Make an installed package."""
    return Component("deb", name, version, source, version, "amd64", release)


def said(
    cve: str, status: StatementStatus, fixed: str = "", package: str = "curl", release: str = "debian:12"
) -> Statement:
    """Make a statement."""
    return Statement(release, package, cve, status, fixed, "said so")


def test_each_cve_has_its_own_verdict() -> None:
    """Of one package every CVE that is spoken of is judged by itself, in order."""
    statements = [
        said("CVE-2026-0002", FIXED, "7.1-1"),
        said("CVE-2026-0001", FIXED, "7.2-1"),
        said("CVE-2026-0003", OPEN),
        said("CVE-2026-0004", CLEAR),
        said("CVE-2026-0005", ENDED),
    ]
    found = [(one.cve[-1], one.verdict, one.rule, one.fixed) for one in spoken([deb("7.1-1")], statements)]
    assert found == [
        ("1", MatchVerdict.AFFECTED, "distro-fixed", "7.2-1"),
        ("2", MatchVerdict.FIXED_BY_DISTRO, "distro-fixed", "7.1-1"),
        ("3", MatchVerdict.AFFECTED, "distro-open", ""),
        ("4", MatchVerdict.NOT_AFFECTED, "distro-not_affected", ""),
        ("5", MatchVerdict.UNKNOWN, "distro-end_of_life", ""),
    ]


def test_only_its_own_distributor_s_packages_are_spoken_of() -> None:
    """A binary package goes by its source; another release's, another source's and another builder's do not count."""
    statements = [said("CVE-2026-0001", OPEN)]
    given = [
        deb("1-1", "libcurl4"),
        deb("1-1", release="debian:11"),
        deb("1-1", "curl", "other"),
        deb("1-1~bookworm"),
    ]
    assert [one.component for one in spoken(given, statements)] == given[:1]


def test_a_backport_is_judged_as_what_it_was_made_from() -> None:
    """A package of backports has the fix of unstable that it was made from, not the release's."""
    statements = [
        said("CVE-2026-0001", FIXED, "9-1", release="debian:12"),
        said("CVE-2026-0001", FIXED, "8-1", release="debian:sid"),
    ]
    [found] = spoken([deb("8-1~bpo12+1")], statements)
    assert (found.verdict, found.fixed) == (MatchVerdict.FIXED_BY_DISTRO, "8-1")


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        (deb("1-1", "libcurl4"), {("debian:12", "curl")}),
        (deb("6.1.76+1", "linux-image-amd64", "linux-signed-amd64"), {("debian:12", "linux")}),
        (deb("8-1~bpo12+1"), {("debian:sid", "curl")}),
        (deb("1-1.deb.sury.org"), set()),
        (Component("pep440", "curl", "1"), set()),
        (
            Component("rpm", "php-cli", "1-1.el8", "php", "1-1.el8", "x86_64", "almalinux:8"),
            {("almalinux:8", "php-cli"), ("almalinux:8", "php")},
        ),
    ],
)
def test_where_statements_on_a_package_stand(component: Component, expected: set[tuple[str, str]]) -> None:
    """Statements are looked up by release and the name that the distributor uses."""
    assert set(places(component)) == expected


@pytest.mark.parametrize("seed", range(3))
def test_what_is_usual_at_a_glance_is_so_by_every_rule(seed: int) -> None:
    """Marks of other builds, backports, modules and lines put into versions anywhere: none of them passes as usual."""
    rng = Random(seed)
    marks = (
        "+deb12u1", ".el9_4", "-1build2", "+dfsg", "ubuntu0.22.04.1", "~bpo12+1", "+deb13u1~bpo12+1", "+0~20240101",
        "ppa1", ".pgdg120+1", "+maria~deb12", "-1~bookworm", ".remi", ".module_el9+1", "+fips1", ".cloud.1", "~rc1",
        ".ngx", ".art", ".lve", "+b1",
    )  # fmt: skip
    usual = 0
    for _ in range(3000):
        built, source = (rng.choice(("1.2", "3:4")) + "".join(rng.choices(marks, k=rng.randrange(3))) for _ in "ab")
        name = rng.choice(("nginx", "linux-signed-amd64", "linux"))
        stream = rng.choice(("", "", "ntp:4"))
        release = rng.choice(("debian:12", "ubuntu:22.04", "almalinux:9"))
        one = Component(rng.choice(("deb", "rpm", "generic")), name, built, name, source, "x", release, stream)
        if _sweep.is_usual(one):
            usual += 1
            assert _by_distro.as_spoken_of(one) == ((release, one),)
            assert _sweep._is_plain(one)
    assert usual > 30
