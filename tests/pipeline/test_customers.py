"""Contacts, resellers, brands, days and audiences, from the customers' tables to the mails that leave."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import FeedbotError, InventoryError, NoticeError, ReviewError
from feedbot.inventory import Plan, RefusedRowsError
from feedbot.notice import Kind, Provider
from feedbot.pipeline import Brand, Edges, audiences, decide, draft, intake, vex
from feedbot.pipeline.collect import collect
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import audit, contacts, drafts, inventory
from tests.fakes import PROVIDER, World
from tests.pipeline.conftest import DATA, import_fleet, pages
from tests.pipeline.test_decide import about
from tests.pipeline.test_separation import decoded

CUSTOMERS = (DATA / "inventory" / "customers.csv").read_text(encoding="utf-8")
SERVERS = (DATA / "inventory" / "servers.csv").read_text(encoding="utf-8")
CONTACTS = (
    "customer,name,department,email,roles\n"
    "C001,鈴木,運用部,ops@mihon-kobo.example,技術\n"
    "C001,,,night@mihon-kobo.example,緊急\n"
)
X = Provider(
    "エックス株式会社",
    "エックスレンタル",
    "notice@x-rental.example",
    "help@x-rental.example",
    "https://www.x-rental.example/",
    "XINFO",
    reply_to="desk@x-rental.example",
    list_id="news.x-rental.example",
    signature="エックス 24時間窓口",
    pages=False,
)


@pytest.fixture
def fleet(edges: Edges) -> Edges:
    """The demo's fleet, with a brand in the configuration."""
    branded = replace(edges, brands={"x": Brand(X, edges.templates)})
    import_fleet(branded)
    return branded


def take(edges: Edges, folder: Path, **tables: str) -> intake.CustomerIntake:
    """Take tables in by name."""
    paths = []
    for name, text in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return intake.import_customers(edges, paths, "tester", fewer=True)


def branded(plans: str = ",x") -> str:
    """The demo's servers, those of C002 in the name of the brand."""
    head, *rows = SERVERS.splitlines()
    return "\n".join([f"{head},brand", *(row + (plans if ",C002," in row else ",") for row in rows)]) + "\n"


def through_reseller(receives: str) -> str:
    """The demo's customers, C003 and C005 of the reseller C004."""
    head, *rows = CUSTOMERS.splitlines()
    ends = ("C003", "C005")
    return (
        "\n".join(
            [
                f"{head},reseller,receives",
                *(f"{row},C004,{receives}" if row.startswith(ends) else f"{row},," for row in rows),
            ]
        )
        + "\n"
    )


def sent(edges: Edges, stage: World) -> dict[str, list[str]]:
    """Collect, draft, approve and send the notice on Apache; return the decoded mails by address."""
    for source in edges.sources.values():
        collect(edges, source)
    draft.draft_cases(edges, "feedbot")
    number = about(edges).id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    decide.approve(edges, number, "reviewer") if _waits(edges, number) else None
    publish(edges, number, "author")
    send_due(edges, "w")
    found: dict[str, list[str]] = {}
    for mail in stage.mails:
        found.setdefault(mail.recipient, []).append(decoded(mail))
    return found


def _waits(edges: Edges, number: int) -> bool:
    with edges.database.begin() as tx:
        return drafts.load(tx, number).state.value == "proposed"


def test_contacts_get_what_is_their_role_s(stage: World, fleet: Edges, tmp_path: Path) -> None:
    """An urgent advisory goes to the contacts for 緊急 and 技術, each in his own name, and to nobody else there."""
    take(fleet, tmp_path, contacts=CONTACTS + "C001,経理,,money@mihon-kobo.example,管理\n")
    mails = sent(fleet, stage)
    assert "admin@mihon-kobo.example" not in mails
    assert "money@mihon-kobo.example" not in mails
    (night,) = mails["night@mihon-kobo.example"]
    assert "株式会社みほん工房 御中" in night
    (text,) = mails["ops@mihon-kobo.example"]
    assert "株式会社みほん工房 運用部 鈴木 様" in text
    assert len(mails) == len(stage.mails) == 6


