"""A server that goes from one customer to the next: neither reads of the days of the other."""

import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path

import pytest

from feedbot.errors import InventoryError, ReviewError
from feedbot.fetch.spool import Spool
from feedbot.matching import MatchVerdict, Scope
from feedbot.pipeline import Edges, PullGroup, decide, draft, intake, suppress
from feedbot.pipeline.collect import collect
from feedbot.pipeline.exposure import timeline
from feedbot.pipeline.match import match
from feedbot.pipeline.packages import import_packages
from feedbot.pipeline.publish import publish
from feedbot.pipeline.pull import pull, take_spool
from feedbot.pipeline.send import send_due
from feedbot.pipeline.why_not import why_not
from feedbot.reading.dates import JST
from feedbot.store import assignments, cases, inventory
from tests.fakes import World
from tests.pipeline.conftest import DATA
from tests.pipeline.test_decide import about
from tests.pipeline.test_publish import parsed

FOLDER = DATA / "inventory"
LISTS = [one for one in sorted(FOLDER.iterdir()) if one.suffix != ".csv" or one.stem == "self-built"]
SERVER, NEXT = "vps101", "taro@yamada.example"
EVE, NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=JST), datetime(2026, 11, 25, 1, 0, tzinfo=JST)


@pytest.fixture
def sold(stage: World, edges: Edges, tmp_path: Path) -> Edges:
    """The demo's fleet on the eve of the day on which a server goes from C001 to C003, with the publishers' word."""
    stage.now = EVE
    title, *rows = (FOLDER / "servers.csv").read_text(encoding="utf-8").splitlines()
    kept = [f"{row},," for row in rows if not row.startswith(f"{SERVER},")]
    days = [f"{SERVER},V-1001,C001,VPS,あり,debian:12,,2026-11-24", f"{SERVER},V-9001,C003,VPS,あり,,2026-11-25,"]
    path = tmp_path / "servers.csv"
    path.write_text("\n".join([f"{title},since,until", *kept, *days]) + "\n", encoding="utf-8")
    intake.import_customers(edges, [FOLDER / "customers.csv", path], "tester")
    import_packages(edges, LISTS, "tester")
    for source in edges.sources.values():
        collect(edges, source)
    return edges


def mails(stage: World) -> dict[str, str]:
    """Return what each address has read."""
    return {str(parsed(one)["To"]): parsed(one).get_body(("plain",)).get_content() for one in stage.mails}


def whose(edges: Edges, case: str) -> set[str]:
    """Return the customers whom the server makes concerned by a case."""
    with edges.database.begin() as tx:
        found = match(edges, tx, cases.load(tx, case))
    affected = [one for one in found.exposures if any(each.verdict is MatchVerdict.AFFECTED for each in one.matches)]
    return {one.customer.id for one in affected if one.server.name == SERVER}


def test_the_next_customer_does_not_read_of_the_former_s_packages(stage: World, sold: Edges) -> None:
    """A notice of the first day names the server to nobody: it is shown as one without a list."""
    stage.now = NIGHT
    draft.draft_cases(sold, "feedbot")
    made = about(sold)
    assert whose(sold, made.notice.case) == set()
    decide.propose(sold, made.id, "author")
    decide.approve(sold, made.id, "author")
    publish(sold, made.id, "author")
    send_due(sold, "w")
    read = mails(stage)
    assert NEXT in read
    assert [address for address, text in read.items() if SERVER in text or "V-9001" in text] == []
    with sold.database.begin() as tx:
        assert inventory.without_packages(tx) == (SERVER,)
        reasons = why_not(sold, tx, cases.load(tx, made.notice.case), "C003")
    assert [one.reason for one in reasons if one.about == SERVER] == [
        "no package list of it is known: feedbot inventory import"
    ]


def test_the_same_list_in_his_days_is_his(stage: World, sold: Edges) -> None:
    """The same file again, though no other server's needs to be read; from then on he is concerned, he alone."""
    stage.now = NIGHT
    taken = import_packages(sold, LISTS, "tester")
    assert taken.unchanged == len(LISTS) - 2  # his, and the one that speaks of it beside others
    draft.draft_cases(sold, "feedbot")
    case = about(sold).notice.case
    assert whose(sold, case) == {"C003"}
    with sold.database.begin() as tx:
        times = {
            customer: [
                (one.since, one.until)
                for one in timeline(sold, tx, customer, [cases.load(tx, case)])
                if one.server == SERVER
            ]
            for customer in ("C001", "C003")
        }
    midnight = datetime(2026, 11, 25, tzinfo=JST)
    assert times == {"C001": [(EVE, midnight)], "C003": [(NIGHT, None)]}


