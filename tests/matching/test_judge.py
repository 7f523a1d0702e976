"""The verdict on a component: by range, by the distributor's word, or openly unknown."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import matching
from feedbot.advisory import Affected, Fixed, UnreadRange, Verdict
from feedbot.catalog import Product
from feedbot.distro import Statement, StatementStatus
from feedbot.inventory import Component
from feedbot.matching import Match, MatchVerdict
from feedbot.version import VersionRange
from tests.matching.shelf import OPENSSL, Shelf, advisory, case, deb, line, own, rpm

AFFECTED, FIXED = MatchVerdict.AFFECTED, MatchVerdict.FIXED_BY_DISTRO
CLEAR, UNKNOWN = MatchVerdict.NOT_AFFECTED, MatchVerdict.UNKNOWN
BELOW = line("vers:generic/<4.2.7p26")
CVE = ("CVE-2026-0001",)
SHELF = Shelf()


def judged(given_case: object, *components: Component, words: tuple[Statement, ...] = ()) -> list[Match]:
    """Judge, and hand the matches over as a list."""
    return list(matching.judge(given_case, SHELF, components, words))


def said(status: str, fixed: str = "", cve: str = CVE[0], distro: str = "debian:12", **more: str) -> Statement:
    """Make a distributor's statement about ntp."""
    return Statement(distro, more.pop("package", "ntp"), cve, StatementStatus(status), fixed, "tracker", **more)


@pytest.mark.parametrize(
    ("component", "verdict"),
    [
        (own("4.2.6p5"), AFFECTED),
        (own("4.2.7p26"), CLEAR),
        (own("4.2.6p5", "NTP"), AFFECTED),
        (own("4.2.6p5", "ntpD"), AFFECTED),
        (deb("1:4.2.6.p5+dfsg-7+deb8u3"), AFFECTED),
        (deb("1:4.2.8p15+dfsg-1"), CLEAR),
        (rpm("0:4.2.6p5-29.el7"), AFFECTED),
        (rpm("4.2.8p15-1.el9"), CLEAR),
    ],
)
def test_the_upstream_part_is_held_against_the_range(component: Component, verdict: MatchVerdict) -> None:
    """Epoch, revision and the distributor's additions do not count; line, range and number are the reason."""
    (match,) = judged(case(advisory("A-1", BELOW)), component)
    assert (match.verdict, match.product) == (verdict, "NTP")
    silence = "" if component.scheme == "generic" else "no-statement"
    assert match.because == matching.Because(
        "upstream-range", "vers:generic/<4.2.7p26", "ntpd vers:generic/<4.2.7p26", advisory="A-1", silence=silence
    )


def test_all_versions() -> None:
    """A product named without bounds concerns each of its versions, also one that cannot be read."""
    (match,) = judged(case(advisory("A-1", line("vers:generic/*"))), own("???"))
    assert (match.verdict, match.because.rule) == (AFFECTED, "all-versions")


def test_a_line_without_versions_is_silent_beside_one_with_them() -> None:
    """A feed that names a product and no version leaves nobody undecided whom another publisher's range decides."""
    bare = Affected("ntpd", UnreadRange(""), "ntpd")
    both = case(advisory("A-1", BELOW), advisory("B-1", bare))
    assert [one.verdict for one in judged(both, own("4.2.8p18"))] == [CLEAR]
    assert [one.verdict for one in judged(case(advisory("B-1", bare)), own("4.2.8p18"))] == [UNKNOWN]


def test_a_line_without_versions_is_not_silent_about_another_cve() -> None:
    """What a feed says without versions of one CVE is not decided by a range that speaks of another."""
    bare = Affected("ntpd", UnreadRange(""), "ntpd")
    both = case(advisory("A-1", BELOW, aliases=CVE), advisory("B-1", bare, aliases=("CVE-2026-0002",)))
    assert [one.verdict for one in judged(both, own("4.2.8p18"))] == [UNKNOWN]


def test_a_correction_that_two_name_in_any_order() -> None:
    """Which of two publishers comes last has no influence on whether their correction stands."""
    early, other = advisory("A-1", line("vers:generic/<4.3"), fixed="4.3"), advisory("B-1", BELOW, fixed="4.3")
    late = advisory("C-1", line("vers:generic/<4.4"))
    for order in permutations((early, other, late)):
        assert judged(case(*order), own("4.2.6"))[0].fixed == ()
    odd = advisory("B-1", line("vers:generic/<4.4"), fixed="4.3")
    assert {judged(case(*order), own("4.2.6"))[0].fixed for order in permutations((early, odd))} == {("4.3",)}