def test_a_brand_s_customer_never_sees_another_name(stage: World, fleet: Edges, tmp_path: Path) -> None:
    """From, Reply-To, List-Id, subject, number and signature are the brand's, and nobody else's mail has them."""
    take(fleet, tmp_path, servers=branded())
    mails = sent(fleet, stage)
    (text,) = mails["sato@mihon-shoji.example"]
    for words in (
        "From: エックス株式会社 <notice@x-rental.example>",
        "Reply-To: desk@x-rental.example",
        "List-Id: <news.x-rental.example>",
        "【エックスレンタル】",
        "XINFO-2026-0001 第1版",
        "エックス 24時間窓口",
    ):
        assert words in text
    for name in (PROVIDER.name, PROVIDER.service, "hosting.example", "管理番号: INFO-"):
        assert name not in text
    others = "".join(one for to, found in mails.items() if to != "sato@mihon-shoji.example" for one in found)
    assert "エックス" not in others
    assert "x-rental" not in others
    assert PROVIDER.service in others


def test_a_vex_document_is_in_the_name_that_its_customer_knows(fleet: Edges, tmp_path: Path) -> None:
    """Of one with contracts in several names a person says which; without a customer it is the provider's."""
    take(fleet, tmp_path, servers=branded())
    with fleet.database.begin() as tx:
        names = [vex.author(fleet, tx, customer, None).name for customer in ("C002", "C001", "")]
    assert names == [X.name, PROVIDER.name, PROVIDER.name]
    take(fleet, tmp_path, servers=branded() + "vps199,V-1099,C002,VPS,あり,debian:12,\n")
    with fleet.database.begin() as tx:
        with pytest.raises(InventoryError, match="several names"):
            vex.author(fleet, tx, "C002", None)
        assert vex.author(fleet, tx, "C002", "x").name == X.name


def test_a_text_that_names_another_brand_may_not_be_proposed(fleet: Edges, tmp_path: Path) -> None:
    """The operator wrote the provider's name into a notice that the brand's customers read too."""
    take(fleet, tmp_path, servers=branded())
    text = f"種別: お知らせ\n件名: 値下げのご案内\n対象: すべてのお客様\n\n{PROVIDER.service}よりお知らせいたします。"
    number = draft.new_own(fleet, text, "author").id
    with pytest.raises(ReviewError, match="of another brand"):
        decide.propose(fleet, number, "author")


def test_a_brand_that_is_not_configured_stops_all(fleet: Edges, tmp_path: Path) -> None:
    """It is refused at the import; one that the configuration lost later is never replaced by the provider's name."""
    with pytest.raises(RefusedRowsError) as caught:
        take(fleet, tmp_path, servers=branded(",y"))
    assert "no brand y" in caught.value.refused[0].reason
    take(fleet, tmp_path, servers=branded())
    number = draft.new_own(fleet, "件名: お願い\n対象: すべてのお客様\n\n本文です。", "author").id
    with pytest.raises(NoticeError, match="no such brand"):
        decide.propose(replace(fleet, brands={}), number, "author")


@pytest.mark.parametrize(("receives", "direct"), [("代理店", False), ("両方", True), ("直接", True)])
def test_a_reseller_reads_of_each_customer_by_itself(
    stage: World, fleet: Edges, tmp_path: Path, receives: str, direct: bool
) -> None:
    """One mail for each of his customers, naming that one and his servers alone; the customer gets his own or none."""
    take(fleet, tmp_path, customers=through_reseller(receives))
    mails = sent(fleet, stage)
    assert ("taro@yamada.example" in mails) is direct
    handed_on = [one for one in mails.get("info@reidai.example", []) if "対象のお客様" in one]
    assert len(handed_on) == (0 if receives == "直接" else 2)
    for text in handed_on:
        assert "有限会社れいだい企画 御中" in text
        assert ("山田 太郎 様(お客様番号 C003)" in text) != ("一般社団法人サンプル協会 御中(お客様番号 C005)" in text)
        assert ("vps103" in text) == ("C003" in text)
        assert ("S-400" in text or "V-1005" in text) == ("C005" in text)
        assert "vps101" not in text


def test_a_withdrawal_goes_to_the_addresses_that_were_told(stage: World, fleet: Edges, tmp_path: Path) -> None:
    """Who read the notice reads that it is withdrawn, though an お知らせ would go to another role."""
    take(fleet, tmp_path, contacts=CONTACTS + "C001,経理,,money@mihon-kobo.example,管理\n", servers=branded())
    told = sent(fleet, stage)
    made = decide.withdraw(fleet, about(fleet).id, "author", "誤報のため").draft
    assert made is not None
    _, shown = draft.preview(fleet, made.id)
    assert sorted(one.recipient.customer.email for one in shown.mails) == sorted(told)
    assert {one.recipient.brand for one in shown.mails if one.recipient.customer.id == "C002"} == {"x"}
    assert shown.errors == ()


