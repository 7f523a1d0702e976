"""The command surface as an operator meets it: exit codes, JSON, Japanese, and no traceback on bad input."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest

from demo.stage import DATA, Publishers, mail_sink, publishers, received
from feedbot import cli, store
from feedbot.store import outbox

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[network]
allow_private = ["{host}"]
allow_http = ["127.0.0.1"]
[sources.csirt_a]
member = "jpcert"
url = "{base}/rss/csirt-a.rdf"
signed = "required"
keyring = ["{data}/keys/csirt-a.asc"]
pins = ["{pin}"]
[sources.broken]
member = "jvn"
url = "{base}/nothing-here.rdf"
[people]
root = "見本の担当者"
[delivery]
mode = "live"
[delivery.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""


class Desk:
    """A configuration in a folder, and the commands run on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], web: Publishers, port: int) -> None:
        self.folder = folder
        self.web = web
        self._capsys = capsys
        pin = (DATA / "keys" / "csirt-a.fingerprint").read_text(encoding="ascii").strip()
        host = web.base.removeprefix("http://")
        text = CONFIG.format(host=host, base=web.base, data=DATA, pin=pin, port=port)
        (folder / "config.toml").write_text(text, encoding="utf-8")

    def __call__(self, *arguments: object, lang: str = "en") -> tuple[int, str, str]:
        """Run a command and return its exit code, stdout and stderr."""
        words = ["-c", str(self.folder / "config.toml"), "--lang", lang, *map(str, arguments)]
        code = cli.invoke(words)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    def fleet(self) -> None:
        """Take in the demo's customers and servers."""
        inventory = DATA / "inventory"
        assert self("db", "upgrade")[0] == 0
        assert self("customers", "import", inventory / "customers.csv", inventory / "servers.csv")[0] == 0
        packages = [one for one in inventory.iterdir() if one.suffix != ".csv" or one.stem == "self-built"]
        assert self("inventory", "import", *packages)[0] == 0


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A desk beside running publishers and a mail sink."""
    with publishers() as web, mail_sink(tmp_path / "Maildir") as port:
        yield Desk(tmp_path, capsys, web, port)


def test_the_main_job_by_hand(desk: Desk) -> None:
    """Import, collect, look, decide and publish, each by its command, over real HTTP and SMTP."""
    desk.fleet()
    code, out, err = desk("collect", "csirt_a", "--json")
    report = json.loads(out)
    assert (code, report["new"], len(report["held"])) == (3, [f"CSIRT-A-AT-2026-000{n}" for n in (3, 2, 1)], 1)
    assert err.count("draft ") == 3
    _, out, _ = desk("draft", "list", "--json")
    apache = next(row["draft"] for row in map(json.loads, out.splitlines()) if "Apache" in row["title"])
    assert desk("draft", "lint", apache)[0] == 0
    assert desk("propose", apache)[0] == 0
    assert desk("approve", apache)[0] == 0
    assert desk("publish", apache)[0] == 0
    assert (desk.folder / "var/site/INFO-2026-0001.html").is_file()
    assert len(received(desk.folder / "Maildir")) == 5
    assert json.loads(desk("outbox", "status", "--json")[1])["counts"]["sent"] == 5
    assert desk("audit", "verify")[0] == 0
    case = next(
        row["case"]
        for row in map(json.loads, desk("case", "list", "--json")[1].splitlines())
        if "Apache" in row["title"]
    )
    assert "vers:generic/<=2.4.59" in desk("trace", case)[1]
    assert desk("explain", case, "vps101")[0] == 0
    assert desk("explain", case, "vps105")[0] == 1


def test_a_yes_may_name_what_was_seen(desk: Desk) -> None:
    """propose and preview print one digest; `--seen` takes it, and refuses one of a render that was replaced."""
    desk.fleet()
    desk("collect", "csirt_a")
    digest = desk("propose", 1)[1].split("text ")[1].split()[0]
    assert f"--seen {digest}\n" in desk("draft", "preview", 1)[1]
    code, out, err = desk("approve", 1, "--seen", "0" * 16)
    assert code == 1
    assert f"what is proposed is {digest}" in out + err
    assert desk("approve", 1, "--seen", digest)[0] == 0


@pytest.fixture
def other(desk: Desk) -> str:
    """Draft 1 as it was proposed by somebody else, and draft 2 as it was written; the digest of the first."""
    inventory, own = DATA / "inventory", desk.folder / "own.txt"
    desk("db", "upgrade")
    desk("customers", "import", inventory / "customers.csv", inventory / "servers.csv")
    own.write_text("件名: 点検のお知らせ\n対象: すべてのお客様\n\n点検を行います。\n", encoding="utf-8")
    for _ in range(2):
        assert desk("draft", "new", "--from", own)[0] == 0
    digest = desk("propose", 1)[1].split("text ")[1].split()[0]
    path = desk.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("見本の担当者", "もうひとりの担当者"), encoding="utf-8")
    return digest


def test_a_yes_to_another_persons_proposal_names_it(desk: Desk, other: str) -> None:
    """Without a terminal and without a digest it is wrong use, and nothing is decided; who proposed it needs none."""
    code, _, err = desk("approve", 1)
    assert code == 2
    assert "--seen" in err
    assert "feedbot draft preview 1" in err
    assert "proposed" in desk("draft", "show", 1)[1].splitlines()[0]
    code, _, err = desk("approve", 2)
    assert code == 1
    assert "not proposed" in err
    assert desk("approve", 1, "--seen", other)[0] == 0


def test_on_a_terminal_the_notice_is_shown_and_asked_for(
    desk: Desk, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frozen post and mails, the count and the digest; only a yes is one, and the end of the input is none."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for answer, wanted, state in (
        ("", 1, "proposed"),
        ("\n", 1, "proposed"),
        ("n\n", 1, "proposed"),
        ("y\n", 0, "approved"),
    ):
        monkeypatch.setattr(sys, "stdin", _Terminal(answer))
        code, out, _ = desk("approve", 1)
        assert code == wanted
        assert f"5 recipients, text {other}" in out
        assert out.count("subject: ") == 3
        assert state in desk("draft", "show", 1)[1].splitlines()[0]


def test_a_trial_changes_no_page_that_somebody_sees(desk: Desk) -> None:
    """Its pages stand beside the public ones, and the command says where; doctor says so too."""
    assert desk("db", "upgrade")[0] == 0
    path = desk.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    shadow = text.replace('mode = "live"', 'mode = "shadow"\noperator = "noc@hosting.example"')
    for number, words in ((1, text), (2, shadow)):
        path.write_text(words, encoding="utf-8")
        (desk.folder / "own.txt").write_text(f"件名: 点検 {number}\n\n点検を行います。\n", encoding="utf-8")
        assert desk("draft", "new", "--from", desk.folder / "own.txt")[0] == 0
        assert desk("propose", number)[0] == 0
        assert desk("approve", number)[0] == 0
        code, out, _ = desk("publish", number)
        assert code == 0
        assert ("site.trial" in out) is (number == 2)
    path.write_text(text, encoding="utf-8")
    assert desk("site", "build")[0] == 0
    pages = {
        place: {one.name for one in (desk.folder / "var" / place).glob("INFO-*.html")}
        for place in ("site", "site.trial")
    }
    assert {name[10:14] for name in pages["site"]} == {"0001"}
    assert {name[10:14] for name in pages["site.trial"]} == {"0001", "0002"}


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_by_hand_goes_the_same_way(desk: Desk, tmp_path: Path) -> None:
    """An alert that came by mail is stored, verified by the source's keys, and drafted; an unsigned one is held."""
    desk.fleet()
    signed = DATA / "www" / "at" / "2026" / "at260001.txt"
    code, out, err = desk("collect", "csirt_a", "--from", signed, "--json")
    assert (code, json.loads(out)["new"]) == (0, ["CSIRT-A-AT-2026-0001"])
    assert "Apache" in err
    code, out, _ = desk("collect", "csirt_a", "--from", DATA / "texts" / "at260002.txt", "--json")
    assert (code, len(json.loads(out)["held"])) == (3, 1)
    assert desk("collect", "--from", signed)[0] == 2


