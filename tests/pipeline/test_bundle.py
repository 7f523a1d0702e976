"""Offline bundles: what went out comes in elsewhere, once; and nothing that a pinned key did not sign."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from feedbot.advisory import Trust
from feedbot.errors import BundleError, ConfigError
from feedbot.fetch import Document
from feedbot.pipeline import Edges, bundle
from feedbot.pipeline._vouchers import places
from feedbot.pipeline.collect import collect
from feedbot.signature import Signer, verify_file
from feedbot.store import advisories, audit, documents, reading
from tests.fakes import START, World, once, world
from tests.pipeline import publisher
from tests.pipeline.conftest import pages, wired
from tests.providerkey import KeyHome, key_home

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyHome]:
    """A real GnuPG home with the key of the feedbot that exports, and a stranger's."""
    with key_home() as home:
        home.key("operator")
        home.key("stranger")
        yield home


def trading(edges: Edges, keys: KeyHome, who: str = "operator") -> Edges:
    """Let these edges sign as somebody, and take in what the operator signed."""
    signer = Signer(keys.home, keys.fingerprints(who)[0])
    ring, pins = keys.keyring(), (keys.fingerprints("operator")[0],)
    return replace(
        edges,
        sign_bundle=signer.clear,
        check_bundle=lambda data: verify_file(data, keyring=ring, pins=pins, now=START.replace(year=2100)),
    )


@pytest.fixture
def outside(tmp_path: Path, keys: KeyHome) -> Edges:
    """A feedbot that has collected the demo's publishers."""
    folder = tmp_path / "outside"
    folder.mkdir()
    made = world(folder)
    made.pages |= pages("www")
    edges = trading(wired(made), keys)

    def collected() -> None:
        for source in edges.sources.values():
            collect(edges, source)

    once(made, "collected", collected)
    return edges


@pytest.fixture
def inside(tmp_path: Path, keys: KeyHome) -> Edges:
    """A feedbot of the same configuration that reaches nothing."""
    folder = tmp_path / "inside"
    folder.mkdir()
    return trading(wired(world(folder)), keys)


def exported(outside: Edges, tmp_path: Path) -> Path:
    """Return a bundle of everything."""
    path = tmp_path / "out.bundle"
    bundle.export(outside, path, outside.sources.values(), None, "tester")
    return path


def state(edges: Edges) -> dict[tuple[str, str], tuple[str, Trust]]:
    """Return what is current: digest and trust by source and number."""
    with reading(edges.database) as tx:
        return {
            (one.advisory.source, one.advisory.number): (one.digest, one.advisory.trust)
            for one in advisories.listing(tx, 1000)
        }


def verbs(edges: Edges) -> list[str]:
    """Return what the audit log tells of bundles."""
    with reading(edges.database) as tx:
        return [one.verb for one in audit.entries(tx) if one.verb.startswith("bundle")]