def dropped(edges: Edges, folder: Path, at: datetime) -> Edges:
    """Put the server's list into a folder, written then; return the edges that read it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{SERVER}.dpkg"
    shutil.copy(FOLDER / path.name, path)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return replace(edges, inventory_spool=Spool(folder))


def bare(edges: Edges) -> bool:
    """Say whether no package list of the server is known."""
    with edges.database.begin() as tx:
        assignments.settle(tx, NIGHT)
        return SERVER in inventory.without_packages(tx)


def test_a_list_that_waited_since_the_former_s_days_is_not_the_next_one_s(
    stage: World, sold: Edges, tmp_path: Path
) -> None:
    """It was dropped before midnight and read after: it is refused, and told; the next one is his."""
    stage.now = NIGHT
    late = dropped(sold, tmp_path / "in", NIGHT - timedelta(hours=1, seconds=1))
    assert "before its present customer" in "".join(take_spool(late, "tester").failed.values())
    assert bare(sold)
    assert take_spool(dropped(sold, tmp_path / "in", NIGHT - timedelta(minutes=59)), "tester").failed == {}
    assert not bare(sold)


def test_a_host_that_was_asked_before_midnight_answers_for_the_former(stage: World, sold: Edges) -> None:
    """The answer came after: nobody knows of which day it is."""
    group = PullGroup("g", ("/bin/cat", str(FOLDER / f"{SERVER}.dpkg")), (SERVER,), deadline=timedelta(seconds=30))
    moments = chain([EVE], repeat(NIGHT))
    report = pull(replace(sold, clock=lambda: next(moments)), group, "tester")
    assert report.failed.keys() == {SERVER}
    assert bare(sold)
    stage.now = NIGHT
    assert pull(sold, group, "tester").failed == {}
    assert not bare(sold)


def test_a_risk_that_the_former_customer_accepted_is_not_the_next_one_s(stage: World, sold: Edges) -> None:
    """What was set aside of a server is set aside for him whose it was then; the next one reads of it."""
    draft.draft_cases(sold, "feedbot")
    case = about(sold).notice.case
    until = NIGHT + timedelta(days=90)
    suppress.add(sold, Scope(case=case, server=SERVER), "リスク受容", until, "admin")
    assert whose(sold, case) == set()
    stage.now = NIGHT
    import_packages(sold, LISTS, "tester")
    assert whose(sold, case) == {"C003"}
    with pytest.raises(InventoryError, match="C003's, not C001's"):
        suppress.add(sold, Scope(case=case, customer="C001", server=SERVER), "リスク受容", until, "admin")


def test_whose_contract_ended_is_not_written_to(stage: World, sold: Edges, tmp_path: Path) -> None:
    """His last day passes between the approval and the sending: the approval is of another audience, and when it is
    given anew he is not in it."""
    text = (tmp_path / "servers.csv").read_text(encoding="utf-8")
    ended = "".join(
        row if ",C003," not in row else row.replace(",,\n", ",,2026-11-24\n") for row in text.splitlines(True)
    )
    (tmp_path / "servers.csv").write_text(ended, encoding="utf-8")
    intake.import_customers(sold, [FOLDER / "customers.csv", tmp_path / "servers.csv"], "tester")
    draft.draft_cases(sold, "feedbot")
    made = about(sold)
    first = decide.propose(sold, made.id, "author")
    decide.approve(sold, made.id, "author")
    stage.now = NIGHT
    with pytest.raises(ReviewError, match="recipients"):
        publish(sold, made.id, "author")
    again = decide.propose(sold, made.id, "author")
    assert NEXT in {one.recipient.customer.email for one in first.mails}
    assert NEXT not in {one.recipient.customer.email for one in again.mails}


def test_who_gave_a_server_up_is_not_written_to_about_it(stage: World, sold: Edges) -> None:
    """What was approved on the eve is judged by the day on which it leaves: then the former customer is not concerned,
    nor is the next one yet."""
    draft.draft_cases(sold, "feedbot")
    made = about(sold)
    assert whose(sold, made.notice.case) == {"C001"}
    decide.propose(sold, made.id, "author")
    decide.approve(sold, made.id, "author")
    stage.now = NIGHT
    with pytest.raises(ReviewError, match="recipients"):
        publish(sold, made.id, "author")
    decide.propose(sold, made.id, "author")
    decide.approve(sold, made.id, "author")
    publish(sold, made.id, "author")
    send_due(sold, "w")
    assert NEXT in mails(stage)
    assert [address for address, text in mails(stage).items() if SERVER in text] == []
