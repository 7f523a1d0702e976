"""feedbot doctor: every trouble is seen, graded, and told with what to do."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from feedbot import bootstrap, cli, messages, store
from feedbot.advisory import Quarantined
from feedbot.cli import _checks
from feedbot.cli._checks import Level, Line
from feedbot.cli.run import watch_keys
from feedbot.config import Config, load
from feedbot.delivery import OutboxState, Receipt, Verdict
from feedbot.errors import SourceError
from feedbot.fetch import Validators
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.signature import Key, Keyring, SourceKeys, import_keys, pin
from feedbot.store import documents, inventory, outbox, quarantine, sources, statements
from tests.signature.conftest import workshop
from tests.signature.make_cases import Workshop
from tests.store.samples import PAGE
from tests.store.test_outbox import LEASE, fill
from tests.test_config import PROVIDER, written

__all__ = ["workshop"]
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SOURCES = "[sources.jpcert]\n[sources.jvn]\nenabled = false\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, made once."""
    folder = tmp_path_factory.mktemp("doctor")
    config = load(written(folder, PROVIDER))
    bootstrap.create_store(config)
    return folder / "var" / "feedbot.db"


@pytest.fixture
def config(tmp_path: Path, made: Path) -> Config:
    """A configuration with a new database."""
    (tmp_path / "var").mkdir()
    shutil.copy(made, tmp_path / "var" / "feedbot.db")
    return load(written(tmp_path, PROVIDER + SOURCES))


@pytest.fixture
def database(config: Config) -> Iterator[store.Database]:
    """Its database, to put troubles into."""
    opened = store.open(config.store.url)
    yield opened
    opened.dispose()


def lines(check: _checks.Check, config: Config) -> list[Line]:
    """Run one check."""
    return list(check(config, NOW))


def found(check: _checks.Check, config: Config) -> list[tuple[str, Level]]:
    """Run one check; what was looked at, and how bad it is. Whatever is not well says what to do."""
    seen = lines(check, config)
    assert all(one.hint for one in seen if one.level is not Level.OK)
    return [(one.check, one.level) for one in seen]


def test_a_brand_that_contracts_name_is_configured(database: store.Database, config: Config, tmp_path: Path) -> None:
    """Nothing to say without one; one that is missing is a fault with its contracts; the others are named."""
    assert found(_checks.brands, config) == []
    customer = Customer("C1", "青葉電機株式会社", "a@aoba.example")
    contracts = [Contract(f"V-{n}", "C1", Plan.VPS, True, brand="yotsuba" if n else "futaba") for n in range(8)]
    with database.begin() as tx:
        inventory.replace_customers(tx, [customer], contracts, [], NOW)
    one, other = lines(_checks.brands, config)
    assert (one.level, other.level) == (Level.FAULT, Level.FAULT)
    assert "futaba" in one.message
    assert "V-0" in one.message
    assert "V-1, V-2, V-3, V-4, V-5 and 2 more" in other.message
    assert "[brands.yotsuba]" in other.hint
    section = '[brands.{}]\nname = "よつばホスティング"\nservice = "よつば"\nfrom_address = "info@yotsuba.example"\n'
    section += 'contact = "info@yotsuba.example"\nsite_url = "https://yotsuba.example/"\nnumber_prefix = "{}"\n'
    whole = PROVIDER + SOURCES + section.format("yotsuba", "YB") + section.format("futaba", "FB")
    assert found(_checks.brands, load(written(tmp_path, whole))) == [("brands", Level.OK)]