def test_what_show_prints_can_be_edited_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    """`draft show > FILE`, a word changed, `draft edit --from FILE`: the state lines above are comments."""
    desk.fleet()
    desk("collect", "csirt_a")
    text = desk("draft", "show", 1, lang="ja")[1]
    assert "#   csirt_a CSIRT-A-AT-2026-0003: マルウェア・フィッシングなど\n" in text
    (tmp_path / "draft.txt").write_text(text.replace("ご確認", "御確認"), encoding="utf-8")
    assert desk("draft", "edit", 1, "--from", tmp_path / "draft.txt")[0] == 0
    assert desk("draft", "show", 1, lang="ja")[1].count("\n") == text.count("\n")


def test_a_source_that_fails_is_told_and_the_rest_done(desk: Desk) -> None:
    """404 for one source: exit 3, the address and what to do on the screen, the other source taken in."""
    desk.fleet()
    code, out, _ = desk("collect")
    assert code == 3
    assert "the server answered 404" in out
    assert "→" in out
    rows = {row["source"]: row for row in json.loads(desk("sources", "--json")[1])}
    assert (rows["broken"]["failures"], rows["csirt_a"]["failures"]) == (1, 0)


def test_match_gives_its_json_shape(desk: Desk) -> None:
    """One line a verdict, with the keys that scripts read."""
    desk.fleet()
    desk("collect", "csirt_a")
    rows = [json.loads(line) for line in desk("match", "--json")[1].splitlines()]
    keys = {"case", "advisories", "cves", "server", "customer", "component", "installed", "verdict", "because"}
    assert keys <= set(rows[0])
    assert {row["verdict"] for row in rows} == {"affected", "not_affected"}
    assert {"rule", "range", "evidence", "distro"} <= set(rows[0]["because"])


