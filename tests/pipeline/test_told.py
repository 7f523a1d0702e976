"""Those who were told: what they read of later is what their mails spoke of, as far as it is theirs still."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.matching import Scope
from feedbot.pipeline import Edges, decide, intake, suppress
from feedbot.pipeline.remind import remind
from feedbot.store import drafts
from tests.fakes import PROVIDER, World
from tests.pipeline.conftest import DATA
from tests.pipeline.test_customers import SERVERS, branded, fleet, sent, take  # noqa: F401 - a fixture
from tests.pipeline.test_decide import about
from tests.pipeline.test_follow import send
from tests.pipeline.test_publish import approved, parsed  # noqa: F401 - a fixture
from tests.pipeline.test_remind import later, policy, told

MIHON, SHOJI, REIDAI = "admin@mihon-kobo.example", "sato@mihon-shoji.example", "info@reidai.example"


def servers(edges: Edges, folder: Path, text: str) -> None:
    """Take in a table of servers."""
    path = folder / "servers.csv"
    path.write_text(text, encoding="utf-8")
    intake.import_customers(edges, [DATA / "inventory" / "customers.csv", path], "tester", fewer=True)


def taken_back(stage: World, edges: Edges, number: int) -> dict[str, str]:
    """Withdraw a notice and send the 取下げ; return what each address read."""
    made = decide.withdraw(edges, number, "author", "誤りのため").draft
    assert made is not None
    count = len(stage.mails)
    send(edges, made.id)
    mails = [parsed(one) for one in stage.mails[count:]]
    return {str(one["To"]): f"{one['From']}\n{one.get_body(('plain',)).get_content()}" for one in mails}  # type: ignore[union-attr]


def test_a_withdrawal_names_the_servers_that_were_told_of(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Those of the first mail and no others of the contract; not one that is gone, or another customer's by now."""
    told(stage, edges, approved)
    gone = SERVERS.replace("vps101,V-1001,C001", "vps101,V-9001,C003").replace("mng301,M", "mng399,M")
    servers(edges, tmp_path, gone + "vps106,V-1003,C003,VPS,あり,debian:12\n")
    read = taken_back(stage, edges, approved)
    assert "D-2001(専用サーバー): ded201(AlmaLinux 9)" in read[SHOJI]
    assert "ded202" not in read[SHOJI]
    assert [address for address, text in read.items() if "vps101" in text or "V-9001" in text] == []
    assert "対象サーバー" not in read[MIHON]
    assert "mng399" not in read[REIDAI]
    assert all("サーバー名の登録なし" not in text for text in read.values())
    assert "vps106" not in "".join(read.values())


def test_who_left_a_brand_reads_of_the_withdrawal_in_its_name(
    stage: World,
    fleet: Edges,  # noqa: F811
    tmp_path: Path,
) -> None:
    """His contract has ended, or is of another brand: he was told in this one's name, and knows no other."""
    take(fleet, tmp_path, servers=branded())
    sent(fleet, stage)
    take(fleet, tmp_path, servers="".join(f"{row}\n" for row in branded().splitlines() if ",C002," not in row))
    text = taken_back(stage, fleet, about(fleet).id)[SHOJI]
    assert "エックス株式会社" in text
    assert "(番号 XINFO-2026-0001)" in "".join(text.split("\n"))
    for name in (PROVIDER.name, PROVIDER.service, "hosting.example"):
        assert name not in text
    assert not re.search(r"(?<!X)INFO-", text)


@pytest.mark.parametrize("scope", [Scope(customer="C001"), Scope(server="vps101")])
def test_what_is_set_aside_is_not_mended(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
    scope: Scope,
) -> None:
    """A risk that was accepted is there still: nobody is thanked for it."""
    edges = policy(edges, repeats=0, thank=True)
    told(stage, edges, approved)
    later(stage, edges, tmp_path)
    with edges.database.begin() as tx:
        case = drafts.load(tx, approved).notice.case
    suppress.add(edges, replace(scope, case=case), "リスク受容", stage.now + timedelta(days=90), "admin")
    assert remind(edges, "feedbot").made == []


@pytest.mark.parametrize("row", ["vps101x,V-1001,C001", "vps101,V-9001,C003"])
def test_a_server_that_is_not_seen_any_more_is_not_mended(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
    row: str,
) -> None:
    """It has another name now, or another owner: what runs there is not known, or not his."""
    edges = policy(edges, repeats=0, thank=True)
    told(stage, edges, approved)
    later(stage, edges, tmp_path)
    servers(edges, tmp_path, SERVERS.replace("vps101,V-1001,C001", row))
    assert remind(edges, "feedbot").made == []


def test_thanks_name_the_server_that_was_mended(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Of it the list says that it is, and the mail says of which server it speaks."""
    edges = policy(edges, repeats=0, thank=True)
    told(stage, edges, approved)
    later(stage, edges, tmp_path, corrected="vps101")
    (made,) = remind(edges, "feedbot").made
    count = len(stage.mails)
    send(edges, made.id)
    (thanks,) = stage.mails[count:]
    text = parsed(thanks).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert thanks.recipient == MIHON
    assert "V-1001(VPS): vps101(Debian 12)" in text
