"""Which advisories speak of one matter."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory.case import ROLL_UP, Case, find, is_roll_up, may_join
from tests.advisory.samples import cves, named

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
