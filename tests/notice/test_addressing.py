"""At which addresses a notice is read: roles, resellers, opt-outs and brands, and that one person gets one mail."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import NoticeError
from feedbot.inventory import Contact, Contract, Customer, Plan, Receives, Role, Server, Topic
from feedbot.matching import Exposure
from feedbot.notice import AddressBook, MailText, Provider, Recipient, addressed, misread
from feedbot.notice._words import honorific

TECH, ADMIN, URGENT = Role.TECHNICAL, Role.ADMINISTRATIVE, Role.EMERGENCY
AOBA = Customer("C1", "青葉商事株式会社", "info@aoba.example", organisation=True)
SATO = Customer("C2", "佐藤花子", "sato@sato.example")
DESK = Customer("R1", "代理店見本", "desk@dairi.example", organisation=True)
TANAKA = Contact("C1", "tanaka@aoba.example", (TECH, URGENT), "田中", "システム部", encoding="iso-2022-jp")
KEIRI = Contact("C1", "keiri@aoba.example", (ADMIN,), department="経理部")


def share(customer: Customer, *contracts: Contract) -> Recipient:
    """Make a customer's share: a server a contract."""
    given_ = contracts or (Contract("K1", customer.id, Plan.VPS, True),)
    held = tuple(Exposure(customer, one, Server(f"host-{one.id}", one.id), ()) for one in given_)
    return Recipient(customer, held)


def contract(customer: Customer, id_: str, brand: str = "", *waives: Topic) -> Contract:
    """Make a contract."""
    return Contract(id_, customer.id, Plan.VPS, True, brand=brand, waives=waives)


def book(*people: Customer | Contact) -> AddressBook:
    """Make an address book."""
    contacts: dict[str, tuple[Contact, ...]] = {}
    for one in people:
        if isinstance(one, Contact):
            contacts[one.customer] = (*contacts.get(one.customer, ()), one)
    return AddressBook({one.id: one for one in people if isinstance(one, Customer)}, contacts)


def mails(
    shares: list[Recipient], names: AddressBook, roles: tuple[Role, ...] = (TECH,), *topics: Topic
) -> list[tuple[str, str, list[str]]]:
    """Return who gets what: (customer, address, contracts)."""
    made = addressed(shares, names, roles, topics or (Topic.SECURITY,)).recipients
    return [(one.customer.id, one.customer.email, [each.contract.id for each in one.exposures]) for one in made]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((TECH,), ["tanaka@aoba.example"]),
        ((URGENT, TECH), ["tanaka@aoba.example"]),
        ((ADMIN, TECH), ["keiri@aoba.example", "tanaka@aoba.example"]),
    ],
)
def test_roles(roles: tuple[Role, ...], expected: list[str]) -> None:
    """The contacts who hold a role get the notice; who holds two of them gets it once."""
    assert [to for _, to, _ in mails([share(AOBA)], book(TANAKA, KEIRI), roles)] == expected


def test_a_role_that_nobody_holds_is_the_main_address_s() -> None:
    """Nobody is left untold since a role was not filled in."""
    assert [to for _, to, _ in mails([share(AOBA)], book(KEIRI), (URGENT, ADMIN))] == [
        "info@aoba.example",
        "keiri@aoba.example",
    ]
    assert [to for _, to, _ in mails([share(SATO)], book())] == ["sato@sato.example"]


def test_a_contact_is_addressed_by_name() -> None:
    """会社名 部署 氏名 様, 会社名 部署 御中, and beside a person who rents himself the contact's own name."""
    made = addressed([share(AOBA)], book(TANAKA, KEIRI), (ADMIN, TECH), ()).recipients
    assert [(one.customer.name, one.customer.organisation, one.customer.encoding) for one in made] == [
        ("青葉商事株式会社 経理部", True, "utf-8"),
        ("青葉商事株式会社 システム部 田中", False, "iso-2022-jp"),
    ]
    (own,) = addressed([share(SATO)], book(replace(TANAKA, customer="C2", department="")), (TECH,), ()).recipients
    assert own.customer.name == "田中"


