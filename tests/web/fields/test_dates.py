"""Fields for numbers, days, moments and dates known in part."""

from datetime import UTC, date, datetime

import pytest
import time_machine

# --- numbers ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("typed", "number"), [("1", 1), ("600", 600), (" 45 ", 45), ("045", 45)])
def test_numbers_within_the_bounds(value, typed, number):
    assert value("number", number=typed) == number


@pytest.mark.parametrize("typed", ["0", "601", "-1", "1.5", "1,5", "1e2", "diez", "١٢", "0x10", "1_0", "+5",
                                   "9" * 30, "NaN", "½", "--1"])
def test_what_is_no_number_within_the_bounds_is_refused(refusal, typed):
    said = refusal("number", number=typed)
    assert "1" in said
    assert "600" in said


# --- dates ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("typed", ["2026-03-27", "27/3/2026", "27-03-2026", "27.3.2026", " 27/03/2026 ", "27 3 2026",
                                   "2026-3-27"])
def test_a_day_has_several_spellings(value, typed):
    assert value("day", day=typed) == date(2026, 3, 27)


@pytest.mark.parametrize("typed", [
    "31/2/2026", "2026-02-29", "29/2/2025", "2026-13-01", "32/1/2026", "0/1/2026", "27/3/26", "0026-03-27",
    "27 de marzo",
    "20260327", "2026/03/27", "27/3", "3000-01-01", "1899-12-31", "9999-12-31", "0000-00-00", "27//3/2026",
    "٢٧/٣/٢٠٢٦x",
])
def test_what_is_no_day_is_refused_and_kept(sent, refusal, typed):
    assert "27/3/2026" in refusal("day", day=typed)
    assert sent(day=typed).day.text == typed


def test_a_leap_day_is_a_day(value):
    assert value("day", day="29/2/2024") == date(2024, 2, 29)


@pytest.mark.parametrize(("day", "at", "moment"), [
    ("2026-03-27", "14:30", datetime(2026, 3, 27, 19, 30, tzinfo=UTC)),
    ("27/3/2026", "9:05", datetime(2026, 3, 27, 14, 5, tzinfo=UTC)),
    ("27/3/2026", "9.05", datetime(2026, 3, 27, 14, 5, tzinfo=UTC)),
    ("27/3/2026", "9h05", datetime(2026, 3, 27, 14, 5, tzinfo=UTC)),
    ("2026-03-27", "23:59:30", datetime(2026, 3, 28, 4, 59, tzinfo=UTC)),
    ("2026-03-27", "", datetime(2026, 3, 27, 17, 0, tzinfo=UTC)),
])
def test_a_moment_is_kept_in_utc(value, day, at, moment):
    assert value("moment", moment__date=day, moment__time=at) == moment


@pytest.mark.parametrize(("day", "at"), [
    ("2026-03-27", "25:00"), ("2026-03-27", "12:60"), ("2026-03-27", "mediodía"), ("2026-03-27", "14:30+05:00"),
    ("2026-03-27", "1430"), ("2026-03-27", "-1:00"), ("", "14:30"), ("31/2/2026", "14:30"), ("9999-12-31", "23:59"),
    ("0001-01-01", "00:00"),
])
def test_what_is_no_moment_is_refused_and_kept(sent, refusal, day, at):
    refusal("moment", moment__date=day, moment__time=at)
    made = sent(moment__date=day, moment__time=at)
    assert (made.moment.date_text, made.moment.time_text) == (day, at)


def test_today_without_an_hour_is_never_in_the_future(value):
    with time_machine.travel(datetime(2026, 3, 27, 13, 0, tzinfo=UTC), tick=False):
        assert value("moment", moment__date="27/3/2026", moment__time="") == datetime(2026, 3, 27, 13, 0, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 3, 27, 22, 0, tzinfo=UTC), tick=False):
        assert value("moment", moment__date="27/3/2026", moment__time="") == datetime(2026, 3, 27, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(("parts", "text"), [
    (("", "", "2001"), "2001"), (("", "4", "2001"), "2001-04"), (("9", "04", "2001"), "2001-04-09"), (("29", "2",
        "2004"), "2004-02-29"),
])
def test_a_date_may_be_known_in_part(value, parts, text):
    assert str(value("partial", partial__day=parts[0], partial__month=parts[1], partial__year=parts[2])) == text


@pytest.mark.parametrize("parts", [
    ("9", "", "2001"), ("9", "4", ""), ("", "4", ""), ("31", "2", "2001"), ("", "13", "2001"), ("", "0", "2001"),
    ("0", "4", "2001"),
    ("", "", "26"), ("", "", "1899"), ("", "", "2200"), ("", "", "dos mil"), ("", "abril", "2001"), ("", "",
        "2_001"), ("", "", "+2001"),
    ("-1", "4", "2001"), ("", "", "٢٠٠١"), ("1", "1", "9999"),
])
def test_half_a_date_is_refused_and_kept(sent, refusal, parts):
    answers = dict(zip(("partial__day", "partial__month", "partial__year"), parts, strict=True))
    assert "2001" in refusal("partial", **answers)
    made = sent(**answers)
    assert (made.partial.day_text, made.partial.month_text, made.partial.year_text) == parts