def test_a_server_that_changes_hands_meanwhile_voids_the_approval(fleet: Edges, tmp_path: Path) -> None:
    """Approved today over one owner, published after midnight: it is void, since another's server would be told."""
    dated = SERVERS.replace("root,os\n", "root,os,since,until\n").replace("debian:12\n", "debian:12,,\n")
    dated = dated.replace("ubuntu:22.04\n", "ubuntu:22.04,,\n").replace("almalinux:9\n", "almalinux:9,,\n")
    today = "2026-11-25"
    dated = dated.replace("vps101,V-1001,C001,VPS,あり,debian:12,,", f"vps101,V-1001,C001,VPS,あり,debian:12,,{today}")
    dated += "vps101,V-1003,C003,VPS,あり,debian:12,2026-11-26,\n"
    assert take(fleet, tmp_path, servers=dated).moved == {}
    for source in fleet.sources.values():
        collect(fleet, source)
    draft.draft_cases(fleet, "feedbot")
    number = about(fleet).id
    decide.propose(fleet, number, "author")
    decide.approve(fleet, number, "author")
    tomorrow = replace(fleet, clock=lambda: fleet.clock() + timedelta(hours=13))
    with pytest.raises(ReviewError, match="void"):
        publish(tomorrow, number, "author")
    with fleet.database.begin() as tx:
        assert next(one.contract for one in inventory.servers(tx) if one.name == "vps101") == "V-1003"


def test_rows_that_slipped_are_held(fleet: Edges, tmp_path: Path) -> None:
    """Every server its neighbour's: held, with what would change hands; meant, it is taken and kept in the log."""
    slipped = SERVERS
    for old, new in (("V-1001,C001", "V-1001,C00X"), ("D-2001,C002", "D-2001,C001"), ("V-1001,C00X", "V-1001,C002")):
        slipped = slipped.replace(old, new)
    with pytest.raises(
        RefusedRowsError, match=r"3 of 12 servers would become another customer's.*ded201 \(C002 → C001\)"
    ):
        take(fleet, tmp_path, servers=slipped)
    path = tmp_path / "servers.csv"
    trial = intake.import_customers(fleet, [path], "tester", moved=True, trial=True)
    assert (trial.trial, trial.moved["vps101"]) == (True, ("C001", "C002"))
    assert trial.changed["contracts"] == ("D-2001", "V-1001")
    with fleet.database.begin() as tx:
        assert {one.id: one.customer for one in inventory.contracts(tx)}["V-1001"] == "C001"
    intake.import_customers(fleet, [path], "tester", moved=True)
    with fleet.database.begin() as tx:
        assert list(audit.entries(tx))[-1].detail.endswith("moved vps101 C001 C002, --moved")


def test_contacts_go_with_their_customer(fleet: Edges, tmp_path: Path) -> None:
    """A customer who leaves takes his contacts with him; they are named."""
    take(fleet, tmp_path, contacts=CONTACTS)
    servers = "".join(row for row in SERVERS.splitlines(keepends=True) if "C001" not in row)
    made = take(fleet, tmp_path, customers=CUSTOMERS.replace(CUSTOMERS.splitlines()[1] + "\n", ""), servers=servers)
    assert made.removed.contacts == ("C001 night@mihon-kobo.example", "C001 ops@mihon-kobo.example")
    with fleet.database.begin() as tx:
        assert contacts.all_of_them(tx) == ()


@pytest.mark.parametrize(
    ("text", "customers", "servers"),
    [
        ('plan in ["VPS", "専用"] and root', 4, 8),
        ('plan == "VPS" and product("Apache HTTP Server")', 2, 2),
        ('not root or os like "ubuntu:*"', 4, 6),
        ("専用,VPS(root)", 4, 8),
        ("すべてのお客様", 5, 12),
        ("共用のお客様", 1, 2),
    ],
)
def test_an_audience_is_counted(fleet: Edges, text: str, customers: int, servers: int) -> None:
    """By expression, by product in use, by contract type and by a name of the configuration; nothing is drafted."""
    named = replace(fleet, audiences={"共用のお客様": 'plan == "共用"'})
    made = audiences.count(named, text, Kind.OWN)
    assert (made.customers, made.servers, made.mails) == (customers, servers, customers)
    with fleet.database.begin() as tx:
        assert drafts.listing(tx) == ()


