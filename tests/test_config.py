"""The configuration: all faults at once, each with its key; the shipped example is valid."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot import config, members, messages
from feedbot.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parent.parent / "config.example.toml"
SOURCES = ("cert_cc", "jpcert", "jvn", "jvn_ipedia")
PROVIDER = """
[provider]
name = "見本"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[delivery]
operator = "noc@hosting.example"
"""


def written(tmp_path: Path, text: str) -> Path:
    """Write a configuration file and return its path."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    """Load a bad file and return its faults without the file name."""
    with pytest.raises(ConfigError) as caught:
        config.load(path, SOURCES)
    return [line.split(": ", 1)[1] for line in caught.value.reason().splitlines()[1:]]


def test_the_example_is_valid() -> None:
    """What we ship as the example loads without a fault."""
    loaded = config.load(EXAMPLE, SOURCES)
    assert loaded.sources["jpcert"].interval == timedelta(minutes=30)
    assert loaded.delivery.mode == "shadow"
    assert loaded.delivery.pages(Path("www/site")) == Path("www/site.trial")
    live = loaded.delivery.model_copy(update={"mode": "live"})
    assert live.pages(Path("www/site")) == Path("www/site")


def test_the_example_explains_every_key() -> None:
    """Each key of the schema stands in the example, set or commented out, with words beside it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    properties = [
        key
        for section in config.Config.model_json_schema()["$defs"].values()
        for key, value in section["properties"].items()
        if "$ref" not in str(value)
    ]
    missing = [key for key in set(properties) - {"member"} if not re.search(rf"^#? ?{key} = .*# ", text, re.MULTILINE)]
    assert missing == []
    assert "member" in text


def test_paths_start_at_the_file(tmp_path: Path) -> None:
    """A relative path is taken from the configuration's own folder, not from where the command runs."""
    loaded = config.load(written(tmp_path, PROVIDER), SOURCES)
    assert loaded.site.directory == tmp_path / "var/site"
    assert loaded.store.url == f"sqlite:///{tmp_path}/var/feedbot.db"


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Every fault of a file is told in one go, with its key and the nearest valid name."""
    text = PROVIDER.replace('contact = "support@hosting.example"', 'contcat = "x"') + (
        '[sources.jpcet]\ninterval = "5 minutes"\n[delivery.smtp]\nprt = 25\n[network]\nallow_http = "a"\n'
    )
    found = faults(written(tmp_path, text))
    assert found == [
        "provider.contact: missing",
        "provider.contcat: unknown key; did you mean contact?",
        "network.allow_http: must be a list in [ ] (given: 'a')",
        "sources.jpcet.interval: a duration is a number and s, m, h or d, such as 30m (given: '5 minutes')",
        "delivery.smtp.prt: unknown key; did you mean port?",
        "sources.jpcet: no source member jpcet; known: jpcert",
    ]


@pytest.mark.parametrize(
    ("addition", "fault"),
    [
        ('[sources.jpcert]\nkeyring = ["a.asc"]\n', "sources.jpcert.pins: a keyring needs"),
        ('[sources.jpcert]\nsigned = "required"\n', 'sources.jpcert.keyring: signed = "required" needs a keyring'),
        ('[sources.jpcert]\npins = ["ABC"]\n', "sources.jpcert.pins.0: does not have the form"),
    ],
)
def test_signature_settings_must_be_whole(tmp_path: Path, addition: str, fault: str) -> None:
    """A keyring without pins, or a required signature without keyring, is refused at the start, not at night."""
    assert faults(written(tmp_path, PROVIDER + addition))[0].startswith(fault)


def test_keys_of_the_home_make_them_whole(tmp_path: Path) -> None:
    """Pins of the key home stand in for what is missing; they are asked for only where something is."""
    text = PROVIDER + '[keys]\nhome = "k"\n[sources.jpcert]\nkeyring = ["a.asc"]\n[sources.jvn]\nsigned = "required"\n'
    text += f'[sources.cert_cc]\nkeyring = ["a.asc"]\npins = ["{"AB12" * 10}"]\nsigned = "required"\n'
    asked = []

    def pinned(home: Path, source: str) -> tuple[str, ...]:
        asked.append((home, source))
        return ("AB12" * 10,)

    assert config.load(written(tmp_path, text), SOURCES, pinned).keys.home == tmp_path / "k"
    assert asked == [(tmp_path / "k", "jpcert"), (tmp_path / "k", "jvn")]


def test_the_key_home_is_found_in_a_file_with_other_faults(tmp_path: Path) -> None:
    """Keys may be what a configuration still lacks; only [keys] itself must be right."""
    path = written(tmp_path, '[sources.jpcert]\nsigned = "required"\n')
    assert config.key_home(path) == tmp_path / "var/keys"
    with pytest.raises(ConfigError, match=r"keys.hmoe: unknown key; did you mean home\?"):
        config.key_home(written(tmp_path, '[keys]\nhmoe = "k"\n'))


def test_all_faults_are_told_where_the_key_home_is_one(tmp_path: Path) -> None:
    """A wrong [keys] hides nothing else."""
    text = PROVIDER + '[keys]\nhome = 1\n[stoer]\n[sources.jpcert]\nsigned = "required"\n'
    found = faults(written(tmp_path, text))
    assert [one.split(":")[0] for one in found] == ["keys.home", "stoer"]


def test_a_path_with_nul_is_a_fault(tmp_path: Path) -> None:
    """No file has such a name, and the system's own error would be told much later."""
    assert faults(written(tmp_path, PROVIDER + '[site]\ndirectory = "a\\u0000b"\n'))[0].startswith(
        "site.directory: no path"
    )


