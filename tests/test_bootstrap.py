"""The wiring of what the operator may leave out."""

from datetime import timedelta
from pathlib import Path

import pytest

from feedbot import bootstrap, config
from feedbot.advisory import Verdict
from feedbot.cli import _shell
from feedbot.cli.keys import keys_import, keys_list, keys_pin
from feedbot.errors import ConfigError
from feedbot.fetch import http
from feedbot.fetch.mailbox import ImapFolder, Maildir
from feedbot.fetch.spool import Spool
from feedbot.pipeline.inbox import MailReader
from feedbot.signature import import_keys, pin
from tests.signature.conftest import workshop
from tests.signature.make_cases import Workshop
from tests.test_config import PROVIDER, written

__all__ = ["workshop"]


@pytest.mark.parametrize(("mails", "posts"), [(False, False), (True, False), (False, True), (True, True)])
def test_only_what_is_asked_for_is_signed(tmp_path: Path, mails: bool, posts: bool) -> None:
    """Off by default, also where a key is named; mails and posts by themselves, with the configured key and home."""
    text = PROVIDER + f'[signing]\nkey = "{"AB12" * 10}"\nhome = "gnupg"\n'
    text += f"mails = {str(mails).lower()}\nposts = {str(posts).lower()}\n"
    loaded = config.load(written(tmp_path, text))
    bootstrap.create_store(loaded)
    edges = bootstrap.edges(loaded)
    edges.database.dispose()
    made = (edges.sign_mail, edges.sign_post)
    assert [one is not None for one in made] == [mails, posts]
    owners = {one.__self__ for one in made if one is not None}  # type: ignore[attr-defined]  # bound methods
    assert {(one.home, one.fingerprint) for one in owners} <= {(tmp_path / "gnupg", "AB12" * 10)}


def verdict(loaded: config.Config, text: bytes) -> Verdict:
    """What the wired source `a` says of a text."""
    judge = bootstrap.source("a", loaded.sources["a"], loaded.keys.home).judge_for("https")
    return judge(text, None).signature.verdict


def test_keys_are_trusted_from_either_place(workshop: Workshop, tmp_path: Path) -> None:
    """A configured keyring and the key home are one: keys from both, pins from both, and a held key stays held."""
    (tmp_path / "a.gpg").write_bytes(workshop.public(workshop.a))
    home = tmp_path / "private"
    import_keys(home, "a", workshop.public(workshop.successor, workshop.b), "k")
    pin(home, "a", workshop.successor)
    text = PROVIDER + '[keys]\nhome = "private"\n[sources.a]\nmember = "jpcert"\n'
    both = config.load(written(tmp_path, text + f'keyring = ["a.gpg"]\npins = ["{workshop.a}"]\n'))
    signed = {name: workshop.clear(by=getattr(workshop, name)) for name in ("a", "successor", "b", "rsa")}
    assert [verdict(both, one) for one in signed.values()] == [
        Verdict.VERIFIED,
        Verdict.VERIFIED,
        Verdict.WRONG_SIGNER,
        Verdict.UNKNOWN_KEY,
    ]
    home_alone = config.load(written(tmp_path, text))
    assert verdict(home_alone, signed["successor"]) == Verdict.VERIFIED
    assert verdict(home_alone, signed["a"]) == Verdict.UNKNOWN_KEY
    configured_pin = config.load(written(tmp_path, text + f'pins = ["{workshop.b}"]\n'))
    assert verdict(configured_pin, signed["b"]) == Verdict.VERIFIED
    elsewhere = config.load(written(tmp_path, text.replace("private", "none")))
    assert verdict(elsewhere, signed["successor"]) != Verdict.VERIFIED


