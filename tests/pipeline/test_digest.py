"""まとめ: what is below the severity waits, is told once to each whom it concerns, and never where it is urgent."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from feedbot.advisory import Affected, Section, Status
from feedbot.errors import NoticeError, ReviewError
from feedbot.notice import Kind, Step, again, digests, render
from feedbot.notice import draft as drafting
from feedbot.pipeline import OnCall, decide, digest, draft, rounds
from feedbot.pipeline.oncall import call_people
from feedbot.pipeline.publish import let_out, publish
from feedbot.pipeline.remind import remind
from feedbot.pipeline.send import send_due
from feedbot.pipeline.why_not import why_not
from feedbot.reading.dates import JST
from feedbot.review import State
from feedbot.store import calls, cases, drafts, told
from feedbot.version import VersionRange
from tests.fakes import World
from tests.pipeline.shop import WHO, Shop
from tests.pipeline.test_publish import parsed

DAILY = digests.Digests("day", at=time(10), below="high")
"""The shop opens at noon in Japan: the first digest is that of the next day."""


@pytest.fixture
def shop(stage: World) -> Shop:
    """A provider who tells what is below 7.0 once a day."""
    return Shop(stage, replace(stage.edges(), digest=DAILY)).open()


def due(shop: Shop) -> int:
    """Let a day pass and return the digest's draft."""
    shop.later(days=1)
    made = digest.make(shop.edges, "(feedbot)").draft
    assert made
    return made.id


def states(shop: Shop) -> dict[str, str]:
    """Return title → where a case and its digest stand, of the newest notice about each."""
    return {one.draft.notice.title.split()[0]: one.why for one in reversed(digest.standings(shop.edges))}


def text(mail: EmailMessage) -> str:
    """Return a mail's plain text with its lines joined."""
    body = mail.get_body(("plain",))
    assert body is not None
    return "".join(body.get_content().split())


def test_what_is_below_the_severity_waits_and_the_rest_does_not(shop: Shop) -> None:
    """A medium case's draft has a post and no mail, and says for when it waits; a high one's has its mails."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "7.0")
    shop.flaw("vim", "")
    made = {one.notice.title.split()[0]: one for one in shop.draft()}
    mails = {name: len(draft.preview(shop.edges, one.id)[1].mails) for name, one in made.items()}
    assert mails == {"rsync": 0, "wget": 3, "vim": 3}
    found = digest.standings(shop.edges)
    assert [(one.why, one.planned) for one in found] == [("waiting", datetime(2026, 11, 26, 10, 0, tzinfo=JST))]
    assert digest.make(shop.edges, "(feedbot)").draft is None


def test_one_mail_a_customer_tells_all_that_concerns_him(shop: Shop) -> None:
    """Most urgent first, each case with number, page, his server and version; who has patched reads nothing of it, who
    has nothing left gets no mail; the pages are up, and nothing is told again."""
    for product, score in (("rsync", "3.1"), ("wget", "6.5"), ("vim", "9.8")):
        shop.flaw(product, score)
    shop.draft()
    shop.patch("K2", "wget")
    shop.patch("K3", "rsync")
    shop.patch("K3", "wget")
    number = due(shop)
    assert shop.load(number).notice.kind is Kind.DIGEST
    assert digest.make(shop.edges, "(feedbot)").draft is None
    assert shop.send(number) == ["K1", "K2"]
    one, two = (parsed(mail) for mail in sorted(shop.stage.mails, key=lambda mail: mail.customer))
    assert one["Subject"] == "【お知らせ】【見本サーバー】脆弱性情報のまとめ(2026/11/26)"
    words = text(one)
    assert words.index("■1.wgetに関する注意喚起") < words.index("■2.rsyncに関する注意喚起")
    for said in ("k1.vps.example", "wget1.0-1", "開発元の修正済みバージョン:2.0", "sudoapt-getinstall", "6.5(警告)"):
        assert said in words
    assert "vim" not in words
    assert "wget" not in text(two)
    assert "k1." not in text(two)
    assert "■rsyncに関する注意喚起" in text(two)
    for name in ("INFO-2026-0001", "INFO-2026-0002"):
        assert f"https://status.hosting.example/{name}.html" in words
        assert f"{name}.html" in shop.stage.site
        with shop.edges.database.begin() as tx:
            assert told.reached(tx, name) == (
                {"K1", "K2"} if "rsync" in shop.stage.site[f"{name}.html"].decode() else {"K1"}
            )
    assert states(shop) == {"rsync": "told", "wget": "told"}
    shop.later(days=1)
    assert shop.draft() == []
    assert digest.make(shop.edges, "(feedbot)").draft is None
    assert send_due(shop.edges, "w") == {}


def test_a_post_may_be_out_before_its_digest(shop: Shop) -> None:
    """The page is approved and published as any other, without a mail; the digest then tells of it under its number."""
    case = shop.flaw("rsync", "5.3")
    (made,) = shop.draft()
    assert shop.send(made.id) == []
    assert "INFO-2026-0001.html" in shop.stage.site
    shop.patch("K3", "vim")
    assert shop.draft() == []
    assert shop.send(due(shop)) == list(WHO)
    assert "INFO-2026-0001第1版" in text(parsed(shop.stage.mails[0]))
    assert [one.state for one in shop.of_case(case)] == [State.PUBLISHED]


@pytest.mark.parametrize("decided", [False, True])
def test_what_becomes_urgent_leaves_the_digest_and_is_told_at_once(shop: Shop, decided: bool) -> None:
    """Rated anew while it waits, or when its digest is approved already: never in a digest, always by its own mail."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    number = due(shop)
    if decided:
        decide.propose(shop.edges, number, "author")
        decide.approve(shop.edges, number, "author")
    shop.flaw("rsync", "9.8", "2")
    (made,) = shop.draft()
    assert not made.notice.digest
    assert shop.load(number).state is State.DRAFT
    assert shop.send(made.id) == list(WHO)
    assert shop.send(number) == list(WHO)
    assert all("rsync" not in text(parsed(one)) for one in shop.stage.mails[3:])
    found = [one.why for one in digest.standings(shop.edges)]
    assert sorted(found) == ["told", "urgent"]


