"""Brands, roles and audiences as the configuration names them."""

from pathlib import Path

import pytest

from feedbot import bootstrap, config
from feedbot.errors import ConfigError, NoticeError
from feedbot.inventory import Role
from feedbot.pipeline import Edges
from tests.test_config import PROVIDER, written

BRAND = """
[brands.x]
name = "エックス株式会社"
service = "エックスレンタル"
from_address = "notice@x-rental.example"
contact = "エックス窓口"
site_url = "https://www.x-rental.example/"
number_prefix = "XINFO"
reply_to = "desk@x-rental.example"
templates = ["x"]
"""


LIVE = PROVIDER.replace("[delivery]", '[delivery]\nmode = "live"')


def wired(folder: Path, text: str, provider: str = PROVIDER) -> Edges:
    """Wire a configuration."""
    loaded = config.load(written(folder, provider + text))
    bootstrap.create_store(loaded)
    edges = bootstrap.edges(loaded)
    edges.database.dispose()
    return edges


def test_a_brand_has_its_names_and_templates(tmp_path: Path) -> None:
    """A template of its own folder stands before the shipped one, for its mails alone; its mails link to no page."""
    folder = tmp_path / "x" / "notice"
    folder.mkdir(parents=True)
    (folder / "part_greeting.j2").write_text("エックスです。\n", encoding="utf-8")
    edges = wired(tmp_path, BRAND)
    brand = edges.brand("x")
    assert (brand.provider.name, brand.provider.reply_to) == ("エックス株式会社", "desk@x-rental.example")
    assert (brand.provider.pages, brand.provider.numbered("INFO-2026-0007")) == (False, "XINFO-2026-0007")
    assert brand.templates.source("notice/part_greeting.j2") == "エックスです。\n"
    assert edges.templates.source("notice/part_greeting.j2") != "エックスです。\n"
    assert edges.brand("").provider is edges.provider
    with pytest.raises(NoticeError, match="no such brand"):
        edges.brand("y")


def test_a_brand_with_a_folder_has_pages(tmp_path: Path) -> None:
    """Its mails may link there, and what is put up there is its own."""
    edges = wired(tmp_path, BRAND + 'site = "x-site"\n', LIVE)
    assert edges.brand("x").provider.pages
    (channel,) = edges.brand_sites.values()
    channel.publish({"index.html": b"x"})
    (trial,) = wired(tmp_path, BRAND + 'site = "x-site"\n').brand_sites.values()
    trial.publish({"index.html": b"y"})
    assert (tmp_path / "x-site" / "index.html").read_bytes() == b"x"
    assert (tmp_path / "x-site.trial" / "index.html").read_bytes() == b"y"
    assert wired(tmp_path, BRAND).brand_sites == {}


OTHER = BRAND.replace("brands.x", "brands.y").replace("www.x-rental", "www.y-rental")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (BRAND + 'site = "var/site"\n', "brands.x.site: one folder with the pages of [provider]"),
        (BRAND + 'site = "var/site/x"\n', "brands.x.site: one folder with the pages of [provider]"),
        (BRAND + 'site = "var"\n', "brands.x.site: one folder with the pages of [provider]"),
        (BRAND + f'site = "a"\n{OTHER}site = "./b/../a"\n', "brands.y.site: one folder with the pages of [brands.x]"),
        (
            BRAND.replace("https://www.x-rental.example/", "https://status.hosting.example") + 'site = "a"\n',
            "brands.x.site_url: the address of the pages of [provider] too",
        ),
    ],
)
def test_pages_do_not_stand_in_one_another(text: str, fault: str, tmp_path: Path) -> None:
    """One would take the other's away, and show its own to the other's readers."""
    with pytest.raises(ConfigError) as caught:
        config.load(written(tmp_path, PROVIDER + text))
    assert fault in caught.value.reason()


def test_brands_with_folders_of_their_own_are_no_fault(tmp_path: Path) -> None:
    """Nor are two without pages that have one address."""
    config.load(written(tmp_path, f'{PROVIDER}{BRAND}site = "a"\n{OTHER}site = "b"\n'))
    config.load(written(tmp_path, PROVIDER + BRAND + OTHER.replace("www.y-rental", "www.x-rental")))


def test_roles_are_the_operator_s(tmp_path: Path) -> None:
    """What is left out keeps its default."""
    edges = wired(tmp_path, '[recipients]\nown = ["technical"]\n[audiences]\nall = "root or not root"\n')
    assert edges.roles["own"] == (Role.TECHNICAL,)
    assert edges.roles["urgent"] == (Role.EMERGENCY, Role.TECHNICAL)
    assert edges.roles["maintenance"] == (Role.ADMINISTRATIVE, Role.TECHNICAL)
    assert edges.audiences == {"all": "root or not root"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (BRAND.replace('number_prefix = "XINFO"\n', ""), "brands.x.number_prefix"),
        (BRAND.replace("desk@x-rental.example", "desk"), "brands.x.reply_to"),
        (BRAND.replace("[brands.x]", '[brands."a b"]'), "brands.a b"),
        ('[recipients]\nown = ["sales"]\n', "recipients.own.0"),
        ("[recipients]\nown = []\n", "recipients.own"),
    ],
)
def test_a_fault_is_told_by_its_key(text: str, key: str, tmp_path: Path) -> None:
    """Each with the key that it stands under."""
    with pytest.raises(ConfigError) as caught:
        config.load(written(tmp_path, PROVIDER + text))
    assert key in caught.value.reason()
