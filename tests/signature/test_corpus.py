"""Real signed texts: every file of the corpus through the entrance it would come by."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Verdict
from feedbot.signature import (
    Keyring,
    UnsignedText,
    VerifiedText,
    judge_for,
    verify_detached,
    verify_file,
    verify_inside,
)
from tests.conftest import need_program
from tests.signature.make_cases import NOW

MODERN = {"SHA224", "SHA256", "SHA384", "SHA512"}
AROUND = {"text-before", "text-after", "signed-blocks-2", "signatures-2"}


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the manifest, with what came of it."""

    name: str
    kind: str
    expected: str
    digests: frozenset[str]
    features: frozenset[str]
    exit: int
    signed_at: tuple[datetime, ...]
    data: bytes
    signs: bytes | None
    folder: str

    @property
    def must_verify(self) -> bool:
        """GOODSIG with a modern digest, one signature, nothing around the block."""
        clean = not self.features & AROUND and self.exit == 0
        return self.expected == "GOODSIG" and self.digests <= MODERN and clean


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    """Read the manifest."""
    need_program("gpg", "gpg")
    need_program("gpgv", "gpgv")
    return list(_read(corpus))


def _read(corpus: Path) -> Iterator[Row]:
    for line in (corpus / "pgp" / "manifest.jsonl").read_text().splitlines():
        item = json.loads(line)
        if item["kind"] == "public-key":
            continue
        yield Row(
            name=item["path"].removeprefix("pgp/"),
            kind=item["kind"],
            expected=item["expected"],
            digests=frozenset(item["digest"]),
            features=frozenset(item["features"]),
            exit=item["gpg_exit"],
            signed_at=tuple(map(datetime.fromisoformat, item["signed_at"])) if item["digest"] else (),
            data=(corpus / item["path"]).read_bytes(),
            signs=(corpus / item["signs"]).read_bytes() if item.get("signs") else None,
            folder=item["path"].split("/")[1].replace("derived", "freebsd"),
        )


@pytest.fixture(scope="module")
def rings(corpus: Path, rows: list[Row]) -> dict[str, Keyring]:
    """Merge every snapshot of each publisher's keys."""
    folders = {row.folder for row in rows}
    return {folder: Keyring.load(sorted((corpus / "pgp" / folder / "keys").iterdir())) for folder in folders}


def judge(row: Row, ring: Keyring, at: datetime | None = None, inside: bool = False) -> VerifiedText | UnsignedText:
    """Judge with every primary key pinned."""
    pins = tuple(key.fingerprint for key in ring.primaries)
    if row.signs is not None:
        return verify_detached(row.signs, row.data, keyring=ring, pins=pins, now=NOW, at=at)
    entrance = verify_inside if inside else verify_file
    return entrance(row.data, keyring=ring, pins=pins, now=NOW, at=at)


@pytest.fixture(scope="module")
def found(rows: list[Row], rings: dict[str, Keyring]) -> dict[str, VerifiedText | UnsignedText]:
    """Judge every file once."""
    return {row.name: judge(row, rings[row.folder]) for row in rows}


def test_nothing_false_is_accepted(rows: list[Row], found: dict[str, VerifiedText | UnsignedText]) -> None:
    """Only what gpg calls GOODSIG is verified."""
    verified = [row for row in rows if isinstance(found[row.name], VerifiedText)]
    assert {row.expected for row in verified} == {"GOODSIG"}
    assert all(row.digests <= MODERN for row in verified)


def test_nothing_honest_is_lost(rows: list[Row], found: dict[str, VerifiedText | UnsignedText]) -> None:
    """Every clean, modern GOODSIG is verified; a file without its END line is not whole and the one exception."""
    lost = {row.name for row in rows if row.must_verify and not isinstance(found[row.name], VerifiedText)}
    assert lost == {"derived/freebsd-sa-23-07.no-end-line.asc"}
    assert sum(row.must_verify for row in rows) == 56


