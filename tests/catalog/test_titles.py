"""The title of an advisory as a hint whose plugin the name of its line is."""

import pytest

from feedbot.catalog import Catalog

CATALOG = Catalog.load()


@pytest.mark.parametrize(
    ("name", "title", "key"),
    [
        (
            "見本 Slider",
            "WordPress 用プラグイン「見本 Slider」におけるSQLインジェクション",
            "wordpress-plugin:見本slider",
        ),
        ("Example Slider", "WordPress 用 Example Slider における脆弱性", "wordpress-plugin:example-slider"),
        ("Example_Slider", "Example の WordPress 用 Example Slider における脆弱性", "wordpress-plugin:example-slider"),
        ("Example Slider", "Example Slider plugin for WordPress vulnerable to XSS", "wordpress-plugin:example-slider"),
        ("Example", "EC-CUBE 用プラグイン「Example」における脆弱性", "ec-cube-plugin:example"),
        ("Example", "Movable Type プラグイン Example における脆弱性", "movable-type-plugin:example"),
        ("Example", "Joomla! 用拡張 Example における脆弱性", "joomla-extension:example"),
        ("GitLab", "WordPress 用プラグイン GitLab における脆弱性", "wordpress-plugin:gitlab"),
        ("Contact Form 7", "WordPress 用プラグイン「Contact Form 7」における脆弱性", "contact-form-7"),
    ],
)
def test_the_title_says_whose_plugin_a_name_is(name: str, title: str, key: str) -> None:
    """A product of the same name outside the host is not meant; a plugin of the catalogue is."""
    found = CATALOG.find(name, title=title)
    assert found is not None
    assert found.id == key


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Example", "WordPress 用プラグイン「Example Slider」と Other における脆弱性 Example"),
        ("Exam", "WordPress 用 Example における脆弱性"),
        ("Example", "WordPress と Example における脆弱性"),
        ("Example", "Example における脆弱性"),
        ("", "WordPress 用 Example における脆弱性"),
    ],
)
def test_a_title_that_speaks_of_another_name_says_nothing(name: str, title: str) -> None:
    """The name must stand right where the title says whose plugin it is."""
    finding = CATALOG.look(name, title=title)
    assert finding.product is None or finding.product.kind == "" or name == "Example"
    if name == "Example" and "Slider" not in title:
        assert not finding.mapped


def test_the_host_itself_stays_the_host() -> None:
    """A title about a plugin does not make a plugin of WordPress beside it."""
    found = CATALOG.find("WordPress", title="WordPress 用プラグイン「Example」における脆弱性")
    assert found is not None
    assert found.id == "wordpress"


@pytest.mark.parametrize(
    ("name", "vendor", "cpe", "key"),
    [
        ("Slide Example", "Example", "cpe:/a:example:com_slideexample", "joomla-extension:com-slideexample"),
        ("com example", "Mambo Foundation", "cpe:/a:mambo-foundation:com_example", "mambo-component:com-example"),
        ("Example for Contact Form 7", "", "", "wordpress-plugin:example-for-contact-form-7"),
        ("Products.Example", "Zope Foundation", "", "pypi:products-example"),
        ("SimpleExample", "Example", "cpe:/a:example:dancer%3a%3aexample", "perl-module:dancer-example"),
        ("mod authnz example", "", "cpe:/a:example:mod_authnz_example", "apache-module:mod-authnz-example"),
    ],
)
def test_a_cpe_or_a_form_says_whose_plugin_a_name_is(name: str, vendor: str, cpe: str, key: str) -> None:
    """Joomla's com_ in the CPE, a plugin for a plugin, Plone's and Apache's ways to name things."""
    found = CATALOG.find(name, vendor, cpe)
    assert found is not None
    assert found.id == key