@pytest.mark.parametrize(
    ("customer", "organisation", "department", "name", "expected"),
    [
        ("青葉商事 様", True, "", "田中", "青葉商事 田中 様"),
        ("青葉商事 御中", True, "経理部 御中", "", "青葉商事 経理部 御中"),
        ("青葉商事", True, "経理部御中", "田中 様 様", "青葉商事 経理部 田中 様"),
        ("青葉商事", True, "", "様", "青葉商事 御中"),
        ("青葉商事", False, "経理部", "田中", "青葉商事 経理部 田中 様"),
        ("佐藤花子 様", False, "経理部", "", "佐藤花子 様"),
        ("佐藤花子", False, "", "", "佐藤花子 様"),
        ("佐藤花子", False, "", "田中様", "田中 様"),
    ],
)
def test_a_contact_is_given_one_honorific(
    customer: str, organisation: bool, department: str, name: str, expected: str
) -> None:
    """Those that the fields bring go, a department is no person, and a company stays beside its department."""
    reader = replace(AOBA, name=customer, organisation=organisation)
    names = book(replace(TANAKA, department=department, name=name))
    (made,) = addressed([share(reader)], names, (TECH,), ()).recipients
    assert honorific(made.customer) == expected


def test_two_contracts_one_mail_two_customers_two() -> None:
    """One address with two contracts of a customer gets one mail that names both; with two customers, one for each."""
    twin = Customer("C9", "青葉商事 支店", "INFO@aoba.example", organisation=True)
    both = [share(AOBA, contract(AOBA, "K1"), contract(AOBA, "K2")), share(twin, contract(twin, "K9"))]
    assert mails(both, book()) == [
        ("C1", "info@aoba.example", ["K1", "K2"]),
        ("C9", "INFO@aoba.example", ["K9"]),
    ]


def test_a_contact_with_the_main_address_is_no_second_reader() -> None:
    """The main address that is also a contact's gets one mail."""
    again = replace(KEIRI, email="Info@AOBA.example")
    assert len(mails([share(AOBA)], book(again), (ADMIN, TECH))) == 1


@pytest.mark.parametrize(
    ("opt_outs", "waives", "topics", "expected"),
    [
        ((Topic.MAINTENANCE,), (), (Topic.MAINTENANCE,), None),
        ((Topic.MAINTENANCE,), (), (Topic.OWN,), ["K1", "K2"]),
        ((Topic.SECURITY,), (), (Topic.SECURITY,), ["K1", "K2"]),
        ((Topic.SECURITY,), (Topic.SECURITY,), (Topic.SECURITY,), ["K2"]),
        ((Topic.SECURITY,), (Topic.SECURITY,), (Topic.SECURITY, Topic.URGENT), ["K1", "K2"]),
        ((Topic.URGENT,), (Topic.URGENT,), (Topic.SECURITY, Topic.URGENT), ["K2"]),
        ((Topic.MAINTENANCE,), (), (Topic.MAINTENANCE, Topic.URGENT), ["K1", "K2"]),
    ],
)
def test_opt_outs(
    opt_outs: tuple[Topic, ...], waives: tuple[Topic, ...], topics: tuple[Topic, ...], expected: list[str] | None
) -> None:
    """注意喚起 and 緊急 are declined for contracts alone that allow it, anything else freely; nobody stands in."""
    who = replace(AOBA, opt_outs=opt_outs)
    made = addressed([share(who, contract(who, "K1", "", *waives), contract(who, "K2"))], book(), (TECH,), topics)
    assert [[each.contract.id for each in one.exposures] for one in made.recipients] == ([expected] if expected else [])
    assert made.declined == (() if expected else (("C1", "info@aoba.example"),))


@pytest.mark.parametrize(
    ("receives", "expected"),
    [
        (Receives.CUSTOMER, ["sato@sato.example"]),
        (Receives.RESELLER, ["desk@dairi.example"]),
        (Receives.BOTH, ["sato@sato.example", "desk@dairi.example"]),
    ],
)
def test_resellers(receives: Receives, expected: list[str]) -> None:
    """A reseller gets one mail for each customer of his, addressed to him and about that customer's servers alone."""
    ends = [replace(one, reseller="R1", receives=receives) for one in (AOBA, SATO)]
    made = addressed([share(one) for one in (*ends, DESK)], book(DESK), (TECH,), ()).recipients
    assert [one.customer.email for one in made if one.customer.id == "C2"] == expected
    for one in made:
        assert {each.customer.id for each in one.exposures} == {one.customer.id}
        assert one.customer.name == (
            DESK.name if one.reseller or one.customer.id == "R1" else one.exposures[0].customer.name
        )
        assert (one.end.id if one.end else "") == (one.customer.id if one.reseller else "")


