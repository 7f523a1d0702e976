"""Made-up nouns for the store's tests."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from feedbot.advisory import Advisory, Affected, Signature, Verdict
from feedbot.fetch import Document
from feedbot.version import Constraint, VersionRange

JST = timezone(timedelta(hours=9))
NOW = datetime(2026, 4, 1, 9, 30, 15, 250_000, tzinfo=JST)
LATER = NOW + timedelta(hours=1)
PAGE = Document("https://csirt-a.example/at/2026-0001.html", b"<html>one</html>", NOW, "text/html")


def advisory(number: str = "CSIRT-A-2026-0001", revision: str = "1", **facts: object) -> Advisory:
    """One advisory of the made-up CSIRT-A."""
    given: dict[str, object] = {
        "source": "csirt_a",
        "title": f"{number} の件",
        "language": "ja",
        "signature": Signature(Verdict.UNSIGNED, transport="https"),
        "aliases": ("CVE-2026-1234",),
        "affected": (Affected("exampled", VersionRange("generic", (Constraint("<", "4.2"),)), "4.2 より前"),),
    }
    return Advisory(number=number, revision=revision, **(given | facts))


times = st.datetimes(timezones=st.sampled_from([UTC, JST]))
"""Aware times, in the two zones that parsers give."""
