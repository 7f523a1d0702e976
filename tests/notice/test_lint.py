from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Signature, Verdict
from feedbot.notice import Audience, Block, Kind, MailText, Notice, Recipient, Step, draft, lint, render
from feedbot.notice._spelling import distance
from tests.notice.fixtures import AOBA, CASE, EXPOSURES, NOW, PROVIDER, SATO, TIMED, VU

TEMPLATES = render.Templates.load()
NOTICE = draft.from_case(CASE, EXPOSURES, 0, PROVIDER, NOW, templates=TEMPLATES)
RECIPIENTS = (Recipient(AOBA, EXPOSURES[:3]), Recipient(SATO, EXPOSURES[3:]))
JPCERT = ("JPCERT/CC",)
IROHA = "いろはにほへとちりぬるをわかよたれそつねならむうゐの"


def with_block(key: str, text: str, notice: Notice = NOTICE) -> Notice:
    """Replace or add one block."""
    return replace(notice, blocks=(*(one for one in notice.blocks if one.key != key), Block(key, text)))


def look(notice: Notice, recipients: tuple[Recipient, ...] = RECIPIENTS) -> list[tuple[str, str, str]]:
    """Return (level, code, where) of what lint finds in a notice rendered for recipients."""
    mails = [(one, render.mail(notice, one, PROVIDER, TEMPLATES)) for one in recipients]
    post = render.post(notice, render.Totals(2, 4), PROVIDER, TEMPLATES)
    return [
        (one.level, one.code, one.where) for one in lint.check(notice, post, mails, provider=PROVIDER, names=JPCERT)
    ]


def messages(notice: Notice, code: str) -> list[str]:
    """Return what lint says under a code of a notice that goes to nobody."""
    post = render.post(notice, render.Totals(2, 4), PROVIDER, TEMPLATES)
    return [one.message for one in lint.check(notice, post, provider=PROVIDER, names=JPCERT) if one.code == code]


def test_a_draft_as_drafted_has_no_errors() -> None:
    """What from_case writes passes: every claim in it comes from the advisories or the inventory."""
    assert look(NOTICE) == []


@pytest.mark.parametrize("word", ["JPCRET/CC", "JPCERT/C", "JPSERT/CC", "jpcert/cc", "CERT/C", "JVN iPedea", "CSIRTA"])
def test_a_misspelt_issuer_is_found(word: str) -> None:
    """The seed page's first defect: a name one or two slips away from a known issuer."""
    assert ("error", "issuer-misspelt", "ブロック 前文") in look(
        with_block("lead", f"さて、{word}より公開されました。")
    )


@pytest.mark.parametrize(
    "word", ["JPCERT/CC", "CERT/CC", "JVN iPedia", "CSIRT-A", "JPCERT-AT-2026-0001", "NetBSD", "SMTP"]
)
def test_a_right_name_is_left_alone(word: str) -> None:
    """Known names and other words are no misspellings."""
    found = look(with_block("lead", f"さて、{word}より公開されました。"))
    assert "issuer-misspelt" not in {code for _, code, _ in found}


@pytest.mark.parametrize("verdict", [Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE])
def test_an_old_signature_is_told_to_whoever_decides(verdict: Verdict) -> None:
    """A key that has expired since, or a signature too old to check, is a warning that names the advisory."""
    old = replace(TIMED, signature=Signature(verdict, "the key ended on 2020-01-01"))
    case = replace(CASE, advisories=(VU, old))
    notice = draft.from_case(case, EXPOSURES, 0, PROVIDER, NOW, templates=TEMPLATES)
    assert ("warning", verdict.value, TIMED.number) in look(notice)


def test_a_doubled_phrase_is_found() -> None:
    """The seed page's second defect, in a block, the title and so the subject."""
    twice = "timed の応答増幅に関する注意喚起に関する注意喚起"
    assert ("error", "doubled-phrase", "ブロック 前文") in look(with_block("lead", f"{twice}が公開されました。"))
    assert messages(with_block("lead", f"{twice}が公開されました。"), "doubled-phrase") == [
        "the phrase stands twice: に関する注意喚起"
    ]
    assert ("error", "doubled-phrase", "件名") in look(replace(NOTICE, title=twice))


