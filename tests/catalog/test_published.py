"""The publisher's own CPE, where the catalogue does not know the product."""

import pytest

from feedbot.catalog import Catalog, How

CATALOG = Catalog.load()


@pytest.mark.parametrize(
    ("name", "vendor", "cpe"),
    [
        ("Example Board", "Example", "cpe:/a:example:example_board"),
        ("Example APM agent", "Example", "cpe:/a:example:apm_agent"),
        ("Example Board", "", "cpe:2.3:a:example:example_board:1.0:*:*:*:*:*:*:*"),
        ("Apm", "Example", "cpe:/a:example:example_apm"),
        ("見本", "見本社", "cpe:/a:mihon:見本"),
        ("Example Board Manager (EBM)", "Example", "cpe:/a:example:board_manager"),
    ],
)
def test_a_cpe_that_agrees_with_the_name_identifies_the_product(name: str, vendor: str, cpe: str) -> None:
    """It is mapped, to self-built software alone, by the CPE and the publisher's names; no package is guessed."""
    finding = CATALOG.look(name, vendor, cpe)
    assert (finding.how, finding.mapped) == (How.PUBLISHED, True)
    assert finding.product is not None
    assert finding.product.cpe == (finding.product.id.removeprefix("cpe:"),)
    assert (finding.product.deb, finding.product.rpm, finding.product.purl) == ((), (), ())
    assert finding.product.provenance == ("publisher's CPE",)
    assert name in " ".join(finding.product.upstream)


@pytest.mark.parametrize(
    ("name", "cpe"),
    [
        ("Other Thing", "cpe:/a:example:example_board"),
        ("Calendar module for Example Board", "cpe:/a:example:example_board"),
        ("見本掲示板", "cpe:/a:example:example_board"),
        ("Example Board for Windows", "cpe:/a:example:example_boards"),
        ("Example Board", "cpe:/o:example:example_board"),
        ("Example Board", "cpe:/h:example:example_board"),
        ("Example Board", "cpe:/a:example"),
        ("Example Board", ""),
    ],
)
def test_a_name_alone_or_beside_another_cpe_stays_unmapped(name: str, cpe: str) -> None:
    """A plugin with its host's CPE, a CPE that cannot be compared, hardware, no CPE at all: shown to a person."""
    finding = CATALOG.look(name, "Example", cpe)
    assert (finding.how in (How.ITSELF, How.NONE), finding.mapped) == (True, False)


def test_another_makers_thing_goes_by_maker_and_name_alone() -> None:
    """An inventory's bare `nginx` is not the one of Acme."""
    finding = CATALOG.look("nginx", "Acme", "cpe:/a:acme:nginx")
    assert finding.product is not None
    assert (finding.product.name, finding.product.upstream) == ("Acme nginx", ("Acme nginx",))


def test_two_spellings_of_one_cpe_are_one_product() -> None:
    """The CPE is the identity, the names are what inventories are searched for."""
    one, other = (CATALOG.look(name, "Example", "cpe:/a:example:example_board") for name in ("Board", "Example Board"))
    assert one.product is not None
    assert other.product is not None
    assert one.product.id == other.product.id
