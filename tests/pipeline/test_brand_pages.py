"""Pages of brands: what a brand's customer can reach is in its name, and nothing of it is in anybody else's."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import update

from feedbot.errors import DeliveryError, ReviewError
from feedbot.inventory import Customer
from feedbot.notice import Post, Provider, digests, misplaced
from feedbot.pipeline import Brand, Edges, decide, digest, draft
from feedbot.pipeline.collect import collect
from feedbot.pipeline.packages import import_packages
from feedbot.pipeline.publish import build_site, publish
from feedbot.pipeline.send import send_due
from feedbot.signature import Detached
from feedbot.store import drafts, inventory
from feedbot.store._tables import frozen_pages
from tests.fakes import PROVIDER, START, World
from tests.pipeline.conftest import DATA, import_fleet
from tests.pipeline.conftest import pages as www
from tests.pipeline.shop import Shop
from tests.pipeline.test_customers import X, branded, sent, take
from tests.pipeline.test_decide import about
from tests.pipeline.test_separation import decoded, fleet, publish_all, token
from tests.pipeline.test_told import taken_back

BRANDS, CUSTOMERS = ("x", "y", "z"), 16
SITED = ("x", "y")
SHOJI = "sato@mihon-shoji.example"
ORIGINAL = "originals/CSIRT-A-AT-2026-0001.txt.asc"


@dataclass
class Pages:
    """A site kept in a dictionary."""

    tree: dict[str, bytes] = field(default_factory=dict)
    broken: bool = False

    def publish(self, tree: Mapping[str, bytes]) -> None:
        """Put up the site, or fail."""
        if self.broken:
            raise DeliveryError("x", "the site cannot be written: {detail}", permanent=False, detail="full")
        self.tree = dict(tree)

    def text(self) -> str:
        """Return all of it but the publishers' originals and the style."""
        kept = (body for path, body in self.tree.items() if not path.startswith("originals/") and path != "site.css")
        return "\n".join(body.decode() for body in kept)


def provider(name: str) -> Provider:
    """Return a brand with names that occur nowhere else."""
    site = f"https://www.{token('site', ord(name))}.example/{name}/"
    return Provider(
        f"{token('firm', ord(name))}株式会社",
        token("serv", 1000 + ord(name)),
        f"notice@{token('mail', 1000 + ord(name))}.example",
        f"{token('help', ord(name))} 窓口",
        site,
        f"{name.upper()}INFO",
        signature=token("sign", ord(name)),
        pages=name in SITED,
    )


def names(one: Provider) -> set[str]:
    """Return the words by which a brand is known."""
    domain, host = one.from_address.partition("@")[2], one.site_url.split("/")[2]
    return {one.name, one.service, one.contact, domain, host, *filter(None, [one.signature])}


@pytest.fixture
def sites() -> dict[str, Pages]:
    """The pages of the brands that have their own."""
    return {name: Pages() for name in SITED}


@pytest.fixture
def own(edges: Edges, sites: dict[str, Pages]) -> Edges:
    """The world with three brands, two of them with pages."""
    made = {name: Brand(provider(name), edges.templates, sites.get(name)) for name in BRANDS}
    return replace(edges, brands=made)


@pytest.fixture
def one(edges: Edges, tmp_path: Path) -> tuple[Edges, Pages]:
    """The demo's fleet with one brand, which has pages; C002 is its customer."""
    pages = Pages()
    made = replace(edges, brands={"x": Brand(replace(X, pages=True), edges.templates, pages)})
    import_fleet(made)
    take(made, tmp_path, servers=branded())
    return made, pages


def spread(edges: Edges) -> dict[str, list[Customer]]:
    """Store a fleet whose customers are the provider's and each brand's in turn; return them by brand."""
    packages = [("deb", "apache2", ["2.4.57"]), ("generic", "httpd", ["2.4.58"]), ("generic", "ntpd", ["4.2.6p5"])]
    customers, contracts, servers, hosts = fleet(packages, CUSTOMERS)
    turn = dict(zip((one.id for one in customers), ("", *BRANDS) * CUSTOMERS, strict=False))
    bearing = [replace(one, brand=turn[one.customer]) for one in contracts]
    with edges.database.begin() as tx:
        inventory.replace_customers(tx, customers, bearing, servers, START)
        inventory.replace_packages(tx, hosts, START)
    return {name: [one for one in customers if turn[one.id] == name] for name in ("", *BRANDS)}