def test_a_mark_at_the_start_is_no_fault(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "config.toml"
    path.write_text(PROVIDER, encoding="utf-8-sig")
    assert config.load(path, SOURCES).provider.name == "見本"


@pytest.mark.parametrize("what", ["mails", "posts"])
def test_signing_needs_key_and_home(tmp_path: Path, what: str) -> None:
    """Without them nothing could ever leave; both are told at once. Off is off, whatever else is there."""
    text = PROVIDER + f"[signing]\n{what} = true\n"
    assert faults(written(tmp_path, text)) == [
        "signing.key: signing mails or posts needs it",
        "signing.home: signing mails or posts needs it",
    ]
    whole = config.load(written(tmp_path, text + f'key = "{"ab12 " * 10}"\nhome = "gnupg"\n'), SOURCES).signing
    assert (whole.key, whole.home) == ("AB12" * 10, tmp_path / "gnupg")
    off = config.load(written(tmp_path, PROVIDER), SOURCES).signing
    assert (off.key, off.home, off.mails, off.posts) == (None, None, False, False)


def test_shadow_needs_its_operator(tmp_path: Path) -> None:
    """The safe default sends to the operator alone, so it must know him."""
    text = PROVIDER.replace('operator = "noc@hosting.example"', "")
    assert faults(written(tmp_path, text)) == [
        'delivery.operator: mode "shadow" needs the address that receives every mail'
    ]


@pytest.mark.parametrize(("text", "reason"), [("a = = b", "not TOML"), (None, "no configuration file")])
def test_unreadable_files_are_named(tmp_path: Path, text: str | None, reason: str) -> None:
    """A file that is missing or no TOML gives its name and the reason."""
    path = tmp_path / "config.toml" if text is None else written(tmp_path, text)
    with pytest.raises(ConfigError, match=reason) as caught:
        config.load(config.find(path), SOURCES)
    assert str(path) in str(caught.value)


def test_faults_are_told_in_japanese(tmp_path: Path) -> None:
    """Operators read Japanese."""
    path = written(tmp_path, "[provider]\n")
    messages.use("ja")
    assert "provider.name: 必須の項目がありません" in faults(path)


def test_inboxes_lie_where_the_configuration_does(tmp_path: Path) -> None:
    """The folder of a Maildir or spool is relative to the file; a mailbox and an https address stay as they are."""
    urls = ("maildir:mail/in", "spool:incoming/", "imaps://a%40b.example@imap.example:993/INBOX", "https://a.example/")
    tables = [f'[sources.s{n}]\nmember = "jpcert"\npassword_file = "p"\nurl = "{url}"\n' for n, url in enumerate(urls)]
    loaded = config.load(written(tmp_path, PROVIDER + "".join(tables)))
    assert [one.url for one in loaded.sources.values()] == [
        f"maildir:{tmp_path}/mail/in",
        f"spool:{tmp_path}/incoming",
        *urls[2:],
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('url = "maildir:"', "a folder is missing"),
        ('url = "imaps://imap.example/INBOX"\npassword_file = "p"', "imaps://USER@HOST/FOLDER"),
        ('url = "imaps://a@imap.example/INBOX"', "needs the file that holds its password"),
        ("per_second = 0", "must be more than 0"),
        ('per_second = "two"', "must be a number"),
    ],
)
def test_a_source_that_cannot_be_asked(tmp_path: Path, line: str, fault: str) -> None:
    """Each is told with its key."""
    (told,) = faults(written(tmp_path, PROVIDER + f"[sources.jpcert]\n{line}\n"))
    assert told.startswith("sources.jpcert")
    assert fault in told


def test_the_example_names_every_source() -> None:
    """Each member of feedbot/source has its table or its `member =`, with a comment in Japanese, in the example."""
    text = EXAMPLE.read_text(encoding="utf-8")
    tables = dict(re.findall(r"^(?:# )?\[sources\.(\w+)\] +# (.+)$", text, re.MULTILINE))
    named = set(re.findall(r'^(?:# )?member = "(\w+)"', text, re.MULTILINE))
    assert set(members.names("feedbot.source")) <= set(tables) | named
    assert not [name for name, words in tables.items() if not words.strip()]


def test_the_sources_of_the_example_may_be_switched_on() -> None:
    """With every such line uncommented the file is read, and each table is of a member that there is."""
    text = re.sub(
        r"^# (\[sources\.(?!jpcert_mail|vendor)\w+\])", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    tables = tomllib.loads(text)["sources"]
    assert {section.get("member", name) for name, section in tables.items()} <= set(members.names("feedbot.source"))
    assert len(tables) >= 20