def test_what_is_revised_while_it_waits_is_told_once_in_its_newest_form(shop: Shop) -> None:
    """The revision takes the first text's place, keeps its turn, and nobody reads of the first."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.later(hours=10)
    shop.flaw("rsync", "6.1", "2")
    shop.draft()
    assert shop.send(due(shop)) == list(WHO)
    assert all("6.1(警告)" in text(parsed(one)) for one in shop.stage.mails)
    assert sorted(one.why for one in digest.standings(shop.edges)) == ["revised", "told"]


def test_a_revision_after_the_digest_is_an_update_in_its_thread(shop: Shop) -> None:
    """Still below, it waits for the next digest, marked; urgent, it is a mail of its own that answers the digest's."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.send(due(shop))
    first = {one.customer: parsed(one)["Message-ID"] for one in shop.stage.mails}
    shop.flaw("rsync", "6.1", "2", workarounds=("止める",))
    (made,) = shop.draft()
    assert (made.notice.step, made.notice.edition, made.notice.digest) == (Step.UPDATE, 2, True)
    assert shop.send(due(shop)) == list(WHO)
    assert "■rsyncに関する注意喚起(更新)" in text(parsed(shop.stage.mails[-1]))
    shop.flaw("rsync", "9.1", "3")
    (made,) = shop.draft()
    assert shop.send(made.id) == list(WHO)
    assert {one.customer: parsed(one)["In-Reply-To"] for one in shop.stage.mails[-3:]} == first