def test_table_of_verdicts(rows: list[Row], found: dict[str, VerifiedText | UnsignedText]) -> None:
    """Verdict by gpg's word; each pair that does not say the same is explained beside it."""
    table = Counter((row.expected, found[row.name].signature.verdict) for row in rows)
    assert table == {
        ("GOODSIG", Verdict.VERIFIED): 55,
        ("GOODSIG", Verdict.LEGACY_UNVERIFIABLE): 10,  # SHA-1
        ("GOODSIG", Verdict.MALFORMED): 6,  # text around the block (3), two blocks (2), no END line (1)
        ("GOODSIG", Verdict.REFUSED): 1,  # two signatures (InRelease)
        ("EXPKEYSIG", Verdict.EXPIRED_KEY): 73,
        ("EXPKEYSIG", Verdict.LEGACY_UNVERIFIABLE): 56,  # SHA-1
        ("EXPKEYSIG", Verdict.REFUSED): 2,  # signed after the end that the stored snapshot knows (curl, git)
        ("BADSIG", Verdict.BAD): 5,
        ("BADSIG", Verdict.MALFORMED): 4,  # pages around the block (3), text in the header (1)
        ("ERRSIG", Verdict.LEGACY_UNVERIFIABLE): 59,  # MD5 (58), no Hash header (1)
        ("ERRSIG", Verdict.MALFORMED): 1,  # the Hash header names another digest
        ("ERRSIG+NO_PUBKEY", Verdict.UNKNOWN_KEY): 2,
        ("ERRSIG+NO_PUBKEY", Verdict.LEGACY_UNVERIFIABLE): 1,  # SHA-1 by a version 3 key
        ("NODATA", Verdict.UNSIGNED): 27,
        ("NODATA", Verdict.MALFORMED): 13,  # a BEGIN line in it, damaged
        ("BADARMOR", Verdict.MALFORMED): 1,
    }


DERIVED = {
    "freebsd-sa-04-16.stripped-trailing-space.asc": Verdict.LEGACY_UNVERIFIABLE,
    "freebsd-sa-14-13.latin-1.asc": Verdict.BAD,
    "freebsd-sa-23-07.added-trailing-space.asc": Verdict.VERIFIED,
    "freebsd-sa-23-07.bad-crc.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.bom.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.collapsed.txt": Verdict.MALFORMED,
    "freebsd-sa-23-07.cr-only.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.crlf.asc": Verdict.VERIFIED,
    "freebsd-sa-23-07.first-lines-only.txt": Verdict.MALFORMED,
    "freebsd-sa-23-07.indented.txt": Verdict.MALFORMED,
    "freebsd-sa-23-07.iso-2022-jp-around.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.mail-around.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.no-crc.asc": Verdict.VERIFIED,
    "freebsd-sa-23-07.no-end-line.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.no-hash-line.asc": Verdict.LEGACY_UNVERIFIABLE,
    "freebsd-sa-23-07.no-signature.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.one-letter.asc": Verdict.BAD,
    "freebsd-sa-23-07.page-br.html": Verdict.MALFORMED,
    "freebsd-sa-23-07.page-pre.html": Verdict.MALFORMED,
    "freebsd-sa-23-07.quoted-reply.txt": Verdict.MALFORMED,
    "freebsd-sa-23-07.signature-cut.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.signed-then-unsigned-block.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.space-after-armor-line.asc": Verdict.VERIFIED,
    "freebsd-sa-23-07.swapped-signature.asc": Verdict.BAD,
    "freebsd-sa-23-07.tabs-expanded.asc": Verdict.BAD,
    "freebsd-sa-23-07.text-in-header.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.two-blocks.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.two-hash-lines.asc": Verdict.VERIFIED,
    "freebsd-sa-23-07.undashed.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.unsigned-block-then-signed.asc": Verdict.MALFORMED,
    "freebsd-sa-23-07.utf-16.asc": Verdict.UNSIGNED,
    "freebsd-sa-23-07.wrong-hash-line.asc": Verdict.MALFORMED,
}


def test_derived_files_one_by_one(rows: list[Row], found: dict[str, VerifiedText | UnsignedText]) -> None:
    """Each changed copy gets the verdict of its change."""
    names = [row.name for row in rows if row.kind == "derived"]
    assert {name.removeprefix("derived/"): found[name].signature.verdict for name in names} == DERIVED


