"""Customers and contracts: what is refused, what is only noted, and what is settled between files."""

from pathlib import Path

import pytest

from feedbot.errors import InventoryError
from feedbot.inventory import (
    Contract,
    Customer,
    Plan,
    RefusedRow,
    RefusedRowsError,
    Server,
    check_refused,
    combine,
    has_fallen,
    read_customers,
)

HEAD = "customer,name,honorific,email,language,encoding\n"
ONE = HEAD + "C1,見本商事株式会社,御中,info@mihon.example,ja,utf-8\nC2,山田　太郎,様,taro@yamada.example,,ISO-2022-JP\n"
JAPANESE = "お客様番号,お名前,敬称,メールアドレス\r\nC1,見本商事株式会社,御中,info@mihon.example\r\n"
CONTRACTS = (
    "サーバー,契約番号,顧客番号,プラン,root権限,OS\n"
    "Web01,K1,C1,専用,あり,Debian 12\nweb02,K1,C1,専用,あり,AlmaLinux 9\nweb03,K2,C2,VPS,なし,\n,K3,C2,共用,なし,\n"
)

PLANS = "no such plan: 共同; known: 共用, 共有, vps, 専用, マネージド, shared, dedicated, managed"


def test_customers() -> None:
    """A customer is read with honorific, language and encoding, or their defaults."""
    assert read_customers(ONE, "c.csv").customers == (
        Customer("C1", "見本商事株式会社", "info@mihon.example", True, "ja", "utf-8"),
        Customer("C2", "山田　太郎", "taro@yamada.example", False, "ja", "iso-2022-jp"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_japanese_spreadsheet(encoding: str) -> None:
    """Japanese headings and Japanese encodings are understood."""
    (customer,) = read_customers(JAPANESE.encode(encoding), "c.csv").customers
    assert (customer.id, customer.organisation) == ("C1", True)


def test_contracts() -> None:
    """A contract may have several servers, or none; each noun stands once."""
    read = read_customers(CONTRACTS, "s.csv")
    assert read.contracts == (
        Contract("K1", "C1", Plan.DEDICATED, True),
        Contract("K2", "C2", Plan.VPS, False),
        Contract("K3", "C2", Plan.SHARED, False),
    )
    assert read.servers == (
        Server("web01", "K1", "debian:12"),
        Server("web02", "K1", "almalinux:9"),
        Server("web03", "K2", ""),
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("C9,名,様,a@b.example;c@d.example,ja,utf-8", "not one address: a@b.example;c@d.example"),
        ('C9,名,様,"a@b.example, c@d.example",ja,utf-8', "not one address: a@b.example, c@d.example"),
        ("C9,名,様,nobody.example,ja,utf-8", "not one address: nobody.example"),
        ("C9,名,様,名@b.example,ja,utf-8", "not one address: 名@b.example"),
        ("C9,名,様,a@b.example\rBcc: x,ja,utf-8", "a control character in the row"),
        ("C9,,様,a@b.example,ja,utf-8", "the column name is empty"),
        ("C9," + "名" * 201 + ",様,a@b.example,ja,utf-8", "the name is longer than 200 characters"),
        (",名,様,a@b.example,ja,utf-8", "the column customer is empty"),
        ("C9,名,様,,ja,utf-8", "the column email is empty"),
        ("C 9,名,様,a@b.example,ja,utf-8", "not an id: C 9"),
        ("C9,名,殿下,a@b.example,ja,utf-8", "the honorific must be 様, 御中"),
        ("C9,名,様,a@b.example,xx,utf-8", "no such language: xx; known: ja, en"),
        ("C9,名,様,a@b.example,ja,ebcdic", "no such encoding of mail: ebcdic; known: utf-8, iso-2022-jp"),
        ("C1,別名,様,other@b.example,ja,utf-8", "the customer C1 stands in the files twice"),
        ("C9,名,様,a@b.example,ja", "5 columns instead of 6"),
    ],
)
def test_a_customer_that_is_refused(row: str, reason: str) -> None:
    """The row is listed with its line and reason; the customers beside it are kept."""
    read = read_customers(f"{ONE}{row}\nC3,次,様,next@c.example,ja,utf-8\n", "c.csv")
    assert [(one.line, one.reason) for one in read.refused] == [(4, reason)]
    assert [one.id for one in read.customers] == ["C1", "C2", "C3"]


def test_an_address_with_a_line_feed() -> None:
    """Both lines of it are refused; what follows the line feed is never a customer of its own."""
    read = read_customers(f'{ONE}C8,名,様,"a@b.example\nC9,evil,様,x@evil.example,ja,utf-8\n",ja,utf-8\n', "c.csv")
    assert [one.id for one in read.customers] == ["C1", "C2"]
    assert [one.line for one in read.refused] == [4, 5, 6]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("web09,K9,C1,共同,あり,", PLANS),
        ("web09,K9,,VPS,あり,", "the column customer is empty"),
        ("web09,,C1,VPS,あり,", "the column contract is empty"),
        ("web09,K9,C1,VPS,たぶん,", "root must be あり, なし, yes, no"),
        (
            "web09,K9,C1,VPS,あり,TempleOS",
            "no such release: TempleOS; for example debian:12, ubuntu:22.04, almalinux:9",
        ),
        ("web 09,K9,C1,VPS,あり,", "not a host name"),
        ("WEB01,K9,C1,VPS,あり,", "the server web01 stands in the files twice"),
        ("web09,K1,C2,専用,あり,", "the contract K1 reads otherwise in an earlier row"),
    ],
)
def test_a_contract_that_is_refused(row: str, reason: str) -> None:
    """Unknown words and contradictions are refused row by row."""
    read = read_customers(f"{CONTRACTS}{row}\n", "s.csv")
    assert [(one.line, one.reason) for one in read.refused] == [(6, reason)]
    assert len(read.servers) == 3


