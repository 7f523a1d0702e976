"""The Debian security tracker: each status, and records of a shape that nobody knows."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Quarantined
from feedbot.distro import Statement, StatementStatus, debian_tracker
from feedbot.errors import SourceError

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FILES = ("vunnel/debian.json", "vulnerablecode/debian.json", "tracker-api/advisory.json")


def one(**release: object) -> list[Statement | Quarantined]:
    """Read a tracker of one release of one made-up package."""
    body = {"libfoo": {"CVE-2026-0001": {"scope": "remote", "releases": {"bookworm": release}}}}
    return list(debian_tracker.read(json.dumps(body).encode(), "debian.json", NOON))


@pytest.mark.parametrize(
    ("release", "status", "fixed"),
    [
        ({"status": "resolved", "fixed_version": "1.2-3+deb12u1"}, "fixed", "1.2-3+deb12u1"),
        ({"status": "resolved", "fixed_version": "0"}, "not_affected", ""),
        ({"status": "resolved", "fixed_version": "1.2-3", "urgency": "unimportant"}, "not_affected", ""),
        ({"status": "open", "urgency": "unimportant"}, "not_affected", ""),
        ({"status": "open", "urgency": "end-of-life"}, "end_of_life", ""),
        ({"status": "open", "urgency": "not yet assigned"}, "open", ""),
        ({"status": "open"}, "open", ""),
        ({"status": "undetermined"}, "undetermined", ""),
    ],
)
def test_each_status(release: dict[str, str], status: str, fixed: str) -> None:
    """What the tracker says is kept with release, package, CVE and the age of the data."""
    (made,) = one(**release)
    assert isinstance(made, Statement)
    assert (made.distro, made.package, made.cve) == ("debian:12", "libfoo", "CVE-2026-0001")
    assert (made.status, made.fixed_version, made.as_of) == (StatementStatus(status), fixed, NOON)
    assert "bookworm" in made.evidence


@pytest.mark.parametrize(
    "release",
    [{}, {"status": "resolved"}, {"status": "gone"}, {"status": 1}, {"status": "resolved", "fixed_version": 7}],
)
def test_an_unknown_shape_is_set_aside(release: dict[str, object]) -> None:
    """A record that cannot be read is kept with its place and bytes, and the rest is read."""
    (made,) = one(**release)
    assert isinstance(made, Quarantined)
    assert made.where == "libfoo CVE-2026-0001 bookworm"
    assert json.loads(made.raw) == release


def test_the_rest_is_read() -> None:
    """One broken package does not stop the next."""
    body = {
        "a": 1,
        "b": {"CVE-1": []},
        "c": {"CVE-2": {"releases": []}},
        "d": {"CVE-3": {"releases": {"sid": {"status": "open"}}}},
    }
    made = list(debian_tracker.read(json.dumps(body).encode(), "debian.json"))
    assert [type(entry) for entry in made] == [Quarantined, Quarantined, Statement]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"<html>", b"\xff\xfe", b"[" * 200_000, b"9" * 9_000])
def test_what_is_no_tracker(body: bytes) -> None:
    """A file that is something else, cut, or nested without end is one SourceError."""
    with pytest.raises(SourceError):
        list(debian_tracker.read(body, "debian.json"))


def test_the_corpus(corpus: Path) -> None:
    """Every real tracker file is read whole."""
    folder = corpus / "feeds" / "debian"
    made = [entry for file in FILES for entry in debian_tracker.read((folder / file).read_bytes(), file)]
    assert Counter(entry.status if isinstance(entry, Statement) else "quarantined" for entry in made) == {
        "fixed": 31,
        "not_affected": 8,
        "open": 10,
        "end_of_life": 2,
    }


def test_the_tracker_agrees_with_the_advisory(corpus: Path) -> None:
    """DSA-5970-1, read from Debian's own list, names the version that the tracker calls fixed."""
    folder = corpus / "feeds" / "debian" / "vunnel"
    announced = (folder / "DSA").read_text(encoding="utf-8").partition("DSA-5970-1")[2]
    version = announced.partition("[bookworm] - sope ")[2].split()[0]
    said = debian_tracker.read((folder / "debian.json").read_bytes(), "debian.json")
    fixed = {
        entry.distro: entry.fixed_version for entry in said if isinstance(entry, Statement) and entry.package == "sope"
    }
    assert fixed["debian:12"] == version


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.sampled_from(["open", "resolved", "0", "sid"])),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.dictionaries(st.sampled_from(["releases", "status", "fixed_version", "sid", "x"]), inner, max_size=3),
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(document: object) -> None:
    """Whatever JSON comes, the outcome is statements, records set aside, or a SourceError."""
    try:
        made = list(debian_tracker.read(json.dumps(document).encode(), "debian.json"))
    except SourceError:
        return
    assert all(isinstance(entry, Statement | Quarantined) for entry in made)
