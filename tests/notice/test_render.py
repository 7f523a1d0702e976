import re
from dataclasses import replace
from pathlib import Path

import pytest

from feedbot.advisory import Signature, Verdict
from feedbot.errors import NoticeError
from feedbot.inventory import Component, Contract, PatchedBy, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Block, Kind, Notice, Recipient, Step, draft, render
from feedbot.notice._fold import COLUMNS, width
from feedbot.notice._share import commands, concerning, shares
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


def test_a_fault_tells_what_can_be_done(tmp_path: Path) -> None:
    """The hint names nothing that does not exist: correct the file, or delete one's own."""
    with pytest.raises(NoticeError) as caught:
        render.mail(NOTICE, TO_SATO, PROVIDER, overridden(tmp_path, "notice/advisory_mail.j2", "{{ nothing }}"))
    assert "deleting it puts the shipped one in force again" in caught.value.hint()


def test_an_error_in_an_included_part_names_the_part(tmp_path: Path) -> None:
    """The place named is where the fault is, not the template that includes it."""
    templates = overridden(tmp_path, "notice/part_closing.j2", "あ\n\n{{ provider.nothing }}\n")
    with pytest.raises(NoticeError, match=r"part_closing\.j2:3:"):
        render.mail(NOTICE, TO_SATO, PROVIDER, templates)


def test_endless_output_is_stopped(tmp_path: Path) -> None:
    """A template that puts out more than any notice is refused."""
    nested = "{% for a in c %}{% for b in c %}{% for d in c %}{{ d }}{% endfor %}{% endfor %}{% endfor %}"
    templates = overridden(tmp_path, "notice/advisory_mail.j2", "{% set c = 'x'|center(100)|list %}" + nested)
    with pytest.raises(NoticeError, match=r"too much|too often"):
        render.mail(NOTICE, TO_SATO, PROVIDER, templates)


_SILENT = (
    "{% for a in c %}{% for b in c %}{% for d in c %}{% for e in c %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("一\n{% set c = 'x'|center(100)|list %}" + _SILENT, r"mail\.j2:2: .*goes round too often"),
        (
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
            "round too often",
        ),
        ("{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40, "puts out too much"),
        ("{{ 'x'|center(9000000)|length }}", "puts out too much"),
        ("{{ 'x'|center(99999999999999)|length }}", "the template fails"),
    ],
)
def test_work_without_output_is_stopped_too(tmp_path: Path, text: str, words: str) -> None:
    """Rounds that print nothing, calls that double, and texts that grow end by count, whatever the machine's speed."""
    with pytest.raises(NoticeError, match=words):
        render.mail(NOTICE, TO_SATO, PROVIDER, overridden(tmp_path, "notice/advisory_mail.j2", text))


def test_a_block_left_out_is_an_error(tmp_path: Path) -> None:
    """An override that forgets 対策 cannot silently send a notice without it."""
    shipped = (render.shipped() / "notice" / "part_advisory.j2").read_text(encoding="utf-8")
    templates = overridden(tmp_path, "notice/part_advisory.j2", shipped.replace('"solution", ', ""))
    with pytest.raises(NoticeError, match=r"advisory_post\.j2:\d+: .*leaves out the block solution"):
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


def managed(*matches: Match) -> Exposure:
    """A server that the provider looks after."""
    contract = Contract("A-9", "K-1001", Plan.MANAGED, False)
    return Exposure(AOBA, contract, Server("m1.example", "A-9", "debian:12"), matches)


def to(*exposures: Exposure, notice: Notice = NOTICE) -> str:
    """Render a mail to the shop, on one line."""
    return render.mail(notice, Recipient(AOBA, exposures), PROVIDER, TEMPLATES).text


def test_customers_without_root_need_do_nothing() -> None:
    """A shared or managed customer reads that nothing is to be done, and nothing that would contradict it: neither
    対策 nor 回避策, no command, no other plan's item. What is not affected is not named."""
    safe = Match(Component("deb", "harmless", "1"), "timed", MatchVerdict.NOT_AFFECTED, Because("range"))
    everybody = draft.from_case(
        CASE, (*EXPOSURES, managed(*EXPOSURES[2].matches)), 0, PROVIDER, NOW, templates=TEMPLATES
    )
    text = to(managed(*EXPOSURES[2].matches, safe), notice=everybody)
    flat = text.replace("\n", "").replace(" ", "")
    assert "お客様による作業は不要です。" in flat
    assert "マネージドサーバーをご利用のお客様:弊社にて対応" in flat
    for words in ("対応不要", "お願いいたします", "ご検討", "■対策", "■回避策", "apt-get", "→", "VPS", "harmless"):
        assert words not in flat