def test_an_update_answers_the_digest_that_told_its_reader_of_the_case(shop: Shop) -> None:
    """Not an earlier one, which told others of it and him of something else."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    shop.patch("K2", "rsync")
    shop.send(due(shop))
    shop.patch("K2", "rsync", "1.0-1")
    shop.draft()
    assert shop.send(due(shop)) == ["K2"]
    told_him = parsed(shop.stage.mails[-1])["Message-ID"]
    shop.flaw("rsync", "9.5", "2")
    (update,) = shop.draft()
    shop.send(update.id)
    (his,) = [one for one in shop.stage.mails[-3:] if one.customer == "K2"]
    assert parsed(his)["In-Reply-To"] == told_him


def test_a_rejected_digest_gives_its_cases_to_the_next(shop: Shop) -> None:
    """They wait again, with who rejected it and why; not at once, but the next day; dropped ones no more."""
    shop.flaw("rsync", "5.3")
    case = shop.flaw("wget", "5.3")
    shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.reject(shop.edges, number, "reviewer", "祝日のため")
    assert digest.make(shop.edges, "(feedbot)").draft is None
    found = digest.standings(shop.edges)
    assert {(one.why, one.by, one.reason) for one in found} == {("waiting", "reviewer", "祝日のため")}
    digest.drop(shop.edges, case, "reviewer", "影響なし")
    with pytest.raises(ReviewError, match="nothing of it waits"):
        digest.drop(shop.edges, case, "reviewer", "")
    assert states(shop) == {"rsync": "waiting", "wget": "dropped"}
    assert shop.send(due(shop)) == list(WHO)
    assert all("wget" not in text(parsed(one)) for one in shop.stage.mails)
    shop.later(days=1)
    assert shop.draft() == []


def test_what_its_publishers_take_back_leaves_the_digest(shop: Shop) -> None:
    """Nobody was told, so nobody is; the list says why."""
    case = shop.flaw("rsync", "5.3")
    shop.draft()
    shop.flaw("rsync", "5.3", "2", status=Status.WITHDRAWN)
    assert shop.draft() == []
    assert states(shop) == {"rsync": "retracted"}
    assert [one.state for one in shop.of_case(case)] == [State.EXPIRED]
    shop.later(days=1)
    assert digest.make(shop.edges, "(feedbot)").draft is None


def test_what_concerns_nobody_waits_on(shop: Shop) -> None:
    """No draft is made for nobody; who has it again by the next digest is told."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    for who in WHO:
        shop.patch(who, "rsync")
    shop.later(days=1)
    report = digest.make(shop.edges, "(feedbot)")
    assert (report.draft, len(report.nobody)) == (None, 1)
    assert states(shop) == {"rsync": "nobody"}
    shop.patch("K2", "rsync", "1.5-1")
    assert shop.send(due(shop)) == ["K2"]


def test_what_concerns_only_those_who_decline_waits_without_a_draft(shop: Shop) -> None:
    """Nobody is asked about a digest that no one would receive; the list says why; who wants it again is told."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.decline(*WHO)
    for _ in range(2):
        shop.later(days=1)
        report = digest.make(shop.edges, "(feedbot)")
        assert (report.draft, len(report.declined)) == (None, 1)
        assert states(shop) == {"rsync": "declined"}
    shop.decline("K1", "K3")
    assert shop.send(due(shop)) == ["K2"]


def test_who_is_concerned_only_afterwards_is_told_too(shop: Shop) -> None:
    """A server that got the package back after the digest: an update for that customer alone, in the next one."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.patch("K1", "rsync")
    assert shop.send(due(shop)) == ["K2", "K3"]
    shop.patch("K1", "rsync", "1.5-1")
    (made,) = shop.draft()
    assert (made.notice.audience.rule, made.notice.digest) == ("changed", True)
    assert shop.send(due(shop)) == ["K1"]


def test_a_withdrawal_reaches_those_whom_the_digest_told(shop: Shop) -> None:
    """The 取下げ of one case goes to its readers alone, about its servers alone, to the same addresses."""
    case = shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    shop.patch("K2", "rsync")
    assert shop.send(due(shop)) == list(WHO)
    (published,) = shop.of_case(case)
    made = decide.withdraw(shop.edges, published.id, "author", "誤り").draft
    assert made
    assert shop.send(made.id) == ["K1", "K3"]


def test_an_edit_of_a_case_voids_what_was_decided_with_it(shop: Shop) -> None:
    """Another word in a case's own notice than the approved digest has: nothing leaves until it is looked at again."""
    shop.flaw("rsync", "5.3")
    (made,) = shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    notice = shop.load(made.id).notice
    draft.edit(shop.edges, made.id, drafting.to_edit_text(replace(notice, title="rsync の件")), "author")
    with pytest.raises(ReviewError, match="void"):
        decide.approve(shop.edges, number, "author")
    assert shop.stage.mails == []
    assert shop.send(number) == list(WHO)
    assert "■rsyncの件" in text(parsed(shop.stage.mails[0]))


