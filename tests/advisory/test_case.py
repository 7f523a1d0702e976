"""Which advisories speak of one matter."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Advisory
from feedbot.advisory.case import OCCASION, ROLL_UP, Case, find, is_roll_up, may_join, shared_names, together
from tests.advisory.samples import PLAIN, cves, named

ALERT = named("JPCERT-AT-2014-0001", "VU#348126", "JVNVU#96176042")
NOTE = named("VU#348126", "CVE-2013-5211")
JVN = named("JVNVU#96176042", "VU#348126", "CVE-2013-5211")
IPEDIA = named("JVNDB-2014-001017", "CVE-2013-5211")
FOUR = (ALERT, NOTE, JVN, IPEDIA)


@given(st.permutations(FOUR))
def test_four_publishers_one_case(order: list[object]) -> None:
    """The seed's matter: whatever order they come in after the first two names meet, all four join one case."""
    case = Case("C-2014-0001", (ALERT, NOTE))
    for advisory in order:
        assert may_join(advisory, case)  # type: ignore[arg-type]


def test_other_matters_stay_apart() -> None:
    """No name in common, no join."""
    assert not may_join(named("VU#999999", "CVE-2026-1"), Case("C", FOUR))


def test_alert_number_named_by_two_joins_nothing() -> None:
    """Two records that both came in one monthly alert, and share nothing else, are two matters."""
    one = named("JVNDB-2011-001013", "CVE-2011-0346", "JPCERT-AT-2011-0008")
    two = named("JVNDB-2011-001014", "CVE-2011-0347", "JPCERT-AT-2011-0008")
    assert not may_join(two, Case("C", (one,)))
    assert not may_join(named("B-1", "JPCERT-AT-2011-0008"), Case("C", (named("A-1", "JPCERT-AT-2011-0008"),)))


def test_batch_note_named_by_two_joins_nothing() -> None:
    """A JVN note about many products does not pull together records that have different CVE names."""
    one = named("JVNDB-2026-000001", "CVE-2026-1001", "JVNVU#91137775")
    two = named("JVNDB-2026-000002", "CVE-2026-1002", "JVNVU#91137775")
    assert not may_join(two, Case("C", (one,)))


def test_roll_up_joins_nothing() -> None:
    """An advisory of more names than one matter has neither joins nor is joined; one at the limit does."""
    single = named("JVNDB-2026-000001", "CVE-2026-1000")
    collection = named("VENDOR-2026-01", *cves(ROLL_UP + 1))
    assert not may_join(collection, Case("C", (single,)))
    assert not may_join(single, Case("C", (collection,)))
    assert may_join(single, Case("C", (named("VENDOR-2026-02", *cves(ROLL_UP)),)))


@pytest.mark.parametrize(
    "title",
    [
        "2011年4月 Microsoft セキュリティ情報 (緊急 9件含) に関する注意喚起",
        "2024年10月マイクロソフトセキュリティ更新プログラムに関する注意喚起",
        "CISA ICS Advisory / ICS Medical Advisory（2026年10月08日）",
        "Oracle Critical Patch Update Advisory - October 2026: Critical Patch Update",
        "Oracle October 2026 Critical Patch Update",
    ],
)
def test_what_comes_every_month_is_a_collection(title: str) -> None:
    """The monthly alert joins nothing even when it names few."""
    monthly = named("JPCERT-AT-2026-0100", "CVE-2026-1000", title=title)
    assert is_roll_up(monthly)
    assert not may_join(named("JVNDB-2026-000001", "CVE-2026-1000"), Case("C", (monthly,)))


@pytest.mark.parametrize(
    "title",
    [
        "Apache Log4jの任意のコード実行の脆弱性（CVE-2021-44228）に関する注意喚起",
        "ntpd の monlist 機能を使った DDoS 攻撃に関する注意喚起",
        "Apache HTTP Server 2.4 におけるアップデートの問題 (2026年)",
    ],
)
def test_single_matters_are_no_collections(title: str) -> None:
    """Titles of one matter."""
    assert not is_roll_up(named("JPCERT-AT-2026-0100", title=title))