def test_blocks_are_cut_out_of_pages_and_mails(rows: list[Row], rings: dict[str, Keyring]) -> None:
    """Whole blocks in a mail or page verify inside it, to the same bytes as alone; changed ones do not."""
    inside = {row.name: judge(row, rings[row.folder], inside=True) for row in rows if row.features & {"text-before"}}
    assert {name: text.signature.verdict for name, text in inside.items()} == {
        "debian/dsa-3775-1-forwarded.eml": Verdict.MALFORMED,  # quoted-printable: the caller decodes mails
        "derived/freebsd-sa-23-07.iso-2022-jp-around.asc": Verdict.VERIFIED,
        "derived/freebsd-sa-23-07.mail-around.asc": Verdict.VERIFIED,
        "derived/freebsd-sa-23-07.page-pre.html": Verdict.BAD,  # entities: undoing a page is the caller's part
        "freebsd/embedded/handbook-security-2015-en.chapter.xml": Verdict.MALFORMED,
        "freebsd/embedded/handbook-security-en.adoc": Verdict.VERIFIED,
        "freebsd/embedded/handbook-security-ja.adoc": Verdict.BAD,
    }
    two = [text for name, text in inside.items() if "around" in name]
    assert len({text.signed for text in two if isinstance(text, VerifiedText)}) == 1


def test_good_when_signed(rows: list[Row], rings: dict[str, Keyring]) -> None:
    """`at` a minute after the signature tells every key that expired since from one that was over already."""
    for row in rows:
        if row.expected == "EXPKEYSIG" and row.digests <= MODERN:
            at = row.signed_at[0] + timedelta(minutes=1)
            text = judge(row, rings[row.folder], at=at)
            over = row.name.startswith(("debian/curl", "debian/git"))
            assert text.signature.verdict is (Verdict.REFUSED if over else Verdict.VERIFIED), row.name
            assert text.signature.as_of == (None if over else at)


def test_texts_are_those_that_gpgv_prints(
    rows: list[Row], found: dict[str, VerifiedText | UnsignedText], rings: dict[str, Keyring], tmp_path: Path
) -> None:
    """A second reader of the frame, gpgv itself, takes the same text out of every verified file."""
    program = need_program("gpgv", "gpgv")
    count = 0
    for row in rows:
        text = found[row.name]
        if not isinstance(text, VerifiedText) or row.signs is not None:
            continue
        (tmp_path / "ring").write_bytes(rings[row.folder].data)
        (tmp_path / "file").write_bytes(row.data)
        command = [program, "--homedir", str(tmp_path), "--keyring", str(tmp_path / "ring"), "--output", "-"]
        said = subprocess.run([*command, str(tmp_path / "file")], capture_output=True, check=True).stdout
        lines = [line.rstrip(b" \t\r") for line in said.removesuffix(b"\n").split(b"\n")]
        assert text.signed.split(b"\n") == lines, row.name
        count += 1
    assert count == 40


def test_each_wrong_pin_is_a_wrong_signer(rows: list[Row], rings: dict[str, Keyring]) -> None:
    """With another key of the same folder pinned, nothing verifies."""
    for row in rows:
        ring = rings[row.folder]
        if row.must_verify and row.signs is None and row.kind == "clearsigned":
            signer = judge(row, ring).signature.primary_fingerprint
            pins = tuple(key.fingerprint for key in ring.primaries if key.fingerprint != signer)
            text = verify_file(row.data, keyring=ring, pins=pins, now=NOW)
            assert text.signature.verdict is Verdict.WRONG_SIGNER


def test_the_seeds_posts_lost_their_signatures(seed: Path) -> None:
    """Both quoted advisories of the real page are malformed with the true reason, and their text can be read."""
    judge_one = judge_for(None, (), NOW, "https")
    posts = [part.encode() for part in seed.read_text(encoding="utf-8").split("2014年03月18日\n")[1:]]
    texts = [judge_one(post, None) for post in posts]
    assert [text.signature.verdict for text in texts] == [Verdict.MALFORMED, Verdict.MALFORMED, Verdict.UNSIGNED]
    for text, number in zip(texts, ("JPCERT-AT-2014-0001", "JPCERT-AT-2005-0002"), strict=False):
        assert "signature is missing" in text.signature.reason
        assert text.text.split("\n")[:3] == ["各位", "", number]
    assert "\n- ntpd の設定により" in texts[0].text
    assert judge_one(seed.read_bytes(), None).signature.verdict is Verdict.MALFORMED
