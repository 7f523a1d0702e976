"""Hosts that are asked for their lists, and lists that arrive in a folder: what fails stops nothing else."""

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import InventoryError
from feedbot.fetch.spool import Spool
from feedbot.pipeline import Edges, PullGroup
from feedbot.pipeline.pull import hosts_of, pull, take_spool
from feedbot.pipeline.rounds import pull_group, take_lists
from feedbot.store import hosts, inventory, reading
from tests.fakes import World
from tests.pipeline.conftest import DATA, import_fleet

LISTS = DATA / "inventory"


@pytest.fixture
def fleet(edges: Edges) -> Edges:
    """The demo's fleet, taken in."""
    import_fleet(edges)
    return edges


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., PullGroup]:
    """A group whose command is a script that gets the host as its only word."""

    def made(script: str, *names: str, **more: object) -> PullGroup:
        path = tmp_path / "ask"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return replace(
            PullGroup("g", (str(path), "{host}"), names, deadline=timedelta(seconds=30)),
            **more,  # type: ignore[arg-type]
        )

    return made


def state(edges: Edges) -> dict[str, hosts.Pull]:
    """Return how asking went, by name."""
    with reading(edges.database) as tx:
        return {one.name: one for one in hosts.pulls(tx)}


def count(edges: Edges, server: str) -> int:
    """Return how many packages are kept of a server."""
    with reading(edges.database) as tx:
        return len(inventory.packages(tx, server))


def test_a_group_is_asked(fleet: Edges, stage: World, ask: Callable[..., PullGroup]) -> None:
    """Every host's answer is its list as of now; the second round finds them as before, and confirms them."""
    group = ask(f'cat "{LISTS}/$1.dpkg"', "vps101", "VPS103")
    stage.now += timedelta(days=2)
    assert pull(fleet, group, "tester").taken == ["vps101", "vps103"]
    with reading(fleet.database) as tx:
        assert set(inventory.taken(tx, ["vps101", "vps103"]).values()) == {stage.now}
    stage.now += timedelta(days=1)
    pull_group(fleet, group, lambda: False)
    with reading(fleet.database) as tx:
        assert inventory.taken(tx, ["vps101"]) == {"vps101": stage.now}
    assert state(fleet)["vps101"].answered_at == stage.now


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 0", "empty"),
        ("echo 'Permission denied' >&2; exit 255", "Permission denied"),
        (f'printf "# server: vps103\\n"; tail -n +2 "{LISTS}/vps101.dpkg"', "speaks of vps103"),
        (f'head -c 200 "{LISTS}/vps101.dpkg"', "ends in the middle of a line"),
        (f'head -n 4 "{LISTS}/vps101.dpkg"', "fall from"),
        ("echo nothing like a list", "not recognised"),
        ("head -c 3000 /dev/zero", "more than 2048 bytes"),
    ],
)
def test_a_host_that_fails_keeps_its_list(
    fleet: Edges, stage: World, ask: Callable[..., PullGroup], script: str, reason: str
) -> None:
    """No answer, half of one, another server's or a broken one: the others go in, and the failure has an age."""
    before = count(fleet, "vps101")
    other = f'test "$1" = vps101 || exec cat "{LISTS}/$1.dpkg"'
    group = ask(f"{other}\n{script}", "vps101", "vps103", most=2048)
    first = stage.now
    report = pull(fleet, group, "tester")
    assert report.taken == ["vps103"]
    assert reason in report.failed["vps101"]
    assert count(fleet, "vps101") == before
    stage.now += timedelta(hours=5)
    pull(fleet, group, "tester", {"vps101"})
    failed = state(fleet)["vps101"]
    assert (failed.failing_since, failed.tried_at, failed.answered_at) == (first, stage.now, None)
    pull(fleet, ask(f'cat "{LISTS}/$1.dpkg"', "vps101"), "tester")
    assert (state(fleet)["vps101"].failure, state(fleet)["vps101"].failing_since) == ("", None)


def test_a_host_without_a_contract_is_told(fleet: Edges, ask: Callable[..., PullGroup]) -> None:
    """Its answer is refused, the others' go in."""
    report = pull(fleet, ask(f'tail -n +2 "{LISTS}/vps101.dpkg"', "vps101", "stranger"), "tester")
    assert report.taken == ["vps101"]
    assert "no contract" in report.failed["stranger"]


def test_a_list_that_names_nobody_is_the_host_s(fleet: Edges, ask: Callable[..., PullGroup]) -> None:
    """A form whose file tells no server is taken for the one that was asked."""
    before = count(fleet, "vps101")
    row = {"name": "nginx", "version": "1.24.0-1", "source": "", "arch": "amd64", "status": "install ok installed"}
    text = json.dumps([row | {"maintainer": "A", "admindir": "/var/lib/dpkg"}])
    report = pull(fleet, ask(f"echo '{text}'", "vps101"), "tester", fewer=True)
    assert (report.failed, before > 1, count(fleet, "vps101")) == ({}, True, 1)


@pytest.mark.parametrize("name", ["-oProxyCommand=x", "a;b", "a b", "$(id)", "../x", "a\u00e9", "", "x" * 300])
def test_what_is_no_host_is_never_asked(tmp_path: Path, name: str) -> None:
    """Nothing that a program takes for an option, or a remote shell for a command, becomes a word of it."""
    path = tmp_path / "hosts.txt"
    path.write_text(f"# hosts\nweb01\n{name}\n", encoding="utf-8")
    group = PullGroup("g", ("true", "{host}"), hosts_file=path)
    if not name:
        assert hosts_of(group) == ("web01",)
        return
    with pytest.raises(InventoryError, match="not the name of a host"):
        hosts_of(group)


def drop(folder: Path, name: str, body: bytes) -> Path:
    """Put a file into the folder, a minute old."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (1, 1))
    return path


def test_lists_arrive_in_a_folder(fleet: Edges, stage: World, tmp_path: Path) -> None:
    """What can be read goes in and lies in done/; what cannot lies in failed/, with why and since when."""
    folder = tmp_path / "lists"
    edges = replace(fleet, inventory_spool=Spool(folder))
    whole = (LISTS / "vps101.dpkg").read_bytes()
    drop(folder, "vps101.dpkg", whole)
    drop(folder, "vps103.dpkg", whole.replace(b"vps101", b"vps103")[:150])
    drop(folder, "stranger.dpkg", whole.replace(b"vps101", b"stranger"))
    drop(folder, "half.dpkg.part", whole)
    before = count(fleet, "vps103")
    stage.now += timedelta(days=1)
    report = take_spool(edges, "tester")
    assert report.taken == ["vps101.dpkg"]
    assert set(report.failed) == {"vps103.dpkg", "stranger.dpkg"}
    assert count(fleet, "vps103") == before
    assert [one.name for one in (folder / "done").iterdir()] == ["vps101.dpkg"]
    assert {one.name for one in (folder / "failed").iterdir()} == {"vps103.dpkg", "stranger.dpkg"}
    assert (folder / "half.dpkg.part").exists()
    assert state(fleet)["stranger.dpkg"].failing_since == stage.now
    take_lists(edges, lambda: False)
    assert take_spool(fleet, "tester").taken == []