def test_who_patches_after_the_approval_voids_it_where_he_is_many(shop: Shop) -> None:
    """N12: one of three is more than 5 %, so nothing leaves until it is proposed again, without him."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.approve(shop.edges, number, "author")
    shop.patch("K2", "rsync")
    with pytest.raises(ReviewError, match="void"):
        publish(shop.edges, number, "author")
    assert shop.send(number) == ["K1", "K3"]


def test_who_is_concerned_otherwise_gets_the_next_edition(stage: World) -> None:
    """One of thirty has updated to another flawed version, one has mended all: the others' mails leave, theirs are
    withheld with the reason, and who still has something is told in the edition for the rest."""
    many = tuple(f"K{number:02}" for number in range(45))
    shop = Shop(stage, replace(stage.edges(), digest=DAILY), who=many).open()
    shop.flaw("rsync", "5.3")
    shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.approve(shop.edges, number, "reviewer")
    shop.patch("K01", "rsync", "1.5-1")
    shop.patch("K02", "rsync")
    done = let_out(shop.edges, number, "author")
    assert (done.queued, done.withheld) == (43, {"K01": "changed", "K02": "gone"})
    assert done.rest
    send_due(shop.edges, "w")
    assert shop.send(done.rest.id) == ["K01"]
    assert "rsync1.5-1" in text(parsed(shop.stage.mails[-1]))
    assert shop.draft() == []
    with shop.edges.database.begin() as tx:
        assert told.reached(tx, "INFO-2026-0001") == set(many) - {"K02"}


def test_a_crash_between_pages_and_mails_loses_and_doubles_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are out, the digest is not: publishing it again lets it out, once."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.approve(shop.edges, number, "author")
    with monkeypatch.context() as patched:
        patched.setattr("feedbot.pipeline.publish._queue", _crash_with_mails)
        with pytest.raises(KeyboardInterrupt):
            publish(shop.edges, number, "author")
    assert shop.load(number).state is State.APPROVED
    assert publish(shop.edges, number, "author") == 3
    send_due(shop.edges, "w")
    assert sorted(one.customer for one in shop.stage.mails) == list(WHO)
    with pytest.raises(ReviewError, match="published already"):
        publish(shop.edges, number, "author")


def _crash_with_mails(tx: object, draft: object, mails: tuple[object, ...]) -> int:
    if mails:
        raise KeyboardInterrupt
    return 0


def test_what_comes_late_grows_a_digest_that_nobody_decided_over(shop: Shop) -> None:
    """A digest that lies there as a draft takes the next day's cases in; one that was decided over does not."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    number = due(shop)
    shop.flaw("wget", "5.3")
    shop.draft()
    assert due(shop) == number
    decide.propose(shop.edges, number, "author")
    shop.flaw("vim", "5.3")
    shop.draft()
    other = due(shop)
    assert other != number
    assert [one.draft.notice.title.split()[0] for one in digest.standings(shop.edges) if one.item.digest == other] == [
        "vim"
    ]


def test_switched_off_what_waits_is_told_at_the_next_look(shop: Shop) -> None:
    """Nothing that waits is forgotten with the setting."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.edges = replace(shop.edges, digest=digests.Digests())
    made = digest.make(shop.edges, "(feedbot)").draft
    assert made
    assert shop.send(made.id) == list(WHO)


@pytest.mark.parametrize(
    ("policy", "facts", "waits"),
    [
        (DAILY, {"score": "6.9"}, True),
        (DAILY, {"score": "7.0"}, False),
        (DAILY, {"score": ""}, False),
        (replace(DAILY, unscored=True), {"score": ""}, True),
        (replace(DAILY, below="critical"), {"score": "8.9"}, True),
        (replace(DAILY, below="critical"), {"score": "9.0"}, False),
        (replace(DAILY, below="medium"), {"score": "3.9"}, True),
        (replace(DAILY, below="medium"), {"score": "4.0"}, False),
        (DAILY, {"score": "3.1", "sections": (Section("Due Date", "2026-12-15"),)}, False),
        (replace(DAILY, unscored=True), {"score": "", "title": "rsync の脆弱性を悪用した攻撃に関する注意喚起"}, False),
        (replace(DAILY, every=""), {"score": "3.1"}, False),
    ],
)
def test_what_may_wait(shop: Shop, policy: digests.Digests, facts: dict[str, Any], waits: bool) -> None:
    """By the highest score alone; what is exploited, attacked or unrated never does, the last but by the setting."""
    shop.edges = replace(shop.edges, digest=policy)
    shop.flaw("rsync", **facts)
    (made,) = shop.draft()
    assert made.notice.digest is waits


@pytest.mark.parametrize(
    ("policy", "since", "planned"),
    [
        (digests.Digests("day", at=time(10)), "2026-11-25T09:59+09:00", "2026-11-25T10:00+09:00"),
        (digests.Digests("day", at=time(10)), "2026-11-25T10:00+09:00", "2026-11-26T10:00+09:00"),
        (digests.Digests("day", at=time(8)), "2026-11-24T23:30+00:00", "2026-11-26T08:00+09:00"),
        (digests.Digests("week", 0, time(10)), "2026-11-25T12:00+09:00", "2026-11-30T10:00+09:00"),
        (digests.Digests("week", 2, time(10)), "2026-11-25T12:00+09:00", "2026-12-02T10:00+09:00"),
        (digests.Digests(), "2026-11-25T12:00+09:00", "2026-11-25T12:00+09:00"),
    ],
)
def test_a_digest_is_due_at_the_first_moment_of_the_plan(policy: digests.Digests, since: str, planned: str) -> None:
    """By the day and the week, in Japan's time, strictly after what waits came."""
    assert policy.planned(datetime.fromisoformat(since)) == datetime.fromisoformat(planned)
    assert timedelta(0) <= datetime.fromisoformat(planned) - datetime.fromisoformat(since) <= timedelta(days=7)


