"""OSV's dumps: every record of a zip, and nothing that a zip may do to us."""

import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source import ListedItem, _dump, osv
from tests.source.reading import NOW, document, fixture, judge, read, reasons

RECORD = json.loads(fixture("osv/record.json").body)
URL = "https://osv.example/PyPI/all.zip"


def record(number: str) -> bytes:
    """Write a record of this number."""
    return json.dumps(RECORD | {"id": number}).encode()


def zipped(method: int = zipfile.ZIP_DEFLATED, **entries: bytes) -> Document:
    """Zip entries by name; `__` in a name stands for `/`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, body in entries.items():
            archive.writestr(name.replace("__", "/"), body)
    return document(data.getvalue(), URL)


def test_every_record_of_a_dump_is_listed_and_read() -> None:
    """A record a file; one that is no record is quarantined under its name, and stops no other."""
    dump = zipped(**{"OSV-1.json": record("OSV-1"), "OSV-2.json": b"{}", "OSV-3.json": record("OSV-3")})
    assert [one.number for one in osv.listing(dump) if isinstance(one, ListedItem)] == ["OSV-1", "OSV-2", "OSV-3"]
    found = read("osv", dump)
    assert [one.number for one in found if isinstance(one, Advisory)] == ["OSV-1", "OSV-3"]
    assert [(one.where, one.reason.reason()) for one in found if isinstance(one, Quarantined)] == [
        (f"{URL}#OSV-2", "not an OSV record")
    ]


@pytest.mark.parametrize(
    "name", ["../etc/passwd.json", "/etc/passwd.json", "README.txt", "a/../../b.json", "C:/a.json"]
)
def test_a_name_that_is_no_records(name: str) -> None:
    """It is quarantined, as an item and in the listing; nothing is ever written."""
    dump = zipped(**{name: record("OSV-1"), "OSV-2.json": record("OSV-2")})
    assert [type(one) for one in read("osv", dump)] == [Quarantined, Advisory]
    assert [type(one) for one in osv.listing(dump)] == [Quarantined, ListedItem]


def test_a_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry past the cap is quarantined, whatever size it states; all together past the cap refuse the dump."""
    monkeypatch.setattr(_dump, "RECORD", 10_000)
    dump = zipped(**{"OSV-1.json": b" " * 20_000_000, "OSV-2.json": record("OSV-2")})
    lying = document(dump.body.replace((20_000_000).to_bytes(4, "little"), (9_000).to_bytes(4, "little")), URL)
    for given in (dump, lying):
        first, second = read("osv", given)
        assert isinstance(first, Quarantined)
        assert isinstance(second, Advisory)
    tracemalloc.start()
    assert reasons(read("osv", dump)) == ["it is larger than 10000 bytes"]
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    monkeypatch.setattr(_dump, "TOTAL", 100)
    many = zipped(**{f"OSV-{count}.json": record(f"OSV-{count}") for count in (1, 2)})
    assert "larger than 100 bytes together" in reasons(read("osv", many))[0]


def test_more_entries_than_a_dump_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused as a whole."""
    monkeypatch.setattr(_dump, "MOST", 1)
    with pytest.raises(SourceError, match="more than 1 values"):
        list(osv.listing(zipped(**{"a.json": b"", "b.json": b""})))


def test_entries_that_cannot_be_read() -> None:
    """Encrypted, packed in another way, damaged: each is quarantined for what it is."""
    plain = zipped(zipfile.ZIP_STORED, **{"OSV-1.json": record("OSV-1"), "OSV-2.json": record("OSV-2")}).body
    encrypted = bytearray(plain)
    encrypted[6] |= 1  # of the first entry, in its own header and in the directory
    encrypted[plain.index(b"PK\x01\x02") + 8] |= 1
    damaged = plain.replace(b'"OSV-1"', b'"OSV-9"', 1)
    packed = zipped(zipfile.ZIP_LZMA, **{"OSV-1.json": record("OSV-1")}).body
    for body, reason in (
        (bytes(encrypted), "it is encrypted"),
        (damaged, "it is damaged: Bad CRC-32 for file 'OSV-1.json'"),
        (packed, "it is packed in an unknown way"),
    ):
        assert reasons(read("osv", document(body, URL))) == [reason]


@pytest.mark.parametrize("cut", [10, 200, -10])
def test_half_a_zip(cut: int) -> None:
    """A zip that breaks off is refused as a whole: its directory stands last."""
    body = zipped(**{"OSV-1.json": record("OSV-1")}).body[:cut]
    assert reasons(read("osv", document(body, URL)))[0].startswith("not a whole zip")


def test_a_record_is_no_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap of a dump is not that of a record or a list."""
    monkeypatch.setattr(_dump, "RECORD", 100)
    assert reasons(list(osv_read(document(b" " * 101)))) == ["it is larger than 100 bytes"]


def osv_read(given: Document) -> list[Advisory | Quarantined]:
    """Read a document, its refusal as one item."""
    try:
        return list(osv.read(given, judge))
    except SourceError as error:
        return [Quarantined(given.url, error, b"")]


def test_addresses_of_osv() -> None:
    """The list of changes as a rule, the dump beside it for more than a day; another address stays what it is."""
    url = "https://osv.example/PyPI/modified_id.csv"
    assert osv.addresses(url, None, NOW) == (url,)
    assert osv.addresses(url, NOW - timedelta(hours=20), NOW) == (url,)
    assert osv.addresses(url, datetime(2026, 1, 1, tzinfo=UTC), NOW) == (URL,)
    assert osv.addresses(URL, datetime(2026, 1, 1, tzinfo=UTC), NOW) == (URL,)