def test_missing_programs_are_faults(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    """gpg and gpgv, each with the package that has it."""
    monkeypatch.setenv("PATH", "/nowhere")
    gpg, gpgv = lines(_checks.programs, config)
    assert {gpg.level, gpgv.level} == {Level.FAULT}
    assert gpgv.hint == "install it: apt-get install gpgv"


def test_an_inventory_is_needed_and_must_be_whole_and_young(config: Config, database: store.Database) -> None:
    """No customers, no packages, lists older than [inventory] max_age: faults; a server without a list: a warning."""
    assert found(_checks.inventory, config) == [("inventory", Level.FAULT)] * 2
    names = [f"web{n}" for n in range(7)]
    with database.begin() as tx:
        customers, contracts = [Customer("C1", "見本", "c1@x.example")], [Contract("K1", "C1", Plan.VPS, True)]
        inventory.replace_customers(tx, customers, contracts, [Server(name, "K1") for name in names], NOW)
        packages = {name: HostPackages(name, (Component("deb", "ntp", "1"),)) for name in names}
        inventory.replace_packages(tx, packages, NOW - timedelta(hours=23))
    (line,) = lines(_checks.inventory, config)
    assert line.level is Level.OK
    assert line.message.startswith("7 servers, the oldest list of 2026-11-2")
    (old,) = list(_checks.inventory(config, NOW + timedelta(hours=2)))
    assert (old.level, old.hint) == (Level.FAULT, "feedbot inventory import FILE…")
    assert old.message.endswith("web0, web1, web2, web3, web4 and 2 more")
    with database.begin() as tx:
        inventory.replace_customers(tx, None, None, [Server("web0", "K1"), Server("db1", "K1")], NOW)
    (none,) = lines(_checks.inventory, config)
    assert (none.level, none.message) == (Level.WARNING, "no package list: db1")


@pytest.mark.parametrize(
    ("success", "failures", "level", "words"),
    [
        (None, 0, Level.WARNING, "never collected"),
        (None, 1, Level.FAULT, "1 failures in a row"),
        (timedelta(minutes=5), 0, Level.OK, "last success"),
        (timedelta(minutes=5), 1, Level.WARNING, "1 failures in a row: no answer"),
        (timedelta(minutes=5), 3, Level.FAULT, "3 failures in a row"),
        (timedelta(minutes=90), 0, Level.OK, "last success"),
        (timedelta(minutes=91), 0, Level.FAULT, "more than three intervals ago"),
        (timedelta(minutes=91), 1, Level.FAULT, "1 failures in a row"),
    ],
)
def test_the_health_of_a_source(
    config: Config, database: store.Database, success: timedelta | None, failures: int, level: Level, words: str
) -> None:
    """Never asked, failing, failing for long, silent for more than three intervals (JPCERT/CC: 30 minutes)."""
    with database.begin() as tx:
        if success is not None:
            facts = {"validators": Validators(), "listing_sha256": "x", "items": 1}
            sources.record_success(tx, "jpcert", now=NOW - success, **facts)
        for _ in range(failures):
            sources.record_failure(tx, "jpcert", "no answer", NOW)
    (line,) = lines(_checks.sources, config)
    assert (line.check, line.level) == ("source jpcert", level)
    assert words in line.message


def test_a_source_that_answers_and_is_not_well_is_a_fault(config: Config, database: store.Database) -> None:
    """Half a listing, a captive page: named with the way out, although nothing has failed, or only once."""
    with database.begin() as tx:
        for names in ("abcdefghij", "abcde"):
            facts = {"validators": Validators(), "listing_sha256": names, "items": len(names)}
            sources.record_success(tx, "jpcert", now=NOW, **facts)
            sources.record_listing(tx, "jpcert", sources.Listed(frozenset(names), len(names)), NOW)
    (line,) = lines(_checks.sources, config)
    assert (line.level, line.message) == (Level.FAULT, "the listing fell from 10 items to 5")
    assert "feedbot sources --accept jpcert" in line.hint
    with database.begin() as tx:
        sources.record_failure(tx, "jpcert", "a web page, not a feed", NOW, unreadable=True, trouble="captive")
    (line,) = lines(_checks.sources, config)
    assert (line.level, line.message) == (Level.FAULT, "a web page, not a feed")


def test_no_source_at_all_is_a_warning(tmp_path: Path, config: Config) -> None:
    """Somebody who switches all off should know."""
    off = load(written(tmp_path, PROVIDER + "[sources.jvn]\nenabled = false\n"))
    assert found(_checks.sources, off) == [("sources", Level.WARNING)]


def test_what_waits_for_a_person_is_counted(config: Config, database: store.Database) -> None:
    """Quarantined items make a warning."""
    assert found(_checks.waiting, config) == [("quarantine", Level.OK)]
    with database.begin() as tx:
        documents.save(tx, "jpcert", PAGE)
        quarantine.add(tx, "jpcert", Quarantined("here", SourceError("x", "y"), b"z"), PAGE.sha256, NOW)
    (line,) = lines(_checks.waiting, config)
    assert (line.level, line.message) == (Level.WARNING, "0 held texts, 1 quarantined items")


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (OutboxState.SENT, Level.OK),
        (OutboxState.UNCERTAIN, Level.FAULT),
        (OutboxState.FAILED, Level.FAULT),
        (OutboxState.DEFERRED, Level.WARNING),
    ],
)
def test_mails_that_need_a_person(config: Config, database: store.Database, state: OutboxState, level: Level) -> None:
    """Uncertain and failed ones are faults; those that the relay put off, a warning."""
    with database.begin() as tx:
        fill(tx)
        (row,) = outbox.claim(tx, "w", NOW, LEASE, 1)
        assert outbox.record(tx, [(row, Verdict(Receipt(state, NOW), 1, None))])
    assert found(_checks.outbox, config) == [("outbox", level)]


