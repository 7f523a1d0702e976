"""The catalogue: the shipped one, spellings, CPEs, components, the operator's files, and bad ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import messages
from feedbot.catalog import Catalog, How
from feedbot.catalog._names import plain
from feedbot.errors import CatalogError
from feedbot.inventory import Component

CATALOG = Catalog.load()


def _found(product: str, vendor: str = "", cpe: str = "") -> str | None:
    found = CATALOG.find(product, vendor, cpe)
    return found.id if found else None


@pytest.mark.parametrize(
    ("product", "vendor", "key"),
    [
        ("ntpd", "", "ntp"),
        ("NTP", "NTP Project", "ntp"),
        ("NTP Project NTP", "", "ntp"),
        ("ＮＴＰ", "", "ntp"),
        ("NTPsec", "", "ntpsec"),
        ("Apache HTTP Server", "Apache Software Foundation", "httpd"),
        ("apache http server", "", "httpd"),
        ("httpd", "", "httpd"),
        ("Apache HTTP サーバー", "", "httpd"),
        ("ISC BIND", "", "bind"),
        ("ISC BIND 9", "ISC, Inc.", "bind"),
        ("BIND", "ISC", "bind"),
        ("glibc", "GNU Project", "glibc"),
        ("Linux カーネル", "", "linux"),
        ("Linux Kernel", "kernel.org", "linux"),
        ("Apache Log4j-core", "", "log4j"),
        ("Movable Type", "シックス・アパート", "movable-type"),
        ("シックス・アパート Movable Type", "", "movable-type"),
        ("Joomla!", "Joomla!", "joomla"),
        ("MySQL", "オラクル", "mysql"),
        ("OpenSSH", "openssh", "openssh"),
        ("nginx", "F5 Networks, Inc.", "nginx"),
    ],
)
def test_a_product_is_found_as_publishers_write_it(product: str, vendor: str, key: str) -> None:
    """Old names, Japanese names, width, case and a vendor in front lead to one product."""
    assert _found(product, vendor) == key


@pytest.mark.parametrize(
    "product",
    [
        "",
        "Server",
        "Apache HTTP Serve",
        "MySQL Connector",
        "NTP Server 2000",
        "nginx-ui",
        "OpenSSL for Windows installer",
        "MySQL Connector/J",
        "PHP Mailer Pro",
        "Samba Manager",
        "OpenSSL (Ruby module)",
        "Redis client",
        "PostgreSQL ODBC driver",
    ],
)
def test_a_name_that_is_only_like_a_product_is_not_found(product: str) -> None:
    """Nothing is found by likeness."""
    assert _found(product) is None


@pytest.mark.parametrize(
    ("product", "vendor", "cpe"),
    [
        ("MySQL", "Acme", ""),
        ("Acme MySQL", "Acme", ""),
        ("Docker", "Acme", "cpe:/a:acme:docker"),
        ("Linux", "", "cpe:/o:acme:linux"),
        ("Apache", "Acme", "cpe:/a:acme:apache"),
    ],
)
def test_another_makers_thing_of_the_same_name_is_not_found(product: str, vendor: str, cpe: str) -> None:
    """A vendor that is not the product's maker makes it another product: unmapped, or what the CPE says it is."""
    found = CATALOG.look(product, vendor, cpe)
    assert found.how in (How.NONE, How.ITSELF, How.PUBLISHED)
    called = map(plain, (found.product.name, *found.product.upstream) if found.product else ())
    assert {"mysql", "docker", "linux", "apache"}.isdisjoint(called)


@pytest.mark.parametrize(
    ("cpe", "key"),
    [
        ("cpe:/a:ntp:ntp", "ntp"),
        ("cpe:/a:apache:http_server:2.4.59", "httpd"),
        ("cpe:2.3:a:openssl:openssl:1.0.1f:*:*:*:*:*:*:*", "openssl"),
        ("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", "linux"),
        ("cpe:/a:joomla:joomla%21", "joomla"),
        ("cpe:2.3:a:joomla:joomla\\!:3.0:*:*:*:*:*:*:*", "joomla"),
        ("cpe:/a:OpenBSD:OpenSSH", "openssh"),
        ("cpe:/a:made_up:thing", None),
        ("cpe:/a", None),
        ("nonsense", None),
    ],
)
def test_a_cpe_leads_to_its_product(cpe: str, key: str | None) -> None:
    """Forms 2.2 and 2.3, quoted either way, where the name is not known."""
    assert _found("a name of its own", cpe=cpe) == key


@pytest.mark.parametrize(
    ("component", "key"),
    [
        (Component("deb", "libssl3", "3.0.14-1", source="openssl"), "openssl"),
        (Component("deb", "apache2-bin", "2.4.62-1", source="apache2"), "httpd"),
        (Component("deb", "sudo", "1.9.13p3-1"), "sudo"),
        (Component("rpm", "mod_ssl", "2.4.57-8.el9", source="httpd"), "httpd"),
        (Component("rpm", "kernel", "5.14.0-427.el9"), "linux"),
        (Component("generic", "NTPD", "4.2.6p5"), "ntp"),
        (Component("generic", "Movable Type", "7.9"), "movable-type"),
        (Component("rpm", "apache2", "2.4.62"), None),
        (Component("deb", "made-up", "1.0"), None),
    ],
)
def test_a_component_leads_to_its_product(component: Component, key: str | None) -> None:
    """The source package decides, then the name; the names of one world are not those of another."""
    found = CATALOG.by_component(component)
    assert (found.id if found else None) == key


def test_suggestions_are_offered_nearest_first() -> None:
    """A misspelt name is suggested its product, nonsense none."""
    assert CATALOG.suggest("Apach HTTP Servr")[0].id == "httpd"
    assert CATALOG.suggest("OpenSLL")[0].id == "openssl"
    assert CATALOG.suggest("全く別のもの") == ()


