"""Whose builds a distributor's words are about: lines beside the release, backports, signed kernels, other builders."""

from dataclasses import replace

import pytest

from feedbot import matching
from feedbot.catalog import Product
from feedbot.distro import Statement, StatementStatus
from feedbot.inventory import Component
from feedbot.matching import Match, MatchVerdict
from tests.matching.shelf import Shelf, advisory, case, deb, line, rpm

AFFECTED, FIXED = MatchVerdict.AFFECTED, MatchVerdict.FIXED_BY_DISTRO
CLEAR, UNKNOWN = MatchVerdict.NOT_AFFECTED, MatchVerdict.UNKNOWN
CVE = "CVE-2026-0001"
LINUX = Product("linux", "Linux", names=("Linux",), deb=("linux",), rpm=("kernel",))
SHELF = Shelf((*Shelf().products, LINUX))


def said(status: str, fixed: str = "", distro: str = "debian:12", package: str = "ntp", suite: str = "") -> Statement:
    """Make a distributor's statement."""
    return Statement(distro, package, CVE, StatementStatus(status), fixed, "tracker", suite=suite)


def judged(component: Component, *words: Statement, product: str = "ntpd") -> Match:
    """Judge one component of a product all of whose versions a publisher calls affected."""
    about = case(advisory("A-1", line("vers:generic/*", product), aliases=(CVE,)))
    (match,) = matching.judge(about, SHELF, [component], words)
    return match


@pytest.mark.parametrize(
    "version",
    [
        "1:4.2.8-1~bookworm",
        "1:4.2.8-1+0~20230609.9+debian12~1.gbp",
        "1:4.2.8-1.pgdg120+1",
        "1:4.2.8+maria~deb12",
        "1:4.2.8-1~ppa1",
        "4.2.8-25-1.bookworm",
    ],
)
def test_a_foreign_build_is_not_the_distributor_s(version: str) -> None:
    """A package of the same name that somebody else built is judged by range, however high its number, and marked."""
    match = judged(deb(version), said("fixed", "1:4.2.6-2"))
    assert (match.verdict, match.because.rule, match.because.silence) == (AFFECTED, "all-versions", "foreign-build")


@pytest.mark.parametrize("version", ["4.2.8-1.el9.remi", "4.2.8-1.el9.ngx", "4.2.8-1PGDG.rhel9"])
def test_a_foreign_rpm(version: str) -> None:
    """Remi's, nginx.org's and PGDG's packages are none of the release's."""
    match = judged(rpm(version), said("fixed", "4.2.6-2.el9", "almalinux:9"))
    assert (match.verdict, match.because.silence) == (AFFECTED, "foreign-build")


@pytest.mark.parametrize(
    ("version", "distro"),
    [
        ("1:4.2.6.p5+dfsg-7+deb8u3", "debian:8"),
        ("1:4.2.6-2+wheezy3", "debian:7"),
        ("4.2.6-1ubuntu1~xenial10", "ubuntu:16.04"),
        ("4.2.6-1ubuntu1~xenial", "ubuntu:16.04"),
        ("4.2.6-1~22.04.2", "ubuntu:22.04"),
    ],
)
def test_the_distributor_s_own_marks(version: str, distro: str) -> None:
    """What Debian and Ubuntu write into their own versions makes no foreign build of them."""
    assert judged(deb(version, distro), said("not_affected", distro=distro)).verdict is CLEAR


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1:4.3-3~bpo12+1", AFFECTED),
        ("1:4.3-4~bpo12+1", FIXED),
        ("1:4.3-5~bpo12+2", FIXED),
        ("1:4.3-3+deb13u1~bpo12+1", FIXED),
        ("1:4.3-3+deb13u0~bpo12+1", AFFECTED),
    ],
)
def test_a_backport_is_the_next_release_s(version: str, verdict: MatchVerdict) -> None:
    """bookworm's own fix says nothing of a higher number from backports; unstable's and trixie's do."""
    words = (
        said("fixed", "1:4.2-1+deb12u1"),
        said("fixed", "1:4.3-4", "debian:sid"),
        said("fixed", "1:4.3-3+deb13u1", "debian:13"),
    )
    assert judged(deb(version), *words).verdict is verdict


def test_a_backport_nobody_spoke_of() -> None:
    """Where nothing is said of unstable, the release's own word is not taken for it."""
    match = judged(deb("1:4.3-3~bpo12+1"), said("fixed", "1:4.2-1+deb12u1"))
    assert (match.because.rule, match.because.silence) == ("all-versions", "no-statement")