def test_a_correction_that_another_publisher_calls_affected_is_none() -> None:
    """Where one says corrected in 4.2.7p25 and another affected below 4.2.7p26, only p26 is told as corrected."""
    early = advisory("B-1", line("vers:generic/<4.2.7p25"), fixed="4.2.7p25")
    late = advisory("A-1", BELOW, fixed="4.2.7p26")
    (match,) = judged(case(early, late), own("4.2.6p5"))
    assert match.fixed == ("4.2.7p26",)


@pytest.mark.parametrize(("version", "verdict"), [("1:4.2.6-1", AFFECTED), ("1:4.2.6-2", CLEAR)])
def test_a_range_of_packages_is_compared_directly(version: str, verdict: MatchVerdict) -> None:
    """A deb range speaks of revisions too, and of the source's, not the binary's."""
    (match,) = judged(case(advisory("A-1", line("vers:deb/<1:4.2.6-2"))), deb(version, binary="9:9-9"))
    assert (match.verdict, match.because.rule) == (verdict, "package-range")


@pytest.mark.parametrize(("version", "verdict"), [("4.2.6-1", AFFECTED), ("1:4.2.6-3", CLEAR), ("0:4.2.6-3", AFFECTED)])
def test_an_rpm_that_tells_no_epoch(version: str, verdict: MatchVerdict) -> None:
    """Where rpm -qa left the epoch out, the range's is left out too; where it did not, it counts."""
    component = Component("rpm", "ntp", version, "ntp", "", "", "almalinux:9")
    assert judged(case(advisory("A-1", line("vers:rpm/<1:4.2.6-2"))), component)[0].verdict is verdict
    assert judged(case(advisory("A-1", line("vers:rpm/<1:4.2.6-2"))), rpm("4.2.6-2"))[0].verdict is CLEAR


@pytest.mark.parametrize(
    ("affected", "component", "rule"),
    [
        (line("some of them"), own("4.2.6"), "unread-range"),
        (line("vers:generic/<4.2.7", unread=("and others",)), own("4.2.6"), "incomplete-range"),
        (BELOW, own("不明"), "unreadable-version"),
        (BELOW, own(""), "unreadable-version"),
        (line("vers:deb/<1:4.2"), rpm("4.0-1"), "other-scheme"),
        (line("vers:rpm/<1:4.2"), own("4.0"), "other-scheme"),
    ],
)
def test_what_is_not_known_is_called_so(affected: object, component: Component, rule: str) -> None:
    """Neither affected nor unaffected is ever guessed, and the reason is named."""
    (match,) = judged(case(advisory("A-1", affected)), component)
    assert (match.verdict, match.because.rule) == (UNKNOWN, rule)


def test_the_end_of_a_range_said_in_a_word_of_two_senses() -> None:
    """Whether "prior to 4.2.7p26" holds it is not known unless its advisory names it as corrected, or says before."""
    prior = replace(BELOW, evidence="ntpd prior to 4.2.7p26")
    installed = [own("4.2.7p26"), own("4.2.6"), own("9.9")]
    assert [one.verdict for one in judged(case(advisory("A-1", prior)), *installed)] == [AFFECTED, UNKNOWN, CLEAR]
    (match,) = judged(case(advisory("A-1", prior)), own("4.2.7p26"))
    assert match.because.rule == "end-in-doubt"
    assert judged(case(advisory("A-1", prior, fixed="4.2.7p26")), own("4.2.7p26"))[0].verdict is CLEAR
    before = replace(BELOW, evidence="ntpd before 4.2.7p26")
    assert judged(case(advisory("A-1", before)), own("4.2.7p26"))[0].verdict is CLEAR


def test_what_narrows_a_range_stands_in_the_reason() -> None:
    """A condition or a word of two senses takes nothing from the verdict, and a person sees it beside it."""
    narrowed = replace(BELOW, notes=("Windows 版",), two_senses=("より以前",))
    (match,) = judged(case(advisory("A-1", narrowed)), own("4.2.6"))
    assert match.verdict is AFFECTED
    assert (match.because.notes, match.because.two_senses) == (("Windows 版",), ("より以前",))


