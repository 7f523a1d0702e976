"""The words that notices are put together from."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.inventory import Customer, Plan
from feedbot.notice import Audience, Kind, Notice, Step, _words, words
from feedbot.version import Constraint, VersionRange, compare
from tests.notice.fixtures import NOW, TIMED, VU

LOWER = {"以上": ">=", "より後": ">", "およびそれ以降": ">="}
UPPER = {"より前": "<", "以下": "<=", "およびそれ以前": "<="}


def read_back(words: str) -> VersionRange:
    """Read what range_words writes: its inverse, written from the words alone."""
    barred = re.search(r"\((.+) を除く\)$", words)
    found = [Constraint("!=", one) for one in barred.group(1).split("、")] if barred else []
    for span in (words[: barred.start()] if barred else words).split("、"):
        versions = re.findall(r"[0-9][0-9a-z.]*", span)
        if "系の" in span:
            found += VersionRange.branch("generic", versions[0]).constraints
        elif len(versions) == 2:
            low, high = re.fullmatch(r"\S+ (\S+) \S+ (より前|以下)", span).groups()  # type: ignore[union-attr]  # a span of two versions has this form
            found += [Constraint(LOWER[low], versions[0]), Constraint(UPPER[high], versions[1])]
        elif versions:
            word = re.sub(r"^\S+ ?|のバージョン$", "", span)
            found.append(Constraint((LOWER | UPPER).get(word, "="), versions[0]))
    return VersionRange("generic", tuple(found))


VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}(p[0-9])?", fullmatch=True)


@st.composite
def ranges(draw: st.DrawFn) -> VersionRange:
    """Make a range of upper, inner and lower spans, of singles and of exceptions, as VERS allows."""
    versions: list[str] = []
    for one in draw(st.lists(VERSIONS, min_size=1, max_size=7)):
        if all(compare("generic", one, other) for other in versions):
            versions.append(one)
    versions = list(VersionRange("generic", tuple(Constraint("=", one) for one in versions)).constraints)
    signs: list[str] = []
    for place in range(len(versions)):
        inside = bool(signs) and signs[-1] in (">", ">=")
        opens = [] if place and not inside else ["<", "<="]
        signs.append(draw(st.sampled_from(["<", "<="] if inside else ["=", ">", ">=", *opens])))
    return VersionRange("generic", tuple(Constraint(s, c.version) for s, c in zip(signs, versions, strict=True)))


@given(ranges())
@settings(max_examples=200, deadline=None)
def test_the_words_say_the_whole_range(wanted: VersionRange) -> None:
    """What the words say, read back, is the range again."""
    assert read_back(words.range_words(wanted)) == wanted


@pytest.mark.parametrize(
    ("vers", "said"),
    [
        ("vers:generic/*", "すべてのバージョン"),
        ("vers:generic/<4.2.7p26", "4.2.7p26 より前のバージョン"),
        ("vers:generic/<=9.1", "9.1 およびそれ以前のバージョン"),
        ("vers:generic/>=9.1", "9.1 およびそれ以降のバージョン"),
        ("vers:generic/>=2.3|<2.4", "2.3 系のすべてのバージョン"),
        ("vers:generic/>=2.3|<2.3.9", "2.3 以上 2.3.9 より前"),
        ("vers:generic/>=2.3|<=2.3.9", "2.3 以上 2.3.9 以下"),
        ("vers:generic/>2.3|<2.3.9", "2.3 より後 2.3.9 より前"),
        ("vers:generic/>=9.16.0|<=9.16.32|>=9.18.0|<=9.18.6", "9.16.0 以上 9.16.32 以下、9.18.0 以上 9.18.6 以下"),
        ("vers:generic/1.0|1.2", "1.0、1.2"),
        ("vers:generic/>9.1", "9.1 より後のバージョン"),
        ("vers:generic/>=2.3.9|<2.3.10", "2.3.9 系のすべてのバージョン"),
        ("vers:generic/>=9|<10", "9 系のすべてのバージョン"),
        ("vers:generic/>2.3|<2.4", "2.3 より後 2.4 より前"),
        ("vers:generic/>=2.3|<=2.4", "2.3 以上 2.4 以下"),
        ("vers:generic/>=2.3p1|<2.4", "2.3p1 以上 2.4 より前"),
        ("vers:generic/!=1.2|!=1.3|<3", "3 より前のバージョン(1.2、1.3 を除く)"),
        ("vers:generic/!=1.2", "すべてのバージョン(1.2 を除く)"),
    ],
)
def test_ranges_in_plain_japanese(vers: str, said: str) -> None:
    """Each form of a range has its wording."""
    assert words.range_words(VersionRange.parse(vers)) == said


def test_days_and_times_are_japanese() -> None:
    """Dates carry their weekday, times are 24-hour JST whatever zone they come in."""
    assert _words.day(date(2014, 3, 18)) == "2014年3月18日(火)"
    assert _words.day(datetime(2014, 3, 17, 15, 0, tzinfo=UTC)) == "2014年3月18日(火)"
    assert _words.slashed(date(2014, 3, 8)) == "2014/03/08"
    assert _words.slashed(datetime(2014, 3, 17, 15, 0, tzinfo=UTC)) == "2014/03/18"
    assert _words.moment(datetime(2014, 3, 18, 0, 5, tzinfo=UTC)) == "2014年3月18日(火) 9:05"


def test_typed_times_are_spelt() -> None:
    """An operator may type ISO dates; what is no date, or part of a longer word, is left."""
    assert (
        _words.spelt_times("2026-11-24 14:05 頃から 2026/11/25") == "2026年11月24日(火) 14:05 頃から 2026年11月25日(水)"
    )
    assert _words.spelt_times("2026-13-40 と JPN-2026-11-24-1") == "2026-13-40 と JPN-2026-11-24-1"


@pytest.mark.parametrize(
    ("name", "organisation", "words"),
    [
        ("株式会社あおば商店", True, "株式会社あおば商店 御中"),
        ("佐藤 みどり", False, "佐藤 みどり 様"),
        ("株式会社あおば商店 御中", False, "株式会社あおば商店 御中"),
        ("佐藤 みどり 様", True, "佐藤 みどり 様"),
    ],
)
def test_one_honorific_for_a_name(name: str, organisation: bool, words: str) -> None:
    """御中 for an organisation, 様 for a person, never both."""
    assert _words.honorific(Customer("1", name, "a@b.example", organisation)) == words


@pytest.mark.parametrize(
    ("title", "alert"),
    [
        ("timed の問題", "timed の問題に関する注意喚起"),
        ("timed の問題に関する注意喚起", "timed の問題に関する注意喚起"),
        ("timed の問題に関する注意喚起に関する注意喚起", "timed の問題に関する注意喚起"),
        ("timed に関する注意喚起 に関する注意喚起に関する注意喚起", "timed に関する注意喚起"),
        ("Problem in timed", "Problem in timed に関する注意喚起"),
        ("年末の注意喚起", "年末の注意喚起"),
    ],
)
def test_a_title_says_it_once(title: str, alert: str) -> None:
    """「に関する注意喚起」 stands once, however often the title already says it."""
    assert _words.alert_title(title) == alert


def test_scores_have_their_words() -> None:
    """CVSS base scores are rated with IPA's words; what is no score has none."""
    assert [_words.severity_words(one) for one in ("10.0", "9.0", "8.9", "4.0", "0.1", "0.0", "高")] == [
        "緊急", "緊急", "重要", "警告", "注意", "", "",
    ]  # fmt: skip
    assert [_words.severity_words(one) for one in ("7.0", "6.9", "3.9", "10.1", "-1", "nan")] == [
        "重要", "警告", "注意", "", "", "",
    ]  # fmt: skip
    assert [_words.base_score(one) for one in ("0", "10", "7.5", "-0.1", "10.1", "", "medium")] == [
        0.0, 10.0, 7.5, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.jvn.example/x", True),
        ("http://a.example:8080/", True),
        ("http://127.0.0.1:41955/rss", False),
        ("https://[::1]/", False),
        ("https://10.0.0.1/", False),
        ("https://localhost/", False),
        ("https://feeds.localhost/", False),
        ("https://mirror/x", False),
        ("https://mirror.internal./x", False),
        ("ftp://a.example/x", False),
        ("file:///tmp/a.html", False),
        ("https://user@a.example/", False),
        ("https://[broken/", False),
        ("https:///x", False),
        ("https://XX/x", False),
        ("https://mirror.example./x", True),
        *((f"https://a.{last}/", False) for last in ("local", "localdomain", "lan", "intranet", "arpa", "42")),
        ("", False),
    ],
)
def test_only_addresses_of_the_world_are_shown(url: str, shown: bool) -> None:
    """Loopback, numbers, names without a dot and other schemes lead a customer nowhere."""
    assert _words.public(url) is shown


