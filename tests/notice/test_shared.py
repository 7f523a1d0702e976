"""Mails by the thousand are the mails one by one, to the byte."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedbot.errors import NoticeError
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Audience, Notice, Recipient, draft, mails, render
from feedbot.notice import _shared as shared
from tests.notice.fixtures import CASE, EXPOSURES, NOW, PROVIDER
from tests.notice.test_render import TEMPLATES, overridden

NOTICE = replace(
    draft.from_case(CASE, EXPOSURES, 0, PROVIDER, NOW, templates=TEMPLATES), number="INFO-2026-0001", issued=NOW.date()
)
OWN = draft.own("件名: 回線の切替え\n種別: お知らせ\n対象: すべてのお客様\n\n回線を切り替えます。\n", PROVIDER, NOW)
NAMES = (
    "見本商事",
    "Example Inc.",
    "A",
    "見本 花子",
    "山田 様",
    "- 項目",
    "## 見出し",
    "a :: b",
    "https://x.example/ab",
)
"""Names as they are, and some that the light markup, folding and links would read as something else."""
DISTROS = ("debian:12", "almalinux:9", "")


def found(dice: random.Random, distro: str) -> tuple[Match, ...]:
    """Make up to three verdicts over packages of a distribution."""
    made = []
    for name in dice.sample(("timed", "timed-utils", "libtimed1"), dice.randint(0, 3)):
        scheme = {"debian:12": "deb", "almalinux:9": "rpm", "": "generic"}[distro]
        component = Component(scheme, name, dice.choice(("4.2.6", "4.2.7")), "timed", distro=distro)
        verdict = dice.choice((MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN))
        fixed = dice.choice(((), ("4.2.8",)))
        made.append(Match(component, "timed", verdict, Because("range", "", "timed", distro), fixed))
    return tuple(made)


def recipients(seed: int, count: int) -> Iterator[Recipient]:
    """Make customers of all plans with one to three contracts, none to three servers on each."""
    dice = random.Random(seed)
    for n in range(count):
        name = dice.choice(NAMES) + ("" if dice.random() < 0.2 else str(dice.getrandbits(dice.choice((8, 60)))))
        customer = Customer(f"C{n}", name, f"c{n}@customer.example", organisation=dice.random() < 0.5)
        exposures = []
        for c in range(dice.choice((1, 1, 1, 2, 3))):
            plan = dice.choice(tuple(Plan))
            contract = Contract(f"V-{dice.choice((n, c, 10 * n + c))}-{c}", f"C{n}", plan, dice.random() < 0.5)
            for s in range(dice.choice((1, 1, 1, 2, 3))):
                distro = dice.choice(DISTROS)
                host = dice.choice((f"h{n}-{s}", f"とても長い名前のサーバー{n}-{s}.customer.example", f"{n}{c}{s}"))
                host = "" if s == 0 and dice.random() < 0.1 else host
                exposures.append(Exposure(customer, contract, Server(host, contract.id, distro), found(dice, distro)))
        end = replace(customer, id=f"E{n}", name=f"最終顧客{n}") if dice.random() < 0.2 else None
        contact = f"c{n}@other.example" if dice.random() < 0.2 else ""
        yield Recipient(customer, tuple(exposures), contact, reseller=f"C{n}" if end else "", end=end)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("notice", [NOTICE, OWN, replace(NOTICE, audience=Audience("contract", ("vps",)))])
def test_many_at_once_are_the_same_as_each_alone(notice: Notice, seed: int) -> None:
    """300 customers of a few shapes, with names that look like markup among them: not a byte differs."""
    everybody = list(recipients(seed, 100)) * 2 + list(recipients(seed + 10, 100))
    alone = [render.mail(notice, one, PROVIDER, TEMPLATES) for one in everybody]
    assert list(mails(notice, everybody, PROVIDER, TEMPLATES)) == alone


def one_shape(count: int) -> list[Recipient]:
    """Customers who differ in names alone."""
    return [
        Recipient(customer, (Exposure(customer, contract, Server(f"h{n}", contract.id, "debian:12"), ()),))
        for n in range(count)
        if (customer := Customer(f"C{n}", f"見本{n}", f"c{n}@x.example"))
        and (contract := Contract(f"V{n}", f"C{n}", Plan.VPS, root=True))
    ]


def test_contacts_and_resellers_are_of_the_same_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """At whose address a mail is read makes it no other mail; about whose customer it is are names like others."""
    whole = one_shape(6)
    contacts = [replace(one, contact=f"k{n}@x.example") for n, one in enumerate(whole)]
    ends = [replace(one, reseller="R1", end=replace(one.customer, id=f"E{n}")) for n, one in enumerate(whole)]
    alone = [render.mail(NOTICE, one, PROVIDER, TEMPLATES) for one in (*contacts, *ends)]
    seen = counted(monkeypatch)
    assert list(mails(NOTICE, [*contacts, *ends], PROVIDER, TEMPLATES)) == alone
    assert seen == ["C0", "C1", "C0", "C1"]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note whose mails are rendered whole."""
    seen: list[str] = []
    whole = render.mail

    def mail(notice: Notice, recipient: Recipient, *rest: object) -> object:
        seen.append(recipient.customer.id)
        return whole(notice, recipient, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(shared._render, "mail", mail)
    return seen


def test_of_one_shape_two_are_rendered_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, and the second to prove the form; the other eight are made of it."""
    seen = counted(monkeypatch)
    assert len(list(mails(NOTICE, one_shape(10), PROVIDER, TEMPLATES))) == 10
    assert seen == ["C0", "C1"]


@pytest.mark.parametrize(
    ("name", "text", "whole"),
    [
        ("notice/part_closing.j2", "{{ provider.contact }}\n", 2),
        ("notice/part_closing.j2", "{{ notice.title }} {{ block('none') }}{{ omit('none') }}\n", 2),
        ("notice/part_closing.j2", "{{ page_url }}{{ signed|length }}\n", 2),
        (
            "notice/part_closing.j2",
            "{{ notice.title }}{{ provider.name }}{{ block('none') }}{{ omit('none') }}"
            "{{ page_url }}{{ signed|length }}",
            2,
        ),
        ("notice/part_closing.j2", "{{ shares|length }}\n", 10),
        ("notice/part_closing.j2", "{% if customer.id == 'C7' %}特別{% endif %}\n", 10),
        ("notice/part_closing.j2", "{% include 'notice/part_page.j2' %}\n", 10),
        ("notice/mail.html.j2", "{{ '!' if 'h7' in body else '' }}{{ body|safe }}", 10),
    ],
)
def test_an_own_template_that_may_look_at_names_is_rendered_for_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str, whole: int
) -> None:
    """One that asks for the notice alone costs nothing; one that may decide by a name decides for every customer."""
    templates = overridden(tmp_path, name, text)
    alone = [render.mail(NOTICE, one, PROVIDER, templates) for one in one_shape(10)]
    seen = counted(monkeypatch)
    assert list(mails(NOTICE, one_shape(10), PROVIDER, templates)) == alone
    assert len(seen) == whole


@pytest.mark.parametrize("name", ["見本 様", "見本 御中", " 見本", "見本 ", "見本\n二", "見本\ue0000\ue001"])
def test_a_name_that_is_more_than_a_name_is_rendered_by_itself(name: str) -> None:
    """After two plain names have proven the form: it brings its own honorific, blanks, another line, or our marks."""
    everybody = one_shape(4)
    everybody[2] = replace(everybody[2], customer=replace(everybody[2].customer, name=name))
    alone = [render.mail(NOTICE, one, PROVIDER, TEMPLATES) for one in everybody]
    assert list(mails(NOTICE, everybody, PROVIDER, TEMPLATES)) == alone


def test_an_end_customer_s_name_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain reseller's customer with an honorific of his own is rendered by himself; Latin names are plain names."""
    everybody = [
        replace(one, reseller="R1", end=replace(one.customer, name=f"X{n}")) for n, one in enumerate(one_shape(4))
    ]
    everybody[3] = replace(everybody[3], end=replace(everybody[3].customer, name="最終顧客 様"))
    alone = [render.mail(NOTICE, one, PROVIDER, TEMPLATES) for one in everybody]
    seen = counted(monkeypatch)
    assert list(mails(NOTICE, everybody, PROVIDER, TEMPLATES)) == alone
    assert seen == ["C0", "C1", "C3"]


def test_a_command_of_several_lines_stays_whole() -> None:
    """A line of blanks between its lines is of the command."""
    block = replace(NOTICE.blocks[0], text="次を実行します。\n\n    a\n    \n    b\n\n以上")
    notice = replace(NOTICE, blocks=(block, *NOTICE.blocks[1:]))
    alone = [render.mail(notice, one, PROVIDER, TEMPLATES) for one in one_shape(4)]
    assert list(mails(notice, one_shape(4), PROVIDER, TEMPLATES)) == alone


def test_a_form_that_is_not_proven_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where putting names for marks gives another mail, each mail of the shape is rendered whole."""
    monkeypatch.setattr(shared, "_put", lambda cut, names: "".join(cut))
    alone = [render.mail(NOTICE, one, PROVIDER, TEMPLATES) for one in one_shape(5)]
    assert list(mails(NOTICE, one_shape(5), PROVIDER, TEMPLATES)) == alone


def test_marks_in_a_text_of_the_notice_are_only_characters() -> None:
    """A publisher who writes our marks gets nobody's name put for them."""
    notice = replace(
        NOTICE, blocks=(*NOTICE.blocks[:-1], replace(NOTICE.blocks[-1], text="\ue0001\ue001 \ue0009\ue001"))
    )
    alone = [render.mail(notice, one, PROVIDER, TEMPLATES) for one in one_shape(5)]
    assert list(mails(notice, one_shape(5), PROVIDER, TEMPLATES)) == alone


def test_a_template_that_fails_is_an_error(tmp_path: Path) -> None:
    """Nothing is given out half."""
    with pytest.raises(NoticeError, match="part_closing"):
        list(mails(NOTICE, one_shape(3), PROVIDER, overridden(tmp_path, "notice/part_closing.j2", "{{ nothing }}")))
