"""再通知: when one is due, and what it and the thanks are made of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from feedbot.advisory import Section, Severity
from feedbot.notice import Audience, Block, Kind, Notice, Step
from feedbot.notice._again import Reminders, due_date, is_due, reminder, repeats, severity_of, thanks
from feedbot.notice._render import Templates
from tests.notice.fixtures import NOW, TIMED, VU

TEMPLATES = Templates.load()
LAST = date(2026, 11, 2)
DAYS = {"critical": 2, "high": 5, "medium": 9, "low": 20, "unscored": 30}


def noticed(*scores: str, due: tuple[str, ...] = ()) -> Notice:
    """Return a published notice of these scores, each of an advisory of its own, and of CISA's dates."""
    rated = tuple(replace(VU, severity=(Severity("CVSSv3.1", "", one),)) for one in scores)
    dated = replace(TIMED, severity=(), sections=tuple(Section("Due Date", one) for one in due))
    return Notice(
        Kind.ADVISORY,
        Step.UPDATE,
        "timed に関する注意喚起",
        Audience("match"),
        (Block("change", "前の変更。"), Block("reminder", "前の再通知。"), Block("affected", "対象。")),
        NOW - timedelta(days=9),
        case="C-1",
        advisories=(*rated, dated),
        number="MIHON-2026-0012",
        edition=2,
        issued=LAST,
        quote="whole",
        history=((LAST, "更新"),),
        digest=True,
    )


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (("9.0",), "critical"),
        (("10",), "critical"),
        (("8.9", "2.0"), "high"),
        (("7.0",), "high"),
        (("6.9",), "medium"),
        (("4.0",), "medium"),
        (("3.9",), "low"),
        (("0.0",), "low"),
        (("2.0", "7.1"), "high"),
        (("10.1",), "unscored"),
        (("-1",), "unscored"),
        (("medium", ""), "unscored"),
        ((), "unscored"),
    ],
)
def test_a_notice_is_as_severe_as_its_highest_score(scores: tuple[str, ...], expected: str) -> None:
    """The steps of CVSS v3 over all publishers' scores; what is no score from 0 to 10 is none."""
    assert severity_of(noticed(*scores)) == expected


def test_the_earliest_of_cisas_dates_counts() -> None:
    """Blanks around a date do not matter, words that are no date are none, other sections say nothing."""
    assert due_date(noticed(due=(" 2026-12-01\n", "2026-11-30", "soon"))) == date(2026, 11, 30)
    assert due_date(noticed(due=("soon",))) is None
    assert due_date(replace(noticed(), advisories=(replace(TIMED, sections=(Section("Date", "2026-11-30"),)),))) is None


@pytest.mark.parametrize(("score", "wait"), [("9.8", 2), ("7.5", 5), ("5.0", 9), ("1.0", 20), ("", 30)])
def test_a_reminder_waits_by_severity(score: str, wait: int) -> None:
    """It is due on the day itself and after it, not the day before."""
    policy = Reminders(days=DAYS, repeats=1)
    due = [more for more in range(40) if is_due(noticed(score), LAST, 0, policy, LAST + timedelta(days=more))]
    assert due == list(range(wait, 40))


def test_without_a_word_nobody_is_reminded() -> None:
    """No days for the severity, 0 of them, or no repeats left: never. The default policy reminds and thanks nobody."""
    later = LAST + timedelta(days=99)
    one = noticed("7.5", due=("2026-11-20",))
    assert not is_due(one, LAST, 0, Reminders(days={"high": 0, "low": 3}, repeats=9), later)
    assert not is_due(one, LAST, 0, Reminders(days={"low": 3}, repeats=9), later)
    assert [is_due(one, LAST, count, Reminders(days=DAYS, repeats=2), later) for count in (0, 1, 2, 3)] == [
        True,
        True,
        False,
        False,
    ]
    assert Reminders() == Reminders(days={}, before_due=0, repeats=0, thank=False)
    assert not is_due(one, LAST, 0, Reminders(days=DAYS), later)


def test_cisas_date_reminds_before_and_after_it() -> None:
    """Three days before it, and the day after it; neither where the last mail is of that day or later."""
    policy = Reminders(before_due=3, repeats=5)
    one = noticed("7.5", due=("2026-11-20",))
    assert not is_due(one, LAST, 0, policy, date(2026, 11, 16))
    assert is_due(one, LAST, 0, policy, date(2026, 11, 17))
    assert not is_due(one, date(2026, 11, 17), 1, policy, date(2026, 11, 20))
    assert is_due(one, date(2026, 11, 17), 1, policy, date(2026, 11, 21))
    assert not is_due(one, date(2026, 11, 21), 2, policy, date(2026, 12, 30))
    assert is_due(one, LAST, 0, replace(policy, days={"high": 4}), date(2026, 11, 6))
    assert not is_due(noticed("7.5"), LAST, 0, policy, date(2026, 12, 30))
    assert not is_due(one, LAST, 0, replace(policy, before_due=0), date(2026, 12, 30))


def test_a_reminder_stands_on_the_notice_it_repeats() -> None:
    """Its words come first and what an earlier edition said of changes is left out; it is of no digest and not issued
    yet, and goes to those of its number who are affected still."""
    first = noticed("7.5")
    late = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    made = reminder(first, 3, late, TEMPLATES)
    assert [one.key for one in made.blocks] == ["reminder", "affected"]
    assert "前の再通知。" not in made.block("reminder")
    assert "2026年11月2日(月)にお送りいたしました「timed に関する注意喚起」(番号 MIHON-2026-0012)" in made.block(
        "reminder"
    )
    assert "2026年12月1日(火)現在" in made.block("reminder")
    assert (made.kind, made.step, made.edition) == (Kind.ADVISORY, Step.REMINDER, 3)
    assert made.audience == Audience("still", number="MIHON-2026-0012")
    assert (made.as_of, made.issued, made.digest, made.quote) == (late, None, False, "whole")
    assert made.history == ((LAST, "第2版 更新"), (date(2026, 12, 1), "再通知"))


@pytest.mark.parametrize(("due", "told"), [("2026-12-02", True), ("2026-12-01", True), ("2026-11-30", False)])
def test_a_reminder_names_cisas_date_while_it_is_to_come(due: str, told: bool) -> None:
    """By the day in Japan: a date that is past hurries nobody."""
    late = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert ("CISA は" in reminder(noticed("7.5", due=(due,)), 3, late, TEMPLATES).block("reminder")) is told


def test_thanks_end_the_matter() -> None:
    """They are the operator's own words to those who have patched, quote nothing whole, and are of no digest."""
    late = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    made = thanks(noticed("7.5"), 4, late, TEMPLATES)
    assert (made.kind, made.step, made.edition, made.quote) == (Kind.OWN, Step.DONE, 4, "summary")
    assert made.audience == Audience("patched", number="MIHON-2026-0012")
    assert [one.key for one in made.blocks] == ["body"]
    assert "番号 MIHON-2026-0012" in made.block("body")
    assert "2026年12月1日(火)現在" in made.block("body")
    assert (made.as_of, made.issued, made.digest) == (late, None, False)
    assert made.history[-1] == (date(2026, 12, 1), "確認完了")


def test_reminders_and_thanks_repeat_a_page() -> None:
    """Neither has a page of its own; the notice they repeat has."""
    first = noticed("7.5")
    assert repeats(reminder(first, 3, NOW, TEMPLATES))
    assert repeats(thanks(first, 3, NOW, TEMPLATES))
    assert not repeats(first)
    assert not repeats(replace(first, step=Step.DONE))