@given(st.lists(st.integers(0, 10**30), unique=True))
@settings(max_examples=40)
def test_names_sort_as_people_sort_them(numbers: list[int]) -> None:
    """V-2 stands before V-10, letters before numbers."""
    names = sorted((f"V-{one}" for one in numbers), key=_words.natural)
    assert names == [f"V-{one}" for one in sorted(numbers)]
    assert sorted(["B-1", "A-10"], key=_words.natural) == ["A-10", "B-1"]


def test_a_long_list_of_names_is_counted() -> None:
    """Five are named, the others counted."""
    assert _words.few(["V-1", "V-2"]) == "V-1、V-2"
    assert _words.few(f"V-{n}" for n in range(1, 6)) == "V-1、V-2、V-3、V-4、V-5"
    assert _words.few(f"V-{n}" for n in range(1, 41)) == "V-1、V-2、V-3、V-4、V-5 ほか 35件"


def test_everything_has_its_word() -> None:
    """What operators and customers read of a kind, a step, a plan and a part."""
    assert {kind.value: words for kind, words in _words.KINDS.items()} == {
        "advisory": "注意喚起",
        "trouble": "障害報告",
        "maintenance": "メンテナンス",
        "own": "お知らせ",
        "listing": "ブロックリスト登録",
        "digest": "まとめ",
    }
    assert {step.value: words for step, words in _words.STEPS.items()} == {
        "first": "初報",
        "update": "続報",
        "correction": "訂正",
        "reminder": "再通知",
        "done": "完了",
        "withdrawn": "取下げ",
    }
    assert {plan: _words.plan_words(plan) for plan in Plan} == {
        Plan.SHARED: "共用サーバー",
        Plan.VPS: "VPS",
        Plan.DEDICATED: "専用サーバー",
        Plan.MANAGED: "マネージドサーバー",
    }
    assert " ".join(f"{key}={words}" for key, words in _words.BLOCKS.items()) == (
        "change=更新内容 reminder=再通知 lead=前文 body=本文 affected=対象 overview=概要 impact=影響 solution=対策 "
        "workaround=回避策 check=確認方法 provider=弊社の対応 references=参考情報 occurred=発生日時 recovered=復旧日時 "
        "window=作業日時 services=対象サービス scope=影響範囲 work=作業内容 status=状況 cause=原因 action=対応 "
        "next=次報予定"
    )


