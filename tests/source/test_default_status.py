"""CVE records whose products are affected by default: what no entry names is affected."""

import json
from pathlib import Path

import pytest

from feedbot.advisory import Affected, UnreadRange
from tests.source.reading import advisory, document

RECORD = Path(__file__).parent / "fixtures" / "openssl" / "record.json"


def _read(*versions: dict[str, object]) -> tuple[Affected, ...]:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    product = {"vendor": "Lamp", "product": "LampSSL", "defaultStatus": "affected", "versions": list(versions)}
    record["containers"]["cna"]["affected"] = [product]
    return advisory("openssl", document(json.dumps(record).encode())).affected


def _entry(status: str, low: str, end: str = "", **more: object) -> dict[str, object]:
    return {"status": status, "version": low, "versionType": "custom", **({"lessThan": end} if end else {}), **more}


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([_entry("unaffected", "3.9.4")], "vers:generic/!=3.9.4"),
        ([_entry("unaffected", "3.9.4", "4.0")], "vers:generic/<3.9.4|>=4.0"),
        (
            [_entry("unaffected", "0", "3.1.0"), _entry("unaffected", "3.9.4", "4.0"), _entry("unaffected", "4.0.1")],
            "vers:generic/>=3.1.0|<3.9.4|>=4.0|!=4.0.1",
        ),
        ([], "vers:generic/*"),
    ],
)
def test_what_no_entry_names_is_affected(versions: list[dict[str, object]], expected: str) -> None:
    """The healthy versions are taken out of all there are."""
    (found,) = _read(*versions)
    assert str(found.range) == expected
    assert found.complete
    assert "defaultStatus affected" in found.evidence


@pytest.mark.parametrize(
    "versions",
    [
        [_entry("unaffected", "3.9.4", "4.0", changes=[{"at": "3.9.9", "status": "affected"}])],
        [_entry("unaffected", "a commit")],
        [_entry("unaffected", "3.9.4", "unspecified")],
        [_entry("unaffected", "4.0", "3.9.4")],
        [_entry("unaffected", "0", "4.0"), _entry("unaffected", "4.0", "*")],
    ],
)
def test_an_entry_that_cannot_be_read_leaves_it_unread(versions: list[dict[str, object]]) -> None:
    """Nothing is guessed around it: the words stay for a person."""
    (found,) = _read(*versions)
    assert isinstance(found.range, UnreadRange)
    assert found.range.text.startswith("defaultStatus affected, unaffected")
