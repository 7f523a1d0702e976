"""The shipped products: enough of them, each found by its own spellings and only so, and Debian's names that exist."""

import re
import subprocess
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import matching
from feedbot.advisory import Affected, UnreadRange
from feedbot.advisory.case import Case
from feedbot.catalog import Catalog, How, Product
from feedbot.catalog._names import plain
from feedbot.inventory import Component
from tests.matching.shelf import advisory

CATALOG = Catalog.load()
PRODUCTS = tuple(CATALOG.products.values())


def _spellings(product: Product) -> tuple[str, ...]:
    return (product.name, *product.names)


def test_the_catalogue_holds_what_hosting_providers_run() -> None:
    """Four hundred products at least, each with a name for an inventory and a place where it was looked up."""
    assert len(PRODUCTS) >= 400
    assert [p.id for p in PRODUCTS if not p.provenance or not (p.deb or p.rpm or p.upstream)] == []


def test_every_spelling_finds_its_product_and_no_other() -> None:
    """Alone, and with the maker in front."""
    wrong = [
        (spelling, product.id)
        for product in PRODUCTS
        for name in _spellings(product)
        for spelling in ((name,) if product.alone else ()) + ((f"{product.vendor} {name}",) if product.vendor else ())
        if CATALOG.find(spelling) != product
    ]
    assert wrong == []


def test_every_spelling_with_a_maker_of_the_product_finds_it() -> None:
    """A publisher that names the maker apart is understood, by its present and its earlier names."""
    wrong = [
        (name, maker, product.id)
        for product in PRODUCTS
        for name in _spellings(product)
        for maker in filter(None, (product.vendor, *product.makers))
        if CATALOG.find(name, maker) != product
    ]
    assert wrong == []


def test_every_cpe_finds_its_product_and_names_no_second() -> None:
    """A pair of maker and product belongs to one product."""
    pairs = [pair for product in PRODUCTS for pair in product.cpe]
    assert len(pairs) == len(set(pairs))
    wrong = [(pair, p.id) for p in PRODUCTS for pair in p.cpe if CATALOG.find("?", cpe=f"cpe:/a:{pair}") != p]
    assert wrong == []


def test_the_makers_name_alone_does_not_stand_for_a_general_word() -> None:
    """A word that many makers use is found with its maker only."""
    words = ("Office", "Connect", "Manager", "Gallery", "Commerce", "Desktop", "Go", "Patch", "Less", "Salt", "Express")
    assert [word for word in words if CATALOG.find(word)] == []
    assert [CATALOG.find(name) is not None for name in ("サイボウズ Office", "HashiCorp Vault")] == [True, True]


def test_another_makers_gallery_is_another_product() -> None:
    """A name and a maker that do not belong together find nothing."""
    assert CATALOG.find("Caddy", "madebytribe") is None
    plugin = CATALOG.find("GitLab", "Jenkins プロジェクト", "cpe:/a:jenkins:gitlab")
    assert plugin is not None
    assert plugin.id == "jenkins-plugin:gitlab"


def test_names_of_debian_exist() -> None:
    """Of the source packages named, the index of this system has those that its release holds, hence most."""
    names = {name for product in PRODUCTS for name in product.deb}
    assert [name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)] == []
    if which("apt-cache") is None:
        pytest.skip("apt-cache is missing: apt-get install apt")
    index = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout
    sources = set(re.findall(r"(?m)^(?:Source|Package): (\S+)", index))
    if len(sources) < 10_000:
        pytest.skip("the package index is missing: apt-get update")
    assert len(names & sources) >= 0.8 * len(names)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Apache Tomcat 9.0.x 系", "tomcat"),
        ("ISC BIND 9.16 Series", "bind"),
        ("Proself Enterprise Edition Ver.5.62 およびそれ以前", "proself"),
        ("Movable Type 7 r.4702 およびそれ以前", "movable-type"),
        ("EC-CUBE 4.0 系", "ec-cube"),
        ("a-blog cms Ver.3.0.x 系", "a-blog-cms"),
        ("サイボウズ Office シリーズ", "cybozu-office"),
        ("グループウェア「サイボウズ ガルーン」", "garoon"),
        ("株式会社インプリム プリザンター", "pleasanter"),
        ("ＭｙＳＱＬ Community Edition", "mysql"),
        ("Postfix stable", "postfix"),
        ("either BIND", "bind"),
        ("Samba for Linux", "samba"),
        ("nginx (オープンソース版)", "nginx"),
        ("Exim 4.94 and earlier", "exim"),
        ("PHP Ver.", "php"),
        ("Apache HTTP・サーバ", "httpd"),
        ("WildFly (旧 JBoss Application Server)", "wildfly"),
        ("Zabbix 6.0 LTS", "zabbix"),
        ("OpenSSL®", "openssl"),
    ],
)
def test_what_publishers_put_around_a_name_does_not_hide_it(name: str, key: str) -> None:
    """Version, series, edition, platform, brackets, description, script, width: taken off, and kept as notes."""
    finding = CATALOG.look(name)
    assert finding.product is not None
    assert finding.product.id == key
    kept = "".join(note.text for note in finding.notes)
    assert len(plain(name)) <= len(plain(finding.product.vendor)) + 2 * len(plain(key)) + len(kept) + 30