@pytest.mark.parametrize(
    ("kind", "advisories", "expected"),
    [
        (Kind.TROUBLE, (), ("services",)),
        (Kind.MAINTENANCE, (TIMED,), ("services",)),
        (Kind.ADVISORY, (TIMED,), ("affected",)),
        (Kind.ADVISORY, (), ()),
        (Kind.OWN, (TIMED,), ()),
        (Kind.LISTING, (), ()),
        (Kind.DIGEST, (TIMED,), ()),
    ],
)
def test_each_kind_needs_its_part(kind: Kind, advisories: tuple[Advisory, ...], expected: tuple[str, ...]) -> None:
    """Without it nobody could tell whether a notice means him."""
    notice = Notice(kind, Step.FIRST, "題", Audience("none"), (), NOW, advisories=advisories)
    assert _words.needed(notice) == expected


def test_releases_are_called_by_their_names() -> None:
    """What is not known is called as the inventory calls it; without a release by the name alone."""
    named = "debian ubuntu almalinux rocky centos rhel fedora amazon amzn ol opensuse sles freebsd netbsd other"
    assert [_words.distro_words(f"{one}:1") for one in named.split()] == [
        "Debian 1",
        "Ubuntu 1",
        "AlmaLinux 1",
        "Rocky Linux 1",
        "CentOS 1",
        "Red Hat Enterprise Linux 1",
        "Fedora 1",
        "Amazon Linux 1",
        "Amazon Linux 1",
        "Oracle Linux 1",
        "openSUSE 1",
        "SUSE Linux Enterprise Server 1",
        "FreeBSD 1",
        "NetBSD 1",
        "other 1",
    ]
    assert [_words.distro_words(one) for one in ("debian", "", "debian:12:x")] == ["Debian", "", "Debian 12:x"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("jpcert", "JPCERT/CC"),
        ("jvn", "JVN"),
        ("jvn_ipedia", "JVN iPedia"),
        ("cert_cc", "CERT/CC"),
        ("cisa_kev", "CISA"),
        ("ipa", "IPA"),
        ("antiphishing", "フィッシング対策協議会"),
        ("auscert", "AUSCERT"),
        ("netbsd", "NetBSD"),
        ("freebsd", "FreeBSD"),
        ("other", "other"),
    ],
)
def test_a_publisher_is_called_as_it_calls_itself(source: str, name: str) -> None:
    """By the advisory's own word first, else by what the source is known for."""
    assert _words.publisher(replace(TIMED, source=source, publisher="")) == name
    assert _words.publisher(replace(TIMED, source=source)) == "CSIRT-A"