def test_a_reseller_who_is_gone() -> None:
    """Nobody is written to where the reseller is not known: all stops, with his name."""
    orphan = replace(SATO, reseller="R9", receives=Receives.RESELLER)
    with pytest.raises(NoticeError, match="R9"):
        addressed([share(orphan)], book(DESK), (TECH,), ())


def test_a_mail_is_in_one_name() -> None:
    """Contracts of two brands make two mails, each with its own servers."""
    both = [share(AOBA, contract(AOBA, "K1", "x"), contract(AOBA, "K2"), contract(AOBA, "K3", "x"))]
    made = addressed(both, book(), (TECH,), ()).recipients
    assert [(one.brand, [each.contract.id for each in one.exposures]) for one in made] == [
        ("", ["K2"]),
        ("x", ["K1", "K3"]),
    ]


NAMES = st.sampled_from(["a@x.example", "A@x.example", "b@x.example", "c@y.example"])
ROLES = st.lists(st.sampled_from(Role), min_size=1, unique=True).map(tuple)
OPT_OUTS = st.lists(st.sampled_from(Topic), max_size=2, unique=True).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Recipient], AddressBook]:
    """Draw three customers, the third a reseller, with contacts and contracts that share addresses and brands."""
    people = []
    for number in range(3):
        through = draw(st.sampled_from(["", "C2"])) if number < 2 else ""
        receives = draw(st.sampled_from(Receives)) if through else Receives.CUSTOMER
        main = Customer(
            f"C{number}", f"名{number}", draw(NAMES), True, "ja", "utf-8", through, receives, draw(OPT_OUTS)
        )
        people.append(main)
    contacts: list[Contact] = []
    for one in people:
        addresses = draw(st.lists(NAMES, max_size=3, unique_by=str.casefold))
        contacts += [Contact(one.id, email, draw(ROLES), opt_outs=draw(OPT_OUTS)) for email in addresses]
    shares = []
    for one in people:
        brands = draw(st.lists(st.sampled_from(["", "x", "y"]), min_size=1, max_size=3))
        held = [contract(one, f"{one.id}-K{n}", brand, *draw(OPT_OUTS)) for n, brand in enumerate(brands)]
        shares.append(share(one, *held))
    return shares, book(*people, *contacts)


@settings(max_examples=150, deadline=None)
@given(worlds(), ROLES, st.sampled_from(Topic), st.booleans())
def test_one_person_one_mail(
    world: tuple[list[Recipient], AddressBook], roles: tuple[Role, ...], topic: Topic, urgent: bool
) -> None:
    """Whatever roles, contracts, brands and resellers meet: an address gets one mail a customer and brand, each mail is
    about one customer and in one name, at an address of his or of his reseller's; nobody goes untold who declined
    nothing."""
    shares, names = world
    made = addressed(shares, names, roles, (topic, *[Topic.URGENT] * urgent))
    told = Counter((one.customer.id, one.brand, one.customer.email.casefold()) for one in made.recipients)
    assert set(told.values()) <= {1}
    assert len({one.id for one in made.recipients}) == len(made.recipients)
    own = {
        id_: {one.email.casefold(), *(each.email.casefold() for each in names.contacts.get(id_, ()))}
        for id_, one in names.customers.items()
    }
    for one in made.recipients:
        source = names.customers[one.customer.id]
        assert {each.customer.id for each in one.exposures} == {one.customer.id}
        assert {each.contract.brand for each in one.exposures} == {one.brand}
        assert one.customer.email.casefold() in own[one.reseller or one.customer.id]
        assert one.reseller in ("", source.reseller)
    texts = [(one, MailText("件名", one.customer.name, "")) for one in made.recipients]
    assert list(misread(texts, dict.fromkeys(("", "x", "y"), PROVIDER))) == []
    willing = [one for one in shares if not any(map(_declines, _everybody(one.customer, names)))]
    for one in willing:
        shown = {
            each.contract.id
            for mail in made.recipients
            if mail.customer.id == one.customer.id
            for each in mail.exposures
        }
        assert shown == {each.contract.id for each in one.exposures}