def test_a_quoted_signed_text_needs_its_original() -> None:
    """The seed page's third defect: pasted or quoted whole, without a verified original to download."""
    pasted = with_block("overview", "-----BEGIN PGP SIGNED MESSAGE-----\n各位", NOTICE)
    broken = replace(TIMED, signature=Signature(Verdict.MALFORMED))
    assert ("error", "no-original", "公開ページ") in look(replace(pasted, advisories=(broken, VU)))
    assert ("error", "no-original", "公開ページ") in look(replace(NOTICE, quote="whole", advisories=(broken, VU)))
    assert look(replace(NOTICE, quote="whole")) == []
    unsigned = replace(TIMED, signature=Signature(Verdict.UNSIGNED))
    assert not messages(replace(NOTICE, quote="whole", advisories=(unsigned, broken)), "no-original")
    assert messages(replace(pasted, advisories=(unsigned, broken)), "no-original") == [
        "the signed text of CSIRT-A-AT-2026-0007 is quoted without its verified original to download"
    ]
    assert not messages(replace(NOTICE, advisories=(broken,)), "no-original")
    own = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), pasted.blocks[-1:], NOW)
    assert ("error", "no-original", "公開ページ") in look(own, ())


def test_the_seeds_first_post_is_stopped(seed: Path) -> None:
    """The real page, taken as an operator's own text, is refused for all three of its defects."""
    first = seed.read_text(encoding="utf-8").split("2014年03月18日")[1]
    codes = {code for level, code, _ in look(draft.own(first, PROVIDER, NOW), ()) if level == "error"}
    assert {"issuer-misspelt", "doubled-phrase", "no-original"} <= codes


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("timed 9.9.9 以降へ更新してください。", "error", "claim-version"),
        ("CVE-2026-1000 です。", "error", "claim-name"),
        ("CVE-2026-100070 です。", "error", "claim-name"),
        ("CSIRT-A-AT-2026-0008 です。", "error", "claim-name"),
        ("2026年11月19日(木)に公開されました。2026/11/18 とも。", "error", "claim-date"),
        ("ポート 321 を閉じてください。", "warning", "claim-number"),
    ],
)
def test_a_claim_nobody_made_is_found(text: str, level: str, code: str) -> None:
    """Versions, names, dates and numbers that stand in no advisory and no inventory."""
    assert (level, code, "ブロック 対策") in look(with_block("solution", text))


def test_claims_of_advisories_and_inventory_pass() -> None:
    """Installed versions, the distributor's, the issuer's dates and names in any spelling are known."""
    words = "1:4.2.6.p5+dfsg-7 と 1:4.2.6.p5+dfsg-7+deb12u2、JVNVU#90000007、2026/11/20、https://x.example/9.9.9、3台、第2版"
    assert look(with_block("solution", words)) == []


def test_an_empty_audience_is_found() -> None:
    """No 対象, no plan, no service: nobody could know whether he is meant."""
    bare = replace(NOTICE, blocks=tuple(one for one in NOTICE.blocks if one.key != "affected"))
    assert ("error", "no-audience", "ブロック 対象") in look(bare)
    assert ("error", "no-audience", "対象") in look(replace(NOTICE, audience=Audience("contract")))
    trouble = Notice(Kind.TROUBLE, Step.FIRST, "遅延", Audience("none"), (Block("status", "対応中です。"),), NOW)
    assert ("error", "no-audience", "ブロック 対象サービス") in look(trouble, ())
    assert not messages(with_block("services", "メール", trouble), "no-audience")
    assert messages(with_block("services", " ", trouble), "no-audience") == ["対象サービス is empty"]
    own = Notice(Kind.OWN, Step.FIRST, "お願い", Audience("match"), (Block("body", "本文です。"),), NOW)
    assert ("error", "no-audience", "対象") in look(own, ())