def test_revision_finds_its_case() -> None:
    """The same number of the same source is the same advisory, even when it has grown to a collection."""
    case = Case("C", (named("V-1", "CVE-2026-1000", source="v"),))
    assert may_join(named("V-1", *cves(40), source="v"), case)
    assert not may_join(named("V-1", *cves(40), source="other"), case)


def test_find_takes_its_own_case_then_the_closest() -> None:
    """A revision goes where it was; else the most names in common decide, then the order given."""
    near = Case("C-1", (named("A-1", "CVE-2026-1000"),))
    nearer = Case("C-2", (named("A-2", "CVE-2026-1000", "CVE-2026-1001"),))
    new = named("B-1", "CVE-2026-1000", "CVE-2026-1001")
    assert find(new, [near, nearer]) is nearer
    assert find(named("B-2", "CVE-2026-1000"), [near, nearer]) is near
    own = Case("C-3", (named("B-1", source=new.source),))
    assert find(new, [near, nearer, own]) is own
    assert find(named("B-3", "CVE-2026-9999"), [near, nearer]) is None


@given(st.randoms(use_true_random=False))
def test_a_chain_does_not_swallow(mixer: random.Random) -> None:
    """Advisories that each share a name with the next never make a case of more names than one matter has."""
    chain = [named(f"JVNDB-2026-{n:06d}", f"CVE-2026-{1000 + n}", f"CVE-2026-{1001 + n}") for n in range(40)]
    cases: list[Case] = []
    for advisory in mixer.sample(chain, len(chain)):
        found = find(advisory, cases)
        if found is None:
            cases.append(Case(f"C-{len(cases)}", (advisory,)))
        else:
            cases[cases.index(found)] = Case(found.id, (*found.advisories, advisory))
    assert sum(len(case.advisories) for case in cases) == len(chain)
    assert max(len(case.cves) for case in cases) <= ROLL_UP


def later(advisory: Advisory, by: timedelta) -> Advisory:
    """Return an advisory that was published later than the others."""
    assert PLAIN.published is not None
    return replace(advisory, published=PLAIN.published + by)


def grouped(advisories: Sequence[Advisory]) -> list[Case]:
    """Put advisories into cases as they come, merging what one ties together."""
    cases: list[Case] = []
    for number, advisory in enumerate(advisories):
        chosen = together(advisory, cases)
        members = tuple(member for case in chosen for member in case.advisories)
        cases = [case for case in cases if case not in chosen]
        cases.append(Case(f"C-{number}", (*members, advisory)))
    return cases


def partition(cases: Sequence[Case]) -> set[frozenset[str]]:
    """Return who is with whom."""
    return {frozenset(one.number for one in case.advisories) for case in cases}


flaws = st.sets(st.integers(1, 6).map(lambda number: f"CVE-2026-100{number}"), max_size=4)
others = st.sets(st.sampled_from(["VU#100001", "VU#100002", "JVN#10000001", "JPCERT-AT-2026-0001"]), max_size=2)
titles = st.sampled_from(["見本の脆弱性", "見本の脆弱性の悪用に関する注意喚起", "2026年11月 見本セキュリティ情報"])
worlds = st.lists(st.tuples(flaws, others, titles, st.integers(0, 40)), min_size=2, max_size=9)


@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(
    world: list[tuple[set[str], set[str], str, int]], mixer: random.Random
) -> None:
    """Where no case comes near its bound (six flaws in all), any order gives the same cases."""
    said = [
        later(named(f"X-{number}", *sorted(cve | other), title=title), timedelta(days=days))
        for number, (cve, other, title, days) in enumerate(world)
    ]
    assert partition(grouped(said)) == partition(grouped(mixer.sample(said, len(said))))


@given(
    st.lists(st.sets(st.integers(1000, 1030).map(lambda n: f"CVE-2026-{n}"), min_size=1, max_size=5), max_size=25),
    st.randoms(use_true_random=False),
)
def test_no_case_grows_over_its_bound(world: list[set[str]], mixer: random.Random) -> None:
    """However advisories are chained, no case of several has more CVE names than one matter; nobody is lost."""
    said = [named(f"X-{number}", *sorted(names)) for number, names in enumerate(world)]
    mixer.shuffle(said)
    cases = grouped(said)
    assert all(len(case.cves) <= ROLL_UP for case in cases)
    assert sorted(one.number for case in cases for one in case.advisories) == sorted(one.number for one in said)