@pytest.mark.parametrize(
    ("version", "verdict", "fixed"),
    [("4-1ubuntu1", AFFECTED, ("4-1ubuntu1+esm1",)), ("4-1ubuntu1+esm1", FIXED, ("4-1ubuntu1+esm1",))],
)
@pytest.mark.parametrize("word", ["end_of_life", "open"])
def test_a_fix_of_esm_beyond_the_release(
    word: str, version: str, verdict: MatchVerdict, fixed: tuple[str, ...]
) -> None:
    """Where the release itself has none, the fix of Ubuntu Pro is the one there is."""
    words = (
        said(word, distro="ubuntu:16.04"),
        said("fixed", "4-1ubuntu1+esm1", "ubuntu:16.04", suite="esm"),
    )
    match = judged(deb(version, "ubuntu:16.04"), *words)
    assert (match.verdict, match.fixed) == (verdict, fixed)


def test_the_release_s_own_fix_before_esm_s() -> None:
    """Nobody is asked for a subscription where the release has a fix: esm then says that its own copy has it."""
    words = (
        said("fixed", "4-1ubuntu2", "ubuntu:20.04"),
        said("not_affected", "", "ubuntu:20.04", suite="esm"),
    )
    match = judged(deb("4-1ubuntu1", "ubuntu:20.04"), *words)
    assert (match.verdict, match.fixed) == (AFFECTED, ("4-1ubuntu2",))


def test_a_fix_of_the_release_is_not_doubted_by_esm_s() -> None:
    """Where the release's own fix is installed, or it was never affected, a higher number of esm's asks for nothing."""
    esm = said("fixed", "4-1ubuntu2+esm1", "ubuntu:20.04", suite="esm")
    installed = deb("4-1ubuntu2", "ubuntu:20.04")
    assert judged(installed, said("fixed", "4-1ubuntu2", "ubuntu:20.04"), esm).verdict is FIXED
    assert judged(installed, said("not_affected", distro="ubuntu:20.04"), esm).verdict is CLEAR


def test_esm_says_not_affected_after_the_end() -> None:
    """Where the release is no longer looked after, esm's word on the same package stands."""
    words = (said("end_of_life", distro="ubuntu:16.04"), said("not_affected", distro="ubuntu:16.04", suite="esm"))
    assert judged(deb("4-1ubuntu1", "ubuntu:16.04"), *words).verdict is CLEAR


def test_a_fips_build_has_words_of_its_own() -> None:
    """4-1ubuntu2.fips.1 sorts above 4-1ubuntu2.9 and is not corrected by it."""
    plain = said("fixed", "4-1ubuntu2.9", "ubuntu:20.04")
    fips = said("fixed", "4-1ubuntu2.fips.2", "ubuntu:20.04", suite="fips")
    built = deb("4-1ubuntu2.fips.1", "ubuntu:20.04")
    assert judged(built, plain).because.silence == "no-statement"
    assert judged(built, plain, fips).verdict is AFFECTED
    assert judged(deb("4-1ubuntu2.9", "ubuntu:20.04"), plain, fips).verdict is FIXED


@pytest.mark.parametrize(
    ("version", "verdict", "fixed"),
    [
        ("4.2-1.el8_6.1", FIXED, "4.2-1.el8_6.1"),
        ("4.2-1.el8_6", AFFECTED, "4.2-3.el8_9"),
        ("4.2-2.el8_8", AFFECTED, "4.2-3.el8_9"),
        ("4.2-3.el8_9", FIXED, "4.2-3.el8_9"),
    ],
)
def test_an_older_minor_release_with_longer_support(version: str, verdict: MatchVerdict, fixed: str) -> None:
    """A build of RHEL 8.6 EUS is corrected by its own number; the main line's counts for all others."""
    words = (
        said("fixed", "4.2-3.el8_9", "rhel:8"),
        said("fixed", "4.2-1.el8_6.1", "rhel:8", suite="eus-8.6"),
    )
    match = judged(rpm(version, "rhel:8"), *words)
    assert (match.verdict, match.fixed) == (verdict, (fixed,))


