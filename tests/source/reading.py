"""What the tests of the members share: documents from fixtures, judges, and one way to read either."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from feedbot.advisory import Advisory, Quarantined, Signature, Verdict
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.signature import UnsignedText, VerifiedText, judge_for

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

judge = judge_for(None, (), NOW, "file")
"""No keyring: nothing verifies, what is not signed is `unsigned`, and what lost its signature `malformed`."""


def document(body: bytes, url: str = "file:given") -> Document:
    """Return bytes as a document."""
    return Document(url, body, NOW)


def fixture(name: str, url: str = "") -> Document:
    """Return one of our own files as a document."""
    return document((FIXTURES / name).read_bytes(), url or f"file:{name}")


def read(member: str, given: Document) -> list[Advisory | Quarantined]:
    """Read a document; one that is refused as a whole is one quarantined item, as the pipeline has it."""
    try:
        return list(import_module(f"feedbot.source.{member}").read(given, judge))
    except SourceError as error:
        return [Quarantined(given.url, error, given.body)]


def advisory(member: str, given: Document) -> Advisory:
    """Return the one advisory of a document."""
    (found,) = read(member, given)
    assert isinstance(found, Advisory), found
    return found


def reasons(items: list[Advisory | Quarantined]) -> list[str]:
    """Return why items were quarantined."""
    return [item.reason.reason() for item in items if isinstance(item, Quarantined)]


def verified_as(text: str) -> Callable[[bytes, str | None], UnsignedText | VerifiedText]:
    """Return a judge that found exactly `text` signed."""
    signature = replace(Signature(Verdict.VERIFIED), transport="https")
    return lambda data, claims: VerifiedText(text, text.encode(), data, signature)
