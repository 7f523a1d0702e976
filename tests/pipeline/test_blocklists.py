"""DNSBL: who stands on a list is told to his customer; what is wrong with a list or resolver never is a draft."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import InventoryError
from feedbot.notice import BlockList, Kind, Step
from feedbot.pipeline import Edges, draft, intake
from feedbot.pipeline._edges import AlarmChannels
from feedbot.pipeline.blocklists import BlockReport, BlockWatch, watch
from feedbot.review import State
from feedbot.store import blocklists, drafts
from tests.fakes import World
from tests.pipeline.conftest import DATA, import_fleet
from tests.pipeline.test_alarms import Hook
from tests.pipeline.test_follow import send
from tests.pipeline.test_publish import parsed
from tests.source.dnsserver import Zones, serving, working

ADDRESS, NAME = "5.6.7.8", "8.7.6.5.bl.example."
LISTED = ["127.0.0.2", "spam seen"]


class Desk:
    """A fleet of which vps101 has an address, a list, and the way to ask it."""

    def __init__(self, edges: Edges, watched: BlockWatch, zones: Zones) -> None:
        self.hook = Hook()
        self.edges = replace(edges, alarms=AlarmChannels(webhook=self.hook))
        self.watched, self.zones = watched, zones
        self.pauses: list[float] = []

    def ask(self) -> BlockReport:
        """Ask a round."""
        return watch(self.edges, self.watched, self.pauses.append)

    def kinds(self) -> list[tuple[Step, State]]:
        """Return step and state of every draft about a listing, the oldest first."""
        with self.edges.database.begin() as tx:
            found = [one for one in drafts.listing(tx) if one.notice.kind is Kind.LISTING]
        return [(one.notice.step, one.state) for one in reversed(found)]

    def states(self) -> dict[str, str]:
        """Return the failure of each list."""
        with self.edges.database.begin() as tx:
            return {one.zone: one.failure for one in blocklists.states(tx)}


@pytest.fixture
def desk(edges: Edges, tmp_path: Path) -> Iterator[Desk]:
    """A list that works and names nobody."""
    import_fleet(edges)
    file = tmp_path / "addresses.csv"
    file.write_text(f"server,address\nvps101,{ADDRESS}\nvps102,10.0.0.1\n", encoding="utf-8")
    zones = Zones(working())
    with serving(zones) as resolver:
        lists = (BlockList("bl.example", "見本リスト", "https://bl.example/removal"),)
        yield Desk(edges, BlockWatch(lists, resolver, 50, file), zones)


def test_a_listed_address_is_told_to_its_customer_alone(stage: World, desk: Desk) -> None:
    """One draft, one mail with the checks, no page; then 解除 in the same thread."""
    assert desk.ask().made == []
    desk.zones.records[NAME] = LISTED
    made = desk.ask().made
    assert [one.notice.step for one in made] == [Step.FIRST]
    assert desk.ask().made == []
    pages = dict(stage.site)
    assert send(desk.edges, made[0].id) == 1
    mail = parsed(stage.mails[-1])
    words = "".join(mail.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert mail["To"] == "admin@mihon-kobo.example"
    for said in (
        ADDRESS,
        "vps101",
        "見本リスト",
        "送信待ちのメール",
        "SMTPAUTH",
        "登録の解除をお申し込み",
        "Received:",
    ):
        assert said in words
    assert not [one for one in stage.site.keys() - pages.keys() if "INFO-" in one]
    assert not [one for one in stage.site.values() if ADDRESS.encode() in one]
    del desk.zones.records[NAME]
    (done,) = desk.ask().made
    assert (done.notice.step, done.notice.edition) == (Step.DONE, 2)
    assert send(desk.edges, done.id) == 1
    after = parsed(stage.mails[-1])
    assert after["Subject"].startswith("【登録解除】")
    assert after["In-Reply-To"] == mail["Message-ID"]
    assert desk.ask().made == []


def test_who_is_off_the_list_before_he_was_told_is_not_told(desk: Desk) -> None:
    """The draft that waited is over; a new listing begins anew."""
    desk.zones.records[NAME] = LISTED
    desk.ask()
    del desk.zones.records[NAME]
    assert desk.ask().made == []
    assert desk.kinds() == [(Step.FIRST, State.EXPIRED)]
    desk.zones.records[NAME] = LISTED
    assert len(desk.ask().made) == 1


@pytest.mark.parametrize("everything", ["127.0.0.2", "127.255.255.254", "127.0.0.1", "198.51.100.7"])
def test_a_list_that_answers_everything_is_a_state_and_no_draft(desk: Desk, everything: str) -> None:
    """Wildcards, refusals and invented answers: said, kept, and nobody is told."""
    desk.zones.everything = everything
    report = desk.ask()
    assert report.made == []
    assert report.broken["bl.example"] == desk.states()["bl.example"] != ""
    assert desk.kinds() == []


@pytest.mark.parametrize("everything", ["127.0.0.2", "127.255.255.254"])
def test_a_list_that_breaks_is_told_once_and_so_is_its_end(stage: World, desk: Desk, everything: str) -> None:
    """Not at the first round, at the second, each day that it lasts, and when it works again; never of a customer."""
    desk.ask()
    desk.zones.everything = everything
    desk.ask()
    assert desk.hook.kinds == []
    for _ in range(6):
        stage.now += timedelta(hours=6)
        desk.ask()
    assert desk.hook.kinds == [("opened", "failing"), ("reminder", "failing")]
    first = desk.hook.told[0]
    assert (first["blocklist"], first["reason"]) == ("bl.example", desk.states()["bl.example"])
    assert first["hint"]
    desk.zones.everything = ""
    desk.ask()
    desk.ask()
    assert desk.hook.kinds[2:] == [("closed", "ok")]
    desk.zones.everything = everything
    desk.ask()
    desk.ask()
    assert desk.hook.kinds[3:] == [("opened", "failing")]
    assert desk.kinds() == []


def test_a_resolver_that_fails_neither_lists_nor_frees(stage: World, desk: Desk) -> None:
    """While a list does not answer, what it said stands; the failure is seen."""
    desk.zones.records[NAME] = LISTED
    send(desk.edges, desk.ask().made[0].id)
    del desk.zones.records[NAME]
    desk.zones.broken = {NAME}
    report = desk.ask()
    assert (report.made, list(report.unanswered)) == ([], [f"{ADDRESS} bl.example"])
    desk.zones.broken = {"bl.example."}
    assert desk.ask().broken
    desk.zones.broken = set()
    assert [one.notice.step for one in desk.ask().made] == [Step.DONE]
    assert desk.states() == {"bl.example": ""}


def test_questions_come_at_the_operators_rate_and_about_public_addresses_only(desk: Desk) -> None:
    """A pause before each question; a private address is nobody's listing, and servers without one are named."""
    report = desk.ask()
    assert (report.asked, desk.pauses) == (1, [1 / 50])
    assert "vps102" in report.homeless
    assert not [one for one in desk.zones.asked if one.endswith("10.bl.example.")]


