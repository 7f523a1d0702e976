"""feedbot beside debsecan on one small Debian host: the same words, the same installed packages, the same findings."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import _distro_truth as truths
from bench import _peers_data as data
from bench import peers
from feedbot.pipeline import Edges
from feedbot.pipeline.findings import findings
from feedbot.pipeline.packages import import_packages
from tests.conftest import need_program

HOST = "bookworm-small"


def said(status: str, urgency: str = "not yet assigned", **more: str) -> dict[str, object]:
    """Make an entry of the tracker's table."""
    return {"releases": {"bookworm": {"status": status, "urgency": urgency, **more}}}


TABLE = {
    "curl": {
        "CVE-2026-0001": said("resolved", fixed_version="7.88.1-10+deb12u5"),
        "CVE-2026-0002": said("open"),
        "CVE-2026-0003": said("open", "unimportant"),
        "CVE-2026-0004": said("open", "end-of-life"),
        "CVE-2026-0005": said("resolved", fixed_version="0"),
    },
    "bind9": {"CVE-2026-0006": said("resolved", fixed_version="1:9.18.24-1")},
    "linux": {"CVE-2026-0007": said("resolved", fixed_version="6.1.76-1"), "CVE-2026-0008": said("open")},
    "glibc": {"CVE-2026-0009": said("resolved", fixed_version="2.36-9+deb12u4")},
}
INSTALLED = (
    data.Package("base-files", "12.4+deb12u5", "base-files", "12.4+deb12u5"),
    data.Package("curl", "7.88.1-10+deb12u4", "curl", "7.88.1-10+deb12u4"),
    data.Package("libcurl4", "7.88.1-10+deb12u5", "curl", "7.88.1-10+deb12u5"),
    data.Package("libcurl3-gnutls", "7.88.1-10+deb12u5~", "curl", "7.88.1-10+deb12u5~"),
    data.Package("bind9", "1:9.18.19-1~deb12u1", "bind9", "1:9.18.19-1~deb12u1", "hold ok installed"),
    data.Package("bind9-dnsutils", "1:9.18.24-1+b1", "bind9", "1:9.18.24-1"),
    data.Package("bind9-libs", "1:9.18.19-1", "bind9", "1:9.18.19-1", "deinstall ok config-files"),
    data.Package("linux-libc-dev", "6.1.69-1", "linux", "6.1.69-1"),
    data.Package("libc6", "2.36-9+deb12u4", "glibc", "2.36-9+deb12u4"),
    data.Package("glibc", "1-1", "other", "1-1"),
)
FOUND = {
    ("curl", "CVE-2026-0001"),
    ("libcurl3-gnutls", "CVE-2026-0001"),
    ("curl", "CVE-2026-0002"),
    ("libcurl4", "CVE-2026-0002"),
    ("libcurl3-gnutls", "CVE-2026-0002"),
    ("bind9", "CVE-2026-0006"),
    ("linux-libc-dev", "CVE-2026-0007"),
    ("linux-libc-dev", "CVE-2026-0008"),
}


@pytest.fixture
def stage(tmp_path: Path) -> peers.Stage:
    """The host and the words, as the peers read them."""
    hosts = {HOST: "".join(one.paragraph() for one in INSTALLED)}
    return peers.prepare(tmp_path, {"table.json": json.dumps(TABLE)}, list[truths.Truth](), hosts)


@pytest.fixture
def edges(stage: peers.Stage) -> Iterator[Edges]:
    """feedbot with the same words and the host's packages, read by itself."""
    made = peers.feedbot(stage, {"table.json": json.dumps(TABLE)}, {})
    import_packages(made, [stage.file(HOST)], "tester")
    yield made
    made.database.dispose()


def test_what_is_affected_on_a_debian_host(edges: Edges) -> None:
    """One before the fix, the fix, another binary of the source, a package on hold, one that is removed, an epoch."""
    [(_, given)] = findings(edges, [HOST])
    assert peers.affected(given) == FOUND


def test_debsecan_finds_the_same(stage: peers.Stage, edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a set of packages and CVEs the findings are debsecan's, read from a feed made of the same words."""
    monkeypatch.setenv("FEEDBOT_DEBSECAN", os.environ.get("FEEDBOT_DEBSECAN") or need_program("debsecan", "debsecan"))
    [(_, given)] = findings(edges, [HOST])
    assert peers.of_debsecan(stage, HOST) == peers.affected(given)
