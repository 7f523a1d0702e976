"""Contacts, resellers, brands, opt-outs and days: what a table of customers may say beyond who they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.inventory import (
    Contact,
    Contract,
    CustomerFile,
    PatchedBy,
    Plan,
    Receives,
    Role,
    Server,
    Topic,
    combine,
    read_customers,
)

CUSTOMERS = (
    "customer,name,honorific,email,opt_out,reseller,receives\n"
    "C1,見本商事,御中,info@mihon.example,メンテナンス・お知らせ,,\n"
    "C2,代理店見本,御中,desk@dairi.example,,,\n"
    "C3,末端商事,御中,info@mattan.example,,C2,\n"
    "C4,別の末端,御中,info@betsu.example,,C2,両方\n"
)
CONTACTS = (
    "お客様番号,担当者名,部署,メールアドレス,役割,言語,文字コード,配信停止\n"
    "C1,鈴木,システム部,suzuki@mihon.example,技術・緊急,,ISO-2022-JP,\n"
    "C1,,経理部,keiri@mihon.example,administrative,en,,障害報告;own\n"
)
CONTRACTS = (
    "server,contract,customer,plan,root,os,patched_by,brand,waives,since,until\n"
    "web01,K1,C1,専用,あり,,弊社,mihon-x,注意喚起,,2026-06-30\n"
    "web01,K2,C3,VPS,あり,,,,,2026/7/1,\n"
    ",K3,C4,共用,なし,,,,,,\n"
)

NO_DAY = "the column since is no day: 2026-02-30; for example 2026-04-01"
BAD_YEAR = "the column {} has a year that is not from 1970 to 2999: {}"


def read(contracts: str = CONTRACTS, customers: str = CUSTOMERS, contacts: str = CONTACTS) -> CustomerFile:
    """Settle the three tables with one brand known."""
    tables = (("c.csv", customers), ("p.csv", contacts), ("s.csv", contracts))
    return combine([read_customers(text, name) for name, text in tables], brands={"mihon-x"})


def test_contacts() -> None:
    """A contact is read with person, department, roles, letters and opt-outs; the roles in their own order."""
    assert read().refused == ()
    assert read().contacts == (
        Contact(
            "C1",
            "suzuki@mihon.example",
            (Role.TECHNICAL, Role.EMERGENCY),
            "鈴木",
            "システム部",
            encoding="iso-2022-jp",
        ),
        Contact(
            "C1",
            "keiri@mihon.example",
            (Role.ADMINISTRATIVE,),
            "",
            "経理部",
            "en",
            opt_outs=(Topic.TROUBLE, Topic.OWN),
        ),
    )


def test_resellers_and_opt_outs() -> None:
    """A customer of a reseller is written to through him, unless it is said otherwise."""
    one, two, three, four = read().customers
    assert one.opt_outs == (Topic.MAINTENANCE, Topic.OWN)
    assert (two.reseller, two.receives) == ("", Receives.CUSTOMER)
    assert (three.reseller, three.receives) == ("C2", Receives.RESELLER)
    assert (four.reseller, four.receives) == ("C2", Receives.BOTH)


def test_contracts_with_days() -> None:
    """A server goes from one contract to the next; each says who updates it, its brand, and what may be declined."""
    made = read()
    assert made.contracts[0] == Contract(
        "K1", "C1", Plan.DEDICATED, True, PatchedBy.PROVIDER, "mihon-x", (Topic.SECURITY,)
    )
    assert made.servers == (
        Server("web01", "K1", until=date(2026, 6, 30)),
        Server("web01", "K2", since=date(2026, 7, 1)),
    )


@pytest.mark.parametrize(
    ("root", "patched_by", "acts"),
    [(True, None, True), (False, None, False), (True, PatchedBy.PROVIDER, False), (True, PatchedBy.CUSTOMER, True)],
)
def test_who_acts(root: bool, patched_by: PatchedBy | None, acts: bool) -> None:
    """Who administers a server updates it, unless the contract says who does."""
    assert Contract("K", "C", Plan.VPS, root, patched_by).acts is acts


@pytest.mark.parametrize("day", ["9999-12-31", "9999/12/31", "9000-01-01"])
def test_a_last_day_that_never_comes_is_none(day: str) -> None:
    """Other systems write 9999-12-31 where a contract has no end."""
    made = read(contracts=f"{CONTRACTS}web02,K9,C1,VPS,あり,,,,,2026-04-01,{day}\n")
    assert made.refused == ()
    assert [(one.since, one.until) for one in made.servers if one.name == "web02"] == [(date(2026, 4, 1), None)]


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("p.csv", "C1,鈴木,,SUZUKI@mihon.example,技術,,,", "the customer C1 has this address twice"),
        ("p.csv", "C9,鈴木,,s@mihon.example,技術,,,", "there is no customer C9"),
        ("p.csv", "C1,鈴木,,s@mihon.example,,,,", "the column roles is empty"),
        (
            "p.csv",
            "C1,鈴木,,s@mihon.example,営業,,,",
            "the column roles has no such word: 営業; known: 技術, 管理, 緊急, technical, administrative, emergency",
        ),
        (
            "p.csv",
            "C1,鈴木,,s@a.example;t@a.example,技術,,,",
            "not one address: s@a.example;t@a.example",
        ),
        ("p.csv", "C1,鈴木," + "部" * 201 + ",s@mihon.example,技術,,,", "the department is longer than 200 characters"),
        ("c.csv", "C5,名,様,a@b.example,,C9,", "there is no reseller C9 among the customers"),
        ("c.csv", "C5,名,様,a@b.example,,C3,", "the reseller C3 rents through a reseller himself"),
        ("c.csv", "C5,名,様,a@b.example,,C5,", "the customer C5 is his own reseller"),
        ("c.csv", "C5,名,様,a@b.example,,,両方", "the column receives is given without a reseller"),
        (
            "c.csv",
            "C5,名,様,a@b.example,,C2,誰か",
            "the column receives has no such word: 誰か; known: 直接, 代理店, 両方, customer, reseller, both",
        ),
        ("s.csv", "web02,K9,C1,VPS,あり,,,mihon-y,,,", "no brand mihon-y in the configuration"),
        ("s.csv", "web02,K9,C1,VPS,なし,,お客様,,,,", "the customer cannot update a server on which he has no root"),
        (
            "s.csv",
            "web02,K9,C1,VPS,あり,,,,お知らせ,,",
            "the column waives has no such word: お知らせ; known: 注意喚起, 緊急, security, urgent",
        ),
        (
            "s.csv",
            "web02,K9,C1,VPS,あり,,,,,2026-02-30,",
            NO_DAY,
        ),
        ("s.csv", "web02,K9,C1,VPS,あり,,,,,0001-01-01,", BAD_YEAR.format("since", "0001-01-01")),
        ("s.csv", "web02,K9,C1,VPS,あり,,,,,9999-12-31,", BAD_YEAR.format("since", "9999-12-31")),
        ("s.csv", "web02,K9,C1,VPS,あり,,,,,,3000-01-01", BAD_YEAR.format("until", "3000-01-01")),
        ("s.csv", "web02,K9,C1,VPS,あり,,,,,,1969-12-31", BAD_YEAR.format("until", "1969-12-31")),
        ("s.csv", ",K9,C1,VPS,あり,,,,,2026-02-03,", "the column since is of a server, and the row names none"),
        (
            "s.csv",
            "web02,K9,C1,VPS,あり,,,,,2026-02-03,2026-02-02",
            "the last day 2026-02-02 is before the first, 2026-02-03",
        ),
        (
            "s.csv",
            "web01,K9,C1,VPS,あり,,,,,2026-06-30,2026-06-30",
            "the days of the server web01 meet those of an earlier row",
        ),
        ("s.csv", "web01,K9,C1,VPS,あり,,,,,,", "the server web01 stands in the files twice"),
    ],
)
def test_a_row_that_is_refused(table: str, row: str, reason: str) -> None:
    """The row is listed with file, line and column or reason, and the rows beside it stay."""
    made = read(
        CONTRACTS + (row + "\n" if table == "s.csv" else ""),
        CUSTOMERS + (row + "\n" if table == "c.csv" else ""),
        CONTACTS + (row + "\n" if table == "p.csv" else ""),
    )
    line = {"s.csv": 5, "c.csv": 6, "p.csv": 4}[table]
    assert [(one.file, one.line, one.reason) for one in made.refused] == [(table, line, reason)]
    assert (len(made.customers), len(made.contacts), len(made.servers)) == (4, 2, 2)


def test_a_refused_reseller_takes_his_customers_with_him() -> None:
    """Whose reseller is refused is refused too, and with him his contracts: nothing is written to nobody."""
    made = read(
        customers=CUSTOMERS.replace("C2,代理店見本,御中,desk@dairi.example,,,", "C2,代理店見本,御中,x@y.example,,C9,")
    )
    assert sorted((one.file, one.line) for one in made.refused) == [
        ("c.csv", 3),
        ("c.csv", 4),
        ("c.csv", 5),
        ("s.csv", 3),
        ("s.csv", 4),
    ]


def test_an_opt_out_that_counts_for_nothing_is_noted() -> None:
    """Nobody declines 注意喚起 or 緊急 unless a contract of his allows it; a person is told."""
    declined = CUSTOMERS.replace("info@mattan.example,,", "info@mattan.example,注意喚起・緊急,").replace(
        "メンテナンス・お知らせ", "注意喚起"
    )
    (note,) = read(customers=declined).notes
    assert note == (
        "info@mattan.example of the customer C3 gets security、urgent all the same: no contract allows to decline it"
    )


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))
PERIODS = st.builds(lambda since, until: Server("a", "K", "", since, until), DAYS, DAYS)


@given(PERIODS, PERIODS)
def test_periods_meet_where_a_day_is_in_both(one: Server, other: Server) -> None:
    """Two rows of a server meet exactly where on some day both hold."""
    days = [date(2025, 12, 31), *(date(2026, 1, day) for day in range(1, 10)), date(2026, 1, 10)]
    assert one.meets(other) == any(one.holds_on(day) and other.holds_on(day) for day in days)