def test_whom_cases_concern_is_what_their_verdicts_say(desk: Desk) -> None:
    """--customers names those of whom something is affected, and nobody else; as a table too."""
    desk.fleet()
    desk("collect", "csirt_a")
    each = [json.loads(line) for line in desk("match", "--json")[1].splitlines()]
    found = [json.loads(line) for line in desk("match", "--customers", "--json")[1].splitlines()]
    wanted = {(one["case"], one["customer"]) for one in each if one["verdict"] == "affected"}
    assert wanted
    assert {(one["case"], customer) for one in found for customer in one["affected"]} == wanted
    assert len(desk("match", "--customers")[1].splitlines()) >= len(wanted)


def test_a_broken_row_is_named_and_the_rest_kept(desk: Desk, tmp_path: Path) -> None:
    """A row without a version among many is listed with file, line and reason: exit 3."""
    desk.fleet()
    lines = (DATA / "inventory" / "vps101.dpkg").read_text(encoding="utf-8").splitlines()
    lines[5] = "gar\x00bage"
    (tmp_path / "vps101.dpkg").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = desk("inventory", "import", tmp_path / "vps101.dpkg")
    assert code == 3
    assert "vps101.dpkg:6" in err
    assert "12 servers" in out


def test_a_mostly_broken_file_leaves_the_old_snapshot(desk: Desk, tmp_path: Path) -> None:
    """More than a fifth refused: nothing is taken, and the operator is told to correct it."""
    desk.fleet()
    before = desk("inventory", "status", "--json")[1]
    text = (DATA / "inventory" / "vps101.dpkg").read_text(encoding="utf-8").splitlines()
    broken = text[:4] + ["half a row"] * 8
    (tmp_path / "vps101.dpkg").write_text("\n".join(broken) + "\n", encoding="utf-8")
    code, _, err = desk("inventory", "import", tmp_path / "vps101.dpkg", "--format", "dpkg")
    assert code == 1
    assert "stays in force" in err
    assert desk("inventory", "status", "--json")[1] == before


