"""Bringing a file into the register: in portions, so that nobody waits, and counted only when all of it is in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep

import sqlalchemy as sa

from shelter.audit import Actor, work
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db
from shelter.db.base import in_portions, is_sqlite
from shelter.rounds import every
from shelter.rules import NotNow, RuleBroken
from shelter.texts import say as _

from . import queries
from .models import ImportedFile, Register, RegisterCase
from .queries import Twin, Whose
from .reading import Reading, Row
from .rules import may_be_undone

PORTION = 1_000
"""Cases in one transaction: a few hundredths of a second in which nobody else can write."""

LONGEST_PAUSE = 0.25


@dataclass(frozen=True)
class Plan:
    """What an import would do; found out without writing. `replaces` is the file whose place it takes from now on.

    `twin` holds nearly the same cases, in this register or in another: nothing comes in before somebody said that it is
    replaced, or has other cases.
    A register that is not there yet is made: the foundation's, or the programme's.
    """

    reading: Reading
    missing: list[Row]
    is_finished: bool
    replaces: uuid.UUID | None
    whose: Whose | None = None
    file_id: uuid.UUID | None = None
    twin: Twin | None = None

    @property
    def before(self) -> int:
        """How many of its cases are in already."""
        return len(self.reading.rows) - len(self.missing)

    @property
    def changes_nothing(self) -> bool:
        """The file is in already, and nothing else is asked."""
        return self.is_finished and not self.missing and not self.replaces


def plan(
    reading: Reading, replaces: str | None = None, *, others: bool = False, whose: Whose | None = None,
    file_id: uuid.UUID | None = None,
) -> Plan:
    """Compare a file with what is in; RuleBroken when it may not come in. `replaces` is the older file's digest.

    `others`: somebody said that its cases are others, however like those of a file that is in. `whose` register it is,
    where somebody fills one within a reach; `file_id` is what a new file will be called by.
    """
    file, register = queries.file_of(reading.sheet.digest), queries.register_named(reading.mapping.register, whose)
    if file:
        _may_come_again(file, register, whose)
    older = _older(replaces, register, reading.mapping.register, file) if replaces else None
    stored = queries.lines_of(file.id) if file else set()
    missing = [row for row in reading.rows if row.line not in stored]
    place = getattr(older, "id", None) or getattr(file, "replaces_id", None)
    named = {getattr(file, "id", None), getattr(file, "replaces_id", None), place}
    twin = queries.twin(register, reading.rows, whose=whose, but=named, place=place) if missing and not others else None
    return Plan(
        reading, missing, is_finished=bool(file and file.finished_at),
        replaces=older.id if older and not (file and file.replaces_id == older.id) else None,
        whose=whose, file_id=file_id, twin=twin,
    )


def _may_come_again(file: ImportedFile, register: Register | None, whose: Whose | None) -> None:
    there = db.session.get_one(Register, file.register_id)
    if register is None or there.id != register.id:
        if whose not in {None, (there.foundation_id,)}:
            raise RuleBroken(_("this file is in another register already; in two it would count twice"))
        name = there.name
        raise RuleBroken(_("this file is in the register %(name)s already; in two it would count twice", name=name))
    if queries.replaced_by(file):
        raise RuleBroken(_("this file was replaced by a corrected one, which counts in its place"))


def _older(digest: str, register: Register | None, name: str, file: ImportedFile | None) -> ImportedFile:
    older = queries.file_of(digest)
    if older is None or register is None or older.register_id != register.id:
        raise RuleBroken(_("the file to be replaced is not in the register %(name)s", name=name))
    if older is file:
        raise RuleBroken(_("a file cannot replace itself"))
    if queries.replaced_by(older) not in {None, getattr(file, "id", None)}:
        raise RuleBroken(_("that file was replaced already"))
    if file and file.finished_at and file.replaces_id not in {None, older.id}:
        raise RuleBroken(_("this file replaces another one already"))
    return older


def carry_out(plan: Plan, *, by: Actor) -> Iterator[int]:
    """Do it, portion by portion; gives the number of cases of each. Broken off anywhere, the same import continues."""
    if plan.twin:
        raise RuleBroken(plan.twin.said)
    with _alone(), work("register.begin", by=by, digest=plan.reading.sheet.digest) as doing:
        file = doing.on = _begin(plan, by)
    for portion in in_portions(plan.missing, PORTION):
        _fill(file, portion, by)
        yield len(portion)
    if not file.finished_at:
        with work("register.finish", by=by, on=file):
            file.finished_at, file.cases, file.refused = now(), len(plan.reading.rows), plan.reading.refused


def _begin(plan: Plan, by: Actor) -> ImportedFile:
    mapping, sheet = plan.reading.mapping, plan.reading.sheet
    register = queries.register_named(mapping.register, plan.whose) or Register(
        name=mapping.register, source=mapping.source, foundation_id=plan.whose[0] if plan.whose else None,
    )
    file = queries.file_of(sheet.digest) or ImportedFile(
        id=plan.file_id or uuid.uuid4(), register_id=register.id, digest=sheet.digest, by_id=by.id, name=sheet.name,
    )
    file.replaces_id = plan.replaces or file.replaces_id
    db.session.add_all([register, file])
    return file


def undo(file: ImportedFile) -> None:
    """None of its cases counts from now on; they are taken away little by little. What it replaced counts again.

    In the transaction at hand. RuleBroken when another file has taken its place.
    """
    db.session.refresh(file, with_for_update=True)
    check_undo(file)
    file.undone_at, file.digest = now(), f"undone {file.id.hex}"


def check_undo(file: ImportedFile) -> None:
    """RuleBroken when it cannot be undone."""
    may_be_undone(is_undone=file.undone_at is not None, is_replaced=queries.replaced_by(file) is not None,
                  is_finished=file.finished_at is not None)


def take_away(file_id: uuid.UUID) -> None:
    """The cases of a file that does not count, in portions, so that nobody waits; what is gone stays gone."""
    portion = sa.select(RegisterCase.line).where(RegisterCase.file_id == file_id).limit(PORTION)
    while lines := db.session.scalars(portion).all():
        db.session.rollback()
        began = monotonic()
        gone = sa.delete(RegisterCase).where(RegisterCase.file_id == file_id, RegisterCase.line.in_(lines))
        quietly(partial(_execute, gone))
        if is_sqlite():
            sleep(min(monotonic() - began, LONGEST_PAUSE))


def _execute(statement: sa.Delete, connection: sa.Connection) -> None:
    connection.execute(statement)


@every(minutes=10)
def take_away_what_was_undone() -> None:
    """The cases of undone files."""
    for file_id in queries.undone_with_cases():
        take_away(file_id)


def _fill(file: ImportedFile, portion: list[Row], by: Actor) -> None:
    """Enter some cases, then leave others as long a time to write. Whoever waits for SQLite only looks now and then."""
    cases = [{**row._asdict(), "file_id": file.id} for row in portion]
    lines = {"first": portion[0].line, "last": portion[-1].line, "cases": len(portion)}
    began = monotonic()
    with _alone(), work("register.fill", by=by, on=file, **lines):
        db.session.execute(sa.insert(RegisterCase), cases)
    if is_sqlite():
        sleep(min(monotonic() - began, LONGEST_PAUSE))


@contextmanager
def _alone() -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError:
        raise NotNow(_("this file is being imported by somebody else at this moment")) from None