def test_a_complete_range_decides_beside_an_unread_one() -> None:
    """AFFECTED by a read line stands; a read line that says no does not make the unread one harmless."""
    both = case(advisory("A-1", line("some of them"), BELOW))
    assert [one.verdict for one in judged(both, own("4.2.6"), own("4.2.8"))] == [AFFECTED, UNKNOWN]


def test_the_lines_of_one_advisory_are_a_list() -> None:
    """A version in any of them is affected, and they do not disagree."""
    both = case(advisory("A-1", line("vers:generic/>=4.2.6|<4.2.7"), line("vers:generic/4.3.0")))
    matches = judged(both, own("4.2.6p1"), own("4.3.0"), own("4.2.5"))
    assert {one.component.version: one.verdict for one in matches} == {
        "4.2.6p1": AFFECTED,
        "4.3.0": AFFECTED,
        "4.2.5": CLEAR,
    }
    assert not any(one.because.disagrees for one in matches)


def test_publishers_who_disagree() -> None:
    """AFFECTED wins over another publisher's word, which is named beside it."""
    both = case(advisory("A-1", BELOW), advisory("B-1", line("vers:generic/<4.2.5")))
    (match,) = judged(both, own("4.2.6"))
    assert (match.verdict, match.because.advisory) == (AFFECTED, "A-1")
    assert match.because.disagrees == ("B-1: vers:generic/<4.2.5",)


def test_what_was_withdrawn_names_nothing() -> None:
    """A withdrawn advisory (取下げ) makes no match."""
    assert judged(case(advisory("A-1", BELOW, withdrawn=True)), own("4.2.6")) == []


@pytest.mark.parametrize(
    ("word", "version", "verdict", "fixed"),
    [
        (said("fixed", "1:4.2.6-2+deb12u1"), "1:4.2.6-2", AFFECTED, ("1:4.2.6-2+deb12u1",)),
        (said("fixed", "1:4.2.6-2+deb12u1"), "1:4.2.6-2+deb12u1", FIXED, ("1:4.2.6-2+deb12u1",)),
        (said("fixed", "1:4.2.6-2+deb12u1"), "1:4.2.6-2+deb12u2", FIXED, ("1:4.2.6-2+deb12u1",)),
        (said("open"), "1:4.2.6-2", AFFECTED, ()),
        (said("open"), "1:4.2.8p15-1", AFFECTED, ()),
        (said("not_affected"), "1:4.2.6-2", CLEAR, ()),
        (said("undetermined"), "1:4.2.6-2", UNKNOWN, ()),
        (said("end_of_life"), "1:4.2.6-2", AFFECTED, ()),
        (said("end_of_life"), "1:4.2.8p15-1", CLEAR, ()),
        (said("fixed", "1:4 2"), "1:4.2.6-2", UNKNOWN, ("1:4 2",)),
    ],
)
def test_the_distributor_decides(word: Statement, version: str, verdict: MatchVerdict, fixed: tuple[str, ...]) -> None:
    """Its word on its own package stands over the range; the version it names is the one to install."""
    (match,) = judged(case(advisory("A-1", BELOW, fixed="4.2.7p26", aliases=CVE)), deb(version), words=(word,))
    assert (match.verdict, match.fixed) == (verdict, fixed)
    assert match.because.rule == f"distro-{word.status}"
    assert match.because.distro == str(word)


@pytest.mark.parametrize(
    "word",
    [
        said("fixed", "1:1-1", distro="debian:11"),
        said("fixed", "1:1-1", package="ntpsec"),
        said("fixed", "1:1-1", cve="CVE-2026-9999"),
    ],
)
def test_another_word_does_not_count(word: Statement) -> None:
    """Another release, package or CVE says nothing of this one; the verdict is by range and marked so."""
    (match,) = judged(case(advisory("A-1", BELOW, fixed="4.2.7p26", aliases=CVE)), deb("1:4.2.6-1"), words=(word,))
    assert (match.verdict, match.because.rule, match.because.distro) == (AFFECTED, "upstream-range", "")
    assert match.fixed == ("4.2.7p26",)


def test_no_distributor_speaks_of_self_built_software() -> None:
    """Software from its makers, or a package of a release that is not known, is judged by range."""
    given_case = case(advisory("A-1", BELOW, aliases=CVE))
    matches = judged(given_case, own("4.2.6"), deb("1:4.2.6-1", distro=""), words=(said("not_affected"),))
    assert {one.verdict for one in matches} == {AFFECTED}


