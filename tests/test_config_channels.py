"""A channel's table is read as its member's own Settings ask for it, and its secrets are never told."""

from pathlib import Path

import pytest

from feedbot import bootstrap
from feedbot.delivery._hook import Room
from feedbot.errors import ConfigError
from feedbot.fetch.http import NetworkPolicy

PROVIDER = """[provider]
name = "Aozora"
service = "Aozora"
from_address = "notice@aozora.example"
contact = "x"
site_url = "https://status.aozora.example/"
[delivery]
operator = "noc@aozora.example"
"""
SECRET = "T0K3N-of-nobody"


def written(folder: Path, tables: str, **files: str) -> Path:
    """Write a configuration and the files of its secrets, readable by one person."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    path = folder / "config.toml"
    path.write_text(PROVIDER + tables, encoding="utf-8")
    return path


def faults(path: Path) -> str:
    """Load a bad file and return all that is said of it."""
    with pytest.raises(ConfigError) as caught:
        bootstrap.load_config(path)
    return str(caught.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """Named from the configuration's own folder; alarms and posts go where `carries` says."""
    tables = """[channels.noc]
member = "slack"
url_file = "slack"
carries = ["alarms"]
[channels.mattermost]
url = "https://chat.aozora.example/x"
"""
    config = bootstrap.load_config(written(tmp_path, tables, slack=f"https://hooks.example/{SECRET}\n"))
    policy = NetworkPolicy()
    opened = bootstrap.open_channels(config, policy, "alarms")
    assert list(opened) == ["noc"]
    assert isinstance(opened["noc"], Room)
    assert list(bootstrap.open_channels(config, policy, "posts")) == ["mattermost"]
    assert bootstrap.open_alarms(config, policy).names == ("mail:noc@aozora.example", "channel:noc")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('member = "slac"', "no such member of feedbot.delivery"),
        ('member = "site"', "channels.x: site does not carry that"),
        ('member = "smtp"', "channels.x: smtp does not carry that"),
        ('member = "slack"', "channels.x.url: missing"),
        ('member = "slack"\nulr = "https://a.example"', "channels.x.ulr: unknown key; did you mean url?"),
        ('member = "slack"\nurl_file = "none"', "cannot be read"),
        ('member = "slack"\nurl_file = "open"', "others can read the password file"),
        ('member = "command"\ncommand = "page --now"', "channels.x.command: must be a list in [ ]"),
        ('member = "slack"\nurl = "https://a.example"\ncarries = []', "channels.x.carries"),
        ('member = "slack"\nurl = "https://a.example"\ncarries = ["mails"]', "channels.x.carries"),
        (
            'member = "wordpress"\nurl = "https://a.example"\nuser = "u"\npassword = "p"\ncarries = ["alarms"]',
            "wordpress does not carry that",
        ),
        (
            'member = "wordpress"\nurl = "https://a.example"\nuser = "u"\npassword = "p"\nstatus = "live"',
            "channels.x.status: must be 'publish' or 'draft'",
        ),
    ],
)
def test_every_fault_has_its_key(tmp_path: Path, table: str, words: str) -> None:
    """What is misspelt, missing, unreadable or of another type is told with the key it stands under."""
    path = written(tmp_path, f"[channels.x]\n{table}\n", open="https://a.example")
    (tmp_path / "open").chmod(0o644)
    assert words in faults(path)


def test_no_fault_tells_a_secret(tmp_path: Path) -> None:
    """Neither a secret of the wrong type nor one beside another fault."""
    tables = f'[channels.x]\nmember = "chatwork"\ntoken = ["{SECRET}"]\nroom = 1\n'
    tables += f'[channels.y]\nmember = "slack"\nurl = "https://a.example/{SECRET}"\nname = "{SECRET}"\n'
    said = faults(written(tmp_path, tables))
    assert "channels.x.token: must be text in quotes" in said
    assert "channels.y.name: unknown key" in said
    assert SECRET not in said


@pytest.mark.parametrize("text", [f"{SECRET}\nx", f"{SECRET}\x7f", f"秘密{SECRET}"])
def test_a_secret_that_no_header_can_hold(tmp_path: Path, text: str) -> None:
    """It is told at once, without the secret: later it would stand in the error of the request."""
    tables = '[channels.x]\nmember = "chatwork"\ntoken_file = "token"\nroom = "1"\n'
    said = faults(written(tmp_path, tables, token=text))
    assert "channels.x.token: must be printable ASCII" in said
    assert SECRET not in said


def test_a_rung_that_leads_nowhere_is_a_fault(tmp_path: Path) -> None:
    """A misspelt name, a channel that carries no alarms, a webhook that is not there; the others pass."""
    tables = """[oncall]
ladder = ["noc@aozora.example", "noc", "nock", "blog", "webhook"]
[channels.noc]
member = "command"
command = ["page"]
carries = ["alarms"]
[channels.blog]
member = "command"
command = ["blog"]
"""
    said = faults(written(tmp_path, tables))
    assert [one for one in ("nock", "blog", "webhook", "noc") if f"oncall.ladder: {one} " in said] == [
        "nock",
        "blog",
        "webhook",
    ]
    assert "aozora.example is no" not in said
