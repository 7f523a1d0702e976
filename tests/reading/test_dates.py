"""Dates as publishers write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.reading.dates import JST, leading, read_date

MARCH_18 = datetime(2014, 3, 18, tzinfo=JST)


@pytest.mark.parametrize(
    "text",
    [
        "2014-03-18",
        "2014年3月18日(火)",
        "2014年03月18日",
        "2014/3/18",
        " 2014-03-18(初版) ",
        "2014-03-18（新規）",
        "平成26年3月18日",
        "2014-03-18T00:00+09:00",
        "2014-03-17T15:00:00Z",
        "2014年3月18日 0時00分",
        "Tue, 18 Mar 2014 00:00:00 +0900",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    """All of these are the same moment."""
    assert read_date(text) == MARCH_18


@pytest.mark.parametrize(
    "text", ["", "2014-13-01", "2014-02-30", "2014-03-188", "きのう", "4.2.7", "2014-03-18 頃から", "0000-00-00", "99"]
)
def test_no_date(text: str) -> None:
    """What is no date gives None."""
    assert read_date(text) is None


def test_first_year_of_an_era() -> None:
    """元年 is year one."""
    assert read_date("令和元年5月1日") == datetime(2019, 5, 1, tzinfo=JST)


def test_fractions_and_offsets() -> None:
    """VINCE's microseconds and the archive's offsets."""
    assert read_date("2025-12-17T15:47:39.000512Z") == datetime(2025, 12, 17, 15, 47, 39, 512, tzinfo=UTC)
    assert read_date("2014-01-10T13:00:22-05:00") == datetime(
        2014, 1, 10, 13, 0, 22, tzinfo=timezone(timedelta(hours=-5))
    )
    assert read_date("2014-01-10T13:00:22+99:00") is None


def test_date_in_front_of_words() -> None:
    """A line of 改訂履歴: the date, and what follows it."""
    assert leading("2014-03-18 初版") == (MARCH_18, " 初版")
    assert leading("初版") == (None, "初版")


@given(st.datetimes(timezones=st.just(UTC)))
def test_rfc_3339_is_read_back(moment: datetime) -> None:
    """What isoformat writes is read as the same moment."""
    assert read_date(moment.isoformat()) == moment


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """No text raises anything."""
    found = read_date(text)
    assert found is None or found.tzinfo is not None


@given(
    st.from_regex(
        r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|[+-][0-2][0-9]:[0-6][0-9])"
    )
)
def test_short_way(text: str) -> None:
    """RFC 3339 is read a shorter way (a blank behind it leads the long one): the same moment, zone, and refusals."""
    short, long = read_date(text), read_date(f"{text} ")
    assert short == long
    assert (short and short.utcoffset()) == (long and long.utcoffset())