def test_the_worst_of_several_cves_counts() -> None:
    """Fixed in one CVE and not in another is affected, with the version that corrects it; both words are shown."""
    two = (*CVE, "CVE-2026-0002")
    words = (said("fixed", "1:4-1"), said("fixed", "1:4-3", cve=two[1]))
    (match,) = judged(case(advisory("A-1", BELOW, aliases=two)), deb("1:4-2"), words=words)
    assert (match.verdict, match.fixed) == (AFFECTED, ("1:4-3",))
    assert match.because.distro == f"{words[0]}; {words[1]}"


def test_the_highest_version_corrects_all() -> None:
    """Where two CVEs are open on this version, the later package is the one to install."""
    words = (said("fixed", "1:4-9"), said("fixed", "1:4-10", cve="CVE-2026-0002"))
    given_case = case(advisory("A-1", BELOW, aliases=(*CVE, "CVE-2026-0002")))
    assert judged(given_case, deb("1:4-2"), words=words)[0].fixed == ("1:4-10",)


def test_a_fix_of_another_cve_is_not_named() -> None:
    """Where the distributor does not know of one CVE, the version that fixed another is no answer."""
    words = (said("fixed", "1:4-1"), said("undetermined", cve="CVE-2026-0002"))
    (match,) = judged(case(advisory("A-1", BELOW, aliases=(*CVE, "CVE-2026-0002"))), deb("1:4-2"), words=words)
    assert (match.verdict, match.fixed) == (UNKNOWN, ())


def test_the_distributor_s_word_is_shown_before_a_range() -> None:
    """Where one CVE is affected by its word and another by range, the word and its version are the reason."""
    given_case = case(advisory("A-1", BELOW, fixed="4.2.7p26", aliases=(*CVE, "CVE-2026-0002")))
    (match,) = judged(given_case, deb("1:4.2.6-1"), words=(said("fixed", "1:4.2.6-2"),))
    assert (match.because.rule, match.fixed) == ("distro-fixed", ("1:4.2.6-2",))


def test_a_signed_text_is_the_reason_before_others() -> None:
    """Of publishers who agree, the one whose signature holds is named."""
    parts = advisory("A-1", BELOW), advisory("B-1", BELOW, verdict=Verdict.VERIFIED)
    assert judged(case(*parts), own("4.2.6"))[0].because.advisory == "B-1"


def test_statements_speak_of_sources() -> None:
    """Debian's fixed version is the source's: a rebuilt binary with another number does not count."""
    given_case = case(advisory("A-1", BELOW, aliases=CVE))
    word = said("fixed", "1:4.2.6-2")
    rebuilt = deb("1:4.2.6-1", binary="1:4.2.6-2+b1")
    assert judged(given_case, rebuilt, words=(word,))[0].verdict is AFFECTED


@pytest.mark.parametrize(("installed", "verdict"), [("4.2.6-3", FIXED), ("4.2.6-1", AFFECTED), ("1:4.2.6-3", AFFECTED)])
def test_a_statement_with_an_epoch(installed: str, verdict: MatchVerdict) -> None:
    """An rpm that tells no epoch is compared without the statement's."""
    word = said("fixed", "3:4.2.6-2", distro="almalinux:9")
    assert judged(case(advisory("A-1", BELOW, aliases=CVE)), rpm(installed), words=(word,))[0].verdict is verdict


def test_a_cve_without_a_word_is_judged_by_range() -> None:
    """A statement on one CVE does not clear another that nobody spoke of."""
    two = (*CVE, "CVE-2026-0002")
    (match,) = judged(case(advisory("A-1", BELOW, aliases=two)), deb("1:4.2.6-1"), words=(said("fixed", "1:4-1"),))
    assert (match.verdict, match.because.rule) == (AFFECTED, "upstream-range")


def test_an_advisory_speaks_of_its_own_cves() -> None:
    """The range of another CVE does not count where the distributor has cleared this one."""
    parts = (
        advisory("A-1", BELOW, aliases=CVE),
        advisory("A-2", line("vers:generic/<4.1"), aliases=("CVE-2026-0002",)),
    )
    (match,) = judged(case(*parts), deb("1:4.2.6-1"), words=(said("not_affected"),))
    assert match.verdict is CLEAR