def test_there(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """Inside stands what stands outside, signed texts as signed; a second import changes nothing; both are audited."""
    path = exported(outside, tmp_path)
    first = bundle.take_in(inside, path, "tester")
    assert state(inside) == state(outside) != {}
    assert Trust.SIGNED in {trust for _, trust in state(inside).values()}
    assert [one.error for one in first.reports] == [None] * len(first.reports)
    second = bundle.take_in(inside, path, "tester")
    assert second.known > 0
    assert [(one.new, one.changed) for one in second.reports] == [([], [])] * len(second.reports)
    assert state(inside) == state(outside)
    assert (verbs(outside), verbs(inside)) == (["bundle-export"], ["bundle-import"] * 2)


def test_forged_publisher(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """What outside was held for its signature is held inside as well: the bundle's key does not speak for it."""
    report = next(
        one for one in bundle.take_in(inside, exported(outside, tmp_path), "tester").reports if one.source == "csirt_a"
    )
    assert len(report.held) == 1


def test_vouchers(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """The signature kept beside a document goes with it, and is kept inside before it is read, once."""
    with outside.database.begin() as tx:
        kept = documents.fruitful(tx, "jvn")[0]
        place = places(kept.url, kept.sha256)[-1]
        documents.save(tx, "jvn", Document(place, b"a signature", START, "text/plain"))
    path = exported(outside, tmp_path)
    for known in (0, 1):
        found = bundle.take_in(inside, path, "tester")
        assert (found.known > 0) is bool(known)
        with reading(inside.database) as tx:
            beside = documents.at(tx, "jvn", place)
        assert beside is not None
        assert beside.body == b"a signature"


def test_since_and_sources(outside: Edges, tmp_path: Path) -> None:
    """Only what was fetched since the day, and only of the sources named."""
    path = tmp_path / "none.bundle"
    later = START.replace(year=2027)
    assert bundle.export(outside, path, outside.sources.values(), later, "tester").documents == {}
    few = bundle.export(outside, tmp_path / "few.bundle", [outside.sources["jvn"]], None, "tester")
    assert set(few.documents) == {"jvn"}


def test_unconfigured(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """Documents of a source that is not configured here are counted and left; the import is not whole."""
    path = exported(outside, tmp_path)
    found = bundle.take_in(replace(inside, sources={"jvn": inside.sources["jvn"]}), path, "tester")
    assert set(found.strangers) == {"csirt_a", "jvn_ipedia"}
    assert not found.whole
    assert {source for source, _ in state(inside)} == {"jvn"}


def test_no_overwriting(outside: Edges, tmp_path: Path) -> None:
    """A file that exists is not replaced; nothing half-made stays beside it; without a key nothing is written."""
    path = exported(outside, tmp_path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"exists|すでに"):
        bundle.export(outside, path, (), None, "tester")
    with pytest.raises(ConfigError):
        bundle.export(replace(outside, sign_bundle=None), tmp_path / "b", (), None, "tester")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [path.name]


def edited_document(entries: dict[str, bytes]) -> None:
    """Change a word of a document."""
    name = next(one for one in entries if one.startswith("documents/"))
    entries[name] = entries[name].replace(b"a", b"b", 1)


def edited_with_its_digest(entries: dict[str, bytes]) -> None:
    """Change a document, and the manifest to fit it."""
    name = next(one for one in entries if one.startswith("documents/"))
    body = entries.pop(name) + b" "
    entries[f"documents/{sha256(body).hexdigest()}"] = body
    rows = json.loads(entries["manifest.json"])
    for row in rows:
        if name.endswith(row["sha256"]):
            row.update(sha256=sha256(body).hexdigest(), size=len(body))
    entries["manifest.json"] = json.dumps(rows).encode()


def edited_address(entries: dict[str, bytes]) -> None:
    """Let a document come from elsewhere."""
    entries["manifest.json"] = entries["manifest.json"].replace(b"csirt-a.example", b"csirt-b.example")


def unsigned(entries: dict[str, bytes]) -> None:
    """Leave the words of the statement without signature."""
    text = entries["statement.asc"].decode()
    entries["statement.asc"] = text[text.index("feedbot bundle") : text.index("-----BEGIN PGP SIGNATURE")].encode()


def statement_edited(entries: dict[str, bytes]) -> None:
    """Change the signed words."""
    entries["statement.asc"] = entries["statement.asc"].replace(b"manifest-bytes ", b"manifest-bytes 1")


def traversal(entries: dict[str, bytes]) -> None:
    """Add a name that leads out of a folder."""
    entries["../../etc/cron.d/x"] = b"x"


def absolute(entries: dict[str, bytes]) -> None:
    """Add an absolute name."""
    entries["/tmp/x"] = b"x"  # nothing is written there: that is the point


def document_missing(entries: dict[str, bytes]) -> None:
    """Take one document out."""
    del entries[next(one for one in entries if one.startswith("documents/"))]


def document_more(entries: dict[str, bytes]) -> None:
    """Slip in a document that nobody signed."""
    entries[f"documents/{sha256(b'x').hexdigest()}"] = b"x"


def no_manifest(entries: dict[str, bytes]) -> None:
    """Take the manifest out."""
    del entries["manifest.json"]


def bomb(entries: dict[str, bytes]) -> None:
    """Put 64 MB of nothing, which deflate to 64 kB, in a document's place."""
    entries[next(one for one in entries if one.startswith("documents/"))] = bytes(64 << 20)


@pytest.mark.parametrize(
    "change",
    [
        edited_document,
        edited_with_its_digest,
        edited_address,
        unsigned,
        statement_edited,
        traversal,
        absolute,
        document_missing,
        document_more,
        no_manifest,
        bomb,
    ],
)
def test_refused(outside: Edges, inside: Edges, tmp_path: Path, change: Change) -> None:
    """Whatever is changed in a bundle, nothing of it is taken in."""
    path = exported(outside, tmp_path)
    with zipfile.ZipFile(path) as file:
        entries = {one: file.read(one) for one in file.namelist()}
    change(entries)
    forged = tmp_path / "forged.bundle"
    with zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in entries.items():
            file.writestr(name, body)
    nothing_comes_of(inside, forged)


def nothing_comes_of(inside: Edges, path: Path) -> None:
    """Hold that an import is refused and leaves nothing."""
    with pytest.raises(BundleError):
        bundle.take_in(inside, path, "tester")
    assert (state(inside), verbs(inside)) == ({}, [])


def test_stranger(outside: Edges, inside: Edges, keys: KeyHome, tmp_path: Path) -> None:
    """A bundle that is whole, signed with a key that is known and not pinned, is refused; so is one of no known key."""
    path = tmp_path / "stranger.bundle"
    bundle.export(trading(outside, keys, "stranger"), path, outside.sources.values(), None, "tester")
    nothing_comes_of(inside, path)
    ring = keys.keyring(keys.fingerprints("operator")[0])
    alone = replace(
        inside,
        check_bundle=lambda data: verify_file(data, keyring=ring, pins=(keys.fingerprints("operator")[0],), now=START),
    )
    nothing_comes_of(alone, path)


@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.9, -1])
def test_truncated(outside: Edges, inside: Edges, tmp_path: Path, kept: float) -> None:
    """A bundle cut anywhere is refused as a whole."""
    path = exported(outside, tmp_path)
    body = path.read_bytes()
    cut = tmp_path / "cut.bundle"
    cut.write_bytes(body[: int(kept * len(body)) if 0 < kept < 1 else int(kept)])
    nothing_comes_of(inside, cut)


def test_any_byte(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """One bit turned anywhere in the file: it is refused, or what comes in is what was signed."""
    body = exported(outside, tmp_path).read_bytes()
    expected = state(outside)
    turned = tmp_path / "turned.bundle"
    for place in range(0, len(body), max(1, len(body) // 40)):
        turned.write_bytes(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
        try:
            bundle.take_in(inside, turned, "tester")
        except BundleError:
            continue
        assert state(inside) == expected


def test_no_pins(outside: Edges, inside: Edges, tmp_path: Path) -> None:
    """Without pinned keys nothing is taken in, and it is said what to configure."""
    path = exported(outside, tmp_path)
    with pytest.raises(ConfigError, match=r"bundle\.pins"):
        bundle.take_in(replace(inside, check_bundle=None), path, "tester")
    assert state(inside) == {}


def test_a_directory_that_is_too_long_is_not_read(
    outside: Edges, tmp_path: Path, inside: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be in memory, entry by entry, before any signature was looked at."""
    path = exported(outside, tmp_path)
    monkeypatch.setattr("feedbot.pipeline._container.MAX_DIRECTORY", 300)
    with pytest.raises(BundleError, match="no bundle, or a damaged one"):
        bundle.take_in(inside, path, "tester")


def test_an_older_bundle_replaces_nothing_that_was_fetched_later(
    stage: World, tmp_path: Path, keys: KeyHome, inside: Edges
) -> None:
    """Two bundles, taken in in the wrong order: of an advisory without dates the later text stays current."""
    read = publisher.source(stage)
    outside = trading(publisher.wired(stage, read), keys)
    paths = []
    for words in ("older", "newer"):
        publisher.put(stage, f"number: B-1\nsummary: {words}")
        collect(outside, read)
        paths.append(tmp_path / words)
        bundle.export(outside, paths[-1], [read], stage.now, "tester")
        stage.now += timedelta(hours=1)
    here = replace(inside, sources={read.name: read})
    for path in reversed(paths):
        bundle.take_in(here, path, "tester")
    with reading(here.database) as tx:
        now = advisories.current(tx, read.name, "B-1")
    assert now is not None
    assert now.summary == "newer"