def test_files_are_settled_together_in_any_order() -> None:
    """A contract of an unknown customer is refused with its server; files given in another order say the same."""
    extra = read_customers("server,contract,customer,plan,root\nweb09,K9,C9,VPS,yes\nweb01,K8,C1,vps,no\n", "t.csv")
    customers, contracts = read_customers(ONE, "c.csv"), read_customers(CONTRACTS, "s.csv")
    whole = combine([customers, contracts, extra])
    assert [(one.file, one.reason) for one in whole.refused] == [
        ("t.csv", "there is no customer C9"),
        ("t.csv", "the server web01 stands in the files twice"),
    ]
    assert len(whole.customers) == 2
    assert [one.name for one in whole.servers] == ["web01", "web02", "web03"]
    assert combine([contracts, extra, customers]).contracts == whole.contracts


def test_one_address_under_two_ids_is_noted() -> None:
    """It is allowed, for a person may rent twice; a person sees it."""
    read = combine([read_customers(ONE + "C3,支店,御中,INFO@mihon.example,ja,utf-8\n", "c.csv")])
    assert len(read.customers) == 3
    assert read.notes == ("the customers C1, C3 have one address: info@mihon.example",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "neither a table of customers nor one of contacts or contracts"),
        ("customer,email\nC1,a@b.example\n", "the header lacks the columns name"),
        ("customer,name,name,email\nC1,x,y,a@b.example\n", "the header has the columns name twice"),
        (ONE[:-1], "the file ends in the middle of a line"),
    ],
)
def test_what_is_no_table(text: str, reason: str) -> None:
    """A table that cannot be understood as a whole is one error that names what is missing."""
    with pytest.raises(InventoryError) as caught:
        read_customers(text, "c.csv")
    assert caught.value.reason() == reason


def test_the_demo_customers_are_read_whole() -> None:
    """The tables that ship with the demo settle without a refusal."""
    folder = Path(__file__).parents[2] / "demo" / "data" / "inventory"
    read = combine(read_customers((folder / one).read_bytes(), one) for one in ("servers.csv", "customers.csv"))
    assert read.refused == ()
    assert len(read.customers) == 5
    assert len(read.servers) == 12


@pytest.mark.parametrize(
    ("kept", "refused", "held"), [(80, 20, False), (79, 21, True), (0, 1, True), (0, 0, False), (4, 1, False)]
)
def test_a_file_of_which_too_much_is_refused(kept: int, refused: int, held: bool) -> None:
    """More than a fifth refused keeps the last snapshot; every refused row goes with the error."""
    rows = [RefusedRow("c.csv", number, "row", "reason") for number in range(refused)]
    if held:
        with pytest.raises(RefusedRowsError, match="the last snapshot stays in force") as caught:
            check_refused("c.csv", kept, rows)
        assert caught.value.refused == tuple(rows)
    else:
        check_refused("c.csv", kept, rows)


@pytest.mark.parametrize(
    ("before", "now", "fallen"),
    [
        (100, 81, False),
        (100, 80, True),
        (100, 0, True),
        (100, 500, False),
        (0, 10, False),
        (2, 0, False),
        (4, 2, False),
        (4, 1, True),
        (3, 0, True),
        (15, 12, True),
        (16, 13, False),
    ],
)
def test_a_fall(before: int, now: int, fallen: bool) -> None:
    """A fifth of the rows gone is a fall, but not one row of a small shop's, nor two."""
    assert has_fallen(before, now) is fallen


def test_the_kinds_of_files_are_told() -> None:
    """No file of customers is something else than a file with none."""
    customers, contracts = read_customers(HEAD, "c.csv"), read_customers(CONTRACTS, "s.csv")
    assert (customers.of_customers, customers.of_contracts, customers.customers) == (True, False, ())
    assert (contracts.of_customers, contracts.of_contracts) == (False, True)
    both = combine([contracts, customers])
    assert (both.of_customers, both.of_contracts, len(both.refused)) == (True, True, 4)


def test_contracts_alone_hang_on_the_customers_in_force() -> None:
    """Where no file of customers is given, those kept count; where one is given, only its own do."""
    kept = read_customers(ONE, "c.csv").customers
    assert combine([read_customers(CONTRACTS, "s.csv")], kept).refused == ()
    assert len(combine([read_customers(CONTRACTS, "s.csv")], kept[:1]).refused) == 2
    assert len(combine([read_customers(CONTRACTS, "s.csv"), read_customers(HEAD, "c.csv")], kept).refused) == 4


@pytest.mark.parametrize(
    ("separator", "word"), [("\t", "tabs"), (";", "semicolons"), ("\N{FULLWIDTH COMMA}", "full-width commas")]
)
def test_another_separator_is_named(separator: str, word: str) -> None:
    """A table with its columns divided otherwise is told as that, not as one without columns."""
    with pytest.raises(InventoryError, match=f"divided by {word}, not by commas"):
        read_customers(ONE.replace(",", separator), "c.csv")


def test_a_file_of_neither_kind_is_told_what_to_begin_with() -> None:
    """The hint shows the three header lines."""
    with pytest.raises(InventoryError) as caught:
        read_customers("a,b\n1,2\n", "c.csv")
    assert caught.value.hint().split("\n")[1:] == [
        "    customer,name,honorific,email,language,encoding,opt_out,reseller,receives",
        "    customer,name,department,roles,email,language,encoding,opt_out",
        "    server,contract,customer,plan,root,os,patched_by,brand,waives,since,until",
    ]
