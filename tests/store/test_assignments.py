"""Servers that go from one contract to another on a day, contacts, and the history of both."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from feedbot.inventory import Component, Contact, Contract, Customer, HostPackages, Plan, Role, Server
from feedbot.store import assignments, contacts, history, inventory

A, B = Customer("A", "山田商店", "a@a.example"), Customer("B", "佐藤工業", "b@b.example")
OLD, NEW = Contract("A-1", "A", Plan.VPS, True), Contract("B-1", "B", Plan.VPS, True)
OTHER = Server("other", "A-1")
UNTIL, SINCE = Server("web", "A-1", until=date(2026, 11, 30)), Server("web", "B-1", since=date(2026, 12, 1))
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
EVE = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
MIDNIGHT = EVE + timedelta(seconds=1)
"""The first of December in Japan."""


def take_in(tx: Connection, now: datetime, *rows: Server) -> None:
    """Import both customers with these rows, as the pipeline does."""
    today = now.astimezone(UTC).date()
    inventory.replace_customers(tx, [A, B], [OLD, NEW], [OTHER, *(one for one in rows if one.holds_on(today))], now)
    assignments.replace(tx, [OTHER, *rows])
    assignments.date_back(tx, assignments.calendar(tx), now)


def owner(tx: Connection) -> str:
    """Return the contract that has the server now; empty for none."""
    return next((one.contract for one in inventory.servers(tx) if one.name == "web"), "")


def list_taken(tx: Connection, now: datetime) -> None:
    """Take in the server's package list, the same each time."""
    inventory.replace_packages(tx, {"web": HostPackages("web", (Component("generic", "a", "1"),))}, now)


def spans(tx: Connection, customer: str) -> list[tuple[datetime, datetime | None]]:
    """Return when a customer had the server, as the history says."""
    return [(one.since, one.until) for one in history.of_customer(tx, customer) if one.server == "web"]


def test_a_server_changes_hands_at_midnight_in_japan(tx: Connection) -> None:
    """Until then nothing happens, then it is another's; once, and the history says the moment of the day told."""
    take_in(tx, NOVEMBER, UNTIL, SINCE)
    list_taken(tx, NOVEMBER)
    assert (owner(tx), assignments.settle(tx, EVE)) == ("A-1", ())
    assert assignments.settle(tx, MIDNIGHT + timedelta(days=2)) == ("web",)
    assert (owner(tx), assignments.settle(tx, MIDNIGHT + timedelta(days=3))) == ("B-1", ())
    assert {one.name for one in inventory.servers(tx)} == {"web", "other"}
    assert spans(tx, "A") == [(NOVEMBER, MIDNIGHT)]
    assert spans(tx, "B") == []
    list_taken(tx, MIDNIGHT + timedelta(days=4))
    assert spans(tx, "A") == [(NOVEMBER, MIDNIGHT)]
    assert spans(tx, "B") == [(MIDNIGHT + timedelta(days=4), None)]


def test_a_change_makes_a_snapshot(tx: Connection) -> None:
    """What was approved over the old owner's inventory is seen to be another."""
    take_in(tx, NOVEMBER, UNTIL, SINCE)
    before = inventory.snapshot(tx)
    assignments.settle(tx, MIDNIGHT)
    after = inventory.snapshot(tx)
    assert before is not None
    assert after is not None
    assert before.digest != after.digest


def test_a_server_whose_days_are_over_is_nobody_s(tx: Connection) -> None:
    """Without a next contract it leaves the servers; its days stay known."""
    take_in(tx, NOVEMBER, UNTIL)
    assert assignments.settle(tx, MIDNIGHT) == ("web",)
    assert owner(tx) == ""
    assert assignments.calendar(tx) == {"web": (UNTIL,)}


def test_the_past_is_what_the_days_say(tx: Connection) -> None:
    """An import that came late is corrected by the day it tells, back before it and no further than the packages."""
    take_in(tx, NOVEMBER, Server("web", "A-1"))
    list_taken(tx, NOVEMBER)
    later = NOVEMBER + timedelta(days=9)
    told = replace(SINCE, since=date(2026, 11, 24))
    take_in(tx, later, replace(UNTIL, until=date(2026, 11, 23)), told)
    list_taken(tx, later)
    assert spans(tx, "A") == [(NOVEMBER, datetime(2026, 11, 23, 15, tzinfo=UTC))]
    assert spans(tx, "B") == [(later, None)]


def test_between_two_contracts_a_server_is_nobody_s(tx: Connection) -> None:
    """What imports had shown of days that the calendar leaves out, or of those after its last one, is no longer so;
    what was before its first day stays."""
    take_in(tx, NOVEMBER, Server("web", "A-1"))
    list_taken(tx, NOVEMBER)
    later = NOVEMBER + timedelta(days=15)
    two, four = date(2026, 11, 22), date(2026, 11, 24)
    take_in(tx, later, replace(UNTIL, since=two, until=two), replace(UNTIL, since=four, until=four))
    days = [NOVEMBER.replace(day=day, hour=15) for day in (21, 22, 23, 24)]
    assert owner(tx) == ""
    assert spans(tx, "A") == [(NOVEMBER, days[0]), (days[0], days[1]), (days[2], days[3])]


def test_a_server_that_was_shown_after_its_last_day_was_nobody_s(tx: Connection) -> None:
    """The day is told later than the days themselves: nothing is left of them."""
    take_in(tx, NOVEMBER, Server("web", "A-1"))
    list_taken(tx, NOVEMBER)
    take_in(tx, NOVEMBER + timedelta(days=1), replace(UNTIL, until=date(2026, 11, 18)))
    assert spans(tx, "A") == []


def test_a_file_without_days_forgets_them(tx: Connection) -> None:
    """The calendar is what the last file said."""
    take_in(tx, NOVEMBER, UNTIL, SINCE)
    take_in(tx, NOVEMBER, Server("web", "A-1"))
    assert (assignments.calendar(tx), assignments.settle(tx, MIDNIGHT), owner(tx)) == ({}, (), "A-1")


def test_contacts(tx: Connection) -> None:
    """They come back by customer; what a later import lacks is gone, whatever the case of its address."""
    one = Contact("A", "Tech@a.example", (Role.TECHNICAL,), "田中")
    two = Contact("B", "b2@b.example", (Role.ADMINISTRATIVE,))
    contacts.replace(tx, [one, two])
    assert contacts.all_of_them(tx) == (one, two)
    assert contacts.of(tx, {"A", "C"}) == {"A": (one,)}
    assert contacts.of(tx, set()) == {}
    changed = replace(one, email="tech@a.example")
    contacts.replace(tx, [changed])
    assert contacts.all_of_them(tx) == (changed,)