def held_up(desk: Desk) -> tuple[int, list[int]]:
    """Publish a notice while the relay is down and let it come back; return its draft and the mails that wait."""
    desk.fleet()
    desk("collect", "csirt_a")
    path = desk.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("port = ", "port = 1 #"), encoding="utf-8")
    desk("propose", 1)
    desk("approve", 1)
    assert desk("publish", 1)[0] == 3
    code, out, _ = desk("outbox", "status")
    assert code == 3
    assert "deferred" in out
    path.write_text(text, encoding="utf-8")
    return 1, [row["id"] for row in json.loads(desk("outbox", "status", "--json")[1])["open"]]


def test_a_relay_that_is_down_leaves_a_visible_retry(desk: Desk) -> None:
    """No SMTP server: exit 3, the mails wait with their next try; a deferred one leaves at once by a person's word."""
    draft, waiting = held_up(desk)
    desk("outbox", "send")
    left = [row["id"] for row in json.loads(desk("outbox", "status", "--json")[1])["open"]]
    assert len(received(desk.folder / "Maildir")) == len(waiting) - len(left)
    assert desk("outbox", "retry", left[0])[1].startswith("1 mails are due now")
    desk("outbox", "send")
    assert len(received(desk.folder / "Maildir")) == len(waiting) - len(left) + 1
    assert desk("outbox", "retry", left[0])[0] == 1
    assert desk("outbox", "retry", "--all")[1].startswith(f"{len(left) - 1} mails")
    desk("outbox", "send")
    assert len(received(desk.folder / "Maildir")) == len(waiting)
    assert desk("outbox", "stop", draft)[0] == 1
    assert desk("withdraw", draft, "--reason", "test")[0] == 0


def test_a_stop_cancels_what_has_not_left(desk: Desk) -> None:
    """Nothing leaves afterwards, whatever is tried; the audit log names who, how many and why."""
    draft, waiting = held_up(desk)
    said = desk("outbox", "stop", draft, "--reason", "wrong text")[1]
    assert said.startswith(f"{len(waiting)} mails are cancelled")
    assert desk("outbox", "retry", waiting[0])[0] == 1
    desk("outbox", "retry", "--all")
    desk("outbox", "send")
    assert received(desk.folder / "Maildir") == []
    assert f"{len(waiting)} messages; wrong text" in desk("audit", "show")[1]