def test_an_erratum_of_binary_packages() -> None:
    """The binary's own entry counts before its source's; a package it does not list goes by its source."""
    given_case = case(advisory("A-1", BELOW, aliases=CVE))
    words = (
        said("fixed", "4.2.6-2.el9", distro="almalinux:9", package="ntp"),
        said("fixed", "4.2.6-9.el9", distro="almalinux:9", package="ntp-perl"),
    )
    listed, other = rpm("4.2.6-3.el9", name="ntp-perl"), rpm("4.2.6-3.el9", name="ntp-doc")
    matches = {one.component.name: one.verdict for one in judged(given_case, listed, other, words=words)}
    assert matches == {"ntp-perl": AFFECTED, "ntp-doc": FIXED}


@pytest.mark.parametrize(
    ("version", "rule"),
    [
        ("4.2.6-1.module_el8+1", "distro-fixed"),
        ("4.3.6-1.module_el8+1", "upstream-range"),
        ("4.20.6-1.module_el8+1", "upstream-range"),
        ("4.2.6-1.el8", "upstream-range"),
    ],
)
def test_a_module_stream_speaks_of_its_builds(version: str, rule: str) -> None:
    """A fix in one stream says nothing of another stream or of the plain package."""
    word = said("fixed", "4.2.6-9.module_el8+9", distro="almalinux:8", stream="ntp:4.2")
    component = rpm(version, distro="almalinux:8")
    assert judged(case(advisory("A-1", BELOW, aliases=CVE)), component, words=(word,))[0].because.rule == rule


def test_a_statement_of_plain_packages() -> None:
    """It says nothing of a module's builds."""
    word, built = said("fixed", "4.2.6-2.el8", distro="almalinux:8"), rpm("4.2.6-1.module_el8+1", distro="almalinux:8")
    assert judged(case(advisory("A-1", BELOW, aliases=CVE)), built, words=(word,))[0].because.rule == "upstream-range"


def test_the_publishers_fixed_versions() -> None:
    """Where no distributor speaks, each version that is named as corrected is given once, oldest first."""
    parts = (advisory("A-1", BELOW, fixed="4.10"), advisory("A-2", BELOW, fixed=">=4.9"), advisory("A-3", fixed="4.10"))
    assert judged(case(*parts), own("4.2.6"))[0].fixed == ("4.9", "4.10")


def test_names_and_unmapped() -> None:
    """What to look up is what the named products go by; a name the catalogue does not know is shown."""
    given_case = case(
        advisory("A-1", BELOW, line("vers:generic/*", "FooServer")), advisory("A-2", line("x", "OpenSSL"))
    )
    assert matching.names(given_case, SHELF) == matching.ComponentNames(
        frozenset({"ntp", "openssl"}), frozenset({"ntp", "openssl"}), frozenset({"ntpd", "ntp", "openssl"})
    )
    assert matching.unmapped(given_case, SHELF) == ("FooServer",)


def test_a_debian_package_goes_by_its_source() -> None:
    """libssl3 belongs to OpenSSL through its source; a binary named ntp of another source does not belong to NTP."""
    given_case = case(advisory("A-1", line("vers:generic/*", "OpenSSL"), BELOW))
    lib, other = deb("3.0.9-1", source="openssl", name="libssl3"), deb("1:4.2.6-1", source="ntpsec", name="ntp")
    assert [(one.component, one.product) for one in judged(given_case, lib, other)] == [(lib, "OpenSSL")]


def test_self_built_software_goes_by_any_spelling() -> None:
    """A table that a person wrote says the product's name as a notice does; a package of that name is another thing."""
    web = Product("web", "Web Server", names=("WebD",), deb=("webd2",), upstream=("webd3",))
    about = case(advisory("A-1", line("vers:generic/*", "WebD")))
    components = [own("1", name) for name in ("web server", "WEBD", "webd3", "webd2")]
    named = {
        one.component.name for one in matching.judge(about, Shelf((web,)), [*components, deb("1", source="webd3")])
    }
    assert named == {"web server", "WEBD", "webd3"}


def test_a_package_of_two_products() -> None:
    """It has one verdict, the worse, under that product's name."""
    fork = Product("ntp-fork", "NTP Fork", names=("fork",), deb=("ntp",))
    given_case = case(advisory("A-1", line("vers:generic/<4", "fork"), BELOW))
    (match,) = matching.judge(given_case, Shelf((*SHELF.products, fork)), [deb("1:4.2.6-1")])
    assert (match.verdict, match.product) == (AFFECTED, "NTP")


