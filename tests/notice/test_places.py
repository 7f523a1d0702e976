"""Where notices and originals stand, what a notice is about, and what the nouns say of themselves."""

from dataclasses import replace
from datetime import date

import pytest

from feedbot.advisory import AdvisoryKind, Section, Severity, Signature, Verdict
from feedbot.inventory import Topic
from feedbot.notice import Audience, Block, Kind, Notice, Recipient, Step
from feedbot.notice._findings import AUDIENCE, BODY, POST, STEP, TITLE, Finding, error, in_block, in_mail, warning
from feedbot.notice._model import Matter
from feedbot.notice._places import original_name, original_url, page_name, page_url, signed_name
from feedbot.notice._topics import kind_of, pressing, topics, urgent
from tests.notice.fixtures import AOBA, NOW, PROVIDER, SATO, TIMED, VU

BARE = Notice(Kind.ADVISORY, Step.FIRST, "題", Audience("match"), (), NOW)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("INFO-2026-0001", "INFO-2026-0001"),
        ("a/../b", "a-..-b"),
        ("../../etc", "etc"),
        (".-x-.", "x"),
        ("X-1-X", "X-1-X"),
        ("お知らせ 1", "1"),
        ("a_b c", "a_b-c"),
        ("//", "unnamed"),
    ],
)
def test_a_number_makes_a_plain_name(number: str, name: str) -> None:
    """It leaves no folder and needs no quoting, whatever an operator's prefix or a publisher's number holds."""
    numbered = replace(BARE, number=number)
    assert page_name(numbered) == f"{name}.html"
    assert signed_name(numbered) == f"{name}.txt.asc"
    assert original_name(replace(TIMED, number=number)) == f"{name}.txt.asc"
    assert page_url(numbered, PROVIDER) == f"https://info.mihon.example/{name}.html"


def test_a_page_has_an_address_once_it_has_a_number() -> None:
    """And where the pages are in the brand's name."""
    assert page_name(BARE) == "preview.html"
    assert signed_name(BARE) == "preview.txt.asc"
    assert page_url(BARE, PROVIDER) == ""
    assert page_url(replace(BARE, number="I-1"), replace(PROVIDER, pages=False)) == ""
    assert page_url(replace(BARE, number="I-1"), replace(PROVIDER, site_url="https://a.example/X")) == (
        "https://a.example/X/I-1.html"
    )


def test_a_verified_original_may_be_linked() -> None:
    """One whose signature does not hold, or that has none, may not; nor one on pages in another name."""
    address = "https://info.mihon.example/originals/CSIRT-A-AT-2026-0007.txt.asc"
    assert original_url(TIMED, PROVIDER) == address
    assert original_url(TIMED, replace(PROVIDER, site_url="https://info.mihon.example/X")) == address.replace(
        "example/", "example/X/"
    )
    assert original_url(TIMED, replace(PROVIDER, pages=False)) == ""
    assert original_url(VU, PROVIDER) == ""
    assert original_url(replace(TIMED, signature=Signature(Verdict.BAD)), PROVIDER) == ""


def scored(system: str, score: str, **more: object) -> Notice:
    """Return a notice of a score."""
    one = replace(TIMED, severity=(Severity(system, "", score),), **more)  # type: ignore[arg-type]
    return replace(BARE, advisories=(replace(VU, severity=()), one))


@pytest.mark.parametrize(
    ("system", "score", "expected"),
    [
        ("CVSSv3.1", "9.0", True),
        ("CVSSv3.0", "9.8", True),
        ("CVSSv4.0", "10.0", True),
        ("CVSSv3.1", "8.9", False),
        ("CVSSv2", "10.0", False),
        ("ubuntu", "9.9", False),
        ("CVSSv4.0", "", False),
    ],
)
def test_a_critical_score_is_urgent(system: str, score: str, *, expected: bool) -> None:
    """Of CVSS v3 or v4; v2 knows no such step. It then has a topic of its own beside that of its kind."""
    notice = scored(system, score)
    assert urgent(notice) is expected
    assert not pressing(notice)
    assert topics(notice) == ((Topic.SECURITY, Topic.URGENT) if expected else (Topic.SECURITY,))
    assert kind_of(notice) == ("urgent" if expected else "advisory")


