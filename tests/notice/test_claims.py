"""Facts that nobody stated: what counts as one, and everything that may state it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from feedbot.advisory import Advisory, Affected, Fixed, HistoryEntry, Reference, Section, Severity, UnreadRange
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Audience, Block, Kind, Notice, Recipient, Step
from feedbot.notice._claims import Facts, facts, unsupported, words_of
from feedbot.version import VersionRange
from tests.notice.fixtures import UNSIGNED

LATE = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
"""One o'clock of the 20th in Japan."""
BARE = Advisory("csirt_a", "A-1", "1", "題", "ja", UNSIGNED)


def read(text: str) -> tuple[set[str], set[date], set[str], set[str]]:
    """Return the facts of a text: names, dates, versions, numbers."""
    found: Facts = facts(text)
    return set(found.names), set(found.dates), set(found.versions), set(found.numbers)


@pytest.mark.parametrize(
    "text", ["2026年11月4日", "2026-11-04", "2026/11/4", "2026.11.04", "(2026年11月04日)", "2026年11月4"]
)
def test_a_date_is_one_in_any_writing(text: str) -> None:
    """And no number besides."""
    assert read(text) == (set(), {date(2026, 11, 4)}, set(), set())


@pytest.mark.parametrize("text", ["2026年13月4日", "12026-11-04", "2026-11-041"])
def test_no_date(text: str) -> None:
    """A month that is none, and digits before or behind."""
    assert read(text)[1] == set()


@pytest.mark.parametrize(
    "version", ["4.2", "1:4.2.7", "4.2.7p26", "4.2-1", "4.2+dfsg-7~deb12u1", "4.2-1.el9_3", "2.4.6~", "10.0.a"]
)
def test_a_version(version: str) -> None:
    """With epoch, letters and the distributor's own part, whole; its digits are no numbers."""
    found = read(f"timed {version.rstrip('~')} を")
    assert found == (set(), set(), {version.rstrip("~")}, set())


@pytest.mark.parametrize("text", ["a4.2", "v.4.2", "4", ".5", "4.", ":4"])
def test_no_version(text: str) -> None:
    """A part of a word, one digit, and a point without digits on both sides."""
    assert read(text)[2:] == (set(), set())


def test_a_number_counts_from_two_digits_on() -> None:
    """Not what is counted by a word of ours, a part of a word, an address or a name."""
    assert read("25 と 7 と 443/tcp")[3] == {"25", "443"}
    assert read("30台 12 件 15名 20 社 第10版")[3] == set()
    assert read("a25 25a -25 25- x.25 https://a.example/25?n=443 です")[3] == set()
    assert read("CVE-2026-10007 JVNVU#90000007 12")[3] == {"12"}
    assert read("2026年11月4日12 4.2.7 12")[3] == {"12"}
    assert read("CVE-2026-10007")[0] == {"CVE-2026-10007"}
    assert read("https://a.example/CVE-2026-10007 http://a.example/25/9.9") == (set(), set(), set(), set())
    assert read("25https://a.example/")[3] == {"25"}
    assert read(":4.2") == (set(), set(), {"4.2"}, set())


def test_whatever_a_publisher_says_is_evidence() -> None:
    """Every field that holds words, and nothing of one that is empty."""
    one = replace(
        BARE,
        summary="要約", publisher="発行元", aliases=("別名",), workarounds=("回避策",),
        affected=(Affected("製品", VersionRange.parse("vers:generic/<4.2|>=9.1"), "証拠", vendor="製造元"),
                  Affected("乙", UnreadRange("読めない"), "")),
        fixed=(Fixed("修正", VersionRange.parse("vers:generic/7.7"), "修正証拠"),),
        sections=(Section("見出し", "節"),),
        references=(Reference("https://a.example/", "参照"),),
        severity=(Severity("CVSSv3.1", "CVSS:3.1/X", "7.5"),),
        history=(HistoryEntry(date(2026, 11, 4), "公開"), HistoryEntry(None, "改訂")),
    )  # fmt: skip
    said = list(words_of(one))
    assert sorted(filter(None, said)) == sorted(
        [
            *("A-1", "題", "要約", "発行元", "別名", "回避策", "製品", "製造元", "証拠", "乙", "4.2", "9.1", "7.7"),
            *("修正", "修正証拠", "見出し", "節", "参照", "7.5", "CVSSv3.1", "公開", "2026-11-04", "改訂"),
        ]
    )


def told(text: str, *recipients: Recipient, **changed: object) -> list[tuple[str, str, str]]:
    """Return what a notice of one block states beyond its advisory: (level, code, claim)."""
    made = Notice(Kind.ADVISORY, Step.FIRST, title="題", advisories=(BARE,), audience=Audience("match"), as_of=LATE,
                  blocks=(Block("impact", text),), **changed)  # type: ignore[arg-type] # fmt: skip
    return [(one.level, one.code, one.message.split(" ")[0]) for one in unsupported(made, recipients)]


def test_what_nobody_stated_is_told() -> None:
    """Names, dates and versions bar the notice, numbers ask; each in order."""
    assert told("CVE-2026-9000 CVE-2026-1000 2025-01-02 2024年3月4日 9.9 8.8 77 66") == [
        ("error", "claim-name", "CVE-2026-1000"), ("error", "claim-name", "CVE-2026-9000"),
        ("error", "claim-date", "2024-03-04"), ("error", "claim-date", "2025-01-02"),
        ("error", "claim-version", "8.8"), ("error", "claim-version", "9.9"),
        ("warning", "claim-number", "66"), ("warning", "claim-number", "77"),
    ]  # fmt: skip


def test_the_days_of_the_notice_and_its_advisories_are_known() -> None:
    """As of, history and issue; published, updated and signed, each in its own zone and in Japan's."""
    assert told("2026-11-19 2026-11-20") == []
    assert told("2026-11-25") == [("error", "claim-date", "2026-11-25")]
    assert told("2026-11-25", issued=date(2026, 11, 25)) == []
    assert told("2026-11-25", history=((date(2026, 11, 25), "公開"),)) == []
    days = [datetime(2026, month, 9, 16, tzinfo=UTC) for month in (1, 2, 3)]
    lead = replace(BARE, published=days[0], updated=days[1], signature=replace(UNSIGNED, signed_at=days[2]))
    second = replace(BARE, number="A-2", published=datetime(2026, 4, 1, tzinfo=UTC))
    text = "2026-01-09 2026-01-10 2026-02-09 2026-02-10 2026-03-09 2026-03-10 2026-04-01"
    assert len(told(text)) == 7
    block, everybody = Block("impact", text), Audience("match")
    made = Notice(Kind.ADVISORY, Step.FIRST, "題", everybody, (block,), LATE, advisories=(lead, second))
    assert list(unsupported(made, ())) == []
    assert list(unsupported(replace(made, advisories=()), ())) == []


def test_what_the_inventory_holds_is_known() -> None:
    """A server's distribution, a package's version and distribution, the source of a verdict, and what corrects it."""
    customer, contract = Customer("C1", "青葉", "a@x.example"), Contract("K1", "C1", Plan.VPS, True)
    component = Component("deb", "timed", "4.2-1", "timed", distro="debian:12.3")
    match = Match(component, "timed", MatchVerdict.AFFECTED, Because("range", "", "timed", "el:9.4"), ("4.9-9",))
    one = Recipient(customer, (Exposure(customer, contract, Server("s", "K1", "ubuntu:22.04"), (match,)),))
    text = "22.04 4.2-1 12.3 9.4 4.9-9"
    assert len(told(text)) == 5
    assert told(text, one) == []
