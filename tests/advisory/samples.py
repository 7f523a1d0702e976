"""Advisories for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime

from feedbot.advisory import (
    Advisory,
    Affected,
    Fixed,
    HistoryEntry,
    Reference,
    Section,
    Severity,
    Signature,
    UnreadRange,
    Verdict,
)
from feedbot.version import VersionRange

PLAIN = Advisory(
    source="csirt-a",
    number="CSIRT-A-AT-2026-0001",
    revision="2026-11-01",
    title="伝言板 Dengon に関する注意喚起",
    language="ja",
    signature=Signature(Verdict.UNSIGNED),
    published=datetime(2026, 11, 1, tzinfo=UTC),
    summary="題名の出力に不備があります。",
    aliases=("CVE-2026-90001", "JVN#99000001"),
    severity=(Severity("CVSSv2", "AV:N", "4.3"), Severity("CVSSv3.1", "CVSS:3.1/AV:N", "6.1")),
    affected=(
        Affected("Dengon", VersionRange.parse("vers:generic/<3.1.5"), "Dengon 3.1.5 より前"),
        Affected("Dengon Lite", UnreadRange("秋の号"), "Dengon Lite 秋の号"),
    ),
    fixed=(Fixed("Dengon", VersionRange.parse("vers:generic/3.1.5")),),
    workarounds=("題名の入力欄を閉じる", "投稿を許可制にする"),
    sections=(Section("概要", "題名の出力に\n不備があります。"), Section("対策", "更新してください。")),
    references=(Reference("https://a.example/", "A"), Reference("https://b.example/", "B")),
    history=(HistoryEntry(date(2026, 11, 1), "初版"),),
)


def named(number: str, *aliases: str, source: str = "", title: str = "ある脆弱性") -> Advisory:
    """Return an advisory of which only the names matter."""
    return replace(PLAIN, source=source or number[:4], number=number, aliases=aliases, title=title)


def cves(count: int, start: int = 1000) -> tuple[str, ...]:
    """Return that many CVE names."""
    return tuple(f"CVE-2026-{number}" for number in range(start, start + count))
