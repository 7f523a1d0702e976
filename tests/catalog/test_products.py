"""The shipped products: enough of them, each found by its own spellings and only so, and Debian's names that exist."""

import re
import subprocess
from shutil import which

import pytest

from feedbot.catalog import Catalog, Product

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