def links(text: str, base: str) -> set[str]:
    """Return the pages of a site that a mail links to, by path."""
    return set(re.findall(rf"{re.escape(base)}([^\s\"<>]+)", text))


def foreign(text: str, edges: Edges, brand: str) -> set[str]:
    """Return every name of another brand in a text."""
    everyone = {"": edges.provider} | {name: known.provider for name, known in edges.brands.items()}
    words = {word for name, known in everyone.items() if name != brand for word in names(known)}
    prefixes = {known.number_prefix for name, known in everyone.items() if name != brand}
    found = {word for word in words if word in text}
    return found | {prefix for prefix in prefixes if re.search(rf"(?<![A-Z]){prefix}-\d", text)}


def test_nobody_reads_of_another_brand(stage: World, own: Edges, sites: dict[str, Pages]) -> None:
    """Three brands and the provider, notices by match, by contract and by hand: no name, number or customer of another
    on any page, in any feed or mail; and each mail of a brand with pages links to one that is there."""
    customers = spread(own)
    for source in own.sources.values():
        collect(own, source)
    draft.draft_cases(own, "feedbot")
    draft.new_own(
        own,
        "種別: お知らせ\n件名: 年末の窓口のご案内\n対象: すべてのお客様\n\n窓口の時間をお知らせいたします。",
        "author",
    )
    assert publish_all(own) == 4
    brand_of = {one.id: name for name, found in customers.items() for one in found}
    reached: dict[str, set[str]] = {name: set() for name in customers}
    for mail in stage.mails:
        brand = brand_of[mail.customer]
        text = decoded(mail)
        assert foreign(text, own, brand) == set()
        at = links(text, own.brand(brand).provider.site_url)
        tree = stage.site if not brand else sites[brand].tree if brand in sites else {}
        assert at <= tree.keys()
        assert bool(at) is (brand != "z")
        reached[brand] |= {link for link in at if link.endswith(".html")}
    assert {name: len(found) for name, found in reached.items()} == {"": 4, "x": 4, "y": 3, "z": 0}
    for name, pages in sites.items():
        text = pages.text()
        assert foreign(text, own, name) == set()
        assert not any(one.email in text or one.name in text for found in customers.values() for one in found)
        assert {path for path in pages.tree if path.endswith(".html")} == reached[name] | {"index.html"}
        feed = json.loads(pages.tree["feed.json"])
        assert len(feed["items"]) == len(reached[name])
        assert all(one["url"].startswith(own.brands[name].provider.site_url) for one in feed["items"])
    shown = Pages(stage.site)
    assert foreign(shown.text(), own, "") == set()
    assert len(json.loads(stage.site["feed.json"])["items"]) == 4


def test_a_page_counts_its_own_customers_alone(stage: World, one: tuple[Edges, Pages]) -> None:
    """How many are concerned in another name is nobody's to read."""
    edges, pages = one
    mails = sent(edges, stage)
    page = pages.tree["XINFO-2026-0001.html"].decode()
    assert links("".join(mails[SHOJI]), X.site_url) == {"XINFO-2026-0001.html", ORIGINAL}
    assert X.service in page
    with edges.database.begin() as tx:
        (number,) = [found.id for found in drafts.listing(tx) if found.notice.number]
        frozen = drafts.frozen(tx, number)
    assert frozen.pages.keys() == {"", "x"}
    said = {name: re.findall(r"(\d+)件|(\d+)台\(", post.text) for name, post in frozen.pages.items()}
    assert said == {"x": [("1", ""), ("", "1")], "": [("4", ""), ("", "4")]}


def released(edges: Edges, text: str) -> int:
    """Write a notice by hand, and let it out."""
    number = draft.new_own(edges, text, "author").id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    publish(edges, number, "author")
    send_due(edges, "w")
    return number