def test_an_empty_title_or_body_is_found() -> None:
    """Neither a page without a title nor one without words is published; what changed is no body."""
    assert ("error", "no-title", "件名") in look(replace(NOTICE, title=" "))
    bare = Notice(Kind.OWN, Step.FIRST, "お願い", Audience("none"), (Block("change", "直しました。"),), NOW)
    assert ("error", "no-body", "本文") in look(bare, ())
    assert not {code for _, code, _ in look(with_block("body", "本文です。", bare), ())} & {"no-body", "no-title"}


def test_a_first_notice_goes_on_from_nothing() -> None:
    """The first edition is no 続報; the second is."""
    assert ("error", "first-update", "段階") in look(replace(NOTICE, step=Step.UPDATE))
    assert look(replace(NOTICE, step=Step.UPDATE, edition=2)) == []


def test_a_post_without_mails_is_told() -> None:
    """Whoever decides reads that nobody is written to."""
    assert ("warning", "no-mails", "対象") in look(NOTICE, ())
    assert not messages(replace(NOTICE, digest=True), "no-mails")
    assert "no-mails" not in {code for _, code, _ in look(NOTICE)}


def with_subject(subject: str) -> list[tuple[str, str, str]]:
    """Look at the notice under a subject that some template made."""
    mails = [(one, render.mail(NOTICE, one, PROVIDER, TEMPLATES)) for one in RECIPIENTS]
    mails = [(one, MailText(subject, mail.text, mail.html)) for one, mail in mails]
    found = lint.check(NOTICE, render.post(NOTICE, render.Totals(), PROVIDER, TEMPLATES), mails, provider=PROVIDER)
    return [(one.level, one.code, one.where) for one in found]


def test_a_long_subject_and_a_late_name_are_found() -> None:
    """Subjects are at most 60 characters, and the product stands in the first 30 behind the marks."""
    assert len(render.subject(NOTICE, PROVIDER, TEMPLATES)) <= 60
    assert ("error", "subject-length", "件名") in with_subject("【重要】timed " + "長" * 60)
    assert ("error", "subject-matter", "件名") in with_subject("【重要】" + IROHA[:26] + " timed")
    assert with_subject("【重要】" + IROHA[:24] + " timed") == []
    assert with_subject("【重要】timed の問題") == []
    long = IROHA + "一二三四五六七八九十百千万億兆京垓春夏秋冬東西南北"
    assert with_subject("【重要】timed " + long[:50]) == []
    assert ("error", "subject-length", "件名") in with_subject("【重要】timed " + long[:51])
    assert ("error", "login-link", "メール K-1001") in with_subject("【重要】timed https://a.example/login")
    assert ("warning", "subject-matter", "件名") in with_subject("【重要】時刻同期の問題")
    own = Notice(Kind.OWN, Step.FIRST, "長" * 60, Audience("none"), (Block("body", "本文です。"),), NOW)
    post = render.post(own, render.Totals(), PROVIDER, TEMPLATES)
    mail = render.mail(own, Recipient(SATO, ()), PROVIDER, TEMPLATES)
    codes = [one.code for one in lint.check(own, post, [(Recipient(SATO, ()), mail)], provider=PROVIDER)]
    assert "subject-length" in codes


@pytest.mark.parametrize("words", ["株式会社あおば 御中 佐藤様", "お客様各位様", "佐藤様 御中", "佐藤様様"])
def test_honorifics_that_do_not_go_together_are_found(words: str) -> None:
    """御中 with 様, 各位 with 様, 様 twice."""
    assert ("error", "honorific", "ブロック 前文") in look(with_block("lead", f"{words}\n{NOTICE.block('lead')}"))