def test_why_a_customer_reads_of_it_in_a_digest(shop: Shop) -> None:
    """While it waits that is said; afterwards the digest's mail to him is, and that another was not among them."""

    def why(who: str) -> str:
        with shop.edges.database.begin() as tx:
            return why_not(shop.edges, tx, cases.load(tx, case), who)[-1].reason

    case = shop.flaw("rsync", "5.3")
    shop.draft()
    assert why("K1") == "its mails wait for a digest: feedbot digest list"
    shop.patch("K2", "rsync")
    shop.send(due(shop))
    assert why("K1") == "smtp to k1@customer.example: sent (ok)"
    assert why("K2") == "he is not among its recipients"


def test_those_whom_a_digest_told_are_reminded(shop: Shop) -> None:
    """After the days of its severity, counted from the digest; only those who were told and have it still."""
    shop.edges = replace(shop.edges, reminders=again.Reminders({"medium": 3}, repeats=1))
    shop.flaw("rsync", "5.3")
    (made,) = shop.draft()
    shop.send(made.id)
    shop.later(days=4)
    assert remind(shop.edges, "(feedbot)").made == []
    shop.send(due(shop))
    shop.patch("K3", "rsync")
    shop.later(days=2)
    assert remind(shop.edges, "(feedbot)").made == []
    shop.later(days=1)
    (again_,) = remind(shop.edges, "(feedbot)").made
    assert not again_.notice.digest
    assert shop.send(again_.id) == ["K1", "K2"]


def test_only_a_digest_goes_to_whom_its_cases_concern(shop: Shop) -> None:
    """Edited to somebody else it cannot be proposed, as it would tell them nothing; its kind stays."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    number = due(shop)
    words = drafting.to_edit_text(shop.load(number).notice)
    with pytest.raises(NoticeError, match="a digest is made of cases"):
        draft.edit(shop.edges, number, words.replace("種別: まとめ", "種別: お知らせ"), "author")
    draft.edit(shop.edges, number, words.replace("まとめの各件に該当するお客様", "すべてのお客様"), "author")
    with pytest.raises(ReviewError, match="only a digest goes to"):
        decide.propose(shop.edges, number, "author")
    draft.edit(shop.edges, number, words, "author")
    assert shop.send(number) == list(WHO)


def test_a_round_drafts_what_is_due_and_survives_a_bad_template(shop: Shop, tmp_path: Path) -> None:
    """The scheduler's look: nothing before the time, then the digest, once; a fault is told and nothing is lost."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    rounds.digest_due(shop.edges)
    assert states(shop) == {"rsync": "waiting"}
    shop.later(days=1)
    (tmp_path / "notice").mkdir()
    (tmp_path / "notice" / "digest_blocks.j2").write_text(
        "{% block lead %}{{ nothing }}{% endblock %}", encoding="utf-8"
    )
    rounds.digest_due(replace(shop.edges, templates=render.Templates.load([tmp_path])))
    assert states(shop) == {"rsync": "waiting"}
    rounds.digest_due(shop.edges)
    rounds.digest_due(shop.edges)
    assert states(shop) == {"rsync": "drafted"}


def test_nobody_is_called_for_a_case_that_goes_with_its_digest(shop: Shop) -> None:
    """Its notice waits for the digest, not for a person; the digest's draft does."""
    shop.edges = replace(shop.edges, oncall=OnCall(("mail:noc@hosting.example",)))
    shop.flaw("rsync", "5.3")
    shop.draft()
    call_people(shop.edges)
    with shop.edges.database.begin() as tx:
        assert calls.listing(tx) == ()
    number = due(shop)
    call_people(shop.edges)
    with shop.edges.database.begin() as tx:
        assert [one.matter for one in calls.listing(tx)] == [f"draft {number}"]


