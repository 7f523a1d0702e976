"""Names in one way, and a digest of meaning."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Affected, Reference, Section, Signature, Status, Verdict
from feedbot.advisory.identity import MEANINGFUL, content_digest, normalise
from feedbot.version import VersionRange
from tests.advisory.samples import PLAIN

SETS = ("aliases", "severity", "affected", "fixed", "workarounds", "sections", "references", "history")


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("jvnvu96176042", "JVNVU#96176042"),
        (" JVN#12345678 ", "JVN#12345678"),
        ("can-2003-0001", "CVE-2003-0001"),
        ("cve‑2026‑1234", "CVE-2026-1234"),
        ("vu#348126", "VU#348126"),
        ("netbsd-sa2014-002", "NetBSD-SA2014-002"),
        ("GHSA-abcd ", "GHSA-abcd"),
    ],
)
def test_names_in_one_way(given_name: str, name: str) -> None:
    """Case, dashes and missing # do not make another name; normalising twice changes nothing."""
    assert normalise(given_name) == name
    assert normalise(name) == name


@given(st.randoms(use_true_random=False))
def test_order_is_no_meaning(mixer: random.Random) -> None:
    """The same facts in another order have the same digest."""
    mixed = replace(
        PLAIN, **{name: tuple(mixer.sample(value, len(value))) for name in SETS for value in [getattr(PLAIN, name)]}
    )
    assert content_digest(mixed) == content_digest(PLAIN)


@pytest.mark.parametrize(
    "same",
    [
        replace(PLAIN, signature=Signature(Verdict.VERIFIED, transport="https", digest="SHA512")),
        replace(PLAIN, signature=Signature(Verdict.MALFORMED, "the signature is missing")),
        replace(PLAIN, revision="83", updated=datetime(2026, 11, 2, tzinfo=UTC)),
        replace(PLAIN, published=None, url="https://mirror.example/", source="a mirror"),
        replace(PLAIN, sections=(Section("概要", "題名の出力に不備が\n  あります。"), PLAIN.sections[1])),
    ],
    ids=["signed", "lost signature", "counter and date", "address", "folding"],
)
def test_how_it_came_is_no_meaning(same: Advisory) -> None:
    """Signature, transport, counters, dates of the build and the folding of lines leave the digest alone."""
    assert content_digest(same) == content_digest(PLAIN)


CHANGES: dict[str, object] = {
    "number": "CSIRT-A-AT-2026-0002",
    "title": "別の題名",
    "status": Status.WITHDRAWN,
    "summary": "題名の出力に不備はありません。",
    "aliases": ("CVE-2026-90001",),
    "severity": (),
    "affected": (
        Affected("Dengon", VersionRange.parse("vers:generic/<3.1.6"), "Dengon 3.1.5 より前"),
        PLAIN.affected[1],
    ),
    "fixed": (),
    "workarounds": ("題名の入力欄を閉じる",),
    "sections": (Section("概要", "題名の出力に不備がありました。"), PLAIN.sections[1]),
    "references": (Reference("https://a.example/", "A"),),
    "history": (),
}


@pytest.mark.parametrize("field", MEANINGFUL)
def test_every_meaningful_field_counts(field: str) -> None:
    """A change of any of them changes the digest."""
    assert content_digest(replace(PLAIN, **{field: CHANGES[field]})) != content_digest(PLAIN)
