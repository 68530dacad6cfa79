"""Working days: weeks worked out by hand, with holidays that the law moves, local days, decrees and struck-out days."""

from datetime import date

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.db import db
from shelter.partners import actions, queries
from shelter.partners.models import CalendarDay
from shelter.partners.workdays import Decreed, Workdays, official
from tests.client import Page

COUNTRY, QUITO, GUAYAQUIL = (Workdays.of(canton, ()) for canton in (None, "1701", "0901"))


@pytest.mark.parametrize(("start", "days", "end"), [
    ("2026-11-16", 1, "2026-11-17"),  # Monday to Tuesday
    ("2026-11-20", 1, "2026-11-23"),  # Friday to Monday
    ("2026-11-20", 5, "2026-11-27"),
    ("2026-10-30", 1, "2026-11-04"),  # Friday; All Souls and Cuenca on Monday and Tuesday: Wednesday
    ("2026-02-13", 1, "2026-02-18"),  # Friday before Carnival: Ash Wednesday
    ("2026-05-22", 1, "2026-05-26"),  # Pichincha on a Sunday is kept on Monday 25
    ("2025-10-08", 1, "2025-10-09"),  # Guayaquil on a Thursday is moved to Friday: Thursday is worked,
    ("2025-10-08", 2, "2025-10-13"),  # Friday is not
    ("2027-12-23", 1, "2027-12-27"),  # Christmas on a Saturday is kept on Friday 24
    ("2027-12-30", 1, "2028-01-03"),  # New Year on a Saturday is kept on Friday 31, in the year before
    ("2026-11-21", 0, "2026-11-23"),  # a Saturday is no day to begin on
    ("2026-11-23", 0, "2026-11-23"),
    ("2026-12-24", 15, "2027-01-18"),  # 28-31 (4), 4-8 (9), 11-15 (14), 18; Christmas and New Year on Fridays
])
def test_weeks_worked_out_by_hand(start, days, end):
    assert COUNTRY.add(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_the_day_that_is_moved_is_worked_and_says_where_it_went():
    moved = official(2025)[date(2025, 10, 10)]
    assert moved.moved_from == date(2025, 10, 9)
    assert moved.name == {"es": "Independencia de Guayaquil", "en": "Independence of Guayaquil"}
    assert date(2025, 10, 9) not in official(2025)


@pytest.mark.parametrize("year", range(2015, 2041))
def test_every_year_has_its_eleven_holidays_and_none_twice(year):
    found = official(year)
    of_this_year = [day for day, each in found.items() if (each.moved_from or day).year == year]
    assert 10 <= len(of_this_year) <= 11
    assert all(each.name["es"] and "observ" not in each.name["es"] + each.name["en"] for each in found.values())


def test_a_local_day_is_free_in_its_canton_alone():
    foundation_of_quito = date(2027, 12, 6)  # a Monday
    assert not QUITO.is_working(foundation_of_quito)
    assert COUNTRY.is_working(foundation_of_quito)
    assert GUAYAQUIL.is_working(foundation_of_quito)
    assert QUITO.add(date(2027, 12, 3), 1) == date(2027, 12, 7)
    assert GUAYAQUIL.add(date(2027, 12, 3), 1) == foundation_of_quito


def decreed(day, canton=None, *, worked=False, yearly=False):
    return Decreed(date.fromisoformat(day), canton, worked, yearly, {"es": "Puente", "en": "Bridge"})


def test_a_bridge_that_is_decreed_is_free_and_the_saturday_that_makes_up_for_it_is_worked():
    days = Workdays.of("1701", [decreed("2026-01-02"), decreed("2026-01-17", worked=True)])
    assert days.add(date(2025, 12, 31), 1) == date(2026, 1, 5)
    assert days.add(date(2026, 1, 16), 1) == date(2026, 1, 17)
    assert days.holiday(date(2026, 1, 2)).name["en"] == "Bridge"


def test_a_holiday_that_is_struck_out_is_worked_and_a_canton_s_own_word_counts_before_the_country_s():
    struck = decreed("2026-08-10", worked=True)
    assert Workdays.of(None, [struck]).is_working(date(2026, 8, 10))
    here = Workdays.of("0701", [struck, decreed("2026-08-10", "0701")])
    assert not here.is_working(date(2026, 8, 10))
    assert Workdays.of("1701", [struck, decreed("2026-08-10", "0701")]).is_working(date(2026, 8, 10))


def test_a_yearly_day_returns_from_its_first_year_on():
    days = Workdays.of("1001", [decreed("2026-09-28", "1001", yearly=True)])
    assert not days.is_working(date(2027, 9, 28))
    assert days.is_working(date(2023, 9, 28))


@pytest.mark.parametrize("days", [-1, 1001])
def test_a_number_of_days_that_nobody_means_is_refused(days):
    with pytest.raises(ValueError, match="working days"):
        COUNTRY.add(date(2026, 1, 1), days)


@pytest.fixture
def admin(sign_in, staff):
    return sign_in(staff(Role.ADMINISTRATOR))


def test_an_administrator_gives_a_day_free_and_takes_it_back(admin):
    answer = admin.fill("/admin/feriados", day="2026-12-28", is_worked="free", name_es="Puente", name_en="Bridge")
    assert answer.status_code == 303
    assert not queries.is_working_day(date(2026, 12, 28), "1701")
    assert queries.add_working_days(date(2026, 12, 24), 1, "1701") == date(2026, 12, 29)
    page = Page(admin.get("/admin/feriados?ano=2026").text).text
    assert "Puente" in page
    again = admin.fill("/admin/feriados", day="2026-12-28", is_worked="worked")
    assert again.status_code == 422
    made = db.session.query(CalendarDay).one()
    assert admin.post(f"/admin/feriados/{made.id}/quitar", data={}).status_code == 303
    assert queries.is_working_day(date(2026, 12, 28), "1701")


@pytest.mark.parametrize(("answers", "field"), [
    ({"day": "2026-02-30"}, "day"), ({"is_worked": ""}, "is_worked"), ({"name_es": ""}, "name_es"),
    ({"where": "9999"}, "where"),
])
def test_a_day_that_cannot_be_is_refused_at_its_field(admin, answers, field):
    given = {"day": "2026-12-28", "is_worked": "free", "name_es": "Puente", **answers}
    answer = admin.fill("/admin/feriados", **given)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize("query", ["ano=x", "ano=1500", "canton=9999", "ano=2028&canton=1701", "ano=2100"])
def test_strange_years_and_cantons_do_no_harm(admin, query):
    assert admin.get(f"/admin/feriados?{query}").status_code == 200


def test_a_local_day_is_shown_in_its_canton(admin):
    assert "Fundación de Quito" in admin.get("/admin/feriados?ano=2027&canton=1701").text
    assert "Fundación de Quito" not in admin.get("/admin/feriados?ano=2027").text


def test_many_days_are_counted_quickly(app, count_queries):
    with work("test.days", by=operator):
        actions.mark_day(day=date(2026, 12, 28), canton=None, is_worked=False, is_yearly=False, name_es="P", name_en="")
    with count_queries() as found:
        days = queries.workdays("1701")
        for number in range(200):
            days.add(date(2026, 1, 1), number)
    assert len([each for each in found.statements if each.startswith("SELECT")]) == 1