@pytest.mark.parametrize(
    ("settings", "level", "words"),
    [
        ("", Level.OK, "localhost:587 (starttls)"),
        ('host = "relay.example"\nsecurity = "none"\n', Level.WARNING, "without TLS"),
        ('username = "u"\n', Level.FAULT, "without a password"),
        ('username = "u"\npassword_file = "none"\n', Level.FAULT, "No such file"),
        ('username = "u"\npassword_file = "latin"\n', Level.FAULT, "not UTF-8"),
        ('username = "u"\npassword_file = "open"\n', Level.FAULT, "others can read"),
        ('security = "none"\nusername = "u"\npassword_file = "good"\n', Level.FAULT, "without TLS"),
        ('username = "u"\npassword_file = "good"\n', Level.OK, "localhost"),
    ],
)
def test_the_relays_settings(tmp_path: Path, settings: str, level: Level, words: str) -> None:
    """What could never work is a fault; nothing is connected to."""
    for name, content, mode in (("good", b"pw\n", 0o600), ("latin", b"\xe9", 0o600), ("open", b"pw", 0o644)):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(mode)
    config = load(written(tmp_path, PROVIDER + f"[delivery.smtp]\n{settings}"))
    seen = [one for one in _checks.examine(config, NOW) if one.check in ("relay", "delivery")]
    assert [one.level for one in seen] == [level]
    assert words in seen[0].message


def test_the_mode_is_said(tmp_path: Path, config: Config) -> None:
    """Shadow names who gets the mails; live says so."""
    assert lines(_checks.delivery, config)[-1].level is Level.WARNING
    assert "noc@hosting.example alone" in lines(_checks.delivery, config)[-1].message
    live = load(written(tmp_path, PROVIDER + 'mode = "live"\n'))
    assert found(_checks.delivery, live)[-1] == ("mode", Level.OK)


def test_the_site_must_be_writable(monkeypatch: pytest.MonkeyPatch, config: Config, tmp_path: Path) -> None:
    """The first folder above it that is there decides; root may write everywhere, so the answer is made up."""
    assert found(_checks.site, config) == [("site", Level.OK)]
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append(path))
    (line,) = lines(_checks.site, config)
    assert (line.level, asked) == (Level.FAULT, [tmp_path / "var"])


