"""Releases that a reader may see, whose figures may be printed, and the sources to cite."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, foundations_of
from shelter.calendar import Period
from shelter.db import db
from shelter.indicators import Scope
from shelter.partners.models import Foundation
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.register.queries import in_force, registered_in
from shelter.statistics.queries import say_period
from shelter.statistics.rules import Audience
from shelter.texts import say as _

from .models import Release
from .rules import FOR_OBSERVERS

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


def sources(period: Period, scope: Scope) -> list[sa.Row[Any]]:
    """The historic registers that have cases in the period: name and source, for citation."""
    counted = sa.exists().where(RegisterCase.file_id == ImportedFile.id, registered_in(period))
    query = (
        sa.select(Register.name, Register.source).join(ImportedFile, ImportedFile.register_id == Register.id)
        .where(ImportedFile.id.in_(in_force()), counted, scope.holds(Register.foundation_id))
    )
    return list(db.session.execute(query.distinct().order_by(Register.name)))