def test_what_holds_mails_back_is_shown_and_lifted(desk: Desk) -> None:
    """A time, a suppressed address and its task stand in the status; each has its way out."""
    draft, waiting = held_up(desk)
    assert "its mails leave from" in desk("draft", "schedule", draft, "--at", "2099-01-01T09:00+09:00")[1]
    desk("outbox", "retry", "--all")
    desk("outbox", "send")
    assert received(desk.folder / "Maildir") == []
    with store.reading(store.open(f"sqlite:///{desk.folder / 'var' / 'feedbot.db'}")) as tx:
        address = outbox.listing(tx)[0].outgoing.recipient
    assert "1 mails are held" in desk("outbox", "suppress", "add", address, "--reason", "asked us to")[1]
    shown = json.loads(desk("outbox", "status", "--json")[1])
    assert shown["releases"][0]["not_before"].startswith("2099-01-01")
    assert [one["subject"] for one in shown["tasks"]] == [address.lower()]
    assert "asked us to" in desk("outbox", "suppress", "list")[1]
    assert "asked us to" in desk("outbox", "status")[1]
    assert desk("draft", "schedule", draft, "--now")[0] == 0
    desk("outbox", "send")
    assert len(received(desk.folder / "Maildir")) == len(waiting) - 1
    assert desk("outbox", "suppress", "remove", address)[1].startswith("mail goes to")
    desk("outbox", "send")
    assert len(received(desk.folder / "Maildir")) == len(waiting)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["draft", "schedule", "1"], 2, "say one of"),
        (["draft", "schedule", "1", "--at", "2099-01-01T09:00"], 2, "without its offset"),
        (["draft", "schedule", "1", "--at", "tomorrow"], 2, "not a time"),
        (["draft", "schedule", "1", "--now"], 1, "no such draft"),
        (["outbox", "bounces"], 1, "no bounce box"),
        (["outbox", "done", "1"], 1, "no such open task"),
        (["outbox", "readdress", "1", "a@b.example"], 1, "neither failed nor come back"),
        (["outbox", "suppress", "remove", "a@b.example"], 1, "not suppressed"),
        (["collect", "jpcret"], 2, "no such source"),
        (["draft", "show", "77"], 1, "no such draft"),
        (["approve", "1"], 1, "no such draft"),
        (["case", "show", "C-1999-0001"], 1, "no such case"),
        (["advisory", "show", "X-1"], 1, "no such advisory"),
        (["draft", "new", "--from", "none.txt"], 2, "no such file"),
        (["inventory", "import", "none.dpkg"], 2, "no such file"),
        (["customers", "import", "none.csv"], 2, "no such file"),
        (["phrase"], 2, "give a TEXT"),
        (["version", "compare", "dpkg", "1", "2"], 2, "no such member"),
        (["outbox", "resolve", "1"], 2, "--sent or --resend"),
        (["outbox", "resolve", "1", "--sent", "--resend"], 2, "--sent or --resend"),
        (["outbox", "retry"], 2, "or say --all"),
        (["outbox", "retry", "1", "--all"], 2, "or say --all"),
        (["outbox", "retry", "1"], 1, "neither deferred nor failed"),
        (["outbox", "stop", "1"], 1, "no such draft"),
        (["nonsense"], 2, "usage"),
        (["parse", "none.html", "--source", "jpcert"], 2, "no such file"),
    ],
)
def test_a_wrong_word_is_answered_plainly(desk: Desk, arguments: list[str], code: int, words: str) -> None:
    """What is wrong, in one line, with the exit code of its kind."""
    desk("db", "upgrade")
    ended, _, err = desk(*arguments)
    assert (ended, words in err) == (code, True), err


def test_faults_of_the_configuration_come_all_at_once_in_japanese(desk: Desk) -> None:
    """The operator reads every fault with its key, and the nearest valid name."""
    path = desk.folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("service =", "servise =") + "[stoer]\n", encoding="utf-8")
    code, _, err = desk("config", "check", lang="ja")
    assert code == 2
    assert "provider.servise: 知らない項目です。service の誤りではありませんか" in err
    assert "stoer: 知らない項目です。store の誤りではありませんか" in err


