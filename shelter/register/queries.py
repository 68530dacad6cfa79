"""What the register holds."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import format_decimal

from shelter.access import Permission, Reader, foundations_of
from shelter.calendar import Period, now
from shelter.db import db
from shelter.db.columns import write_answers
from shelter.partners.models import Foundation
from shelter.texts import say as _
from shelter.web.locale import say_day

from .models import ImportedFile, Register, RegisterCase, SavedMapping, Upload
from .reading import Row
from .rules import are_the_same


def in_force() -> sa.Select[uuid.UUID]:
    """The files whose cases count: wholly in, and not replaced by one that is wholly in."""
    newer = sa.orm.aliased(ImportedFile)
    replaced = sa.exists().where(newer.replaces_id == ImportedFile.id, *_counts(newer))
    return sa.select(ImportedFile.id).where(*_counts(ImportedFile), ~replaced)


def _counts(file: Any) -> tuple[Any, ...]:
    return file.finished_at.is_not(None), file.undone_at.is_(None)


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
        sa.select(ImportedFile.id).where(ImportedFile.replaces_id == file.id, *_counts(ImportedFile))
    )


def file_of(digest: str) -> ImportedFile | None:
    """A file that was imported, wholly or in part."""
    return db.session.scalar(sa.select(ImportedFile).where(ImportedFile.digest == digest))


Whose = tuple[uuid.UUID | None]
"""One foundation's, or the programme's (None)."""


def register_named(name: str, whose: Whose | None = None) -> Register | None:
    """A register by its name: of that owner; where nobody says whose, the programme's before a foundation's."""
    found = sa.select(Register).where(Register.name == name).order_by(Register.foundation_id.is_not(None), Register.id)
    if whose is not None:
        found = found.where(Register.foundation_id.is_not_distinct_from(whose[0]))
    return db.session.scalars(found).first()


@dataclass(frozen=True)
class Twin:
    """A file in force that seems to hold the very `cases` of another: so many of them are the `same` by all facts.

    It may lie in another register; one that is not within reach stays without its name, and without numbers.
    """

    file: ImportedFile
    same: int
    cases: int
    is_elsewhere: bool = False
    is_within_reach: bool = True

    @property
    def said(self) -> str:
        """In a sentence, without its full stop."""
        if not self.is_within_reach:
            return _("Nearly all of these cases are in another register already; in two they would count twice")
        told = {"same": format_decimal(self.same), "cases": format_decimal(self.cases), "name": self.file.name or "…",
                "day": say_day(self.file.begun_at)}
        if self.is_elsewhere:
            return _("%(same)s of these %(cases)s cases are in the register «%(register)s» already, by the file "
                     "«%(name)s» of %(day)s; in two registers they would count twice",
                     **told, register=self.file.register.name)
        return _("%(same)s of these %(cases)s cases are in this register already, by the file «%(name)s» of %(day)s",
                 **told)


def twin(
    register: Register | None, rows: Sequence[Row], *, whose: Whose | None, but: Collection[uuid.UUID | None],
    place: uuid.UUID | None = None,
) -> Twin | None:
    """The file in force, none of `but`, whose cases are nearly all the same: of this register, else of any other.

    None where `place`, the file whose place they take, is such a file itself: what was beside that one was known.
    `whose` register is filled says what may be named: whoever fills the programme's, or gives commands, reaches all.
    """
    sizes = (
        sa.select(ImportedFile, sa.func.count(RegisterCase.line))
        .join(RegisterCase, ImportedFile.id == RegisterCase.file_id).where(ImportedFile.id.in_(in_force()))
        .group_by(ImportedFile.id)
    )
    alike = {file.id: (file, size) for file, size in db.session.execute(sizes)
             if are_the_same(min(size, len(rows)), size, len(rows))}
    if not alike.keys() - but:
        return None
    told = _facts_of(rows)
    same = {file_id: _common(told, _facts_in(file_id)) for file_id in alike}
    twins = {file_id for file_id in alike if are_the_same(same[file_id], alike[file_id][1], len(rows))}
    if place in twins or not twins - {*but}:
        return None
    here = {file_id for file_id in twins if register and alike[file_id][0].register_id == register.id}
    file = alike[max(here - {*but} or twins - {*but}, key=lambda each: (same[each], each))][0]
    return Twin(file, same[file.id], len(rows), is_elsewhere=file.id not in here,
                is_within_reach=whose is None or whose[0] in {None, file.foundation_id})


def _common(one: Counter[tuple[Any, ...]], other: Counter[tuple[Any, ...]]) -> int:
    return (one & other).total()


_FACTS = (
    RegisterCase.year, RegisterCase.registered_on, *(sa.type_coerce(words, sa.String) for words in (
        RegisterCase.sex, RegisterCase.age_band, RegisterCase.nationality, RegisterCase.exploited_in,
        RegisterCase.province, RegisterCase.exploitation)),
)
"""As they stand in a Row, words as they are stored: the answers have one spelling, by which the database can group."""


def _facts_in(file_id: uuid.UUID) -> Counter[tuple[Any, ...]]:
    """How often each case stands in a file that is in."""
    found = sa.select(*_FACTS, sa.func.count()).where(RegisterCase.file_id == file_id).group_by(*_FACTS)
    return Counter({row[:-1]: row[-1] for row in db.session.execute(found)})


def _facts_of(rows: Sequence[Row]) -> Counter[tuple[Any, ...]]:
    """How often each case stands in a file that was read."""
    spelt = cache(lambda answers: write_answers(dict(answers)))
    return Counter((*row[1:-1], spelt(tuple(row.exploitation.items()))) for row in rows)


def lines_of(file_id: uuid.UUID) -> set[int]:
    """The lines of a file that are in already."""
    return set(db.session.scalars(sa.select(RegisterCase.line).where(RegisterCase.file_id == file_id)))


def cases_in(file_id: uuid.UUID) -> int:
    """How many cases of a file are in already."""
    found = sa.select(sa.func.count()).select_from(RegisterCase).where(RegisterCase.file_id == file_id)
    return db.session.scalar(found) or 0


def undone_with_cases() -> Sequence[uuid.UUID]:
    """Undone files of which cases are left."""
    left = sa.exists().where(RegisterCase.file_id == ImportedFile.id)
    return db.session.scalars(sa.select(ImportedFile.id).where(ImportedFile.undone_at.is_not(None), left)).all()


def _of(reader: Reader, permission: Permission, foundation: Any) -> sa.ColumnElement[bool]:
    mine = foundations_of(reader, permission)
    return sa.true() if mine is None else foundation.in_(mine)


def registers(reader: Reader, permission: Permission) -> Sequence[Register]:
    """Those that the reader reaches with a permission, by name."""
    return db.session.scalars(
        sa.select(Register).where(_of(reader, permission, Register.foundation_id)).order_by(Register.name)
    ).all()


@dataclass(frozen=True)
class Filled:
    """A register with its files, the newest first; `cases` are those that count, of the years `first` to `last`."""

    register: Register
    files: list[ImportedFile]
    in_force: frozenset[uuid.UUID]
    cases: int
    first: int | None
    last: int | None


def filled(reader: Reader) -> list[Filled]:
    """Every register that the reader may look at."""
    found = registers(reader, Permission.REGISTER_READ)
    counting = frozenset(db.session.scalars(in_force()))
    files = db.session.scalars(
        sa.select(ImportedFile).where(ImportedFile.register_id.in_([each.id for each in found]))
        .order_by(ImportedFile.begun_at.desc(), ImportedFile.id)
    ).all()
    return [_filled(each, [file for file in files if file.register_id == each.id], counting) for each in found]


def _filled(register: Register, files: list[ImportedFile], counting: Collection[uuid.UUID]) -> Filled:
    there = frozenset(file.id for file in files if file.id in counting)
    years = sa.select(sa.func.min(RegisterCase.year), sa.func.max(RegisterCase.year))
    first, last = db.session.execute(years.where(RegisterCase.file_id.in_(there))).one()
    return Filled(register, files, there, sum(file.cases for file in files if file.id in there), first, last)


def scopes(reader: Reader) -> list[tuple[uuid.UUID | None, str]]:
    """Whose a new register of the reader's may be: the programme's (None), or a foundation's."""
    mine = foundations_of(reader, Permission.REGISTER_WRITE)
    names = sa.select(Foundation.id, Foundation.name).order_by(Foundation.name)
    found = db.session.execute(names if mine is None else names.where(Foundation.id.in_(mine)))
    whole: list[tuple[uuid.UUID | None, str]] = [(None, _("The whole programme"))] if mine is None else []
    return [*whole, *((row.id, row.name) for row in found)]