def test_what_a_brand_s_customers_alone_read_is_not_on_the_provider_s_pages(
    stage: World, one: tuple[Edges, Pages]
) -> None:
    """Nor is what they do not read on the brand's."""
    edges, pages = one
    released(edges, '種別: お知らせ\n件名: エックスの改定\n対象: 条件 brand == "x"\n\n改定いたします。')
    assert "XINFO-2026-0001.html" in pages.tree
    assert "INFO-2026-0001.html" not in stage.site
    assert "改定" not in Pages(stage.site).text()
    released(edges, "種別: お知らせ\n件名: 見本の変更\n対象: 共用\n\n変更いたします。")
    assert "INFO-2026-0002.html" in stage.site
    assert "XINFO-2026-0002.html" not in pages.tree
    assert "変更" not in pages.text()


def test_a_later_edition_reaches_the_page_of_who_reads_it_no_more(
    stage: World, one: tuple[Edges, Pages], tmp_path: Path
) -> None:
    """The number's page on the brand's site tells the newest, though none of its customers gets a mail of that."""
    edges, pages = one
    count = len(sent(edges, stage))
    mended = tmp_path / "ded201.rpm"
    rows = (DATA / "inventory" / "ded201.rpm").read_text(encoding="utf-8").splitlines(keepends=True)
    mended.write_text("".join(row for row in rows if not row.startswith("httpd")), encoding="utf-8")
    import_packages(edges, [mended], "tester", fewer=True)
    stage.pages |= www("www-2")
    collect(edges, edges.sources["csirt_a"])
    (made,) = draft.draft_cases(edges, "feedbot").made
    decide.propose(edges, made.id, "author")
    decide.approve(edges, made.id, "author")
    publish(edges, made.id, "author")
    send_due(edges, "w")
    assert SHOJI not in {mail.recipient for mail in stage.mails[count:]}
    page = pages.tree["XINFO-2026-0001.html"].decode()
    assert "XINFO-2026-0001 第2版" in page
    assert foreign(page, edges, "x") == set()


def test_a_brand_s_page_tells_that_its_notice_was_withdrawn(stage: World, one: tuple[Edges, Pages]) -> None:
    """Under the brand's number and name."""
    edges, pages = one
    sent(edges, stage)
    number = about(edges).id
    taken_back(stage, edges, number)
    page = pages.tree["XINFO-2026-0001.html"].decode()
    assert "このお知らせは取り下げました" in page
    assert foreign(page, edges, "x") == set()


def test_the_approval_is_of_the_brand_s_page_too(stage: World, one: tuple[Edges, Pages]) -> None:
    """Its words are frozen with the proposal: others in their place void it."""
    edges, _ = one
    for source in edges.sources.values():
        collect(edges, source)
    draft.draft_cases(edges, "feedbot")
    number = about(edges).id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    with edges.database.begin() as tx:
        kept = drafts.frozen(tx, number).pages["x"]
        other = json.dumps({"title": kept.title, "html": "<p>別の文</p>", "text": kept.text, "markdown": kept.markdown})
        tx.execute(update(frozen_pages).where(frozen_pages.c.brand == "x").values(post=other))
    with pytest.raises(ReviewError, match="text"):
        publish(edges, number, "author")


def test_pages_that_cannot_be_written_stop_no_others(stage: World, one: tuple[Edges, Pages]) -> None:
    """The provider's are up, and the fault is told."""
    edges, pages = one
    sent(edges, stage)
    stage.site.clear()
    pages.broken = True
    with pytest.raises(DeliveryError, match="cannot be written"):
        build_site(edges)
    assert "INFO-2026-0001.html" in stage.site


def sited(stage: World) -> tuple[Shop, Pages]:
    """A shop that tells what is below 7.0 once a day; its K2 is of a brand that has pages."""
    pages = Pages()
    brand = Brand(replace(X, pages=True), stage.edges().templates, pages)
    daily = digests.Digests("day", at=time(10), below="high")
    shop = Shop(stage, replace(stage.edges(), digest=daily, brands={"x": brand})).open()
    with shop.edges.database.begin() as tx:
        bearing = [replace(one, brand="x" if one.customer == "K2" else "") for one in inventory.contracts(tx)]
        inventory.replace_customers(tx, None, bearing, None, stage.now)
    return shop, pages


def due(shop: Shop) -> int:
    """Let a day pass and return the digest's draft."""
    shop.later(days=1)
    made = digest.make(shop.edges, "(feedbot)").draft
    assert made is not None
    return made.id


