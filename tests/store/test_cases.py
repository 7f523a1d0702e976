"""Cases join advisories; ids count within a year."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine

from feedbot.advisory import Advisory
from feedbot.errors import StoreError
from feedbot.inventory import Customer
from feedbot.store import advisories, cases, documents, inventory
from tests.store.samples import NOW, PAGE, advisory


@pytest.fixture
def tx(tx: Connection) -> Iterator[Connection]:
    """A transaction in which the document of all is kept."""
    documents.save(tx, "csirt_a", PAGE)
    return tx


def saved(tx: Connection, number: str, **facts: object) -> Advisory:
    """An advisory that was read from PAGE."""
    one = advisory(number, **facts)
    advisories.save_revision(tx, one, "d", PAGE.sha256, NOW)
    return one


def test_ids_count_within_the_year(tx: Connection) -> None:
    """C-YYYY-NNNN, from 0001 each year."""
    ids = [
        cases.create(tx, saved(tx, f"X-AT-2026-000{number}"), now).id
        for number, now in enumerate((NOW, NOW, NOW + timedelta(days=300)))
    ]
    assert ids == ["C-2026-0001", "C-2026-0002", "C-2027-0001"]


def test_a_case_shows_current_revisions_by_publication(tx: Connection) -> None:
    """Oldest published first, undated last, whatever order they came in."""
    undated = saved(tx, "A-AT-2026-0001")
    late = saved(tx, "B-AT-2026-0001", published=NOW)
    early = saved(tx, "C-AT-2026-0001", published=NOW - timedelta(days=1))
    case = cases.create(tx, undated, NOW)
    cases.attach(tx, case.id, late, NOW)
    assert cases.attach(tx, case.id, early, NOW).advisories == (early, late, undated)
    newer = saved(tx, "B-AT-2026-0001", published=NOW, revision="2")
    assert cases.load(tx, case.id).advisories == (early, newer, undated)
    assert cases.of_advisory(tx, "csirt_a", "B-AT-2026-0001") == cases.load(tx, case.id)


def test_candidates_share_a_name(tx: Connection) -> None:
    """Cases are found by any name of any member, and by no beginning of a name."""
    one = cases.create(tx, saved(tx, "A-AT-2026-0001", aliases=("CVE-2026-1111",)), NOW)
    two = cases.create(tx, saved(tx, "B-AT-2026-0001", aliases=("CVE-2026-2222",)), NOW)
    assert cases.candidates(tx, {"CVE-2026-2222", "A-AT-2026-0001"}) == (one, two)
    assert cases.candidates(tx, {"CVE-2026-222"}) == ()
    assert cases.candidates(tx, set()) == ()


def test_attaching_again_moves(tx: Connection) -> None:
    """An advisory is in one case; the case it left stays without it, and out of the list when it is empty."""
    moved = saved(tx, "A-AT-2026-0001")
    left = cases.create(tx, moved, NOW)
    kept = cases.create(tx, saved(tx, "B-AT-2026-0001"), NOW)
    assert len(cases.attach(tx, kept.id, moved, NOW).advisories) == 2
    assert [case.id for case in cases.listing(tx)] == [kept.id]
    with pytest.raises(StoreError, match="no such case"):
        cases.load(tx, left.id)


def test_the_listing_is_newest_first(tx: Connection) -> None:
    """By the time they were opened; limited on request."""
    for number in (1, 2, 3):
        cases.create(tx, saved(tx, f"A-AT-2026-000{number}"), NOW + timedelta(hours=number))
    assert [case.id[-1] for case in cases.listing(tx)] == ["3", "2", "1"]
    assert [case.id[-1] for case in cases.listing(tx, 2)] == ["3", "2"]


def test_there_is_no_case_of_an_unknown_advisory(tx: Connection) -> None:
    """None, and an advisory that was not saved cannot be put into a case."""
    assert cases.of_advisory(tx, "csirt_a", "A-AT-2026-0001") is None
    with pytest.raises(StoreError):
        cases.create(tx, advisory("A-AT-2026-0001"), NOW)


def test_two_openers_never_share_an_id(database: Engine) -> None:
    """Four threads opening ten cases each get forty ids."""
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)

    def opener(mark: str) -> None:
        for number in range(10):
            with database.begin() as tx:
                cases.create(tx, saved(tx, f"{mark}-AT-2026-000{number}"), NOW)

    threads = [Thread(target=opener, args=(mark,)) for mark in "ABCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as tx:
        assert {case.id for case in cases.listing(tx)} == {f"C-2026-{number:04}" for number in range(1, 41)}


def test_a_case_is_due_until_it_was_considered(tx: Connection) -> None:
    """A new case, a new revision, a new member and a new inventory each make it due again, once."""
    one = saved(tx, "A-AT-2026-0001")
    case = cases.create(tx, one, NOW)
    assert cases.due(tx) == (case.id,)
    cases.consider(tx, case.id)
    assert cases.due(tx) == ()
    saved(tx, "A-AT-2026-0001", revision="2")
    assert cases.due(tx) == (case.id,)
    cases.consider(tx, case.id)
    inventory.replace_customers(tx, [Customer("C1", "x", "x@x.example")], [], [], NOW)
    assert cases.due(tx) == (case.id,)
    cases.consider(tx, case.id)
    cases.attach(tx, case.id, saved(tx, "B-AT-2026-0001"), NOW)
    assert cases.due(tx) == (case.id,)


def test_a_case_that_lost_a_member_is_due(tx: Connection) -> None:
    """An advisory that moves to another case makes both due."""
    one, two = saved(tx, "A-AT-2026-0001"), saved(tx, "B-AT-2026-0001")
    first, second = cases.create(tx, one, NOW), cases.create(tx, two, NOW)
    cases.attach(tx, first.id, saved(tx, "C-AT-2026-0001"), NOW)
    for case in (first, second):
        cases.consider(tx, case.id)
    cases.attach(tx, second.id, one, NOW)
    assert cases.due(tx) == (first.id, second.id)


def test_a_case_takes_in_another(tx: Connection) -> None:
    """Its advisories move with the reason they have; the old id leads to the new case, also after a second merge; the
    list shows one; all that is told of it is due again."""
    found = [cases.create(tx, saved(tx, f"{mark}-AT-2026-0001"), NOW) for mark in "ABC"]
    cases.attach(tx, found[1].id, saved(tx, "D-AT-2026-0001"), NOW, because=("CVE-2026-1234",))
    for case in found:
        cases.consider(tx, case.id)
    cases.absorb(tx, found[1].id, found[2].id)
    cases.absorb(tx, found[0].id, found[1].id)
    assert {cases.load(tx, case.id).id for case in found} == {found[0].id}
    assert [case.id for case in cases.listing(tx)] == [found[0].id]
    assert {one.number[0]: one.because for one in cases.memberships(tx, found[0].id)} == {
        "A": (),
        "B": (),
        "C": (),
        "D": ("CVE-2026-1234",),
    }
    assert cases.due(tx) == (found[0].id,)


def test_cases_set_apart_and_brought_together(tx: Connection) -> None:
    """The pair is known while both cases are asked for, whatever the order; saying it twice is saying it once."""
    one, two, three = (cases.create(tx, saved(tx, f"{mark}-AT-2026-0001"), NOW) for mark in "ABC")
    cases.set_apart(tx, two, one, "sato", NOW)
    cases.set_apart(tx, one, two, "suzuki", NOW)
    assert cases.apart(tx, [one.id, two.id, three.id]) == {frozenset((one.id, two.id))}
    assert cases.apart(tx, [one.id, three.id]) == frozenset()
    cases.bring_together(tx, one, two)
    assert cases.apart(tx, [one.id, two.id]) == frozenset()


def test_who_decided_is_kept(tx: Connection) -> None:
    """A case is decided when a person put one of its advisories there."""
    one, two = (cases.create(tx, saved(tx, f"{mark}-AT-2026-0001"), NOW) for mark in "AB")
    assert cases.decided(tx, [one.id, two.id]) == frozenset()
    cases.attach(tx, two.id, saved(tx, "C-AT-2026-0001"), NOW, decided_by="sato")
    assert cases.decided(tx, [one.id, two.id]) == {two.id}