VERSIONS = st.sampled_from(["4.2.5", "4.2.6p5", "4.2.7p26", "4.3", "4.2.8p15", "", "不明"])
LINES = st.builds(
    line,
    st.sampled_from(["vers:generic/<4.2.7", "vers:generic/*", "vers:generic/>=4.3", "vers:deb/<1:4.2.6-2", "unread"]),
    st.sampled_from(["ntpd", "OpenSSL", "Unknown"]),
)
ADVISORIES = st.lists(
    st.builds(
        lambda lines, cve: (lines, (cve,) if cve else ()),
        st.lists(LINES, max_size=3),
        st.sampled_from(["", CVE[0], "CVE-2026-0002"]),
    ),
    min_size=1,
    max_size=3,
).map(lambda parts: [advisory(f"A-{n}", *lines, aliases=cves) for n, (lines, cves) in enumerate(parts)])
COMPONENTS = st.lists(
    st.one_of(
        st.builds(own, VERSIONS, st.sampled_from(["ntpd", "openssl", "other"])),
        st.builds(deb, VERSIONS, st.sampled_from(["debian:12", ""]), st.sampled_from(["ntp", "openssl", "other"])),
        st.builds(rpm, VERSIONS),
    ),
    max_size=6,
)
WORDS = st.lists(
    st.builds(
        said,
        st.sampled_from([str(one) for one in StatementStatus]),
        st.sampled_from(["1:4.2.6-2", "4.2.7-1"]),
        st.sampled_from([CVE[0], "CVE-2026-0002"]),
        st.sampled_from(["debian:12", "almalinux:9"]),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(ADVISORIES, COMPONENTS, WORDS, st.randoms(use_true_random=False))
def test_order_has_no_influence(advisories: list, components: list, words: list, shuffle: object) -> None:
    """Whatever the order of advisories, lines, components and statements, the matches are the same."""
    first = matching.judge(case(*advisories), SHELF, components, words)
    for items in (advisories, components, words):
        shuffle.shuffle(items)
    assert matching.judge(case(*advisories), SHELF, components, words) == first


@settings(max_examples=60, deadline=None)
@given(ADVISORIES, COMPONENTS, WORDS)
def test_each_component_of_a_named_product_has_one_verdict(advisories: list, components: list, words: list) -> None:
    """None is dropped, none is judged twice, none of another product is judged; each verdict has its rule."""
    given_case = case(*advisories)
    matches = matching.judge(given_case, SHELF, components, words)
    names = matching.names(given_case, SHELF)
    assert sorted(map(repr, {one for one in components if names.hold(one)})) == sorted(
        repr(one.component) for one in matches
    )
    assert all(one.because.rule for one in matches)


@settings(max_examples=40, deadline=None)
@given(ADVISORIES, COMPONENTS)
def test_more_words_of_publishers_never_hide_a_fault(advisories: list, components: list) -> None:
    """An advisory more may add AFFECTED or UNKNOWN, and takes no AFFECTED away."""
    advisories = [advisory(one.number, *one.affected) for one in advisories]
    few = matching.judge(case(*advisories[:-1]), SHELF, components) if advisories[:-1] else ()
    many = {one.component: one.verdict for one in matching.judge(case(*advisories), SHELF, components)}
    assert all(many[one.component] is AFFECTED for one in few if one.verdict is AFFECTED)


def test_permutations_of_disagreeing_publishers() -> None:
    """Three publishers in any of six orders give one answer, word for word."""
    parts = [advisory("A-1", BELOW), advisory("B-1", line("vers:generic/<4")), advisory("C-1", line("unread"))]
    answers = {repr(judged(case(*order), own("4.2.6"), own("4.2.8"))) for order in permutations(parts)}
    assert len(answers) == 1


def test_fixed_of_another_product_is_not_taken_over() -> None:
    """The corrected version of OpenSSL is none of NTP's."""
    both = advisory("A-1", BELOW, line("vers:generic/<3", OPENSSL.name), fixed="4.2.7p26")
    matches = judged(case(both), own("4.2.6"), own("1.1", "openssl"))
    assert {one.product: one.fixed for one in matches} == {"NTP": ("4.2.7p26",), "OpenSSL": ()}
    assert isinstance(both.fixed[0], Fixed)
    assert isinstance(both.fixed[0].range, VersionRange)