@pytest.mark.parametrize("heading", ["Required Action", "Due Date", "Known Ransomware Campaign Use"])
def test_what_cisa_catalogued_is_urgent(heading: str) -> None:
    """Whatever its score; any other heading says nothing of it."""
    found = scored("CVSSv3.1", "1.0", sections=(Section("概要", "x"), Section(heading, "x")))
    assert urgent(found)
    assert pressing(found)
    assert not urgent(scored("CVSSv3.1", "1.0", sections=(Section("Date", "x"),)))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("緊急: timed", True),
        ("【緊急】timed", True),
        (" [緊急メンテナンス] timed", True),
        ("(緊急)timed", True),
        ("\uff08緊急\uff09timed", True),
        ("〔《「緊急」", True),
        ("緊急連絡先の変更", False),
        ("緊急時の連絡先", False),
        ("timed の緊急の問題", False),
    ],
)
def test_a_title_may_call_a_matter_urgent(title: str, *, expected: bool) -> None:
    """At its head, whatever brackets it stands in; an emergency's telephone number is no emergency."""
    assert pressing(replace(BARE, title=title)) is expected


@pytest.mark.parametrize(
    ("kind", "topic", "name"),
    [
        (Kind.ADVISORY, Topic.SECURITY, "advisory"),
        (Kind.LISTING, Topic.SECURITY, "listing"),
        (Kind.DIGEST, Topic.SECURITY, "advisory"),
        (Kind.TROUBLE, Topic.TROUBLE, "trouble"),
        (Kind.MAINTENANCE, Topic.MAINTENANCE, "maintenance"),
        (Kind.OWN, Topic.OWN, "own"),
    ],
)
def test_each_kind_has_its_topic(kind: Kind, topic: Topic, name: str) -> None:
    """By which a reader may decline it; a digest tells advisories."""
    assert topics(replace(BARE, kind=kind)) == (topic,)
    assert kind_of(replace(BARE, kind=kind)) == name


def test_a_finding_says_where_it_is() -> None:
    """In the words of the person who edits the notice."""
    assert (TITLE, BODY, STEP, AUDIENCE, POST) == ("件名", "本文", "段階", "対象", "公開ページ")
    assert in_block("provider") == "ブロック 弊社の対応"
    assert in_mail("C-1001") == "メール C-1001"
    assert error("mixed", "本文", "not so: {word}", word="x") == Finding("error", "mixed", "not so: x", "本文")
    assert warning("mixed", "本文", "not so: {word}", word="x") == Finding("warning", "mixed", "not so: x", "本文")


def test_a_notice_knows_its_blocks_and_its_history() -> None:
    """The last line bears this edition's number, and its day once it is issued."""
    notice = replace(
        BARE,
        blocks=(Block("lead", "一"), Block("lead", "二")),
        edition=3,
        history=((date(2026, 1, 1), "第1版 公開"), (date(2026, 1, 3), "第2版 更新"), (date(2026, 1, 4), "更新")),
    )
    assert (notice.block("lead"), notice.block("body")) == ("一", "")
    assert notice.revisions == (*notice.history[:2], (date(2026, 1, 4), "第3版 更新"))
    assert replace(notice, issued=date(2026, 1, 9)).revisions[2][0] == date(2026, 1, 9)
    assert BARE.revisions == ()
    assert (BARE.case, BARE.number, BARE.issued, BARE.matters, BARE.advisories) == ("", "", None, (), ())
    assert (BARE.audience.plans, BARE.audience.root, BARE.audience.number, BARE.audience.expression) == (
        (),
        None,
        "",
        "",
    )
    assert (Matter(1, BARE).told, Matter(1, BARE).paged) == (False, True)
    assert (BARE.edition, BARE.quote, BARE.rest, BARE.rest_of, BARE.digest) == (1, "summary", False, 0, False)


def test_no_two_mails_of_a_notice_have_one_name() -> None:
    """Each part that is empty has its place."""
    plain = Recipient(AOBA, ())
    assert (plain.contact, plain.brand, plain.reseller, plain.end) == ("", "", "", None)
    made = [
        plain,
        replace(plain, contact="a@b.example"),
        replace(plain, brand="a@b.example"),
        replace(plain, reseller="a@b.example", end=SATO),
        replace(plain, contact="c", brand="b", reseller="r"),
    ]
    assert [one.id for one in made] == [
        "K-1001",
        "K-1001 - a@b.example -",
        "K-1001 - - a@b.example",
        "K-1001 a@b.example - -",
        "K-1001 r c b",
    ]


def test_a_brand_shows_numbers_under_its_prefix() -> None:
    """What has no dash is no number of ours, and stays."""
    assert PROVIDER.numbered("INFO-2026-0001") == "MIHON-2026-0001"
    assert PROVIDER.numbered("preview") == "preview"
    assert replace(PROVIDER, pages=False).pages is False
    assert (PROVIDER.pages, PROVIDER.reply_to, PROVIDER.list_id, PROVIDER.signature) == (True, "", "", "")


def test_a_title_of_an_attack_is_no_urgency_by_itself() -> None:
    """What it is about is said by its kind; whether it presses, by catalogue and score."""
    told = replace(VU, number="X-1", title="timed を狙う通信について")
    assert told.kind is AdvisoryKind.ATTACK
    assert not pressing(replace(BARE, advisories=(told,)))