@pytest.mark.parametrize(
    "name", ["OpenSSL for Windows", "ImageMagick (Windows 版)", "curl macOS 版", "MySQL for Windows Server"]
)
def test_a_name_for_another_system_is_told_and_not_matched(name: str) -> None:
    """What no Linux server runs leads to no package; the product is named to a person."""
    finding = CATALOG.look(name)
    assert (finding.product, finding.how) == (None, How.ELSEWHERE)
    assert finding.near is not None
    assert finding.notes


@pytest.mark.parametrize(
    "name",
    [
        "Apache Tomcat JK Web Server Connector",
        "nginx-ui",
        "OpenSSL for Windows installer",
        "MySQL Connector/J",
        "MySQL Workbench",
        "PostgreSQL ODBC driver",
        "Redis client",
        "OpenSSL (Ruby module)",
        "Zabbix agent plugin",
        "GitLab Runner helper",
        "Docker (Jenkins plugin)",
        "Samba Manager",
        "PHP Mailer Pro",
        "Apache Server Status Viewer",
        "Perl Auditor",
        "WordPress プラグイン「WordPress」管理",
    ],
)
def test_a_name_that_holds_a_products_name_is_another(name: str) -> None:
    """A connector, client, driver, module or tool around a product is never taken for the product."""
    hosts = {"tomcat", "nginx", "openssl", "mysql", "postgresql", "redis", "zabbix", "gitlab", "docker", "samba", "php"}
    finding = CATALOG.look(name)
    assert finding.product is None or finding.product.id not in hosts | {"httpd", "perl", "wordpress"}


@pytest.mark.parametrize(
    ("name", "vendor", "key"),
    [
        ("WordPress 用プラグイン「Example Slider」", "", "wordpress-plugin:example-slider"),
        ("Example Slider plugin for WordPress", "", "wordpress-plugin:example-slider"),
        ("WordPress プラグイン Example Slider 1.2.3 およびそれ以前", "", "wordpress-plugin:example-slider"),
        ("WP Example", "", "wordpress-plugin:wp-example"),
        ("Contact Form 7 plugin for WordPress", "", "contact-form-7"),
        ("EC-CUBE 用プラグイン「見本プラグイン」", "見本社", "ec-cube-plugin:見本"),
        ("baserCMS プラグイン「Example」", "", "basercms-plugin:example"),
        ("Movable Type 用プラグイン Example", "", "movable-type-plugin:example"),
        ("Redmine Example Plugin", "", "redmine-plugin:redmine-example"),
        ("Example", "Jenkins プロジェクト", "jenkins-plugin:example"),
        ("example gem", "", "rubygem:example"),
        ("Example::Parser", "", "perl-module:example-parser"),
        ("Apache Example", "Apache Software Foundation", "apache:apache-example"),
    ],
)
def test_a_plugin_is_a_product_of_its_own(name: str, vendor: str, key: str) -> None:
    """By the wording of the name, a word of it, or its maker; and never the host."""
    found = CATALOG.find(name, vendor)
    assert found is not None
    assert found.id == key


def test_a_plugin_with_the_cpe_of_its_host_is_not_the_host() -> None:
    """Publishers give the host's CPE to a plugin now and then."""
    found = CATALOG.find("WordPress 用プラグイン Example", "", "cpe:/a:wordpress:wordpress")
    assert found is not None
    assert found.id == "wordpress-plugin:example"


