"""OSV records: what the golden files do not show, the schema's own evaluation, and the distributors' real files."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Affected, UnreadRange
from feedbot.errors import SourceError
from feedbot.source import osv
from feedbot.version import VersionRange, compare
from tests.source.reading import advisory, document, read

FOLDERS = ("debian/osv", "ubuntu/osv", "rocky/osv", "redhat/osv", "almalinux")
EVENTS = st.lists(
    st.tuples(st.sampled_from(("introduced", "fixed", "last_affected", "limit")), st.integers(0, 9)),
    min_size=1,
    max_size=6,
)


def affected(**line: object) -> Affected:
    """Return what one `affected` reads as."""
    record = {"id": "A-1", "modified": "2026-11-20T00:00:00Z", "summary": "x", "affected": [line]}
    (found,) = advisory("osv", document(json.dumps(record).encode())).affected
    return found


def semver(*events: Mapping[str, object], **more: object) -> Affected:
    """Return what a range of these events reads as."""
    return affected(package={"ecosystem": "npm", "name": "p"}, ranges=[{"type": "SEMVER", "events": events}], **more)


def vulnerable(version: str, events: list[tuple[str, str]]) -> bool:
    """Evaluate a range as the schema does ("Evaluation"), event after event."""
    limits = [at for kind, at in events if kind == "limit"]
    if limits and not any(compare("semver", version, at) < 0 for at in limits):
        return False
    state = False
    for kind, at in sorted(events, key=lambda event: (int(event[1].partition(".")[0]), event[0] != "introduced")):
        reached = compare("semver", version, at)
        if kind == "introduced" and reached >= 0:
            state = True
        elif (kind == "fixed" and reached >= 0) or (kind == "last_affected" and reached > 0):
            state = False
    return state


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_ranges_are_those_of_the_schema(drawn: list[tuple[str, int]]) -> None:
    """A range that is read holds exactly the versions that the schema's evaluation calls vulnerable."""
    events = [(kind, f"{number}.0.0") for kind, number in drawn]
    found = semver(*({kind: version} for kind, version in events)).range
    if not isinstance(found, VersionRange):
        return
    for number in range(10):
        for version in (f"{number}.0.0", f"{number}.5.0"):
            assert (version in found) == vulnerable(version, events), (version, events, str(found))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"introduced": "0"}, {"fixed": "1.2.0"}], "vers:npm/<1.2.0"),
        ([{"introduced": "0"}], "vers:npm/*"),
        ([{"introduced": "1.0.0"}, {"last_affected": "1.0.0"}], "vers:npm/1.0.0"),
        (
            [{"fixed": "3.0.0"}, {"introduced": "2.0.0"}, {"introduced": "0"}, {"fixed": "1.0.0"}],
            "<1.0.0|>=2.0.0|<3.0.0",
        ),
        ([{"introduced": "0", "fixed": "1.0.0"}], "vers:npm/<1.0.0"),
        ([{"introduced": "1.0.0"}, {"limit": "*"}], "vers:npm/>=1.0.0"),
        ([{"introduced": "1.0.0"}, {"limit": "2.0.0"}, {"limit": "3.0.0"}], "vers:npm/>=1.0.0|<3.0.0"),
    ],
)
def test_events(events: list[dict[str, object]], expected: str) -> None:
    """Events in any order, several of one object, limits."""
    assert str(semver(*events).range).endswith(expected)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"fixed": "1.0.0"}],
        [{"introduced": "1.0.0"}, {"fixed": "1.0.0"}],
        [{"introduced": "one"}],
        [{"introduced": ""}],
        [{"introduced": "0"}, {"mended": "1.0.0"}],
        [{"introduced": "0"}, {"fixed": None}],
        [{"introduced": "2.0.0"}, {"limit": "1.0.0"}],
    ],
)
def test_events_that_say_nothing_or_too_much(events: list[dict[str, object]]) -> None:
    """No range is made of them; the words stay."""
    found = semver(*events)
    assert isinstance(found.range, UnreadRange)
    assert found.range.text.startswith("SEMVER")


def test_no_name_of_an_event_holds_what_nothing_can_hold() -> None:
    """An event that is not known stays unread in its own words, half a pair of UTF-16 and NUL replaced in them."""
    found = affected(ranges=[{"type": "SEMVER", "events": [{"\ud83d": {"a\0": "1"}}]}])
    assert isinstance(found.range, UnreadRange)
    assert "\ufffd" in found.evidence
    assert found.evidence.encode()


def test_ranges_of_two_orders_are_not_joined() -> None:
    """A package whose ranges are of two schemes is read as far as the first goes, and is not complete."""
    found = affected(
        package={"ecosystem": "PyPI", "name": "p"},
        ranges=[
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0"}]},
            {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]},
        ],
    )
    assert str(found.range) == "vers:pypi/<1.0"
    assert found.unread == ("SEMVER introduced 0, fixed 2.0.0",)


def test_listed_versions_of_a_project_without_ecosystem() -> None:
    """A project's own records (curl's) name no ecosystem: the type of the range gives the order."""
    ranges = [
        {"type": "SEMVER", "events": [{"introduced": "7.1.0"}, {"fixed": "7.2.0"}]},
        {"type": "GIT", "events": []},
    ]
    found = affected(package={"name": "p"}, ranges=ranges, versions=["7.1.0", "7.1.1"])
    assert (str(found.range), found.product, found.complete) == ("vers:semver/>=7.1.0|<7.2.0", "p", True)


def test_a_listing_must_be_one() -> None:
    """A record in the listing's place is refused."""
    with pytest.raises(SourceError, match="not a list of changed records"):
        list(osv.listing(document(b'{"id": "A-1",\n "modified": "2026"}')))


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_records(corpus: Path, folder: str) -> None:
    """Every record of a distributor is read, completely but for the builds of modules; no corrected version is lost."""
    paths = sorted((corpus / "feeds" / folder).rglob("*.json*"))
    assert paths
    for path in paths:
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        record = json.loads(body)
        (found,) = read("osv", document(body))
        assert isinstance(found, Advisory), path.name
        assert found.number == record["id"]
        assert set(record.get("aliases", [])) <= set(found.aliases)
        products = {f"{one['package']['name']} ({one['package']['ecosystem']})" for one in record["affected"]}
        assert {one.product for one in found.affected} == products
        assert all(one.complete or ".module" in str(one.range) for one in found.affected)
        corrected = {event["fixed"] for one in record["affected"] for r in one["ranges"] for event in r["events"][1:]}
        assert {version for one in found.fixed for version in one.versions} == corrected
