"""The site: whole editions only, and nothing of others touched."""

import itertools
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.delivery import site as member
from feedbot.delivery.site import Settings, open_channel
from feedbot.errors import DeliveryError

FIRST = {"index.html": b"one", "2026/0001.html": b"page", "assets/fonts/a.woff2": b"font", "feed.atom": b"<feed/>"}
SECOND = {"index.html": b"two", "2026/0002.html": b"page 2"}


def shown(site: Path) -> dict[str, bytes]:
    """What a reader sees: path → bytes."""
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Where the site will stand."""
    return tmp_path / "www" / "site"


def publish(site: Path, tree: dict[str, bytes]) -> None:
    """Publish through the member."""
    open_channel(Settings(site)).publish(tree)


def test_a_site_is_replaced_as_a_whole(site: Path) -> None:
    """Pages of the old edition that the new one lacks are gone, and the one before is kept for readers inside."""
    publish(site, FIRST)
    assert shown(site) == FIRST
    before = site.resolve()
    publish(site, SECOND)
    assert shown(site) == SECOND
    assert shown(before) == FIRST
    publish(site, {"index.html": b"three"})
    assert not before.exists()


def test_an_edition_is_found_again_by_its_name(site: Path) -> None:
    """By the same name in each version of feedbot, in a folder that is marked as ours."""
    publish(site, {"b.html": b"2", "a.html": b"1"})
    named = sha256(b"".join(sha256(part).digest() for part in (b"a.html", b"1", b"b.html", b"2"))).hexdigest()
    assert site.readlink() == Path(".site.editions") / named[:32]
    assert (site.parent / ".site.editions/.feedbot").is_file()


def test_the_same_tree_again_changes_nothing(site: Path) -> None:
    """Neither the link nor the files are written anew."""
    publish(site, FIRST)
    before = [path.stat(follow_symlinks=False).st_mtime_ns for path in (site, site / "index.html")]
    time.sleep(0.02)  # a file system's clock ticks in milliseconds
    publish(site, FIRST)
    assert [path.stat(follow_symlinks=False).st_mtime_ns for path in (site, site / "index.html")] == before
    assert shown(site) == FIRST


def test_the_link_moves_with_its_folder(site: Path) -> None:
    """A relative link survives a move of the folder around it."""
    publish(site, FIRST)
    moved = site.parent.rename(site.parent.with_name("moved"))
    assert shown(moved / "site") == FIRST


def test_an_empty_folder_is_taken(site: Path) -> None:
    """Operators make the folder before they name it."""
    site.mkdir(parents=True)
    publish(site, FIRST)
    assert shown(site) == FIRST


@pytest.mark.parametrize("kind", ["full", "file", "link", "dangling", "editions", "elsewhere", "unmarked"])
def test_what_we_did_not_make_is_not_touched(site: Path, kind: str) -> None:
    """A folder with files, a file, somebody's link, a folder where our editions would be, or a link that somebody set
    anew beside our editions, or to a folder of that name which is not ours."""
    site.parent.mkdir()
    other = site.parent / "other"
    other.mkdir()
    (other / "mine.html").write_text("mine")
    if kind == "full":
        other.rename(site)
    elif kind == "file":
        site.write_text("mine")
    elif kind == "editions":
        other.rename(site.parent / ".site.editions")
    elif kind == "elsewhere":
        publish(site, FIRST)
        site.unlink()
        site.symlink_to("other")
    elif kind == "unmarked":
        site.symlink_to(".site.editions/mine")
    else:
        site.symlink_to("other" if kind == "link" else "nowhere")
    before = {str(path): path.lstat().st_mtime_ns for path in site.parent.rglob("*")}
    with pytest.raises(DeliveryError, match="did not make") as caught:
        publish(site, FIRST)
    assert caught.value.permanent
    assert {str(path): path.lstat().st_mtime_ns for path in site.parent.rglob("*")} == before


@pytest.mark.parametrize("path", ["", "{folder}/page", "../out.html", "a/../../b", "a//b", "a/", "./a", "a\0b"])
def test_a_path_that_leads_out_is_refused(site: Path, path: str) -> None:
    """Nothing is written, not even the good pages. An absolute path is one of the test's own, should it be written."""
    with pytest.raises(DeliveryError, match="no path for a page") as caught:
        publish(site, {"index.html": b"x", path.format(folder=site.parent): b"x"})
    assert caught.value.permanent
    assert not site.exists()


@pytest.mark.parametrize("call", range(1, 15))
def test_a_failure_at_any_step_leaves_the_old_site(site: Path, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The n-th write, sync, rename or link fails: a whole edition is shown, and the next try succeeds."""
    publish(site, FIRST)
    calls = itertools.count(1)

    def failing(real: Any) -> Any:
        def step(*arguments: Any, **named: Any) -> Any:
            if next(calls) == call:
                raise OSError(28, "No space left on device")
            return real(*arguments, **named)

        return step

    failures = []
    with monkeypatch.context() as patch:
        for owner, name in (
            (member, "write"),
            (member, "sync"),
            (Path, "rename"),
            (Path, "symlink_to"),
            (Path, "mkdir"),
        ):
            patch.setattr(owner, name, failing(getattr(owner, name)))
        try:
            publish(site, SECOND)
        except DeliveryError as error:
            failures.append((str(error).partition(": ")[2], error.permanent))
    steps = next(calls) - 1
    assert failures == ([("the site cannot be written: No space left on device", False)] if call <= steps else [])
    assert shown(site) in ((FIRST, SECOND) if failures else (SECOND,))
    publish(site, SECOND)
    assert shown(site) == SECOND


def test_a_failure_without_words_of_the_system_is_told_in_its_own(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every error of a disk has a number."""

    def fails(file: Path, content: bytes) -> None:
        raise OSError("odd")

    monkeypatch.setattr(member, "write", fails)
    with pytest.raises(DeliveryError, match="the site cannot be written: odd"):
        publish(site, FIRST)


def test_a_page_and_a_folder_of_one_name_is_an_error(site: Path) -> None:
    """A tree that no disk can hold leaves the old site."""
    publish(site, FIRST)
    with pytest.raises(DeliveryError):
        publish(site, {"a": b"x", "a/b": b"y"})
    assert shown(site) == FIRST


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
)


@settings(max_examples=40)
@given(trees=st.lists(st.dictionaries(NAMES, st.binary(max_size=20), max_size=4), max_size=4))
def test_whatever_is_published_is_what_is_shown(tmp_path_factory: pytest.TempPathFactory, trees: Any) -> None:
    """One tree after another: always exactly the last."""
    site = tmp_path_factory.mktemp("s") / "site"
    for tree in trees:
        publish(site, tree)
        assert shown(site) == tree
