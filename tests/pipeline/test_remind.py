"""再通知: to those alone who were told and are affected still, as often as the policy says; thanks to the others."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Section, Severity
from feedbot.errors import ReviewError
from feedbot.notice import Audience, Notice, Step
from feedbot.notice import again as again_of
from feedbot.notice._draft import from_edit_text, to_edit_text
from feedbot.pipeline import Edges, decide, draft, packages
from feedbot.pipeline.collect import collect
from feedbot.pipeline.match import audience, match
from feedbot.pipeline.publish import publish
from feedbot.pipeline.remind import remind
from feedbot.pipeline.send import send_due
from feedbot.review import Draft
from feedbot.store import cases, drafts
from tests.fakes import World
from tests.notice.fixtures import TIMED
from tests.notice.test_golden import first
from tests.pipeline.conftest import DATA, import_fleet
from tests.pipeline.test_decide import about
from tests.pipeline.test_follow import send
from tests.pipeline.test_publish import approve, approved, parsed  # noqa: F401 - a fixture

DAYS = {"critical": 3, "high": 3, "medium": 3, "low": 3, "unscored": 3}


def policy(edges: Edges, *, repeats: int = 2, thank: bool = False) -> Edges:
    """Give the operator a policy."""
    return replace(edges, reminders=again_of.Reminders(DAYS, 0, repeats, thank))


def told(stage: World, edges: Edges, number: int) -> set[str]:
    """Publish and send a draft; return to whom."""
    publish(edges, number, "author")
    send_due(edges, "w")
    return {one.recipient for one in stage.mails}


def later(stage: World, edges: Edges, folder: Path, *, days: int = 4, corrected: str = "") -> None:
    """Let days pass and take in fresh package lists; on one server everything has been updated."""
    stage.now += timedelta(days=days)
    lists = folder / f"lists{stage.now:%d}"
    shutil.copytree(DATA / "inventory", lists)
    for path in lists.glob(f"{corrected}.*") if corrected else ():
        path.write_text(path.read_text(encoding="utf-8").replace("2.4.57-2", "9.9.9-1"), encoding="utf-8")
    files = [one for one in sorted(lists.iterdir()) if one.suffix != ".csv" or one.stem == "self-built"]
    packages.import_packages(edges, files, "tester")


def newest(edges: Edges, made: list[Draft]) -> Draft:
    """Return the one draft that was made."""
    assert len(made) == 1
    with edges.database.begin() as tx:
        return drafts.load(tx, made[0].id)


SERVED = {"web@sample-kyokai.example", "info@reidai.example"}
"""Whose servers the provider corrects: they are told, and hurried by nobody."""


def test_those_who_are_affected_still_are_reminded(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Not before its time; then a 再通知 in the same thread, without a page of its own, and no more than the cap."""
    edges = policy(edges)
    before = told(stage, edges, approved)
    assert remind(edges, "feedbot").made == []
    later(stage, edges, tmp_path)
    made = newest(edges, remind(edges, "feedbot").made)
    assert (made.notice.step, made.notice.edition, made.notice.audience.rule) == (Step.REMINDER, 2, "still")
    assert remind(edges, "feedbot").made == []
    assert from_edit_text(made.notice, to_edit_text(made.notice)) == made.notice
    page, count = stage.site[f"{made.notice.number}.html"], len(stage.mails)
    send(edges, made.id)
    assert {one.recipient for one in stage.mails[count:]} == before - SERVED
    mail = parsed(stage.mails[-1])
    assert mail["Subject"].startswith("【再通知】")
    assert mail["In-Reply-To"]
    assert "引き続き確認しております" in "".join(mail.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert stage.site[f"{made.notice.number}.html"] == page
    later(stage, edges, tmp_path)
    send(edges, newest(edges, remind(edges, "feedbot").made).id)
    later(stage, edges, tmp_path)
    assert remind(edges, "feedbot").made == []


@pytest.mark.parametrize("thank", [False, True])
def test_those_who_have_patched_are_thanked_once_or_left_alone(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
    thank: bool,
) -> None:
    """Who has nothing left that is affected gets no 再通知; by policy he is thanked, once."""
    edges = policy(edges, repeats=1, thank=thank)
    told(stage, edges, approved)
    later(stage, edges, tmp_path, corrected="vps101")
    made = remind(edges, "feedbot").made
    assert [one.notice.audience.rule for one in made] == ["still", "patched"][: 1 + thank]
    count = len(stage.mails)
    for one in made:
        send(edges, one.id)
    mails = stage.mails[count:]
    assert len({one.customer for one in mails}) == len(mails)
    thanks = [parsed(one) for one in mails if "【確認完了】" in parsed(one)["Subject"]]
    assert bool(thanks) is thank
    assert {one["To"] for one in thanks} == ({"admin@mihon-kobo.example"} if thank else set())
    later(stage, edges, tmp_path, corrected="vps101")
    assert remind(edges, "feedbot").made == []


def test_nobody_reads_a_reminder_first(stage: World, edges: Edges, approved: int) -> None:  # noqa: F811
    """Who is affected, but had no mail of this notice, is nobody to be reminded of it."""
    told(stage, edges, approved)
    with edges.database.begin() as tx:
        notice = drafts.load(tx, approved).notice
        exposures = match(edges, tx, cases.load(tx, notice.case)).exposures
        assert exposures
        assert audience(edges, tx, Audience("still", number=notice.number), exposures)
        assert audience(edges, tx, Audience("still", number="INFO-1999-0001"), exposures) == ()


def test_old_package_lists_remind_nobody(stage: World, edges: Edges, approved: int) -> None:  # noqa: F811
    """Who is affected still cannot be known from lists of last week: the proposal is refused."""
    edges = policy(edges)
    told(stage, edges, approved)
    stage.now += timedelta(days=4)
    made = newest(edges, remind(edges, "feedbot").made)
    with pytest.raises(ReviewError, match="older than"):
        decide.propose(edges, made.id, "author")


def test_a_rejected_reminder_counts_and_a_withdrawn_notice_has_none(
    stage: World,
    edges: Edges,
    approved: int,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A person's no is not asked again; after 取下げ nobody is reminded."""
    edges = policy(edges, repeats=1)
    told(stage, edges, approved)
    later(stage, edges, tmp_path)
    decide.reject(edges, newest(edges, remind(edges, "feedbot").made).id, "author", "電話で連絡済み")
    later(stage, edges, tmp_path)
    assert remind(edges, "feedbot").made == []
    edges = policy(edges, repeats=2)
    decide.withdraw(edges, approved, "author", "誤り")
    assert remind(edges, "feedbot").made == []


def test_new_words_of_the_publisher_come_first(stage: World, edges: Edges, approved: int, tmp_path: Path) -> None:  # noqa: F811
    """A case is not drafted anew because a 再通知 of it is out or waits."""
    edges = policy(edges)
    told(stage, edges, approved)
    later(stage, edges, tmp_path)
    send(edges, newest(edges, remind(edges, "feedbot").made).id)
    with edges.database.begin() as tx:
        case = drafts.load(tx, approved).notice.case
    assert draft.draft_cases(edges, "feedbot", [case]).made == []


def scored(score: str, due: str = "") -> Notice:
    """Return a notice of a score, and of CISA's due date."""
    sections = (*TIMED.sections, Section("Due Date", due)) if due else TIMED.sections
    return replace(
        first(), advisories=(replace(TIMED, severity=(Severity("CVSSv3.1", "", score),), sections=sections),)
    )


@pytest.mark.parametrize(
    ("score", "due", "day", "count", "expected"),
    [
        ("9.8", "", 2, 0, False),
        ("9.8", "", 3, 0, True),
        ("7.0", "", 6, 0, False),
        ("7.0", "", 7, 0, True),
        ("7.0", "", 7, 2, False),
        ("3.9", "", 99, 0, False),
        ("高", "", 99, 0, False),
        ("3.9", "2026-12-08", 11, 0, False),
        ("3.9", "2026-12-08", 12, 0, True),
        ("3.9", "2026-11-20", 99, 0, False),
        ("3.9", "soon", 99, 0, False),
    ],
)
def test_when_a_reminder_is_due(score: str, due: str, day: int, count: int, expected: bool) -> None:
    """Days by severity, two days before CISA's date, never past the cap, never for a date before the last mail."""
    rules = again_of.Reminders({"critical": 3, "high": 7}, before_due=2, repeats=2)
    last = date(2026, 11, 24)
    assert again_of.is_due(scored(score, due), last, count, rules, last + timedelta(days=day)) is expected


def test_the_day_after_a_due_date_reminds_once_more() -> None:
    """Who let CISA's date pass reads of it the day after."""
    rules = again_of.Reminders({}, before_due=2, repeats=2)
    notice, last = scored("9.8", "2026-12-08"), date(2026, 12, 6)
    assert not again_of.is_due(notice, last, 1, rules, date(2026, 12, 8))
    assert again_of.is_due(notice, last, 1, rules, date(2026, 12, 9))


def test_nobody_is_thanked_for_what_was_never_found(stage: World, edges: Edges, tmp_path: Path) -> None:
    """A notice to all of a plan says of nobody that he is affected: none of its readers has mended anything."""
    import_fleet(edges)
    for source in edges.sources.values():
        collect(edges, source)
    draft.draft_cases(edges, "feedbot")
    found = about(edges)
    text = to_edit_text(found.notice).replace("対象: 影響のあるお客様", "対象: すべてのお客様", 1)
    draft.edit(edges, found.id, text, "author")
    edges = policy(edges, repeats=0, thank=True)
    told(stage, edges, approve(edges))
    later(stage, edges, tmp_path, corrected="vps101")
    assert remind(edges, "feedbot").made == []