def test_the_first_line_of_a_mail_has_one_honorific() -> None:
    """A customer's name with honorifics in it is found before anybody reads it."""
    for name, faults in (("株式会社あおば 御中 佐藤", 1), ("株式会社あおば 佐藤", 0)):
        to = Recipient(replace(SATO, name=name), ())
        mail = render.mail(NOTICE, to, PROVIDER, TEMPLATES)
        post = render.post(NOTICE, render.Totals(), PROVIDER, TEMPLATES)
        found = lint.check(NOTICE, post, [(to, mail)], provider=PROVIDER)
        assert [one.code for one in found].count("honorific") == faults


def test_honorifics_in_use_pass() -> None:
    """お客様各位 is established, and a sentence may hold お客様 twice."""
    words = "お客様各位\nお客様ご自身で、お客様のサーバーをご確認ください。"
    assert look(with_block("lead", words)) == []


@pytest.mark.parametrize("words", ["\ufffd", "繧ケ", "縺薙l", "縺ゅ繧", "Ã\x81", "â€œ", "\x07"])
def test_mojibake_is_found(words: str) -> None:
    """Text read in the wrong encoding, replacement characters and control bytes."""
    assert ("error", "mojibake", "ブロック 概要") in look(with_block("overview", f"概要{words}です。"))


def test_what_a_recipients_encoding_lacks_is_found() -> None:
    """① and 髙 cannot be sent in ISO-2022-JP; only that recipient's mail is reported."""
    found = look(with_block("overview", "①髙"))
    assert ("error", "encoding", "メール K-1002") in found
    assert ("error", "encoding", "メール K-1001") not in found
    assert look(with_block("overview", "朝～夕、－、∥")) == []
    odd = Recipient(replace(SATO, encoding="none-such"), EXPOSURES[3:])
    assert ("error", "encoding", "メール K-1002") in look(NOTICE, (odd,))