def test_a_digest_shows_a_brand_s_reader_its_numbers_and_pages(stage: World) -> None:
    """Each case in it under the brand's number, with a link to the brand's own page, which is up."""
    shop, pages = sited(stage)
    for product in ("rsync", "wget"):
        shop.flaw(product, "5.3")
    shop.draft()
    assert shop.send(due(shop)) == ["K1", "K2", "K3"]
    (mail,) = [decoded(one) for one in stage.mails if one.customer == "K2"]
    assert foreign(mail, shop.edges, "x") == set()
    at = links(mail, X.site_url)
    assert at == {"XINFO-2026-0001.html", "XINFO-2026-0002.html"} == at & pages.tree.keys()
    others = "".join(decoded(one) for one in stage.mails if one.customer != "K2")
    assert foreign(others, shop.edges, "") == set()
    assert links(others, PROVIDER.site_url) == {"INFO-2026-0001.html", "INFO-2026-0002.html"}


@pytest.mark.parametrize(("late", "site"), [("K2", X.site_url), ("K1", PROVIDER.site_url)])
def test_a_digest_links_to_no_page_that_is_not_there(stage: World, late: str, site: str) -> None:
    """A case's page came out before the digest, where its readers were then; who is concerned since then in another
    name reads of it without a link, beside a case whose page is there."""
    shop, pages = sited(stage)
    for one in {"K2"} if late == "K2" else {"K1", "K3"}:
        shop.patch(one, "rsync")
    shop.flaw("rsync", "5.3")
    (early,) = shop.draft()
    assert shop.send(early.id) == []
    shop.flaw("wget", "5.3")
    shop.draft()
    shop.patch(late, "rsync", "1.0-1")
    shop.send(due(shop))
    (mail,) = [decoded(one) for one in stage.mails if one.customer == late]
    assert "rsync 1.0-1" in mail
    at = links(mail, site)
    assert len(at) == 1
    assert at <= (pages.tree if late == "K2" else stage.site).keys()


def test_who_joins_in_the_provider_s_name_is_sent_to_no_page_that_only_a_brand_has(stage: World) -> None:
    """The first edition stands on the brand's pages alone, and its next goes by mail alone."""
    shop, _ = sited(stage)
    for one in ("K1", "K3"):
        shop.patch(one, "rsync")
    shop.flaw("rsync", "9.3")
    (made,) = shop.draft()
    assert shop.send(made.id) == ["K2"]
    shop.patch("K1", "rsync", "1.0-1")
    (rest,) = shop.draft()
    assert shop.send(rest.id) == ["K1"]
    assert "INFO-2026-0001.html" not in stage.site
    assert links(decoded(stage.mails[-1]), PROVIDER.site_url) == set()


def test_a_brand_s_mails_are_signed_by_its_own_key_or_by_none(
    stage: World, one: tuple[Edges, Pages], tmp_path: Path
) -> None:
    """The provider's key names the provider to whoever looks a signature up."""
    edges, _ = one

    def key(name: str) -> Callable[[bytes], Detached]:
        return lambda data: Detached(f"-----{name}-----\n".encode(), "pgp-sha256")

    signing = replace(edges, sign_mail=key("provider"))
    unsigned = sent(signing, stage)
    assert "-----" not in unsigned.pop(SHOJI)[0]
    assert all("-----provider-----" in texts[0] for texts in unsigned.values())
    own = replace(edges.brands["x"], sign_mail=key("own"))
    signing = replace(signing, brands={"x": own})
    count = len(stage.mails)
    released(signing, '種別: お知らせ\n件名: エックスの改定\n対象: 条件 brand == "x"\n\n改定いたします。')
    assert ["-----own-----" in decoded(mail) for mail in stage.mails[count:]] == [True]


def test_a_name_on_another_brand_s_page_is_found() -> None:
    """A template of the brand's, or words of the operator's, that name the provider."""
    clean, named = Post("件名", "<p>本文</p>", "本文", "本文"), Post("件名", "<p>本文</p>", f"{PROVIDER.name}", "本文")
    brands = {"": PROVIDER, "x": X}
    assert list(misplaced({"x": clean, "": named}, brands)) == []
    (found,) = misplaced({"x": named, "": clean}, brands)
    assert (found.code, found.where, found.level) == ("foreign-brand", "公開ページ x", "error")