def test_a_small_project_of_the_same_name_is_another() -> None:
    """`nix_project:nix` of the CPE dictionary is a library of Rust; the package manager has another CPE."""
    other = CATALOG.find("nix", "nix project", "cpe:/a:nix_project:nix")
    assert other is not None
    assert (other.id, other.deb, "nix" in other.upstream) == ("cpe:nix_project:nix", (), False)
    found = CATALOG.find("nix", "nix project")
    assert found is not None
    assert found == CATALOG.find("Nix", "NixOS", "cpe:/a:nixos_project:nix")


def test_a_name_nobody_catalogued_stands_for_itself_and_stays_unmapped() -> None:
    """An inventory may hold it under exactly that name; a short name, and one of another maker's, stand for nothing."""
    finding = CATALOG.look("見本グループウェア Alpha", "見本社")
    assert (finding.how, finding.mapped) == (How.ITSELF, False)
    assert finding.product is not None
    assert "見本グループウェア Alpha" in finding.product.upstream
    assert CATALOG.find("見本グループウェア Alpha") is None
    for name, vendor in (("V", ""), ("2.0", ""), ("GitLab", "Acme"), ("nginx", "Acme")):
        assert CATALOG.look(name, vendor).product is None


@settings(deadline=None)
@given(st.sampled_from(PRODUCTS), st.sampled_from(PRODUCTS))
def test_no_name_leads_to_two_products(one: Product, other: Product) -> None:
    """No spelling, with a maker before it or not, is two products'; nor is a package or a CPE."""
    if one == other:
        return
    keys = [{plain(name) for name in _spellings(each)} for each in (one, other)]
    assert keys[0].isdisjoint(keys[1])
    for field in ("deb", "rpm", "upstream", "cpe", "purl"):
        assert set(getattr(one, field)).isdisjoint(getattr(other, field))


@settings(deadline=None)
@given(st.sampled_from(PRODUCTS), st.text(st.characters(categories=("L", "N", "P", "Z")), max_size=12))
def test_words_around_a_name_lead_to_it_or_nowhere_near(product: Product, words: str) -> None:
    """Whatever stands behind a name, what is found is that product, or one whose own spelling the whole is."""
    finding = CATALOG.look(f"{product.name} {words}")
    if finding.how in (How.NAME, How.READING):
        assert finding.product is not None
        spelled = {plain(name) for name in _spellings(finding.product)}
        makers = {plain(who) for who in (finding.product.vendor, *finding.product.makers)} | {""}
        taken = plain("".join(note.text for note in finding.notes))
        whole = plain(f"{product.name} {words}")
        assert any(name in whole for name in spelled)
        assert len(whole) <= max(map(len, spelled)) + max(map(len, makers)) + len(taken) + 12


def test_every_key_of_a_component_is_looked_up_by_matching() -> None:
    """What the catalogue names is what matching asks the inventory for: packages, self-built names, families' keys."""
    said = [(one.name, one.vendor, f"cpe:/a:{one.cpe[0]}" if one.cpe else "") for one in PRODUCTS[::15]]
    for name, vendor, cpe in (*said, *((name, "", "") for name in ("WP Example", "example gem", "Foo::Bar"))):
        product = CATALOG.find(name, vendor, cpe)
        assert product is not None
        line = Affected(name, UnreadRange("1.0"), f"{name} 1.0", vendor, cpe)
        case = Case("C-1", (advisory("A-1", line),))
        names = matching.names(case, CATALOG)
        installed = [Component("deb", f"{key}-bin", "1", source=key) for key in product.deb]
        installed += [Component("deb", key, "1") for key in product.deb]
        installed += [Component("rpm", key, "1") for key in product.rpm]
        installed += [Component("rpm", f"{key}-libs", "1", source=key) for key in product.rpm]
        installed += [Component("generic", key.upper(), "1") for key in product.upstream]
        assert [one for one in installed if not names.hold(one)] == []


def test_names_of_the_wildest_kind_are_looked_up_in_no_time() -> None:
    """A long or hostile name neither fails nor takes long."""
    for name in (
        "(" * 5_000,
        "1." * 5_000,
        "for Windows " * 2_000,
        "「" * 900,
        "版" * 9_000,
        "Ver." * 3_000,
        "a b " * 9_000,
    ):
        assert CATALOG.look(name).how in set(How)
