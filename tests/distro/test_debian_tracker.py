"""The Debian security tracker: each status, and records of a shape that nobody knows."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Quarantined
from feedbot.distro import Silent, Statement, StatementStatus, debian_tracker
from feedbot.errors import SourceError
from tests.distro.reading import read, statements

FILES = ("vunnel/debian.json", "vulnerablecode/debian.json", "tracker-api/advisory.json")


def one(**release: object) -> list[Statement | Quarantined | Silent]:
    """Read a tracker of one release of one made-up package."""
    body = {"libfoo": {"CVE-2026-0001": {"scope": "remote", "releases": {"bookworm": release}}}}
    return read(debian_tracker, json.dumps(body).encode())


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
    """What the tracker says is kept with release, package and CVE."""
    (made,) = one(**release)
    assert isinstance(made, Statement)
    assert (made.distro, made.package, made.cve) == ("debian:12", "libfoo", "CVE-2026-0001")
    assert (made.status, made.fixed_version) == (StatementStatus(status), fixed)
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
        "b": {"CVE-2026-0001": []},
        "c": {"CVE-2026-0002": {"releases": []}},
        "d": {"CVE-2026-0003": {"releases": {"sid": {"status": "open"}}}},
    }
    made = read(debian_tracker, json.dumps(body).encode())
    assert [type(entry) for entry in made] == [Quarantined, Quarantined, Silent, Statement]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"<html>", b"\xff\xfe", b"[" * 200_000, b"9" * 9_000])
def test_what_is_no_tracker(body: bytes) -> None:
    """A file that is something else, cut, or nested without end is one SourceError."""
    with pytest.raises(SourceError):
        read(debian_tracker, body)


def test_the_corpus(corpus: Path) -> None:
    """Every real tracker file is read whole."""
    folder = corpus / "feeds" / "debian"
    made = [entry for file in FILES for entry in read(debian_tracker, (folder / file).read_bytes(), file)]
    assert Counter(entry.status if isinstance(entry, Statement) else type(entry).__name__ for entry in made) == {
        "fixed": 29,
        "not_affected": 6,
        "open": 10,
        "end_of_life": 2,
        "Silent": 5,
    }


def test_the_tracker_agrees_with_the_advisory(corpus: Path) -> None:
    """DSA-5970-1, read from Debian's own list, names the version that the tracker calls fixed."""
    folder = corpus / "feeds" / "debian" / "vunnel"
    announced = (folder / "DSA").read_text(encoding="utf-8").partition("DSA-5970-1")[2]
    version = announced.partition("[bookworm] - sope ")[2].split()[0]
    said = statements(debian_tracker, (folder / "debian.json").read_bytes())
    fixed = {entry.distro: entry.fixed_version for entry in said if entry.package == "sope"}
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
        made = read(debian_tracker, json.dumps(document).encode())
    except SourceError:
        return
    assert all(isinstance(entry, Statement | Quarantined | Silent) for entry in made)
