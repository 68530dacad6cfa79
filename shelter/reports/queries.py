"""Releases that a reader may see, the periods that can be reported, and the sources to cite."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_skeleton
from flask_babel import format_date, get_locale

from shelter.access import Permission, Reader, foundations_of
from shelter.calendar import Period, today
from shelter.db import db
from shelter.indicators import Scope
from shelter.partners.models import Foundation
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.register.queries import in_force
from shelter.texts import say as _

from .models import Release
from .rules import FOR_OBSERVERS, Audience

QUARTERS = 8
PAGE = 50


def by_id(release_id: uuid.UUID) -> Release | None:
    """A release, whatever its state."""
    return db.session.get(Release, release_id)


def published(release_id: uuid.UUID) -> Release | None:
    """A release that is published, for readers who see nothing else."""
    return db.session.scalar(sa.select(Release).where(Release.id == release_id, *_PUBLISHED))


@dataclass(frozen=True)
class Line:
    """A release in a list."""

    id: uuid.UUID
    period: str
    audience: Audience
    foundation: str | None
    made_at: datetime
    published_at: datetime | None


def made(reader: Reader) -> list[Line]:
    """The newest releases of the foundations whose reports the reader may print."""
    mine = foundations_of(reader, Permission.REPORT_READ)
    return _listed(*([] if mine is None else [Release.foundation_id.in_(mine)]))


def all_published() -> list[Line]:
    """The newest published ones."""
    return _listed(*_PUBLISHED)


_PUBLISHED = (Release.published_at.is_not(None), Release.audience.in_([str(each.value) for each in FOR_OBSERVERS]))


def _listed(*conditions: sa.ColumnElement[bool]) -> list[Line]:
    query = (
        sa.select(Release.id, Release.starts_on, Release.ends_on, Release.audience, Foundation.name.label("foundation"),
                  Release.made_at, Release.published_at)
        .outerjoin(Foundation, Foundation.id == Release.foundation_id).where(*conditions)
        .order_by(Release.made_at.desc(), Release.id).limit(PAGE)
    )
    return [
        Line(row.id, say_period(Period(row.starts_on, row.ends_on)), Audience(row.audience), row.foundation,
             row.made_at, row.published_at)
        for row in db.session.execute(query)
    ]


def scopes(reader: Reader) -> list[tuple[uuid.UUID | None, str]]:
    """Whose figures the reader may print: all together, or one foundation of hers."""
    mine = foundations_of(reader, Permission.REPORT_READ)
    if mine is None:
        return [(None, _("The whole programme"))]
    names = sa.select(Foundation.id, Foundation.name).where(Foundation.id.in_(mine)).order_by(Foundation.name)
    return [(row.id, row.name) for row in db.session.execute(names)]


def scope_name(foundation_id: uuid.UUID | None) -> str:
    """Whose figures a release holds."""
    found = foundation_id and db.session.scalar(sa.select(Foundation.name).where(Foundation.id == foundation_id))
    return found or _("The whole programme")


def periods() -> list[tuple[str, str]]:
    """The last eight quarters, then every year since the first of the registers (and their years together)."""
    quarter = Period.quarter_of(today())
    found = []
    for _place in range(QUARTERS):
        found.append(quarter)
        quarter = Period.quarter_of(quarter.start - timedelta(days=1))
    first, last = _historic_years()
    year = today().year
    found += [_years(each, each) for each in range(year, min(first or year, year - 2) - 1, -1)]
    if first and last and last > first:
        found.append(_years(first, last))
    return [(str(period), _in_progress(period)) for period in found]


def _historic_years() -> tuple[int | None, int | None]:
    years = sa.select(sa.func.min(RegisterCase.year), sa.func.max(RegisterCase.year))
    first, last = db.session.execute(years.where(RegisterCase.file_id.in_(in_force()))).one()
    return first, last


def _years(first: int, last: int) -> Period:
    return Period(date(first, 1, 1), date(last, 12, 31))


def _in_progress(period: Period) -> str:
    said = say_period(period)
    return _("%(period)s (not over yet)", period=said) if period.end >= today() else said


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


def sources(period: Period, scope: Scope) -> list[sa.Row[Any]]:
    """The historic registers that have cases in the period: name and source, for citation."""
    years = period.whole_years
    counted = sa.exists().where(
        RegisterCase.file_id == ImportedFile.id, RegisterCase.year >= years.start, RegisterCase.year < years.stop
    )
    query = (
        sa.select(Register.name, Register.source).join(ImportedFile, ImportedFile.register_id == Register.id)
        .where(ImportedFile.id.in_(in_force()), counted, scope.holds(Register.foundation_id))
    )
    return list(db.session.execute(query.distinct().order_by(Register.name)))