def test_the_cloud_s_kernel() -> None:
    """A SIG's kernel has words of its own, which say nothing of the release's."""
    word = said("fixed", "4.18-2.el8_7.cloud", "rocky:8", package="kernel", suite="sig-cloud")
    assert judged(rpm("4.18-3.el8_7", "rocky:8", "kernel"), word, product="Linux").because.silence == "no-statement"
    assert judged(rpm("4.18-2.el8_7.cloud", "rocky:8", "kernel"), word, product="Linux").verdict is FIXED


@pytest.mark.parametrize(
    ("source", "installed", "distro", "package", "fixed", "verdict"),
    [
        ("linux-signed-amd64", "6.1.76+1", "debian:12", "linux", "6.1.76-1", FIXED),
        ("linux-signed-amd64", "6.1.69+1", "debian:12", "linux", "6.1.76-1", AFFECTED),
        ("linux-signed-6.1-amd64", "6.1.76+1~deb11u1", "debian:11", "linux-6.1", "6.1.76-1~deb11u1", FIXED),
        ("linux-aws-6.8", "6.8.0-1015.16~22.04.1", "ubuntu:22.04", "linux-aws-6.8", "6.8.0-1016.17~22.04.1", AFFECTED),
        ("linux-lowlatency", "5.15.0-91.101", "ubuntu:22.04", "linux-lowlatency", "5.15.0-91.101", FIXED),
        ("linux-signed", "5.15.0-91.101", "ubuntu:22.04", "linux", "5.15.0-91.101", FIXED),
        ("linux-signed-hwe-5.15", "5.15.0-91.101~20.04.1", "ubuntu:20.04", "linux-hwe-5.15", "5.15.0-92.1", AFFECTED),
    ],
)
def test_a_signed_kernel(
    source: str, installed: str, distro: str, package: str, fixed: str, verdict: MatchVerdict
) -> None:
    """It is spoken of under the source that was signed, and found in the inventory under its own, of any cloud."""
    match = judged(deb(installed, distro, source), said("fixed", fixed, distro, package), product="Linux")
    assert match.verdict is verdict


@pytest.mark.parametrize("older", ["open", "end_of_life", "undetermined"])
def test_a_fix_takes_the_place_of_older_words(older: str) -> None:
    """`No fix yet` of one file and a fix of another is a fix."""
    words = said(older), said("fixed", "1:4-2")
    assert judged(deb("1:4-2"), *words).verdict is FIXED
    assert judged(deb("1:4-1"), *words).fixed == ("1:4-2",)


def test_words_that_contradict_each_other() -> None:
    """`Not affected` of one file does not hide that another names a later fix."""
    assert judged(deb("1:4-1"), said("not_affected"), said("fixed", "1:4-2")).verdict is AFFECTED


def test_the_reason_carries_the_statements_and_their_age() -> None:
    """What decided is there as data, with the date of the oldest."""
    word = said("fixed", "1:4-2")
    match = judged(deb("1:4-2"), word)
    assert (match.because.statements, match.because.as_of, match.because.silence) == ((word,), None, "")


@pytest.mark.parametrize(
    ("stream", "rule"), [("php:8.2", "distro-fixed"), ("php:8.0", "all-versions"), ("ntp:1", "all-versions")]
)
def test_the_stream_that_the_inventory_tells(stream: str, rule: str) -> None:
    """A package of another numbering than its module's belongs to the stream that rpm itself names."""
    word = replace(said("fixed", "1.22-2.module+el9+2", "almalinux:9"), stream="php:8.2")
    component = replace(rpm("1.22-1.module+el9+1"), stream=stream)
    assert judged(component, word).because.rule == rule


def test_a_plain_word_says_nothing_of_a_stream() -> None:
    """What is said without a stream is about the release's own package, not a module's."""
    component = replace(rpm("1.22-1.el9"), stream="php:8.2")
    assert judged(component, said("fixed", "1.22-2.el9", "almalinux:9")).because.silence == "no-statement"


@pytest.mark.parametrize(
    ("installed", "verdict", "fixed"),
    [("1:4-1", AFFECTED, ()), ("1:4-2", FIXED, ("1:4-2",)), ("1:5-1", FIXED, ("1:4-2",))],
)
def test_an_open_package_that_came_by_the_fix(installed: str, verdict: MatchVerdict, fixed: tuple[str, ...]) -> None:
    """Where the release was given no fix and unstable has one, a later version has it; nobody is told to install it."""
    match = judged(deb(installed), said("open", "1:4-2"))
    assert (match.verdict, match.fixed) == (verdict, fixed)
    assert match.because.rule == ("distro-fixed" if verdict is FIXED else "distro-open")