@pytest.mark.parametrize("thanks", ["平素は", "毎度", "お引き立てを賜り", "厚く御礼申し上げます"])
def test_a_greeting_is_known_in_the_first_paragraph(thanks: str) -> None:
    """Further down it is none."""
    assert _words.greets(f"\n\n{thanks}。\n\n本文")
    assert not _words.greets(f"本文\n\n{thanks}。")


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        (("timed", "時刻君", "x"), "timed、時刻君ほかの脆弱性"),
        (("timed", "時刻君"), "timed、時刻君の脆弱性"),
        (("時刻君", "timed"), "時刻君、timed の脆弱性"),
        ((" timed \n LE ", "timed LE"), "timed LE の脆弱性"),
        (("時刻君",), "時刻君の脆弱性"),
    ],
)
def test_a_title_names_two_products(products: tuple[str, ...], expected: str) -> None:
    """The others are only hinted at; a blank sets off what ends in Latin."""
    lines = tuple(replace(TIMED.affected[0], product=one) for one in products)
    english = replace(VU, affected=lines)
    assert _words.case_title(Case("C-1", (english,))) == f"{expected}(VU#900007)に関する注意喚起"


def test_the_leads_products_stand_first_in_a_title() -> None:
    """Whatever order the case has its advisories in; a flaw without a CVE name is known by its publisher's number."""
    first = replace(VU, number="VU#1", affected=(replace(TIMED.affected[0], product="b"),), aliases=())
    lead = replace(VU, number="VU#2", signature=TIMED.signature, affected=TIMED.affected[:1], aliases=())
    assert _words.case_title(Case("C-1", (first, lead))) == "timed、b の脆弱性(VU#2)に関する注意喚起"
    told = replace(lead, number="X-2", title="Release notes")
    assert _words.case_title(Case("C-1", (told,))) == "timed のセキュリティ情報(X-2)に関する注意喚起"


def test_leading_noughts_do_not_change_the_order() -> None:
    """V-002 stands before V-10, as V-2 does."""
    assert sorted(["V-10", "V-002", "V-1"], key=_words.natural) == ["V-1", "V-002", "V-10"]