def test_a_customer_with_both_kinds_reads_which_is_which() -> None:
    """What he does and what the provider does stand apart, and 対策 says which servers it is about."""
    text = to(*EXPOSURES[:3])
    mine, _, ours = text.partition("■ 弊社にて対応するサーバー")
    assert "■ お客様にご対応いただくサーバー" in mine
    assert "ns1.aoba.example" in mine
    assert "s12.mihon.example" not in mine
    assert "s12.mihon.example" in ours
    assert "■ 対策\n\nお客様にご対応いただくサーバーについてのご案内です。" in ours
    assert "共用サーバーをご利用のお客様" in ours


def test_a_source_is_one_line_and_one_arrow() -> None:
    """Binary packages of one source and version stand on one line; only what they are updated to is an arrow."""
    matches = tuple(
        Match(Component("deb", name, "2.4.57-2", source="web", distro="debian:12"), "web", MatchVerdict.AFFECTED,
              Because("upstream-range"), ("2.4.60",))
        for name in ("web", "web-bin", "web-utils")
    )  # fmt: skip
    text = to(replace(EXPOSURES[0], matches=matches))
    assert "web、web-bin、web-utils 2.4.57-2\n  　→ 開発元の修正済みバージョン: 2.4.60\n" in text
    assert text.count("→") == 1


def test_how_to_correct_suits_how_it_was_installed() -> None:
    """The distributor's packages are spoken of to those who have some, the maker's versions to those who built."""
    of_distro, built = "OS の配布元が提供するパッケージ", "ソースから導入されたソフトウェア"
    only_built = to(replace(EXPOSURES[1], matches=EXPOSURES[1].matches[1:]))
    assert built in only_built
    assert of_distro not in only_built
    only_packages = to(EXPOSURES[0])
    assert of_distro in only_packages
    assert built not in only_packages


def test_many_contracts_are_one_list_in_natural_order() -> None:
    """40 contracts: one section, V-2 before V-10, the commands once, and five numbers at the head."""
    held = tuple(
        replace(
            EXPOSURES[0],
            contract=Contract(f"V-{n}", "K-1001", Plan.VPS, True),
            server=Server(f"vps{n}", f"V-{n}", "debian:12"),
        )
        for n in range(1, 41)
    )
    text = to(*held)
    assert "\nご契約番号: V-1、V-2、V-3、V-4、V-5 ほか 35件\n" in text
    assert text.count("■ お客様にご対応いただくサーバー") == 1
    assert re.findall(r"^ご契約番号 (V-\d+)\(VPS\): vps", text, re.MULTILINE) == [f"V-{n}" for n in range(1, 41)]
    assert text.count("dpkg-query") == 1


def test_an_item_for_another_plan_is_left_out_with_its_lines() -> None:
    """What an operator wrote besides stays; an item goes with its further lines."""
    text = (
        "- 共用サーバーをご利用のお客様: 弊社\n  にて\n- VPSをご利用のお客様(root 権限をお持ちのお客様): お客様\n"
        "- VPSをご利用のお客様(root 権限をお持ちでないお客様): 弊社が\n- 夜間に行います\n\n以上"
    )
    assert concerning(text, shares(EXPOSURES[3:])) == (
        "- VPSをご利用のお客様(root 権限をお持ちのお客様): お客様\n- 夜間に行います\n\n以上"
    )


@pytest.mark.parametrize(("by", "kept"), [(PatchedBy.CUSTOMER, "ご自身で"), (PatchedBy.PROVIDER, "弊社が")])
def test_who_updates_decides_which_item_is_for_a_customer(by: PatchedBy, kept: str) -> None:
    """Not who has root: this one has it, whoever updates."""
    text = (
        "- VPSをご利用のお客様(ソフトウェアの更新を弊社が行うご契約のお客様): 不要\n"
        "- VPSをご利用のお客様(ソフトウェアの更新をご自身で行うご契約のお客様): 対策"
    )
    mine = [replace(one, contract=replace(one.contract, patched_by=by)) for one in EXPOSURES[3:]]
    (line,) = concerning(text, shares(mine)).split("\n")
    assert f"更新を{kept}行うご契約" in line


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
        assert ("本文です。" in render.post(notice, render.Totals(), PROVIDER, TEMPLATES).text) is (
            kind is not Kind.LISTING
        )
        assert "本文です。" in render.mail(notice, TO_SATO, PROVIDER, TEMPLATES).text
