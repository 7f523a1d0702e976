"""Two senders end a notice at one moment, which only PostgreSQL lets happen: SQLite has one writer at a time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from feedbot import store
from feedbot.inventory import Contract, Customer, Plan
from feedbot.pipeline import decide, draft, send
from feedbot.pipeline.publish import publish
from feedbot.review import State
from feedbot.store import drafts, inventory
from tests.fakes import START, World

OWN = "種別: お知らせ\n件名: 点検のお知らせ\n対象: VPS\n\n設定をご確認ください。\n"
BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_comes_second_hands_on_his_alarms_all_the_same(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has just called the notice published: nothing is wrong, and the round goes on to its end."""
    stage = World(database)
    with database.begin() as tx:
        customer, contract = Customer("C1", "見本", "c1@customer.example"), Contract("V1", "C1", Plan.VPS, root=True)
        inventory.replace_customers(tx, [customer], [contract], [], START)
    edges = stage.edges()
    number = draft.new_own(edges, OWN, "author").id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "reviewer")
    publish(edges, number, "author")
    told: list[str] = []
    monkeypatch.setattr(send, "deliver", lambda _: told.append("alarms"))
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as first:
            assert drafts.move(first, number, State.PUBLISHING, State.PUBLISHED, START)
            second = pool.submit(send.send_due, edges, "second")
            end = time.monotonic() + 30
            while not _is_blocked(database) and not second.done() and time.monotonic() < end:
                time.sleep(0.02)
            assert not second.done()
        second.result(30)
    assert told == ["alarms"]
    assert [one.customer for one in stage.mails] == ["C1"]
    with store.reading(database) as tx:
        assert drafts.load(tx, number).state is State.PUBLISHED


def _is_blocked(database: Engine) -> bool:
    with database.connect() as connection:
        return bool(connection.scalar(BLOCKED))