@pytest.mark.parametrize(
    ("name", "vendor", "key"),
    [
        ("less", "", "less"),
        ("Tornado", "tornadoweb", "tornado"),
        ("libtorrent", "Arvid Norberg", "libtorrent-rasterbar"),
        ("Engine", "Docker", "docker"),
        ("Duplicator", "", "duplicator"),
    ],
)
def test_a_common_word_is_suggested_what_goes_by_it(name: str, vendor: str, key: str) -> None:
    """The names of packages, CPEs and makers count for a suggestion, though the word alone finds nothing."""
    assert CATALOG.find(name) is None
    assert key in [one.id for one in CATALOG.suggest(name, vendor)[:3]]


def test_the_shipped_catalogue_is_whole() -> None:
    """Every product has a provenance and something to be found by, and no package belongs to two products."""
    assert len(CATALOG.products) >= 80
    seen: dict[tuple[str, str], str] = {}
    for product in CATALOG.products.values():
        assert product.provenance, product.id
        assert set(product.provenance) <= {"debian", "el", "cpe", "project", "npm", "pypi", "hand"}
        assert product.deb or product.rpm or product.upstream, product.id
        for kind, names in (("deb", product.deb), ("rpm", product.rpm), ("up", product.upstream), ("cpe", product.cpe)):
            for name in names:
                assert seen.setdefault((kind, name), product.id) == product.id, name


@settings(deadline=None)
@given(st.sampled_from(sorted(CATALOG.products)), st.sampled_from(["upper", "lower", "wide", "spaced"]))
def test_case_width_and_blanks_do_not_count(key: str, how: str) -> None:
    """Every spelling is found however it is typed."""
    product = CATALOG.products[key]
    for name in (product.name, *product.names) if product.alone else ():
        typed = {
            "upper": name.upper(),
            "lower": name.lower(),
            "wide": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
            "spaced": f" {name.replace(' ', '  ')} ",
        }[how]
        assert CATALOG.find(typed) == product


def _operator(tmp_path: Path, text: str, name: str = "mine.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_operator_wins(tmp_path: Path) -> None:
    """An operator's file adds products and spellings and replaces the fields that it gives, and no others."""
    path = _operator(
        tmp_path,
        """
        [products.panel]
        name = "共用サーバーパネル"
        upstream = ["panel"]
        [products.ntp]
        name = "NTP (ntpd)"
        deb = ["ntp", "ntp-local"]
        [spellings]
        "時刻サーバ" = "ntp"
        "Acme MySQL" = "mysql"
        "Apache" = "panel"
        """,
    )
    catalog = Catalog.load(path)
    ntp, panel = catalog.find("ntpd"), catalog.find("共用サーバー パネル")
    assert ntp is not None
    assert panel is not None
    assert (ntp.name, ntp.deb, ntp.rpm) == ("NTP (ntpd)", ("ntp", "ntp-local"), ("ntp",))
    assert "NTP デーモン" in ntp.names
    assert catalog.find("時刻サーバ") == ntp
    assert catalog.find("Apache") == panel
    assert catalog.find("Acme MySQL", "Acme", "cpe:/a:acme:mysql") == catalog.products["mysql"]


def test_later_files_win_over_earlier(tmp_path: Path) -> None:
    """Files are laid over each other in the order they are given."""
    one = _operator(tmp_path, '[spellings]\n"社内名" = "ntp"\n', "one.toml")
    two = _operator(tmp_path, '[spellings]\n"社内名" = "chrony"\n', "two.toml")
    assert [
        found.id for found in (Catalog.load(one, two).find("社内名"), Catalog.load(two, one).find("社内名")) if found
    ] == [
        "chrony",
        "ntp",
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[products.x", "TOML"),
        ("[product.x]\nname = 'X'", "product"),
        ("products = 1", "products"),
        ("[products]\nx = 1", "products.x"),
        ("[products.x]\nnames = ['X']", "products.x.name"),
        ("[products.x]\nname = ''", "products.x.name"),
        ("[products.x]\nname = 'X'\nnames = 'X'", "products.x.names"),
        ("[products.x]\nname = 'X'\ndeb = [1]", "products.x.deb"),
        ("[products.x]\nname = 'X'\nid = 'y'", "products.x.id"),
        ("[products.x]\nname = 'X'\nalone = 'no'", "products.x.alone"),
        ("[products.x]\nname = 'X'\nkind = ''", "products.x.kind"),
        ("[products.x]\nname = 'X'\npurl = 'pkg:npm/x'", "products.x.purl"),
        ("[products.x]\nname = 'X'\nname_ja = 'X'", "products.x.name_ja"),
        ("[spellings]\n'X' = 1", "spellings.X"),
        ("[spellings]\n'X' = 'nosuch'", "spellings.X"),
        ("[products.x]\nname = 'X Y'\n[products.y]\nname = 'xy'", "both x and y"),
    ],
)
def test_a_bad_file_names_file_and_field(tmp_path: Path, text: str, field: str) -> None:
    """Whatever is not of the form raises CatalogError with the file's name and the field's."""
    path = _operator(tmp_path, text)
    with pytest.raises(CatalogError) as caught:
        Catalog.load(path)
    assert caught.value.subject == str(path)
    assert field in str(caught.value)
    messages.use("ja")
    assert str(caught.value).isascii() is False


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing or unreadable file raises CatalogError."""
    with pytest.raises(CatalogError, match=r"nosuch\.toml"):
        Catalog.load(tmp_path / "nosuch.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match=r"binary\.toml"):
        Catalog.load(tmp_path / "binary.toml")