def test_a_case_that_is_revised_while_its_digest_waits_to_leave_is_not_told_as_it_was(shop: Shop) -> None:
    """What has not left is cancelled; the edition for the rest tells the other case, the next digest the revision."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.approve(shop.edges, number, "author")
    publish(shop.edges, number, "author")
    shop.flaw("rsync", "6.1", "2")
    shop.draft()
    shop.later(minutes=20)
    send_due(shop.edges, "w")
    assert shop.stage.mails == []
    with shop.edges.database.begin() as tx:
        (rest,) = (one for one in drafts.listing(tx, State.DRAFT) if one.notice.rest)
    assert shop.send(rest.id) == list(WHO)
    assert shop.send(due(shop)) == list(WHO)
    said = [text(parsed(one)) for one in shop.stage.mails]
    assert ["wget" in one for one in said] == [True] * 3 + [False] * 3
    assert ["6.1(警告)" in one for one in said] == [False] * 3 + [True] * 3
    assert ["rsync" in one for one in said] == [False] * 3 + [True] * 3


def test_a_digest_that_is_taken_back_says_so_to_its_readers(shop: Shop) -> None:
    """The 取下げ goes to those who had its mail; each case may be told again, as what it is for nobody has read yet."""
    shop.flaw("rsync", "5.3")
    shop.draft()
    number = due(shop)
    shop.send(number)
    made = decide.withdraw(shop.edges, number, "author", "誤りがありました").draft
    assert made
    assert shop.send(made.id) == list(WHO)
    assert parsed(shop.stage.mails[-1])["Subject"].startswith("【取下げ】")
    shop.patch("K3", "vim")
    (again_,) = shop.draft()
    assert (again_.notice.audience.rule, again_.notice.digest) == ("changed", True)


def test_a_case_that_is_taken_back_while_its_digest_waits_to_leave_is_told_to_nobody(shop: Shop) -> None:
    """No mail of that digest leaves; the other case goes out in a draft for the rest."""
    shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    made = {one.notice.title.split()[0]: one.id for one in shop.draft()}
    number = due(shop)
    decide.propose(shop.edges, number, "author")
    decide.approve(shop.edges, number, "author")
    publish(shop.edges, number, "author")
    assert decide.withdraw(shop.edges, made["rsync"], "author", "誤り").draft is None
    send_due(shop.edges, "w")
    assert shop.stage.mails == []
    name = shop.load(number).notice.number
    with shop.edges.database.begin() as tx:
        (rest,) = [one for one in drafts.of_number(tx, name) if one.notice.rest]
    assert shop.send(rest.id) == list(WHO)
    for mail in shop.stage.mails:
        assert "wget1.0-1" in text(parsed(mail))
        assert "rsync" not in text(parsed(mail))


def test_a_withdrawal_names_the_servers_that_the_case_was_told_of(stage: World) -> None:
    """Of a digest over two cases each counts for its own servers only."""
    more = {"k1b.vps.example": {"wget": "1.0-1"}}
    shop = Shop(stage, replace(stage.edges(), digest=DAILY), more=more).open()
    case = shop.flaw("rsync", "5.3")
    shop.flaw("wget", "5.3")
    shop.draft()
    shop.send(due(shop))
    assert "k1b.vps.example" in text(parsed(min(shop.stage.mails, key=lambda one: one.customer)))
    (published,) = shop.of_case(case)
    made = decide.withdraw(shop.edges, published.id, "author", "誤り").draft
    assert made
    shop.send(made.id)
    words = text(parsed(next(one for one in shop.stage.mails[3:] if one.customer == "K1")))
    assert "k1.vps.example" in words
    assert "k1b.vps.example" not in words


def test_what_was_told_of_one_case_is_not_told_of_another(shop: Shop) -> None:
    """Two flaws of one package: who had one alone is told of the other when it becomes his, in the next digest."""
    shop.flaw("rsync", "5.3")
    older = Affected("rsync", VersionRange.parse("vers:generic/<1.5"), "rsync 1.5 より前")
    shop.flaw("rsync", "4.3", number="CSIRT-A-2026-0009", aliases=("CVE-2026-10099",), affected=(older,))
    shop.draft()
    shop.patch("K2", "rsync", "1.7-1")
    shop.send(due(shop))
    shop.patch("K2", "rsync", "1.0-1")
    made = [one for one in shop.draft() if one.notice.advisories[0].number == "CSIRT-A-2026-0009"]
    assert [one.notice.audience.rule for one in made] == ["changed"]
    assert len(draft.preview(shop.edges, due(shop))[1].mails) == 1