def test_a_database_that_is_missing_is_one_fault_for_each_check(tmp_path: Path) -> None:
    """What cannot be looked at is a fault by its error; the checks after it go on."""
    seen = {one.check: one for one in _checks.examine(load(written(tmp_path, PROVIDER)), NOW)}
    assert "`feedbot init` makes one" in seen["database"].hint
    assert seen["outbox"].level is Level.FAULT
    assert seen["mode"].level is Level.WARNING


def test_damage_is_a_fault(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    """What `feedbot db check` finds, doctor tells."""
    monkeypatch.setattr(store, "check", lambda opened: ("damage: x",))
    assert found(_checks.database, config) == [("database", Level.FAULT)]


def key(name: str, days: int | None, *, of: str = "", revoked: bool = False) -> Key:
    """A key that ends in so many days."""
    end = None if days is None else NOW + timedelta(days=days)
    return Key(name, of or name, NOW - timedelta(days=900), end, revoked, 22, 255)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([key("A", 61)], []),
        ([key("A", None)], []),
        ([key("A", 59)], ["A warn"]),
        ([key("A", 13)], ["A alarm"]),
        ([key("A", -1)], ["A expired"]),
        ([key("A", -1, revoked=True)], []),
        ([key("A", -1), key("B", 100)], []),  # a pinned successor goes on
        ([key("A", -1), key("B", -2)], ["B expired", "A expired"]),
        ([key("A", -1), key("B", 100, revoked=True)], ["A expired"]),
        ([key("A", -1), key("B", 30)], ["B warn"]),
        ([key("A", -1), key("HELD", 100)], ["A expired"]),  # nobody pinned it: it verifies nothing
        ([key("HELD", 5), key("A", 100)], []),
        ([key("A", 100), key("A1", -1, of="A")], ["A1 expired"]),  # the primary key may be for certifying only
        ([key("A", 100), key("A1", -1, of="A"), key("A2", 90, of="A")], []),
        ([key("A", -1), key("A1", 90, of="A")], ["A expired"]),  # a subkey ends with its primary key
    ],
)
def test_which_ends_are_told(given: list[Key], told: list[str]) -> None:
    """Ends within 60 and 14 days, and what has ended without a successor, of trusted keys alone."""
    ends = _checks.trusted_ends(SourceKeys(Keyring(b"", tuple(given)), ("A", "B")), NOW)
    assert [f"{one.key.fingerprint} {one.urgency}" for one in ends] == told


@pytest.fixture
def keyed(workshop: Workshop, tmp_path: Path) -> Config:
    """A source whose pinned key ends in 30 days, with a successor that is held; another whose key has ended."""
    now = datetime.now(UTC)
    soon = f"{now + timedelta(days=30):%Y%m%dT%H%M%S}"
    first = workshop.key("Soon <s@csirt-a.example>", end=soon)
    past = workshop.key("Past <p@csirt-a.example>", end="20260301T000000")
    home = tmp_path / "var" / "keys"
    import_keys(home, "a", workshop.public(first, workshop.successor), "k")
    pin(home, "a", first)
    (tmp_path / "past.gpg").write_bytes(workshop.public(past))
    text = (
        f'[sources.a]\nmember = "jpcert"\n[sources.b]\nmember = "jpcert"\nkeyring = ["past.gpg"]\npins = ["{past}"]\n'
    )
    return load(written(tmp_path, PROVIDER + text))


def test_keys_that_end_are_told_and_logged(keyed: Config) -> None:
    """doctor tells imported and configured keys alike; `feedbot run` logs the same ones as warnings."""
    seen = [(one.check, one.level) for one in _checks.keys(keyed, datetime.now(UTC))]
    assert seen == [("keys a", Level.WARNING), ("keys a", Level.WARNING), ("keys b", Level.FAULT)]
    with structlog.testing.capture_logs() as log:
        watch_keys(keyed)
    assert [(one["log_level"], one["source"], one["urgency"]) for one in log] == [
        ("warning", "a", "warn"),
        ("warning", "b", "expired"),
    ]