def test_the_checks_count_imported_keys(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`signed = "required"` is refused until a key is imported and pinned, by commands that need no whole file."""
    path = written(tmp_path, PROVIDER + '[sources.jpcert]\nsigned = "required"\n')
    (tmp_path / "key").write_bytes(workshop.public(workshop.a))
    monkeypatch.setattr(_shell.settings, "config", path)
    with pytest.raises(ConfigError, match="imported and pinned"):
        bootstrap.load_config(path)
    keys_import("jpcert", [tmp_path / "key"])
    assert (tmp_path / "var" / "keys" / "jpcert").is_dir()
    with pytest.raises(ConfigError, match="imported and pinned"):
        bootstrap.load_config(path)
    keys_pin("jpcert", workshop.a)
    assert bootstrap.load_config(path).sources["jpcert"].signed == "required"
    keys_list("jpcert")
    assert "pinned: trusted" in capsys.readouterr().out
    path.write_text(path.read_text(encoding="utf-8") + 'keyring = ["key"]\n', encoding="utf-8")
    assert bootstrap.load_config(path).sources["jpcert"].pins == ()


def test_a_pin_without_its_key_does_not_count(tmp_path: Path) -> None:
    """A home that lost its keys verifies nothing, whatever its pins say."""
    path = written(tmp_path, PROVIDER + '[sources.jpcert]\nsigned = "required"\n')
    folder = tmp_path / "var" / "keys" / "jpcert"
    folder.mkdir(parents=True)
    (folder / "pins").write_text("AB12" * 10 + "\n", encoding="ascii")
    with pytest.raises(ConfigError, match="imported and pinned"):
        bootstrap.load_config(path)


def test_bad_keys_are_a_fault_of_the_configuration(tmp_path: Path) -> None:
    """The source and the file are named."""
    loaded = config.load(written(tmp_path, PROVIDER + f'[sources.a]\nkeyring = ["none"]\npins = ["{"AB12" * 10}"]\n'))
    with pytest.raises(ConfigError, match=r"sources\.a\.keyring: .*none: cannot be read"):
        bootstrap.keys_of("a", loaded.sources["a"], loaded.keys.home)


def test_the_key_home_without_a_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, then; but a configuration that was named must be there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "PLACES", (Path("config.toml"),))
    assert bootstrap.key_home(None) == Path("var/keys")
    written(tmp_path, '[keys]\nhome = "k"\n')
    assert bootstrap.key_home(None) == tmp_path / "k"
    with pytest.raises(ConfigError, match="no configuration file"):
        bootstrap.key_home(tmp_path / "none.toml")


@pytest.mark.parametrize("place", ["file/x.db", "x" * 300 + "/x.db"])
def test_a_folder_for_the_database_that_cannot_be_made(tmp_path: Path, place: str) -> None:
    """The folder and the cause."""
    (tmp_path / "file").touch()
    loaded = config.load(written(tmp_path, PROVIDER + f'[store]\nurl = "sqlite:///{place}"\n'))
    with pytest.raises(ConfigError, match="cannot be written"):
        bootstrap.create_store(loaded)


def test_hosts_are_treated_as_their_sources_say(tmp_path: Path) -> None:
    """The slowest rate of a host counts, and a permission that one of its sources has; others keep the default."""
    text = PROVIDER + '[sources.a]\nmember = "jpcert"\nper_second = 1\n[sources.b]\nmember = "rss"\n'
    text += 'url = "https://www.jpcert.or.jp/other.rdf"\nper_second = 0.5\nrobots = false\n[sources.jvn]\n'
    found = bootstrap.courtesy(config.load(written(tmp_path, text)))
    assert (found.rates, found.robots, found.robots_of) == (
        {"www.jpcert.or.jp": 0.5},
        True,
        {"www.jpcert.or.jp": False},
    )


def test_a_generic_feed_needs_its_address(tmp_path: Path) -> None:
    """A member that knows no publisher is a fault without `url`, told with all the others."""
    path = written(tmp_path, PROVIDER + '[sources.rss]\n[sources.b]\nmember = "rss"\nurl = "https://b.example/f"\n')
    with pytest.raises(ConfigError) as caught:
        bootstrap.load_config(path)
    assert "sources.rss.url: the member rss needs the address to ask" in caught.value.reason()
    assert "sources.b" not in caught.value.reason()


@pytest.mark.parametrize(
    ("section", "mail"),
    [
        ("", ("noc@hosting.example",)),
        ('[alarms]\nmail = ["a@hosting.example", "b@hosting.example"]\n', ("a@hosting.example", "b@hosting.example")),
        ("[alarms]\nmail = []\n", ()),
    ],
)
def test_alarms_go_to_the_operator_unless_others_are_named(section: str, mail: tuple[str, ...], tmp_path: Path) -> None:
    """Nobody who wrote no [alarms] is left without; who named none wants none."""
    path = tmp_path / "config.toml"
    path.write_text(PROVIDER + section, encoding="utf-8")
    channels = bootstrap.open_alarms(config.load(path), http.NetworkPolicy())
    assert (channels.mail, channels.webhook, channels.remind) == (mail, None, timedelta(days=1))


def test_a_webhook_is_opened_by_its_address(tmp_path: Path) -> None:
    """And a wrong one is a fault of the configuration."""
    path = tmp_path / "config.toml"
    text = PROVIDER + '[alarms]\nremind = "12h"\nwebhook = "{}"\n'
    path.write_text(text.format("https://hooks.example/T0K3N"), encoding="utf-8")
    channels = bootstrap.open_alarms(config.load(path), http.NetworkPolicy())
    assert channels.names == ("mail:noc@hosting.example", "webhook")
    assert channels.remind == timedelta(hours=12)
    path.write_text(text.format("hooks.example/T0K3N"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"alarms\.webhook"):
        config.load(path)


def test_what_arrives_has_its_inbox(tmp_path: Path) -> None:
    """A Maildir, a mailbox whose password others cannot read, a spool; what is asked for has none."""
    (tmp_path / "p").write_text("secret\n", encoding="utf-8")
    (tmp_path / "p").chmod(0o644)
    urls = {
        "m": "maildir:mail",
        "s": "spool:in",
        "i": "imaps://a%40b.example@imap.example:1993/Lists/JPCERT",
        "w": "https://w.example/feed",
    }
    tables = (
        f'[sources.{name}]\nmember = "jpcert"\nurl = "{url}"\npassword_file = "p"\nidle = "5m"\n'
        for name, url in urls.items()
    )
    loaded = config.load(written(tmp_path, PROVIDER + "".join(tables)))
    made = {name: bootstrap.source(name, section, tmp_path) for name, section in loaded.sources.items()}
    assert made["m"].inbox == Maildir(tmp_path / "mail")
    assert made["s"].inbox == Spool(tmp_path / "in")
    assert made["w"].inbox is None
    assert [isinstance(one.member, MailReader) for one in made.values()] == [True, True, True, False]
    box = made["i"].inbox
    assert isinstance(box, ImapFolder)
    assert (box.host, box.port, box.user, box.folder, box.idle) == (
        "imap.example",
        1993,
        "a@b.example",
        "Lists/JPCERT",
        300,
    )
    with pytest.raises(ConfigError, match="others can read"):
        box.password()
    (tmp_path / "p").chmod(0o600)
    assert box.password() == "secret"
