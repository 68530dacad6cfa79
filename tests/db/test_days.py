"""Local days in SQL are those of the calendar."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shelter import calendar
from shelter.calendar import add_months, local, moment_of
from shelter.db import Instant, db, later_day

days = st.dates(date(1995, 1, 1), date(2060, 12, 31))
times = st.sampled_from([time(0), time(0, 0, 0, 1), time(5), time(18, 59), time(19), time(23, 59, 59, 999_999)])


def asked(moment, months, more):
    return db.session.scalar(sa.select(later_day(sa.literal(moment, Instant()), months, more)))


@pytest.mark.parametrize(("day", "months", "more", "found"), [
    ("2025-01-31", 1, 0, "2025-02-28"), ("2024-01-31", 1, 0, "2024-02-29"), ("2024-11-30", 3, 0, "2025-02-28"),
    ("2025-01-31", 1, 1, "2025-03-01"), ("2025-03-10", 12, 1, "2026-03-11"), ("2025-12-31", 0, 1, "2026-01-01"),
])
def test_months_are_added_before_days_and_a_short_month_ends_early(app, day, months, more, found):
    late = moment_of(date.fromisoformat(day), time(23, 59))
    assert asked(late, months, more) == moment_of(date.fromisoformat(found), time(0))


@given(day=days, at=times, months=st.integers(0, 14), more=st.integers(0, 40))
def test_it_is_what_the_calendar_says(app, day, at, months, more):
    moment = moment_of(day, at)
    expected = moment_of(add_months(local(moment).date(), months) + timedelta(days=more), time(0))
    assert asked(moment, months, more) == expected


def test_in_a_zone_that_changes_its_clocks_a_day_begins_when_its_clock_says(app):
    calendar.use_zone("America/Santiago")  # the clocks of 2025 go forward in the night to 7 September
    try:
        moment = datetime.fromisoformat("2025-08-08T04:30:00+00:00")
        assert local(moment).isoformat() == "2025-08-08T00:30:00-04:00"
        assert asked(moment, 1, 0).isoformat() == "2025-09-08T03:00:00+00:00"
    finally:
        calendar.use_zone("America/Guayaquil")


def test_nothing_is_no_day(app):
    assert asked(None, 1, 0) is None