def test_the_command(config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON document with --json, Japanese lines without; 1 where there is a fault."""
    place = ["-c", str(tmp_path / "config.toml")]
    assert cli.invoke([*place, "--lang", "en", "doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {"check": "configuration", "level": "ok", "message": "no faults", "hint": ""} in told["checks"]
    assert {one["level"] for one in told["checks"]} == {"ok", "warning", "fault"}
    assert cli.invoke([*place, "--lang", "ja", "doctor"]) == 1
    out = capsys.readouterr().out
    assert "正常: データベース: 問題はありません" in out
    assert "注意: 取得元 jpcert: 一度も取得していません\n  → feedbot collect jpcert を実行してください" in out
    messages.use("en")


def test_warnings_alone_are_no_fault(monkeypatch: pytest.MonkeyPatch, config: Config, tmp_path: Path) -> None:
    """Exit 0 where nothing keeps feedbot from its work."""
    monkeypatch.setattr(_checks, "CHECKS", (("delivery", _checks.delivery),))
    assert cli.invoke(["-c", str(tmp_path / "config.toml"), "doctor"]) == 0
    messages.use("en")


def test_a_faulty_configuration_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """doctor tells it and goes on to what needs no configuration; exit 1 and not 2, for it was asked for faults."""
    path = written(tmp_path, PROVIDER + "[stoer]\n")
    assert cli.invoke(["-c", str(path), "--lang", "en", "doctor", "--json"]) == 1
    first, *others = json.loads(capsys.readouterr().out)["checks"]
    assert (first["check"], first["level"]) == ("configuration", "fault")
    assert "did you mean store?" in first["message"]
    assert {one["check"] for one in others} == {"programs"}


def test_a_contact_is_missed(config: Config) -> None:
    """A publisher whom feedbot disturbs must be able to reach somebody."""
    (line,) = _checks.network(config, NOW)
    assert (line.level, "contact" in line.hint) == (Level.WARNING, True)
    named = config.model_copy(update={"network": config.network.model_copy(update={"contact": "noc@hosting.example"})})
    (line,) = _checks.network(named, NOW)
    assert (line.level, "noc@hosting.example" in line.message) == (Level.OK, True)


def test_config_check_says_that_a_contact_is_missing(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No fault, but said; with a contact it is not."""
    place = ["-c", str(tmp_path / "config.toml"), "--lang", "en", "config", "check"]
    assert cli.invoke(place) == 0
    assert "network.contact is empty" in capsys.readouterr().out
    written(tmp_path, PROVIDER + SOURCES + '[network]\ncontact = "noc@hosting.example"\n')
    assert cli.invoke(place) == 0
    assert "network.contact" not in capsys.readouterr().out


def test_a_distributor_that_has_not_spoken_or_long_ago(config: Config, database: store.Database) -> None:
    """Servers whose distributor said nothing, or nothing new for a week, are warned of; others' data does not count."""
    with database.begin() as tx:
        inventory.replace_customers(
            tx,
            [Customer("C1", "A", "a@a.example")],
            [Contract("K1", "C1", Plan.VPS, True)],
            [Server("web0", "K1", "debian:12")],
            NOW,
        )
        packages = (Component("deb", "bash", "5.2-1", distro="debian:12"),)
        inventory.replace_packages(tx, {"web0": HostPackages("web0", packages, "debian:12")}, NOW)
    (line,) = lines(_checks.distributors, config)
    assert (line.check, line.level) == ("distributor debian", Level.WARNING)
    for issuer, age, level in (
        ("ubuntu_osv", 0, Level.WARNING),
        ("debian_osv", 8, Level.WARNING),
        ("debian_osv", 1, Level.OK),
    ):
        with database.begin() as tx:
            at = NOW - timedelta(days=age)
            file = statements.begin(tx, issuer, "", "x", "", at, NOW)
            statements.put_in_force(tx, file, silent=0, quarantined=0)
        assert lines(_checks.distributors, config)[0].level is level
