"""まとめ: what waits for one, until when, and the notice that tells it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import AdvisoryKind, Section, Severity
from feedbot.notice import Audience, Kind, Notice, Step
from feedbot.notice._digest import Digests, digest, over
from feedbot.notice._model import Matter
from feedbot.notice._render import Templates
from tests.notice.fixtures import JST, NOW, PROVIDER, TIMED, VU

DAILY = Digests("day")


def of(score: str, **changes: object) -> Notice:
    """Return a notice of one advisory with this score."""
    one = replace(TIMED, severity=(Severity("CVSSv3.1", "", score),) if score else (), **changes)  # type: ignore[arg-type]
    return Notice(Kind.ADVISORY, Step.FIRST, "題", Audience("match"), (), NOW, advisories=(one,), number=f"I-{score}")


@pytest.mark.parametrize(
    ("below", "waiting"),
    [
        ("critical", ["1.0", "5.0", "7.5"]),
        ("high", ["1.0", "5.0"]),
        ("medium", ["1.0"]),
        ("low", []),
    ],
)
def test_what_is_below_the_operators_word_waits(below: str, waiting: list[str]) -> None:
    """A severity waits below the named one alone; 緊急 never does."""
    policy = replace(DAILY, below=below)
    assert [score for score in ("1.0", "5.0", "7.5", "9.8") if policy.takes(of(score))] == waiting


def test_what_nobody_rated_waits_where_the_operator_says_so() -> None:
    """By itself it does not."""
    assert not DAILY.takes(of(""))
    assert replace(DAILY, unscored=True).takes(of(""))
    assert not Digests(unscored=True).takes(of(""))


@pytest.mark.parametrize(
    ("title", "kind"),
    [("timed を狙う通信について", AdvisoryKind.ATTACK), ("フィッシングサイトについて", AdvisoryKind.ABUSE)],
)
def test_an_attack_never_waits(title: str, kind: AdvisoryKind) -> None:
    """Whatever its score; nor does what CISA's catalogue calls exploited. One publisher's word is enough."""
    calm, told = of("1.0"), replace(VU, number="B-1", title=title)
    assert told.kind is kind
    assert DAILY.takes(calm)
    assert not DAILY.takes(replace(calm, advisories=(*calm.advisories, told)))
    assert not DAILY.takes(of("1.0", sections=(Section("Due Date", "2026-12-01"),)))


def test_without_a_plan_nothing_waits() -> None:
    """The default has no digests: at ten, below high, on Mondays once there are."""
    assert Digests() == Digests(every="", weekday=0, at=time(10), below="high", unscored=False)
    assert Digests().takes(of("1.0")) is False
    assert Digests().planned(NOW) == NOW


def test_a_daily_digest_is_due_at_its_hour_in_japan() -> None:
    """The same day before that hour, the next day at it and after it."""
    ten = datetime(2026, 11, 24, 10, tzinfo=JST)
    assert DAILY.planned(ten - timedelta(seconds=1)) == ten
    assert DAILY.planned(ten) == ten + timedelta(days=1)
    assert DAILY.planned(datetime(2026, 11, 23, 15, 0, tzinfo=UTC)) == ten
    assert replace(DAILY, at=time(0, 30)).planned(ten) == datetime(2026, 11, 25, 0, 30, tzinfo=JST)


def test_a_weekly_digest_is_due_on_its_weekday() -> None:
    """0 is Monday; what begins to wait at its very moment waits a week."""
    tuesday = datetime(2026, 11, 24, 10, tzinfo=JST)
    assert Digests("week", 1).planned(tuesday - timedelta(hours=1)) == tuesday
    assert Digests("week", 1).planned(tuesday) == tuesday + timedelta(days=7)
    assert Digests("week", 0).planned(tuesday) == tuesday + timedelta(days=6)
    assert Digests("week").planned(tuesday) == tuesday + timedelta(days=6)


def test_the_operators_words_may_name_company_and_day(tmp_path: Path) -> None:
    """A template of his own knows in whose name the digest is, and of when."""
    (tmp_path / "notice").mkdir()
    words = "{% block lead %}{{ provider.name }} {{ now|day }}{% endblock %}"
    (tmp_path / "notice" / "digest_blocks.j2").write_text(words, encoding="utf-8")
    made = digest((), PROVIDER, NOW, Templates.load((tmp_path,)))
    assert made.block("lead") == "みほん通信株式会社 2026年11月24日(火)"


def test_a_digest_tells_its_cases() -> None:
    """Its title has the day in Japan, its words are the template's, and it rests on each advisory once."""
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    one, two = of("1.0"), of("5.0")
    matters = (Matter(1, one), Matter(2, replace(two, advisories=(*two.advisories, VU))))
    made = digest(matters, PROVIDER, late, Templates.load())
    assert (made.kind, made.step, made.as_of) == (Kind.DIGEST, Step.FIRST, late)
    assert made.title == "脆弱性情報のまとめ(2026/11/25)"
    assert made.audience == Audience("digest")
    assert [block.key for block in made.blocks] == ["lead"]
    assert "まとめてお知らせいたします" in made.block("lead")
    assert made.matters == matters
    assert [each.number for each in made.advisories] == [TIMED.number, VU.number]
    assert made.advisories[0] is two.advisories[0]
    fewer = over(made, matters[:1])
    assert (fewer.matters, fewer.advisories, fewer.title) == (matters[:1], one.advisories, made.title)
