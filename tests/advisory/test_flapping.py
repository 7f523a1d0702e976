"""When a text that goes to and fro is no news any more."""

from datetime import UTC, datetime, timedelta

from feedbot.advisory.flapping import RETURNS, SETTLED, WINDOW, flaps, settled

START = datetime(2026, 11, 1, tzinfo=UTC)


def seen(digests: str, step: timedelta = timedelta(hours=1)) -> list[tuple[str, datetime]]:
    """Make revisions of one letter each, a step apart."""
    return [(digest, START + step * number) for number, digest in enumerate(digests)]


def test_a_text_never_seen_is_no_flapping() -> None:
    """New words are a revision, whatever went before."""
    assert not flaps(seen("ABABABAB"), "C", START)


def test_the_first_returns_are_believed() -> None:
    """An edit taken back, and that taken back: three returns are revisions, the fourth is not."""
    assert RETURNS == 3
    assert [flaps(seen("ABABAB"[:count]), "ABABAB"[count], START) for count in (2, 3, 4, 5)] == [
        False,
        False,
        False,
        True,
    ]


def test_old_returns_are_forgotten() -> None:
    """What came back before the window does not count."""
    revisions = seen("ABABAB")
    late = revisions[-1][1] + WINDOW + timedelta(seconds=1)
    assert flaps(revisions, "A", revisions[-1][1])
    assert not flaps(revisions, "A", late)


def test_a_banner_of_three_texts_flaps_too() -> None:
    """Three texts by turns are caught as two are."""
    assert flaps(seen("ABCABC"), "A", START + timedelta(hours=6))


def test_a_day_of_one_text_is_settled() -> None:
    """Not a second earlier."""
    assert settled(START, START + SETTLED)
    assert not settled(START, START + SETTLED - timedelta(seconds=1))