def test_a_file_of_addresses_is_read_strictly(desk: Desk, tmp_path: Path) -> None:
    """A line that is none is named."""
    (tmp_path / "addresses.csv").write_text("vps101,5.6.7.8\nvps102,x\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=r"addresses\.csv:2"):
        desk.ask()


def hand_over(desk: Desk, folder: Path) -> None:
    """Let vps101 be C003's."""
    text = (DATA / "inventory" / "servers.csv").read_text(encoding="utf-8")
    file = folder / "servers.csv"
    file.write_text(text.replace("vps101,V-1001,C001", "vps101,V-9001,C003"), encoding="utf-8")
    intake.import_customers(desk.edges, [DATA / "inventory" / "customers.csv", file], "operator")


def test_a_list_that_is_asked_no_more_frees_nobody(stage: World, desk: Desk) -> None:
    """A zone taken out of the configuration ends the matter without a notice."""
    desk.zones.records[NAME] = LISTED
    send(desk.edges, desk.ask().made[0].id)
    desk.watched = replace(desk.watched, lists=())
    assert desk.ask().made == []
    assert desk.kinds() == [(Step.FIRST, State.PUBLISHED)]


def test_a_draft_is_for_the_customer_of_its_day_alone(desk: Desk, tmp_path: Path) -> None:
    """A server that changed hands: the draft reaches no one else, the next round begins anew for the new customer."""
    desk.zones.records[NAME] = LISTED
    first = desk.ask().made[0]
    hand_over(desk, tmp_path)
    assert draft.preview(desk.edges, first.id)[1].mails == ()
    (anew,) = desk.ask().made
    assert [one.recipient.customer.id for one in draft.preview(desk.edges, anew.id)[1].mails] == ["C003"]
    assert desk.kinds() == [(Step.FIRST, State.EXPIRED), (Step.FIRST, State.DRAFT)]
    assert desk.ask().made == []


def test_the_end_is_told_to_those_who_were_told(stage: World, desk: Desk, tmp_path: Path) -> None:
    """The server is another customer's by then: he hears nothing of it."""
    desk.zones.records[NAME] = LISTED
    send(desk.edges, desk.ask().made[0].id)
    hand_over(desk, tmp_path)
    del desk.zones.records[NAME]
    (done,) = desk.ask().made
    assert [one.recipient.customer.id for one in draft.preview(desk.edges, done.id)[1].mails] == ["C001"]


def test_an_address_that_came_to_another_server_begins_anew(stage: World, desk: Desk, tmp_path: Path) -> None:
    """The matter is that of the server which has the address now."""
    desk.zones.records[NAME] = LISTED
    send(desk.edges, desk.ask().made[0].id)
    (tmp_path / "addresses.csv").write_text(f"server,address\nvps103,{ADDRESS}\n", encoding="utf-8")
    (anew,) = desk.ask().made
    assert 'server == "vps103"' in anew.notice.audience.expression
    assert desk.ask().made == []


def test_who_had_nothing_to_do_is_not_thanked_for_it(stage: World, desk: Desk, tmp_path: Path) -> None:
    """The 解除 of a server that the provider manages asks nothing and thanks for nothing."""
    (tmp_path / "addresses.csv").write_text(f"server,address\nmng301,{ADDRESS}\n", encoding="utf-8")
    desk.zones.records[NAME] = LISTED
    send(desk.edges, desk.ask().made[0].id)
    del desk.zones.records[NAME]
    (done,) = desk.ask().made
    words = "".join(one.text for one in done.notice.blocks)
    assert "弊社にて監視" in words
    assert "ご対応いただき" not in words
    assert "SMTP AUTH" not in words
    (written,) = draft.preview(desk.edges, done.id)[1].mails
    assert "サーバー名の登録なし" not in written.mail.text
