"""From draft to approval: the freeze, what voids it, and who may say yes."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import ReviewError
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.notice import Audience, render
from feedbot.pipeline import Edges, decide, draft, intake, packages
from feedbot.pipeline.collect import collect
from feedbot.review import Draft, State
from feedbot.store import audit, drafts, inventory
from tests.fakes import World, once
from tests.pipeline.conftest import DATA, drafted, import_fleet, pages

APACHE = "Apache HTTP Server の脆弱性に関する注意喚起"


@pytest.fixture
def desk(stage: World, edges: Edges) -> Edges:
    """Edges with the fleet taken in, one round collected and drafted."""
    once(stage, "drafted", lambda: drafted(edges))
    return edges


def about(edges: Edges, title: str = APACHE) -> Draft:
    """Return the newest draft of a title."""
    with edges.database.begin() as tx:
        return next(one for one in drafts.listing(tx) if one.notice.title == title)


def state_of(edges: Edges, number: int) -> State:
    """Return where a draft stands."""
    with edges.database.begin() as tx:
        return drafts.load(tx, number).state


def test_drafts_are_made_for_those_concerned(desk: Edges) -> None:
    """A case with affected servers, one with self-built software, and an alert to administrators give drafts."""
    with desk.database.begin() as tx:
        made = {one.notice.title: one.notice.audience.rule for one in drafts.listing(tx)}
    assert made == {
        APACHE: "match",
        "ntpd の状態照会機能を使った DDoS 攻撃に関する注意喚起": "match",
        "フィッシングサイトの設置に使われるサーバーに関する注意喚起": "contract",
    }


def test_drafting_again_makes_nothing_new(desk: Edges) -> None:
    """A second round over the same advisories leaves the drafts alone."""
    assert draft.draft_cases(desk, "feedbot").made == []


def test_a_proposal_freezes_number_text_and_recipients(desk: Edges) -> None:
    """The number is reserved with the freeze; the frozen mails are those of the preview."""
    number = about(desk).id
    _, shown = draft.preview(desk, number)
    made = decide.propose(desk, number, "author")
    with desk.database.begin() as tx:
        kept, frozen = drafts.load(tx, number), drafts.frozen(tx, number)
    assert (kept.state, kept.notice.number) == (State.PROPOSED, "INFO-2026-0001")
    assert [one.recipient.customer.id for one in frozen.mails] == ["C001", "C002", "C003", "C004", "C005"]
    assert [one.recipient for one in frozen.mails] == [one.recipient for one in shown.mails]
    assert kept.digests == made.digests


def test_the_author_may_approve_alone_where_few_are_concerned(desk: Edges) -> None:
    """Five recipients of five customers are below the bound of ten."""
    number = about(desk).id
    decide.propose(desk, number, "author")
    assert decide.approve(desk, number, "author").state is State.APPROVED


def many(count: int) -> tuple[list[Customer], list[Contract], list[Server]]:
    """Make customers, each with a VPS of his own."""
    customers = [Customer(f"M{n}", f"見本 {n}", f"m{n}@customer.example") for n in range(count)]
    contracts = [Contract(f"V{n}", f"M{n}", Plan.VPS, root=True) for n in range(count)]
    return customers, contracts, [Server(f"host{n}", f"V{n}") for n in range(count)]


def test_many_recipients_need_a_second_person(desk: Edges) -> None:
    """Twelve of twelve customers: the proposer's own yes is not enough, nor is it twice; another's is."""
    with desk.database.begin() as tx:
        inventory.replace_customers(tx, *many(12), desk.clock())
    number = about(desk, "フィッシングサイトの設置に使われるサーバーに関する注意喚起").id
    decide.propose(desk, number, "author")
    assert decide.approve(desk, number, "author").state is State.PROPOSED
    assert decide.approve(desk, number, "author").state is State.PROPOSED
    assert decide.approve(desk, number, "reviewer").state is State.APPROVED


def moved_server(edges: Edges, stage: World) -> None:
    """Give a server to another customer."""
    text = (
        (DATA / "inventory" / "servers.csv")
        .read_text(encoding="utf-8")
        .replace("vps101,V-1001,C001", "vps101,V-1003,C003")
    )
    path = Path(str(edges.database.url.database)).with_name("servers.csv")
    path.write_text(text, encoding="utf-8")
    intake.import_customers(edges, [DATA / "inventory" / "customers.csv", path], "tester")


def updated_package(edges: Edges, stage: World) -> None:
    """Update the package on one server."""
    path = Path(str(edges.database.url.database)).with_name("vps101.dpkg")
    text = (DATA / "inventory" / "vps101.dpkg").read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^(apache2\S*)\t2\.4\.57-2", r"\1\t2.4.62-1~deb12u2", text), encoding="utf-8")
    packages.import_packages(edges, [path], "tester")


def revised(edges: Edges, stage: World) -> None:
    """Let the publisher revise the advisory."""
    stage.pages |= pages("www-2")
    collect(edges, edges.sources["csirt_a"])


@pytest.mark.parametrize(
    ("change", "reason"), [(moved_server, "recipients"), (updated_package, "recipients"), (revised, "advisories")]
)
@pytest.mark.parametrize("approved_first", [False, True])
def test_what_changes_after_the_freeze_voids_it(
    stage: World, desk: Edges, change: object, reason: str, approved_first: bool
) -> None:
    """A server that changed hands, an updated package or a revised advisory: nothing is approved or published."""
    from feedbot.pipeline.publish import publish

    number = about(desk).id
    decide.propose(desk, number, "author")
    if approved_first:
        decide.approve(desk, number, "author")
    change(desk, stage)
    with pytest.raises(ReviewError, match=reason):
        (publish if approved_first else decide.approve)(desk, number, "author")
    assert state_of(desk, number) is State.VOID
    assert stage.mails == []


def test_another_template_voids_an_approval(tmp_path: Path, desk: Edges) -> None:
    """An operator's own template put in place after the freeze changes what would be sent."""
    number = about(desk).id
    decide.propose(desk, number, "author")
    (tmp_path / "notice").mkdir()
    source = desk.templates.source("notice/part_closing.j2")
    (tmp_path / "notice" / "part_closing.j2").write_text(source + "\n追記\n", encoding="utf-8")
    with pytest.raises(ReviewError, match="template"):
        decide.approve(replace(desk, templates=render.Templates.load([tmp_path])), number, "author")