def test_what_is_still_being_looked_at_is_found() -> None:
    """確認中 is a warning, and an error once the day beside it is over."""
    assert messages(with_block("impact", "一\n 影響は確認中です。 \n二"), "pending") == [
        "still 確認中: 影響は確認中です。"
    ]
    assert ("warning", "pending", "ブロック 影響") in look(with_block("impact", "2026年11月24日まで確認中です。"))
    later = replace(with_block("impact", "2026年11月24日まで確認中です。"), as_of=NOW + timedelta(days=1))
    assert ("error", "pending-overdue", "ブロック 影響") in look(later)
    past_midnight = replace(later, as_of=datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    assert ("error", "pending-overdue", "ブロック 影響") in look(past_midnight)


def test_a_verification_that_was_none_is_found() -> None:
    """Words that say a signature was checked need an advisory whose signature was."""
    words = "署名を検証済みです。"
    unsigned = replace(NOTICE, advisories=(replace(TIMED, signature=Signature(Verdict.UNSIGNED)), VU))
    for said in (
        "検証済の本文",
        "署名を検証いたしました",
        "署名を弊社にて確認しました",
        "署名の確認が",
        "署名検証を",
        "署名確認済",
    ):
        assert messages(with_block("overview", said, unsigned), "not-verified")
    for said in ("署名がありません", "本文を確認しました"):
        assert not messages(with_block("overview", said, unsigned), "not-verified")
    assert ("error", "not-verified", "ブロック 概要") in look(with_block("overview", words, unsigned))
    assert look(with_block("overview", words)) == []


@pytest.mark.parametrize("url", ["https://www.login.example/", "https://a.example/logins", "https://a.example/?login"])
def test_a_word_within_an_address_is_no_login(url: str) -> None:
    """Only a part of its path, or the first of its host's name."""
    assert "login-link" not in {code for _, code, _ in look(with_block("provider", url))}


@pytest.mark.parametrize("url", ["https://a.example/login", "https://a.example/mypage/x", "https://login.a.example/"])
def test_a_login_link_is_found(url: str) -> None:
    """Customers are phished in the provider's name, so no mail asks them to log in."""
    assert ("error", "login-link", "メール K-1001") in look(with_block("provider", url))


def test_another_customers_names_are_found() -> None:
    """A server, a contract or a name of one customer in another's mail, or of any in the post."""
    mine = render.mail(NOTICE, RECIPIENTS[0], PROVIDER, TEMPLATES)
    for leak in ("ns1.aoba.example", "A-0002", "admin@aoba.example", "株式会社あおば商店 御中"):
        mail = render.mail(NOTICE, RECIPIENTS[1], PROVIDER, TEMPLATES)
        leaked = MailText(mail.subject, mail.text + leak + "\n", mail.html)
        post = render.post(NOTICE, render.Totals(), PROVIDER, TEMPLATES)
        found = lint.check(NOTICE, post, [(RECIPIENTS[0], mine), (RECIPIENTS[1], leaked)], provider=PROVIDER)
        assert [(one.code, one.where) for one in found] == [("foreign-name", "メール K-1002")]
    for leak in ("vps-31.mihon.example", "株式会社あおば商店"):
        assert ("error", "foreign-name", "公開ページ") in look(with_block("provider", f"{leak} が対象です。"))


def test_errors_come_first() -> None:
    """A person reads what bars approval before what does not."""
    levels = [level for level, _, _ in look(with_block("impact", "確認中です。9.9.9 と 321"))]
    assert levels == sorted(levels)
    assert set(levels) == {"error", "warning"}


WORDS = st.text("abc", max_size=6)


@given(WORDS, WORDS)
@settings(max_examples=100)
def test_distance_is_symmetric_and_zero_for_equals_only(left: str, right: str) -> None:
    """The measure behind misspellings behaves as one; a swap of neighbours counts once."""
    assert distance(left, right) == distance(right, left)
    assert (distance(left, right) == 0) == (left == right)
    assert distance("JPCRET", "JPCERT") == 1


def test_a_form_left_unfilled_is_stopped() -> None:
    """What a shipped form leaves to be filled in is named; the brackets of a publisher are his own words."""
    own = Notice(Kind.OWN, Step.FIRST, "〔件名〕", Audience("none"), (Block("body", "〔日時〕に行います。"),), NOW)
    blank = replace(own, blocks=(Block("body", "〔〕と〔〕、〔日時"),))
    assert messages(blank, "unfilled") == ["not filled in: 〔件名〕", "not filled in: 〔〕", "not filled in: 〔日時"]
    assert {("error", "unfilled", "件名"), ("error", "unfilled", "ブロック 本文")} <= set(look(own, ()))
    assert "unfilled" not in {code for _, code, _ in look(with_block("overview", "〔原文の注〕です。"))}


def test_a_misspelt_product_is_found() -> None:
    """A slip in the name of one of the case's products; its package's lower case, and another product, are right."""
    large = replace(TIMED, affected=(replace(TIMED.affected[0], product="OpenTimed"), *TIMED.affected))
    notice = replace(NOTICE, advisories=(large, VU))
    for word in ("OpneTimed", "OpenTimd", "timde", "Open-Timed"):
        assert ("error", "product-misspelt", "ブロック 対策") in look(with_block("solution", f"{word} を更新", notice))
    for word in ("OpenTimed", "opentimed", "timed", "Timed", "HTTP"):
        found = look(with_block("solution", f"{word} を更新してください。", notice))
        assert "product-misspelt" not in {code for _, code, _ in found}
    mails = [(one, render.mail(notice, one, PROVIDER, TEMPLATES)) for one in RECIPIENTS]
    other = with_block("solution", "OpenTimes を更新", notice)
    post = render.post(other, render.Totals(), PROVIDER, TEMPLATES)
    assert "product-misspelt" in {one.code for one in lint.check(other, post, mails, provider=PROVIDER)}
    known = lint.check(other, post, mails, provider=PROVIDER, is_product=lambda word: word == "OpenTimes")
    assert "product-misspelt" not in {one.code for one in known}
