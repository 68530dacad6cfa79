"""The periods of which figures are offered, and how they are said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa
from babel.dates import format_skeleton
from flask_babel import format_date, get_locale

from shelter.calendar import Period, today
from shelter.db import db
from shelter.register.models import RegisterCase
from shelter.register.queries import in_force
from shelter.texts import say as _

QUARTERS = 8


def over_periods() -> list[tuple[str, str]]:
    """Of these, those that are over: figures that go on changing would tell, day by day, what was added."""
    return [(word, said) for word, said in periods() if Period.read(word).end < today()]


def periods(months: int = 0) -> list[tuple[str, str]]:
    """The last eight quarters, then every year since the first of the registers (and their years together).

    `months`: so many of the last months too, after the quarters. They are for the programme itself.
    """
    found = _last(QUARTERS, Period.quarter_of) + _last(months, _month_of)
    first, last = _historic_years()
    found += [_years(each, each) for each in _every_year(first)]
    if first and last and last > first:
        found.append(_years(first, last))
    return [_offered(period) for period in found]


def years() -> list[int]:
    """Every year of which figures are offered, the newest first."""
    return _every_year(_historic_years()[0])


def _every_year(first: int | None) -> list[int]:
    year = today().year
    return list(range(year, min(first or year, year - 2) - 1, -1))


def of_years(text: str) -> list[tuple[str, str]]:
    """The years from one that is offered to another, written `2010..2018`, as a period to offer; none where it is none.

    For the programme itself and its reports: whoever could ask protected figures of any years would subtract them.
    """
    try:
        period = Period.read(text)
    except ValueError:
        return []
    whole = set(period.years) <= set(years()) and text == f"{period.start.year}..{period.end.year}" == str(period)
    return [_offered(period)] if whole else []


def _last(count: int, period_of: Callable[[date], Period]) -> list[Period]:
    """The period of today and those before it."""
    found: list[Period] = []
    for _place in range(count):
        found.append(period_of(found[-1].start - timedelta(days=1) if found else today()))
    return found


def _month_of(day: date) -> Period:
    return Period.read(f"{day:%Y-%m}")


def _historic_years() -> tuple[int | None, int | None]:
    years = sa.select(sa.func.min(RegisterCase.year), sa.func.max(RegisterCase.year))
    first, last = db.session.execute(years.where(RegisterCase.file_id.in_(in_force()))).one()
    return first, last


def _years(first: int, last: int) -> Period:
    return Period(date(first, 1, 1), date(last, 12, 31))


def _offered(period: Period) -> tuple[str, str]:
    said = say_period(period)
    return str(period), _("%(period)s (not over yet)", period=said) if period.end >= today() else said


def say_period(period: Period) -> str:
    """A period in words: 3.er trimestre de 2026; 2002–2019; del 1 ene 2026 al 30 jun 2026."""
    short = str(period)
    if "." not in short and len(short) > len("2026"):
        return str(format_skeleton("yQQQQ" if "Q" in short else "yMMMM", period.start, locale=get_locale()))
    if short == f"{period.start.year}..{period.end.year}":
        return f"{period.start.year}–{period.end.year}"
    if short == f"{period.start.year}":
        return short
    first, last = (format_date(day, "d MMM yyyy") for day in (period.start, period.end))
    return str(_("%(first)s to %(last)s", first=first, last=last))
