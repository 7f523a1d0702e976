"""The last look at each mail and page: whose names stand in it, and who reads it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.matching import Exposure
from feedbot.notice import MailText, Post, Provider, Recipient, misplaced, misread

AOBA, SATO = Customer("C1", "青葉商事", "info@aoba.example"), Customer("C2", "佐藤花子", "s@sato.example")
OURS = Provider("見本株式会社", "見本サーバー", "n@mihon.example", "s@mihon.example", "https://www.mihon.example/a/b")
OTHER = Provider(
    "エックス社",
    "XX",
    "n@x.example",
    "窓口 x@desk.example",
    "https://site.example/x/y",
    organisation="エックスグループ",
    signature="夜間窓口",
)
BRANDS = {"": OURS, "x": OTHER}


def of(customer: Customer, *contracts: Contract, brand: str = "") -> Recipient:
    """Make a customer's mail about these contracts."""
    return Recipient(
        customer, tuple(Exposure(customer, one, Server(one.id, one.id), ()) for one in contracts), brand=brand
    )


def named(mail: MailText, brand: str = "", brands: Mapping[str, Provider] = BRANDS) -> list[tuple[str, str, str]]:
    """Return what a mail without contracts is found to say."""
    return [(one.code, one.where, one.message) for one in misread([(of(AOBA, brand=brand), mail)], brands)]


@pytest.mark.parametrize(
    "name", ["エックス社", "エックスグループ", "x.example", "site.example", "窓口 x@desk.example", "夜間窓口"]
)
def test_every_name_of_another_brand(name: str) -> None:
    """Company, group, the domain it writes from, the host of its site, its contact and signature, wherever they are."""
    found = [("foreign-brand", "メール C1", f"names {name} of another brand")]
    for mail in (MailText(f"A{name}", "", ""), MailText("", f"A{name}B", ""), MailText("", "", f"{name}B")):
        assert named(mail) == found


@pytest.mark.parametrize("word", ["XX", "n@", "/x/y", "https://", "example"])
def test_what_is_no_name_of_another_brand(word: str) -> None:
    """A service of two letters, and parts of addresses that many have."""
    assert named(MailText("", word, "")) == []


def test_a_name_of_three_letters_counts() -> None:
    """Two are a part of too many words, three are a name."""
    brands = {"": OURS, "x": Provider("ABC", "DE", "", "", "")}
    assert [message for _, _, message in named(MailText("", "ABC DE", ""), brands=brands)] == [
        "names ABC of another brand"
    ]


def test_a_name_within_one_s_own_is_one_s_own() -> None:
    """The group's short name in a brand's long one bars nothing; what both share, neither."""
    brands = {"": replace(OURS, organisation="見本エックス社"), "x": OTHER}
    assert named(MailText("", "見本エックス社より", ""), brands=brands) == []
    assert len(named(MailText("", "見本株式会社より", ""), brand="x", brands=brands)) == 1


def test_a_name_does_not_reach_over_two_parts() -> None:
    """The end of a subject and the beginning of the text make no name; nor do two names of one's own."""
    assert named(MailText("エックス", "社より", "")) == []
    assert named(MailText("", "エックス", "社より")) == []
    brands = {"": replace(OURS, name="甲乙", service="丙丁"), "x": replace(OTHER, name="乙丙丁")}
    assert [one[2] for one in named(MailText("", "乙丙丁", ""), brands=brands)] == ["names 乙丙丁 of another brand"]


def test_a_brand_that_is_configured_no_more() -> None:
    """Its own names are unknown by now: every other's are barred."""
    assert [one[2] for one in named(MailText("", "見本株式会社", ""), brand="gone")] == [
        "names 見本株式会社 of another brand"
    ]


def test_one_recipient_has_one_mail() -> None:
    """Each further mail of the same one is told, those of others are not."""
    mails = [(of(one), MailText("", "", "")) for one in (AOBA, SATO, AOBA, AOBA)]
    found = [(one.code, one.message) for one in misread(mails, BRANDS)]
    assert found == [("mail-twice", "two mails are the same recipient's: C1")] * 2


def test_every_contract_is_the_customer_s() -> None:
    """By the contract's own word and by the share's; all that are wrong are told, in order."""
    theirs = [Contract(name, SATO.id, Plan.VPS, True) for name in ("K9", "K2")]
    mine = Contract("K5", AOBA.id, Plan.VPS, True)
    mixed = replace(of(AOBA, mine, *theirs), exposures=(*of(AOBA, mine, *theirs).exposures,))
    assert told(mixed) == [
        ("foreign-name", "names K2 of another customer"),
        ("foreign-name", "names K9 of another customer"),
    ]
    lent = Exposure(SATO, Contract("K7", AOBA.id, Plan.VPS, True), Server("s", "K7"), ())
    assert told(replace(mixed, exposures=(lent, *mixed.exposures[1:2]))) == [
        ("foreign-name", "names K7 of another customer"),
        ("foreign-name", "names K9 of another customer"),
    ]


def test_every_contract_is_of_the_mail_s_brand() -> None:
    """All that are of another are told, in order."""
    held = [
        Contract(name, AOBA.id, Plan.VPS, True, brand=brand) for name, brand in (("K3", ""), ("K1", "y"), ("K2", "x"))
    ]
    assert told(of(AOBA, *held, brand="x")) == [
        ("foreign-brand", "the contract K1 is of another brand"),
        ("foreign-brand", "the contract K3 is of another brand"),
    ]


def told(one: Recipient) -> list[tuple[str, str]]:
    """Return what an empty mail is found wrong for."""
    return [(found.code, found.message) for found in misread([(one, MailText("", "", ""))], BRANDS)]


@pytest.mark.parametrize("part", ["title", "html", "text", "markdown"])
@pytest.mark.parametrize(
    ("brand", "name", "where"), [("", "エックス社", "公開ページ"), ("x", "見本サーバー", "公開ページ x")]
)
def test_pages_of_a_brand_name_no_other(part: str, brand: str, name: str, where: str) -> None:
    """Another's name in any part of a page is told with the brand whose page it is; its own belongs."""
    page = replace(Post("", "", "", ""), **{part: f"A{name}B"})
    found = [(one.code, one.where, one.message) for one in misplaced({brand: page}, BRANDS)]
    assert found == [("foreign-brand", where, f"names {name} of another brand")]
    assert list(misplaced({"" if brand else "x": page}, BRANDS)) == []


def test_a_name_does_not_reach_over_two_parts_of_a_page() -> None:
    """The end of one part and the beginning of the next make no name."""
    for page in (Post("エックス", "", "社", ""), Post("", "社", "エックス", ""), Post("", "エックス", "", "社")):
        assert list(misplaced({"": page}, BRANDS)) == []