def counts(file: ImportedFile) -> bool:
    """Whether its cases are in the figures."""
    there = sa.select(ImportedFile.id).where(ImportedFile.id == file.id, ImportedFile.id.in_(in_force()))
    return db.session.scalar(there) is not None


def file_by_id(file_id: uuid.UUID) -> ImportedFile | None:
    """A file, whatever its state."""
    return db.session.get(ImportedFile, file_id)


def files_that_count(reader: Reader) -> list[ImportedFile]:
    """Those that the reader could replace, the newest first."""
    return list(db.session.scalars(
        sa.select(ImportedFile).join(Register)
        .where(ImportedFile.id.in_(in_force()), _of(reader, Permission.REGISTER_WRITE, Register.foundation_id))
        .order_by(ImportedFile.begun_at.desc())
    ))


def upload(by: uuid.UUID, upload_id: uuid.UUID) -> Upload | None:
    """One of hers that is still kept."""
    return db.session.scalar(
        sa.select(Upload).where(Upload.id == upload_id, Upload.by_id == by, Upload.expires_at > now())
    )


def uploads(by: uuid.UUID) -> Sequence[Upload]:
    """Hers that are not imported yet, the newest first."""
    return db.session.scalars(
        sa.select(Upload).where(Upload.by_id == by, Upload.expires_at > now()).order_by(Upload.made_at.desc())
    ).all()


def old_uploads() -> Sequence[uuid.UUID]:
    """Those whose week is over."""
    return db.session.scalars(sa.select(Upload.id).where(Upload.expires_at <= now())).all()


def saved_mappings(reader: Reader) -> list[SavedMapping]:
    """Those that the reader may use, by name: the programme's and her foundations'."""
    shared = sa.or_(SavedMapping.foundation_id.is_(None),
                    _of(reader, Permission.REGISTER_WRITE, SavedMapping.foundation_id))
    return sorted(db.session.scalars(sa.select(SavedMapping).where(shared)), key=lambda each: str(each.name).casefold())