def test_the_count_is_what_a_draft_then_has(stage: World, fleet: Edges, tmp_path: Path) -> None:
    """Mails, resellers and brands of the preview are those of the draft for the same audience."""
    take(fleet, tmp_path, customers=through_reseller("両方"), contacts=CONTACTS, servers=branded())
    text = 'plan == "VPS" or brand == "x"'
    made = audiences.count(fleet, text, Kind.ADVISORY)
    assert (made.customers, made.mails, made.resellers, made.brands) == (4, 6, 2, (("", 5), ("x", 1)))
    words = "種別: 注意喚起\n件名: お願い\n\n本文です。"
    number = draft.new_own(fleet, words, "author", text).id
    found, shown = draft.preview(fleet, number)
    assert found.notice.audience.expression == text
    assert len(shown.mails) == made.mails


def test_a_release_that_the_package_list_alone_shows(fleet: Edges, tmp_path: Path) -> None:
    """A table without releases changes nothing about `os`: what the contract leaves open, the list has said."""
    texts = ('os == "debian:12"', 'not os like "debian:*"')
    before = [audiences.count(fleet, text, Kind.OWN).servers for text in texts]
    assert all(before)
    take(fleet, tmp_path, servers="".join(row.rpartition(",")[0] + "\n" for row in SERVERS.splitlines()))
    with fleet.database.begin() as tx:
        assert not any(one.distro for one in inventory.servers(tx))
    assert [audiences.count(fleet, text, Kind.OWN).servers for text in texts] == before


def test_affected_is_asked_of_a_case(fleet: Edges) -> None:
    """With a case it narrows those affected; without one it is an error, not nobody."""
    for source in fleet.sources.values():
        collect(fleet, source)
    draft.draft_cases(fleet, "feedbot")
    case = about(fleet).notice.case
    every = audiences.count(fleet, "影響のあるお客様", Kind.ADVISORY, case=case)
    assert audiences.count(fleet, "affected", Kind.ADVISORY, case=case).servers == every.servers
    vps = audiences.count(fleet, 'affected and plan == "VPS"', Kind.ADVISORY, case=case)
    assert 0 < vps.servers < every.servers
    for text in ("affected", "影響のあるお客様"):
        with pytest.raises(NoticeError, match="none is given"):
            audiences.count(fleet, text, Kind.ADVISORY)


def test_a_stale_inventory_decides_over_no_product(fleet: Edges) -> None:
    """An audience by what is installed needs fresh lists as a match does; one by contracts alone does not."""
    old = replace(fleet, clock=lambda: fleet.clock() + timedelta(days=3))
    words = "件名: お願い\n\n本文です。"
    by_product = draft.new_own(old, words, "author", 'product("Apache HTTP Server")').id
    with pytest.raises(ReviewError, match="older than 24 hours"):
        decide.propose(old, by_product, "author")
    decide.propose(old, draft.new_own(old, words, "author", 'plan == "VPS"').id, "author")


def test_a_revision_goes_to_the_audience_that_was_chosen(stage: World, fleet: Edges) -> None:
    """The advisory is revised: the 続報 is for whom the notice was drafted, not for everybody affected."""
    for source in fleet.sources.values():
        collect(fleet, source)
    draft.draft_cases(fleet, "feedbot")
    first = about(fleet)
    decide.reject(fleet, first.id, "author", "対象を絞る")
    (chosen,) = draft.draft_cases(fleet, "author", [first.notice.case], 'affected and plan == "VPS"').made
    decide.propose(fleet, chosen.id, "author")
    decide.approve(fleet, chosen.id, "author")
    publish(fleet, chosen.id, "author")
    stage.pages |= pages("www-2")
    collect(fleet, fleet.sources["csirt_a"])
    draft.draft_cases(fleet, "feedbot")
    revised = about(fleet)
    assert (revised.notice.edition, revised.notice.audience) == (2, chosen.notice.audience)
    _, shown = draft.preview(fleet, revised.id)
    assert {each.contract.plan for one in shown.mails for each in one.recipient.exposures} == {Plan.VPS}


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("rooot", InventoryError, "character 1: no such word: rooot"),
        ('product("no such thing")', NoticeError, "no such product"),
    ],
)
def test_an_audience_that_cannot_be_read(fleet: Edges, text: str, kind: type[FeedbotError], words: str) -> None:
    """It is told with its place; nobody is chosen by a guess."""
    with pytest.raises(kind, match=words):
        audiences.count(fleet, text, Kind.OWN)
