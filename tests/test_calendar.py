"""Time: partial dates, ages, periods, and where a day of the house begins in UTC."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as some

from shelter import calendar
from shelter.calendar import PartialDate, Period, Precision, add_months, age_on, local, moment_of, oldest_on

DAYS = some.dates(date(1900, 1, 1), date(2199, 12, 31))


@some.composite
def partial_dates(draw):
    day = draw(DAYS)
    return draw(some.sampled_from([
        PartialDate(day.year), PartialDate(day.year, day.month), PartialDate(day.year, day.month, day.day),
    ]))


@some.composite
def periods(draw):
    return Period(*sorted((draw(DAYS), draw(DAYS))))


@some.composite
def round_periods(draw):
    """Whole years, quarters, months, runs of years: what people ask for."""
    year, month = draw(some.integers(1900, 2199)), draw(some.integers(1, 12))
    later = draw(some.integers(year, 2199))
    return draw(some.sampled_from([
        Period(date(year, 1, 1), date(later, 12, 31)),
        Period.quarter_of(date(year, month, 1)),
        Period(date(year, month, 1), PartialDate(year, month).latest),
        Period(date(year, month, 1), date(later, 12, 31)),
    ]))


# --- partial dates ----------------------------------------------------------------------------------------------------

@given(partial_dates())
@example(PartialDate(1904, 4))
def test_a_partial_date_reads_back_what_it_wrote(value):
    assert PartialDate.read(str(value)) == value


@given(partial_dates())
def test_a_partial_date_begins_before_it_ends_and_knows_its_precision(value):
    days = (value.latest - value.earliest).days + 1
    expected = {Precision.DAY: {1}, Precision.MONTH: {28, 29, 30, 31}, Precision.YEAR: {365, 366}}
    assert days in expected[value.precision]
    assert value.earliest.year == value.latest.year == value.year


def test_a_partial_date_works_at_the_ends_of_the_calendar():
    assert PartialDate(9999).latest == date(9999, 12, 31)
    assert PartialDate(9999, 12).latest == date(9999, 12, 31)


@pytest.mark.parametrize("text", [
    "", "abc", "2001-13", "2001-02-30", "2001-00", "2001-04-00", "01-04-2001", "2001-4", "2001-4-9", "2001-04-09-01",
    " 2001", "2001 ", "2001\n", "+2001", "20_01", "2001-04-09T00", "0000",
])
def test_what_is_no_partial_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 (any sentence will do)
        PartialDate.read(text)


@pytest.mark.parametrize("parts", [(2001, None, 5), (2001, 0), (2001, 4, 0), (2001, 2, 30), (0,)])
def test_a_partial_date_is_never_half_a_date(parts):
    with pytest.raises(ValueError):  # noqa: PT011
        PartialDate(*parts)


# --- age --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("birth", "day", "age"), [
    ("2008-05-10", date(2026, 5, 9), 17), ("2008-05-10", date(2026, 5, 10), 18),
    ("2008-05", date(2026, 5, 30), 17), ("2008-05", date(2026, 5, 31), 18), ("2008-05", date(2026, 6, 1), 18),
    ("2008", date(2026, 12, 30), 17), ("2008", date(2026, 12, 31), 18),
    ("2008-02-29", date(2026, 2, 28), 17), ("2008-02-29", date(2026, 3, 1), 18), ("2008-02", date(2026, 2, 28), 17),
])
def test_an_age_presumes_the_younger(birth, day, age):
    assert age_on(PartialDate.read(birth), day) == age


@given(partial_dates(), DAYS)
def test_no_possible_birth_day_gives_a_younger_age(birth, day):
    def whole_years(born):
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    possible = [birth.earliest + timedelta(days) for days in range((birth.latest - birth.earliest).days + 1)]
    assert age_on(birth, day) == min(map(whole_years, possible))


# --- months -----------------------------------------------------------------------------------------------------------

@given(some.dates(date(1950, 1, 1), date(2150, 12, 31)), some.integers(-600, 600))
def test_months_are_added_to_the_same_day_or_the_months_last(day, months):
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(1)).day == 1)


# --- periods ----------------------------------------------------------------------------------------------------------

@given(periods() | round_periods())
def test_a_period_reads_back_what_it_wrote(period):
    assert Period.read(str(period)) == period


@pytest.mark.parametrize(("text", "start", "end", "said"), [
    ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
    ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
    ("2026-t4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
    ("2010..2018", date(2010, 1, 1), date(2018, 12, 31), "2010..2018"),
    ("2026-01-01..2026-06-30", date(2026, 1, 1), date(2026, 6, 30), "2026-01-01..2026-06-30"),
    ("2025-Q4..2026-Q1", date(2025, 10, 1), date(2026, 3, 31), "2025-10-01..2026-03-31"),
    ("2026-01-01..2026-12-31", date(2026, 1, 1), date(2026, 12, 31), "2026"),
    (" 2026-05-05 ", date(2026, 5, 5), date(2026, 5, 5), "2026-05-05..2026-05-05"),
])
def test_a_period_is_written_as_people_write_it(text, start, end, said):
    period = Period.read(text)
    assert (period.start, period.end, str(period)) == (start, end, said)


@pytest.mark.parametrize("text", [
    "", "..", "2026..", "..2026", "2026-Q5", "2026-Q0", "2026-13", "2026-02-30", "2018..2010", "26", "20260", "0999",
    "2026-Q3-Q4", "2026...2027", "2026-1", "9999", "1899", "2026-01-01..", "hoy", "2026\n2027",
])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        Period.read(text)


@given(periods())
def test_whole_years_lie_whole_inside(period):
    expected = [
        year for year in period.years if period.start <= date(year, 1, 1) and date(year, 12, 31) <= period.end
    ]
    assert list(period.whole_years) == expected


@given(periods(), DAYS)
def test_a_day_lies_in_a_period_when_its_noon_does(period, day):
    assert (day in period) == (period.starts_at <= moment_of(day) < period.ends_before)


def test_neighbouring_periods_touch_and_never_overlap():
    first, second = Period.read("2026-Q1"), Period.read("2026-Q2")
    assert first.ends_before == second.starts_at


# --- the day of the house ---------------------------------------------------------------------------------------------

def test_a_day_in_guayaquil_begins_at_five_in_utc():
    assert moment_of(date(2026, 3, 27), time(0)) == datetime(2026, 3, 27, 5, tzinfo=UTC)
    assert Period.read("2026-03").starts_at == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert Period.read("2026-03").ends_before == datetime(2026, 4, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "day"), [
    (datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
    (datetime(2027, 1, 1, 5, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
])
def test_new_years_eve_lasts_until_five_in_utc(moment, day):
    assert local(moment).date() == day
    assert (moment < Period.read("2026").ends_before) == (day.year == 2026)


def test_today_is_the_day_of_the_house(monkeypatch):
    monkeypatch.setattr(calendar, "now", lambda: datetime(2026, 6, 2, 3, 0, tzinfo=UTC))
    assert calendar.today() == date(2026, 6, 1)


NEVER_WERE = {date(1931, 1, 1): time(0, 14), date(1992, 11, 28): time(1)}
"""Ecuador put its clocks forward twice, at midnight: the time until then stood on no clock."""


@given(DAYS, some.times())
@example(date(1931, 1, 1), time(0, 14))
@example(date(1992, 11, 28), time(1))
@example(date(1993, 2, 4), time(23, 30))
def test_a_moment_comes_back_to_the_same_wall_clock(day, at):
    assume(at >= NEVER_WERE.get(day, time(0)))
    moment = moment_of(day, at)
    assert moment.tzinfo is UTC
    assert local(moment).replace(tzinfo=None) == datetime.combine(day, at)


@pytest.mark.parametrize(("birth", "least", "most"), [
    ("2001-03-27", 25, 25), ("2001-11", 24, 25), ("2001-10", 25, 25), ("2001", 24, 25),
])
def test_a_birth_known_in_part_leaves_two_ages_at_most(birth, least, most):
    day, born = date(2026, 11, 20), PartialDate.read(birth)
    assert (age_on(born, day), oldest_on(born, day)) == (least, most)


@pytest.mark.parametrize(("day", "at", "then"), [
    (date(1931, 1, 1), time(0, 0), time(0, 14)), (date(1992, 11, 28), time(0, 30), time(1, 30)),
])
def test_a_time_that_stood_on_no_clock_is_the_one_after_the_leap(day, at, then):
    assert local(moment_of(day, at)).replace(tzinfo=None) == datetime.combine(day, then)