def _everybody(customer: Customer, names: AddressBook) -> list[Customer | Contact]:
    whose = [customer, *([names.customers[customer.reseller]] if customer.reseller else [])]
    return [*whose, *(each for one in whose for each in names.contacts.get(one.id, ()))]


def _declines(one: Customer | Contact) -> bool:
    return bool(one.opt_outs)


PROVIDER = Provider("見本株式会社", "見本サーバー", "n@mihon.example", "s@mihon.example", "https://mihon.example/")
OTHER = Provider(
    "エックス株式会社", "エックス", "n@x.example", "s@x.example", "https://x.example/", signature="夜間窓口"
)
BRANDS = {"": PROVIDER, "x": OTHER}


@pytest.mark.parametrize(
    ("one", "text", "code"),
    [
        (share(AOBA, contract(AOBA, "K1")), "エックス株式会社より", "foreign-brand"),
        (share(AOBA, contract(AOBA, "K1")), "https://x.example/info", "foreign-brand"),
        (replace(share(AOBA, contract(AOBA, "K1", "x")), brand="x"), "見本サーバーをご利用", "foreign-brand"),
        (share(AOBA, contract(AOBA, "K1", "x")), "本文", "foreign-brand"),
        (replace(share(AOBA, contract(AOBA, "K1")), customer=SATO), "本文", "foreign-name"),
        (replace(share(SATO), reseller="R1", end=SATO), "本文", "foreign-reader"),
        (replace(share(SATO), reseller="R1"), "本文", "foreign-reader"),
        (replace(share(SATO), end=replace(SATO, reseller="R1")), "本文", "foreign-reader"),
        (replace(share(SATO), reseller="R1", end=replace(AOBA, reseller="R1")), "本文", "foreign-reader"),
        (replace(share(SATO), reseller="R1", end=replace(SATO, reseller="R1")), "本文", None),
        (replace(share(AOBA, contract(AOBA, "K1", "x")), brand="x"), "エックスより", None),
    ],
)
def test_the_last_look(one: Recipient, text: str, code: str | None) -> None:
    """A mail in the wrong name, or for a reader who is not the customer's own reseller, may not be proposed."""
    found = {each.code for each in misread([(one, MailText("件名", text, ""))], BRANDS)}
    assert found == ({code} if code else set())


def test_who_has_no_reseller_is_written_to_himself() -> None:
    """Also where his row says that a reseller reads for him; and who is his own reseller is one reader, not two."""
    lone = replace(AOBA, receives=Receives.RESELLER)
    assert mails([share(lone)], book(lone)) == [("C1", "info@aoba.example", ["K1"])]
    own = replace(SATO, reseller="C2", receives=Receives.RESELLER)
    (made,) = addressed([share(own)], book(replace(own, name="佐藤 花子")), (TECH,), (Topic.SECURITY,)).recipients
    assert (made.reseller, made.end, made.customer.name) == ("", None, "佐藤 花子")


@pytest.mark.parametrize(
    ("customer", "contact", "name"),
    [
        (replace(SATO, name="佐藤花子 様"), Contact("C2", "a@sato.example", (TECH,)), "佐藤花子"),
        (SATO, Contact("C2", "a@sato.example", (TECH,), department="自宅"), "佐藤花子"),
        (replace(AOBA, name="様"), Contact("C1", "a@aoba.example", (TECH,)), "様"),
        (replace(SATO, name=" 様 "), Contact("C2", "a@sato.example", (TECH,)), " 様 "),
        (AOBA, Contact("C1", "a@aoba.example", (TECH,), "田中 様 御中 "), "青葉商事株式会社 田中"),
    ],
)
def test_the_name_of_a_contact(customer: Customer, contact: Contact, name: str) -> None:
    """Without a name of the contact's own it is the customer's; a name that is all honorific stays as it came."""
    (made,) = addressed([share(customer)], book(customer, contact), (TECH,), (Topic.SECURITY,)).recipients
    assert made.customer.name == name
