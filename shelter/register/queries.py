"""What the register holds."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter.calendar import Period
from shelter.db import db

from .models import ImportedFile, Register, RegisterCase


def in_force() -> sa.Select[uuid.UUID]:
    """The files whose cases count: wholly in, and not replaced by one that is wholly in."""
    newer = sa.orm.aliased(ImportedFile)
    replaced = sa.exists().where(newer.replaces_id == ImportedFile.id, newer.finished_at.is_not(None))
    return sa.select(ImportedFile.id).where(ImportedFile.finished_at.is_not(None), ~replaced)


def registered_in(period: Period) -> sa.ColumnElement[bool]:
    """A historic case of the period: on its day; where only its year is known, if the period holds the whole year."""
    years, day = period.whole_years, RegisterCase.registered_on
    has_year = sa.and_(day.is_(None), RegisterCase.year >= years.start, RegisterCase.year < years.stop)
    return sa.and_(
        RegisterCase.year.between(period.start.year, period.end.year),
        sa.or_(day.between(period.start, period.end), has_year),
    )


def replaced_by(file: ImportedFile) -> uuid.UUID | None:
    """The file that took its place, wholly in."""
    return db.session.scalar(
        sa.select(ImportedFile.id).where(ImportedFile.replaces_id == file.id, ImportedFile.finished_at.is_not(None))
    )


def file_of(digest: str) -> ImportedFile | None:
    """A file that was imported, wholly or in part."""
    return db.session.scalar(sa.select(ImportedFile).where(ImportedFile.digest == digest))


def register_named(name: str) -> Register | None:
    """A register by its name."""
    return db.session.scalar(sa.select(Register).where(Register.name == name))


def lines_of(file_id: uuid.UUID) -> set[int]:
    """The lines of a file that are in already."""
    return set(db.session.scalars(sa.select(RegisterCase.line).where(RegisterCase.file_id == file_id)))
