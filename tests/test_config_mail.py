"""Relays and rates in the configuration: what is wired of them, and what is refused with which words."""

from datetime import timedelta
from pathlib import Path

import pytest

from feedbot import bootstrap, config
from feedbot._bootstrap_mail import open_mail
from feedbot.errors import ConfigError

HEAD = """
[provider]
name = "青空ホスティング"
service = "青空サーバー"
from_address = "notice@aozora.example"
contact = "https://www.aozora.example/contact"
site_url = "https://info.aozora.example"
[delivery]
operator = "noc@aozora.example"
"""


def loaded(folder: Path, text: str) -> config.Config:
    """Read a configuration with this after its head."""
    file = folder / "config.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return config.load(file)


@pytest.mark.parametrize(
    ("words", "after"),
    [("hold", None), ("resend-after 2h", timedelta(hours=2)), ("resend-after 1d", timedelta(days=1))],
)
def test_what_becomes_of_a_mail_in_doubt(tmp_path: Path, words: str, after: timedelta | None) -> None:
    """A person decides, or it goes again after hours."""
    made = bootstrap.sending(loaded(tmp_path, f'uncertain = "{words}"\n').delivery)
    assert made.resend_after == after
    assert bootstrap.sending(loaded(tmp_path, "").delivery).resend_after is None


@pytest.mark.parametrize("words", ["resend", "resend-after", "resend-after 0h", "resend-after 30m", "resend-after 2h "])
def test_a_mail_in_doubt_does_not_go_again_within_the_hour(tmp_path: Path, words: str) -> None:
    """Its late answer may still come in that time."""
    with pytest.raises(ConfigError, match=r"delivery\.uncertain"):
        loaded(tmp_path, f'uncertain = "{words}"\n')


def test_several_relays_are_wired(tmp_path: Path) -> None:
    """Each with its own connections; none is connected to."""
    text = """
[delivery.smtp]
host = "a.aozora.example"
connections = 3
[[delivery.smtp.relays]]
host = "b.aozora.example"
port = 25
security = "none"
connections = 2
"""
    channel = open_mail(loaded(tmp_path, text))
    assert channel.free() == 5  # type: ignore[attr-defined]  # the SMTP channel has lanes


def test_a_relay_named_twice_is_a_fault(tmp_path: Path) -> None:
    """One table with more connections is what is meant."""
    text = '[[delivery.smtp.relays]]\nhost = "localhost"\n'
    with pytest.raises(ConfigError, match="localhost:587"):
        open_mail(loaded(tmp_path, text))


def test_a_password_file_of_each_relay_is_read(tmp_path: Path) -> None:
    """A second relay's file that others can read is refused as the first's is."""
    (tmp_path / "b.password").write_text("secret\n", encoding="ascii")
    (tmp_path / "b.password").chmod(0o644)
    text = '[[delivery.smtp.relays]]\nhost = "b.example"\nusername = "u"\npassword_file = "b.password"\n'
    with pytest.raises(ConfigError, match=r"b\.password"):
        open_mail(loaded(tmp_path, text))


def test_rates_become_the_time_between_two_mails(tmp_path: Path) -> None:
    """Of all, of each domain, and of a named one in its stead."""
    text = """
[delivery.rates]
all = "20/s"
domain = "60/m"
domains = { "docomo.ne.jp" = "100/h", "aozora.example" = "" }
"""
    rates = bootstrap.sending(loaded(tmp_path, text).delivery).rates
    assert (rates.all, rates.domain) == (timedelta(milliseconds=50), timedelta(seconds=1))
    assert rates.gap("docomo.ne.jp") == timedelta(seconds=36)
    assert rates.gap("aozora.example") is None
    assert rates.gap("mihon.example") == timedelta(seconds=1)


@pytest.mark.parametrize("rate", ['"20"', '"0/s"', '"5/d"', '"fast"', "20", '"-1/s"'])
def test_a_rate_of_no_known_form_is_told_with_its_place(tmp_path: Path, rate: str) -> None:
    """What, where, and what would be right."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"[delivery.rates]\nall = {rate}\n")
    assert "config.toml: delivery.rates.all" in str(caught.value)
    assert "60/m" in str(caught.value)


@pytest.mark.parametrize("domain", ["docomo", "Docomo.ne.jp", "a@docomo.ne.jp", "*.jp"])
def test_what_is_no_domain_has_no_rate(tmp_path: Path, domain: str) -> None:
    """A misspelt one would silently limit nobody."""
    with pytest.raises(ConfigError, match=r"delivery\.rates\.domains"):
        loaded(tmp_path, f'[delivery.rates]\ndomains = {{ "{domain}" = "60/m" }}\n')
