from dataclasses import replace
from pathlib import Path

import pytest

from feedbot.advisory import Signature, Verdict
from feedbot.errors import NoticeError
from feedbot.inventory import Component, Contract, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Block, Recipient, Step, draft, render
from feedbot.notice._fold import COLUMNS, width
from feedbot.notice._share import commands
from tests.notice.fixtures import AOBA, CASE, EXPOSURES, NOW, PROVIDER, SATO, TIMED, VU

TEMPLATES = render.Templates.load()
NOTICE = draft.from_case(CASE, EXPOSURES, 0, PROVIDER, NOW, templates=TEMPLATES)
TO_SATO = Recipient(SATO, EXPOSURES[3:])


def overridden(folder: Path, name: str, text: str) -> render.Templates:
    """Put an operator's template into a folder and load it before the shipped ones."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return render.Templates.load((folder,))


def test_an_operators_template_wins(tmp_path: Path) -> None:
    """A file of the same name replaces the shipped one, and the digest of the templates in force changes with it."""
    templates = overridden(tmp_path, "notice/part_greeting.j2", "いつもありがとうございます。\n")
    text = render.post(NOTICE, render.Totals(), PROVIDER, templates).text
    assert "いつもありがとうございます。" in text
    assert "平素は" not in text
    assert templates.digest() != TEMPLATES.digest()
    assert render.Templates.load().digest() == TEMPLATES.digest()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("一行目\n{{ nothing }}\n", r"advisory_mail\.j2:2: the template fails: 'nothing' is undefined"),
        ("{{ notice.nothing }}", r"advisory_mail\.j2:1: .*nothing"),
        ("一\n二\n{% if %}", r"advisory_mail\.j2:3: not a template"),
        ("{% include 'notice/none.j2' %}", r"notice/none\.j2: no such template"),
        ("{{ 1|day }}", r"advisory_mail\.j2:1: the template fails"),
        ("{{ customer.__class__.__mro__ }}", r"advisory_mail\.j2:1: .*unsafe"),
        ("{{ 'あ' * 99999999 }}", r"advisory_mail\.j2:1: .*operator \*"),
        ("{% for x in range(9) %}{% endfor %}", r"advisory_mail\.j2:1: .*range"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """Unknown names, bad grammar, escapes from the sandbox and waste give one error with file and line, no text."""
    templates = overridden(tmp_path, "notice/advisory_mail.j2", text)
    with pytest.raises(NoticeError, match=words):
        render.mail(NOTICE, TO_SATO, PROVIDER, templates)


def test_an_error_in_an_included_part_names_the_part(tmp_path: Path) -> None:
    """The place named is where the fault is, not the template that includes it."""
    templates = overridden(tmp_path, "notice/part_closing.j2", "あ\n\n{{ provider.nothing }}\n")
    with pytest.raises(NoticeError, match=r"part_closing\.j2:3:"):
        render.mail(NOTICE, TO_SATO, PROVIDER, templates)


def test_endless_output_is_stopped(tmp_path: Path) -> None:
    """A template that puts out more than any notice is refused."""
    nested = "{% for a in c %}{% for b in c %}{% for d in c %}{{ d }}{% endfor %}{% endfor %}{% endfor %}"
    templates = overridden(tmp_path, "notice/advisory_mail.j2", "{% set c = 'x'|center(100)|list %}" + nested)
    with pytest.raises(NoticeError, match="too much"):
        render.mail(NOTICE, TO_SATO, PROVIDER, templates)


def test_a_block_left_out_is_an_error(tmp_path: Path) -> None:
    """An override that forgets 対策 cannot silently send a notice without it."""
    shipped = (render.shipped() / "notice" / "part_advisory.j2").read_text(encoding="utf-8")
    templates = overridden(tmp_path, "notice/part_advisory.j2", shipped.replace('"solution", ', ""))
    with pytest.raises(NoticeError, match=r"advisory_post\.j2: .*leaves out the block solution"):
        render.post(NOTICE, render.Totals(), PROVIDER, templates)


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.VERIFIED])
def test_what_is_not_verified_is_never_said_to_be(verdict: Verdict) -> None:
    """Only a verified signature is spoken of, with fingerprint and the original to download."""
    signature = Signature(verdict, transport="https", fingerprint="AB" * 20, primary_fingerprint="AB" * 20)
    notice = replace(NOTICE, advisories=(replace(TIMED, signature=signature), VU))
    for text in (
        render.post(notice, render.Totals(), PROVIDER, TEMPLATES).text,
        render.mail(notice, TO_SATO, PROVIDER, TEMPLATES).text,
    ):
        assert "検証いた" not in text
        assert "ABAB" not in text
        assert "originals/" not in text
    assert "0123 4567 89AB" in render.post(NOTICE, render.Totals(), PROVIDER, TEMPLATES).text


def test_no_line_of_a_mail_is_wider_than_the_page() -> None:
    """Text mail is folded at 36 full-width columns; only addresses may stand out."""
    for line in render.mail(NOTICE, TO_SATO, PROVIDER, TEMPLATES).text.split("\n"):
        assert width(line) <= COLUMNS or "https://" in line


def test_markup_in_customer_data_stays_text() -> None:
    """A hostile name or host is shown, not run, in HTML."""
    customer = replace(SATO, name="<script>alert(1)</script>")
    server = Server("<img src=x>", "A-0003")
    exposure = replace(EXPOSURES[3], customer=customer, server=server)
    html = render.mail(NOTICE, Recipient(customer, (exposure,)), PROVIDER, TEMPLATES).html
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_a_subject_is_one_line() -> None:
    """Whatever stands in a title, the subject holds no line break."""
    notice = replace(NOTICE, title="題\r\nBcc: x@y.example")
    assert render.subject(notice, PROVIDER, TEMPLATES) == "【重要】【みほんレンタルサーバー】題 Bcc: x@y.example"


def test_a_long_subject_gives_up_its_formula_first() -> None:
    """「に関する注意喚起」 is left out where the subject would pass 60 characters; the matter is never cut."""
    matter = "timed の応答増幅により第三者への攻撃に加担する問題"
    first = replace(NOTICE, title=f"{matter}に関する注意喚起")
    assert render.subject(first, PROVIDER, TEMPLATES) == f"【重要】【みほんレンタルサーバー】{matter}に関する注意喚起"
    update = render.subject(replace(first, step=Step.UPDATE), PROVIDER, TEMPLATES)
    assert update == f"【重要】【みほんレンタルサーバー】{matter}(2026/11/24更新)"


def test_commands_suit_the_distribution() -> None:
    """apt-get, dnf, or yum where dnf is not there yet; none for software without a package, none for odd names."""
    deb = Component("deb", "timed", "1", distro="ubuntu:24.04")
    rpm = Component("rpm", "timed", "1", distro="almalinux:9")
    old = Component("rpm", "timed", "1", distro="centos:7")
    odd = Component("deb", "timed; reboot", "1", distro="debian:12")
    found = {one.distros: one.update[-1] for one in commands((deb, rpm, old, odd, Component("generic", "timed", "1")))}
    assert found == {
        ("ubuntu:24.04",): "sudo apt-get install --only-upgrade timed",
        ("almalinux:9",): "sudo dnf upgrade timed",
        ("centos:7",): "sudo yum update timed",
    }


def test_customers_without_root_need_do_nothing() -> None:
    """A shared or managed customer reads 対応不要 and gets no command; what is not affected is not named."""
    contract = Contract("A-9", "K-1001", Plan.MANAGED, False)
    safe = Match(Component("deb", "harmless", "1"), "timed", MatchVerdict.NOT_AFFECTED, Because("range"))
    exposure = Exposure(AOBA, contract, Server("m1.example", "A-9", "debian:12"), (*EXPOSURES[2].matches, safe))
    text = render.mail(NOTICE, Recipient(AOBA, (exposure,)), PROVIDER, TEMPLATES).text
    assert "(対応不要)" in text.replace("\n", "")
    assert "apt-get" not in text
    assert "harmless" not in text


def test_only_possible_exposure_is_said_to_be_possible() -> None:
    """Where no match is sure, the mail does not say that the customer is affected."""
    unknown = replace(EXPOSURES[3].matches[0], verdict=MatchVerdict.UNKNOWN)
    text = render.mail(
        NOTICE, Recipient(SATO, (replace(EXPOSURES[3], matches=(unknown,)),)), PROVIDER, TEMPLATES
    ).text.replace("\n", "")
    assert "影響を受ける可能性がありますので" in text
    assert "影響を受けるソフトウェアを確認いたしました" not in text
    assert "(影響の有無を確認中)" in text


def test_a_whole_quotation_keeps_every_line() -> None:
    """In whole mode the publisher's words stand unaltered, mark-like lines included."""
    section = replace(TIMED.sections[1], text="## 見出しではない\n- 項目ではない\n\n    字下げ\n> 引用ではない  終わり")
    notice = replace(NOTICE, quote="whole", advisories=(replace(TIMED, sections=(section,)),))
    post = render.post(notice, render.Totals(), PROVIDER, TEMPLATES)
    assert f"I. 概要\n\n{section.text}\n----- ここまで引用 -----" in post.text
    assert "(CSIRT-A-AT-2026-0007、2026年11月20日(金))" in post.text.replace("\n", "")


def test_every_kind_has_its_post_and_mail() -> None:
    """Each kind of notice renders from shipped templates."""
    for kind in type(NOTICE.kind):
        notice = replace(NOTICE, kind=kind, blocks=(Block("body", "本文です。"),))
        assert "本文です。" in render.post(notice, render.Totals(), PROVIDER, TEMPLATES).text
        assert "本文です。" in render.mail(notice, TO_SATO, PROVIDER, TEMPLATES).text