def test_a_newer_inventory_that_changes_nothing_voids_nothing(desk: Edges) -> None:
    """Importing the same fleet again is no reason to decide anew."""
    number = about(desk).id
    decide.propose(desk, number, "author")
    import_fleet(desk)
    assert decide.approve(desk, number, "author").state is State.APPROVED


def test_an_old_inventory_stops_a_proposal(stage: World, desk: Edges) -> None:
    """After a day nobody knows any more whom it concerns."""
    stage.now += timedelta(hours=24, minutes=1)
    with pytest.raises(ReviewError, match="of 12 servers are older than 24 hours: ded201,"):
        decide.propose(desk, about(desk).id, "author")
    updated_package(desk, stage)
    with pytest.raises(ReviewError, match="of 11 servers"):
        decide.propose(desk, about(desk).id, "author")
    phishing = about(desk, "フィッシングサイトの設置に使われるサーバーに関する注意喚起")
    assert len(decide.propose(desk, phishing.id, "author").mails) == 4


def test_a_lint_error_stops_a_proposal_and_reserves_no_number(desk: Edges) -> None:
    """The seed page's doubled phrase cannot be proposed; the next number is still the first."""
    number = about(desk).id
    text = draft.drafting.to_edit_text(about(desk).notice).replace(APACHE, APACHE + "に関する注意喚起", 1)
    draft.edit(desk, number, text, "author")
    with pytest.raises(ReviewError, match="lint finds"):
        decide.propose(desk, number, "author")
    with desk.database.begin() as tx:
        assert drafts.next_number(tx, "INFO", 2026) == "INFO-2026-0001"


def test_an_edit_takes_a_proposal_back(desk: Edges) -> None:
    """A proposed text that is edited is a draft again: nobody approves what he has not seen."""
    number = about(desk).id
    decide.propose(desk, number, "author")
    text = draft.drafting.to_edit_text(about(desk).notice).replace("引用: 要約", "引用: 全文")
    draft.edit(desk, number, text, "author")
    assert state_of(desk, number) is State.DRAFT
    with pytest.raises(ReviewError, match="not proposed"):
        decide.approve(desk, number, "author")


def test_a_rejected_draft_stays_rejected_until_the_advisory_changes(stage: World, desk: Edges) -> None:
    """A no is not asked about again, but a revised advisory is another question."""
    number = about(desk).id
    decide.reject(desk, number, "author", "no need")
    assert draft.draft_cases(desk, "feedbot").made == []
    revised(desk, stage)
    (made,) = draft.draft_cases(desk, "feedbot").made
    assert (made.notice.title, made.id != number) == (APACHE, True)


def test_a_revision_takes_the_place_of_an_open_draft(stage: World, desk: Edges) -> None:
    """The draft over the old text has expired; there is one over the new."""
    number = about(desk).id
    revised(desk, stage)
    draft.draft_cases(desk, "feedbot")
    assert state_of(desk, number) is State.EXPIRED
    assert "2.4.60" in about(desk).notice.block("affected")


def test_decisions_are_in_the_audit_chain(desk: Edges) -> None:
    """Who proposed and approved stands in the chain, in order."""
    number = about(desk).id
    decide.propose(desk, number, "author")
    decide.approve(desk, number, "reviewer")
    with desk.database.begin() as tx:
        found = [(one.actor, one.verb) for one in audit.entries(tx) if one.subject == f"draft {number}"]
    assert found == [("feedbot", "draft"), ("author", "propose"), ("reviewer", "approve")]


def test_the_operators_own_notice_goes_the_same_way(desk: Edges) -> None:
    """A text by hand becomes a draft for those whose contract it names."""
    text = (DATA / "texts" / "own.txt").read_text(encoding="utf-8")
    made = draft.new_own(desk, text, "author")
    assert made.notice.audience == Audience("contract", ("vps", "dedicated"), None)
    assert len(decide.propose(desk, made.id, "author").mails) == 4


def test_a_yes_to_what_was_replaced_while_it_was_read_decides_nothing(desk: Edges) -> None:
    """The digest that the reviewer saw is not that of the render proposed since: refused, and it stays proposed."""
    number = about(desk).id
    seen = decide.propose(desk, number, "author").digests.text[:16]
    text = draft.drafting.to_edit_text(about(desk).notice).replace(APACHE, "重要な" + APACHE, 1)
    draft.edit(desk, number, text, "author")
    other = decide.propose(desk, number, "author").digests.text[:16]
    with pytest.raises(ReviewError, match=f"what is proposed is {other}, not {seen}"):
        decide.approve(desk, number, "reviewer", seen=seen)
    assert state_of(desk, number) is State.PROPOSED
    assert decide.approve(desk, number, "reviewer", seen=other).state is State.APPROVED
