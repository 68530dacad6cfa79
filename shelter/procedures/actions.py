"""Writing a procedure, publishing it, asking the team to read, saying that one has; a reminder once a week."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime, time

import sqlalchemy as sa

from shelter.audit import machine, work
from shelter.calendar import moment_of, now
from shelter.codes.protocol import ReadingKind
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.rounds import nightly
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import queries, rules
from .models import Acknowledgement, Asked, Edition, Procedure

TO_READ = notice_kind("reading.asked", _later("There is something for you to read"), "procedures.index")
STILL = notice_kind("reading.reminder", _later("Something still waits for you to read it"), "procedures.index")


def write(
    by: uuid.UUID, *, title: dict[str, str], text: dict[str, str], foundation_id: uuid.UUID | None,
    reach: Collection[uuid.UUID] | None,
) -> Procedure:
    """A new procedure, as a draft."""
    rules.may_write_for(foundation_id, reach)
    procedure = Procedure(foundation_id=foundation_id)
    db.session.add_all([procedure, Edition(procedure_id=procedure.id, number=1, title=title, text=text, by_id=by)])
    return procedure


def rewrite(
    procedure: Procedure, by: uuid.UUID, *, expected: int, title: dict[str, str], text: dict[str, str],
) -> Edition:
    """Other words: in the draft, if there is one; else in a new one."""
    newest = _newest(procedure)
    rules.is_still_done(procedure.ended_at)
    newest.expect(expected, title_es=newest.title["es"], title_en=newest.title.get("en"), text_es=newest.text["es"],
                  text_en=newest.text.get("en"))
    if newest.published_at is None:
        newest.title, newest.text = title, text
        return newest
    edition = Edition(procedure_id=procedure.id, number=newest.number + 1, title=title, text=text, by_id=by)
    db.session.add(edition)
    return edition


def publish(procedure: Procedure, by: uuid.UUID) -> Asked:
    """From now on it is done so; everybody whom it concerns is asked to read it."""
    newest = _newest(procedure)
    rules.is_still_done(procedure.ended_at)
    if newest.published_at:
        raise RuleBroken(_("It is published already"))
    newest.published_at = now()
    asked = ask_to_read(ReadingKind.PROCEDURE, newest.id, newest.title, by=by, foundation_id=procedure.foundation_id,
                        series_id=procedure.id)
    if by in queries.team(asked):  # whoever lets out her house's words has read them
        db.session.add(Acknowledgement(asked_id=asked.id, staff_id=by))
    return asked


def end(procedure: Procedure) -> None:
    """It is done so no longer; nobody is asked to read it any more."""
    _newest(procedure)
    rules.is_still_done(procedure.ended_at)
    procedure.ended_at = now()
    _replace(ReadingKind.PROCEDURE, procedure.id, now())


def _newest(procedure: Procedure) -> Edition:
    db.session.flush()
    db.session.refresh(procedure, with_for_update=True)
    return queries.editions(procedure)[0]


# --- reading ----------------------------------------------------------------------------------------------------------

def ask_to_read(
    kind: ReadingKind, about_id: uuid.UUID, title: dict[str, str], *, by: uuid.UUID,
    foundation_id: uuid.UUID | None = None, series_id: uuid.UUID | None = None, starts_on: date | None = None,
) -> Asked:
    """Ask the team, or the staff of a foundation. What was asked about the same thing before is asked no more from now
    on; with `starts_on`, from the morning of that day.
    """
    _replace(kind, series_id, moment_of(starts_on, time(0)) if starts_on else now())
    asked = Asked(kind=kind, about_id=about_id, title=title, by_id=by, foundation_id=foundation_id, series_id=series_id)
    db.session.add(asked)
    db.session.flush()
    tell(queries.team(asked), TO_READ, about=asked, but=by)
    return asked


def _replace(kind: ReadingKind, series_id: uuid.UUID | None, at: datetime) -> None:
    before = sa.update(Asked).where(Asked.kind == kind, Asked.replaced_at.is_(None))
    before = before.where(Asked.series_id == series_id) if series_id else before.where(Asked.series_id.is_(None))
    db.session.execute(before.values(replaced_at=at))


def acknowledge(asked: Asked, by: uuid.UUID) -> None:
    """She has read it and will keep it in mind; said twice, the first time counts."""
    if by not in queries.team(asked):
        raise RuleBroken(_("You are not asked to read this"))
    db.session.refresh(asked, with_for_update=True)  # a button is pressed twice
    if not queries.has_read(asked, by):
        db.session.add(Acknowledgement(asked_id=asked.id, staff_id=by))


@nightly(time(7))
def remind_to_read() -> None:
    """Whoever has not read something asked a week ago or longer is told once more; no more often than weekly."""
    due = [each for each in queries.open_ones() if rules.is_reminder_due(each.asked_at, each.reminded_at, now())]
    if not due:
        return
    with work("reading.remind", by=machine):
        for asked in due:
            read = set(db.session.scalars(
                sa.select(Acknowledgement.staff_id).where(Acknowledgement.asked_id == asked.id)))
            db.session.get_one(Asked, asked.id).reminded_at = now()
            tell(sorted(queries.team(asked) - read), STILL, about=asked)