def test_a_list_of_old_flaws_ties_nothing() -> None:
    """A device maker names eight flaws of what he built in, months later: no case; within two weeks it is one."""
    flaw = named("CVE-2026-1000", source="up")
    bundle = later(named("MAKER-1", *cves(ROLL_UP)), OCCASION + timedelta(days=1))
    assert not may_join(bundle, Case("C", (flaw,)))
    assert may_join(later(bundle, OCCASION), Case("C", (flaw,)))


def test_most_names_in_common_are_one_matter_at_any_time() -> None:
    """A record of a flaw made a year later joins; of two flaws too; of one in three not."""
    record = later(named("JVNDB-2026-000001", "CVE-2026-1000"), timedelta(days=365))
    assert may_join(record, Case("C", (named("A-1", *cves(2)),)))
    assert not may_join(record, Case("C", (named("A-1", *cves(3)),)))


def test_who_names_the_number_joins_at_any_time() -> None:
    """A record that names the note it came of joins, however few of its flaws it has."""
    record = later(named("JVNDB-2026-000001", "CVE-2026-1000", "JVNVU#90000001"), timedelta(days=365))
    assert may_join(record, Case("C", (named("JVNVU#90000001", *cves(6)),)))


def test_an_attack_report_joins_by_its_one_matter() -> None:
    """By its only flaw, or by the one of its title; what it names in passing ties nothing."""
    words = "見本の脆弱性の悪用に関する注意喚起"
    flaw = Case("C", (named("JVNDB-2026-000001", "CVE-2026-1000"),))
    assert may_join(named("A-1", "CVE-2026-1000", title=words), flaw)
    assert not may_join(named("A-1", *cves(3), title=words), flaw)
    assert may_join(named("A-1", *cves(3), title=f"{words} (CVE-2026-1000)"), flaw)
    assert not may_join(named("A-1", *cves(3), title=f"{words} (CVE-2026-1001)"), flaw)


def test_an_attack_report_and_the_monthly_alert_stay_apart() -> None:
    """The month's alert names the flaw that is exploited; its report is another matter."""
    monthly = named("JPCERT-AT-2026-0100", "CVE-2026-1000", title="2026年11月 Exampla セキュリティ更新プログラム")
    report = named(
        "JPCERT-AT-2026-0101", "CVE-2026-1000", title="Exampla の脆弱性 (CVE-2026-1000) の悪用に関する注意喚起"
    )
    assert not may_join(report, Case("C", (monthly,)))


def test_cases_set_apart_are_not_tied() -> None:
    """Of two cases that a person parted, the one with more names in common is taken."""
    near, far = Case("C-1", (named("A-1", *cves(1)),)), Case("C-2", (named("A-2", *cves(2)),))
    both = named("A-3", *cves(2))
    assert {one.id for one in together(both, [near, far])} == {"C-1", "C-2"}
    assert [one.id for one in together(both, [near, far], {frozenset(("C-1", "C-2"))})] == ["C-2"]


def test_a_case_larger_by_a_persons_word_takes_what_adds_nothing() -> None:
    """Ten flaws that a person brought together: a record of one of them joins, one that adds a flaw does not."""
    large = Case("C-1", tuple(named(f"A-{number}", f"CVE-2026-{1000 + number}") for number in range(10)))
    assert may_join(named("B-1", "CVE-2026-1003"), large)
    assert not may_join(named("B-1", "CVE-2026-1003", "CVE-2026-2000"), large)


def test_the_names_that_join() -> None:
    """Exactly those by which two are one matter; none where they are not."""
    one, two = (
        named("A-1", "CVE-2026-1000", "JPCERT-AT-2026-0001"),
        named("A-2", "CVE-2026-1000", "JPCERT-AT-2026-0001"),
    )
    assert shared_names(one, [two]) == ("CVE-2026-1000", "JPCERT-AT-2026-0001")
    assert shared_names(one, [named("A-3", "JPCERT-AT-2026-0001")]) == ()