def test_init_writes_what_config_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new folder gets a commented configuration and a database, and is not overwritten."""
    assert cli.invoke(["init", str(tmp_path / "new")]) == 0
    config = tmp_path / "new" / "config.toml"
    assert cli.invoke(["-c", str(config), "config", "check"]) == 0
    assert cli.invoke(["-c", str(config), "db", "check"]) == 0
    assert cli.invoke(["init", str(tmp_path / "new")]) == 2
    assert (tmp_path / "new" / "var" / "feedbot.db").is_file()
    capsys.readouterr()


def test_an_internal_fault_is_saved_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of ours: exit 70, a report only its owner can read, no traceback on the screen."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("feedbot.reading.phrases.read", lambda *_, **__: 1 / 0)
    assert cli.invoke(["phrase", "x"]) == 70
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    (report,) = tmp_path.glob("feedbot-fault-*.txt")
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("environment", "word"), [({}, "今すぐ一度取得し"), ({"LANG": "en_US.UTF-8"}, "collect one round now")]
)
def test_help_is_in_the_operators_language(environment: dict[str, str], word: str) -> None:
    """Japanese by default, English where the locale says so."""
    ended = subprocess.run(
        [sys.executable, "-m", "feedbot", "--help"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert word in ended.stdout


def test_people_read_times_with_their_offset(desk: Desk) -> None:
    """trace, audit, draft, sources, inventory: RFC 3339 to the second with offset, and JSON as well."""
    desk.fleet()
    desk("collect", "csirt_a")
    desk("propose", 1)
    case = json.loads(desk("case", "list", "--json")[1].splitlines()[0])["case"]
    stamp = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
    commands = ["trace", case], ["audit", "show"], ["draft", "show", 1], ["sources"], ["inventory", "status"]
    for command in commands:
        out = desk(*command)[1]
        assert stamp.search(out), (command, out)
        assert not re.search(r"\d\d:\d\d:\d\d\.\d", out), (command, out)
    for row in map(json.loads, desk("audit", "show", "--json")[1].splitlines()):
        assert datetime.fromisoformat(row["at"]).tzinfo is not None


def test_the_log_is_read_in_japanese(desk: Desk) -> None:
    """Verbs are shown translated; scripts read them as they are."""
    desk.fleet()
    out = desk("audit", "show", lang="ja")[1]
    assert "お客様の取り込み" in out
    assert "import-customers" not in out
    assert "import-customers" in desk("audit", "show", "--json", lang="ja")[1]


def test_a_round_whose_drafting_fails_is_not_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything was collected, a draft could not be made: exit 3, and the case is named."""
    from feedbot.errors import NoticeError
    from feedbot.pipeline.draft import DraftReport

    def fail(*_: object) -> DraftReport:
        return DraftReport(
            failed={"C-2026-0001": NoticeError("C-2026-0001", "cannot go from {old} to {new}", old=1, new=2)}
        )

    desk.fleet()
    (desk.folder / "config.toml").write_text(
        (desk.folder / "config.toml").read_text(encoding="utf-8").replace("nothing-here.rdf", "rss/jvn.rdf"),
        encoding="utf-8",
    )
    whole = desk("collect", "broken", "--no-draft")
    assert whole[0] == 0, whole
    monkeypatch.setattr("feedbot.pipeline.draft.draft_cases", fail)
    code, _, err = desk("collect", "broken")
    assert code == 3
    assert "C-2026-0001 could not be drafted" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["propose", "1"],
        ["approve", "1"],
        ["reject", "1"],
        ["withdraw", "1"],
        ["publish", "1"],
        ["outbox", "resolve", "1", "--sent"],
        ["outbox", "retry", "1"],
        ["outbox", "stop", "1"],
        ["quarantine", "accept", "1"],
        ["quarantine", "accept", "1", "--held"],
    ],
)
def test_each_decision_needs_a_person(desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Root with nobody behind is refused before anything is looked at, and told what to do."""
    from feedbot.cli._person import Person

    desk("db", "upgrade")
    monkeypatch.setattr("feedbot.cli._person.here", lambda people: Person("root", accountable=False))
    code, _, err = desk(*arguments)
    assert (code, "a decision needs a person" in err, "[people]" in err) == (1, True, True)


def test_sources_says_how_each_fares(desk: Desk) -> None:
    """Health, why, what to do, the next run; `--accept` notes a person's word, in the audit log too. Exit 0."""
    desk.fleet()
    for _ in range(2):
        desk("collect")
    code, out, _ = desk("sources", lang="ja")
    assert code == 0
    assert "取得失敗" in out
    assert "broken: 2 回続けて失敗しています" in out
    rows = {row["source"]: row for row in json.loads(desk("sources", "--json")[1])}
    assert (rows["broken"]["health"], rows["csirt_a"]["health"]) == ("failing", "ok")
    assert rows["broken"]["hint"]
    assert rows["broken"]["next_run"]
    assert rows["csirt_a"]["items"] == 4
    assert desk("sources", "--accept", "csirt_a", "--json")[0] == 0
    assert "accept-listing" in desk("audit", "show", "--json")[1]
    assert desk("sources", "--accept", "nobody")[0] == 2
