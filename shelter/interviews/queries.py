"""How often she told it, the interviews of a case, and what could be shared instead of another one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, within_reach
from shelter.cases import queries as cases
from shelter.cases.models import Case, TimelineEntry
from shelter.cases.queries import CASE_COLUMNS
from shelter.codes.cases import ConsentPurpose, Milestone
from shelter.codes.interviews import InterviewState, Trace
from shelter.codes.services import Discipline
from shelter.db import db, rows_of
from shelter.documents import queries as documents
from shelter.partners.models import Institution

from .models import Interview
from .rules import Tally

_CASE_ID = sa.bindparam("case_id", type_=Interview.case_id.type)


def one(case: Case, interview_id: uuid.UUID) -> Interview | None:
    """An interview of this case."""
    return db.session.scalar(sa.select(Interview).where(Interview.id == interview_id, Interview.case_id == case.id))


def of_case(case: Case) -> list[Interview]:
    """All of them, the latest first."""
    hers = sa.select(Interview).where(Interview.case_id == case.id)
    return list(db.session.scalars(hers.order_by(Interview.occurs_at.desc(), Interview.entered_at.desc())))


def tally(case: Case) -> Tally:
    """How often she told it."""
    found = rows_of(_TALLY, case_id=case.id)
    by_state = {row.state: row for row in found}
    held, planned = by_state.get(InterviewState.HELD), by_state.get(InterviewState.PLANNED)
    return Tally(held.times if held else 0, held.last_at if held else None, planned.times if planned else 0)


_TALLY = (
    sa.select(Interview.state, sa.func.count().label("times"), sa.func.max(Interview.occurs_at).label("last_at"))
    .where(Interview.case_id == _CASE_ID).group_by(Interview.state)
)


def instead(case: Case, disciplines: Collection[Discipline]) -> dict[str, Any]:
    """What exists and the reader may know of: recorded interviews, her files and the notes of her disciplines.

    `recorded`: interviews that left more than notes. `files`: documents by discipline. `notes`: how many by discipline.
    """
    recorded = [each for each in of_case(case)
                if each.state is InterviewState.HELD and each.trace not in {None, Trace.NOTHING}]
    files = [each for each in documents.of_case(case, disciplines) if each["discipline"] in disciplines]
    notes = Counter({row.detail: row.times for row in rows_of(_NOTES, case_id=case.id)})
    return {"recorded": recorded, "files": files,
            "notes": [(each, notes[each.value]) for each in Discipline if each in disciplines and notes[each.value]]}


_NOTES = (
    sa.select(TimelineEntry.detail, sa.func.count().label("times"))
    .where(TimelineEntry.case_id == _CASE_ID, TimelineEntry.milestone == Milestone.SERVICE_GIVEN)
    .group_by(TimelineEntry.detail)
)


def knows_of_her(case: Case, institution_id: uuid.UUID | None) -> dict[str, Any]:
    """What kind an institution is, and whether she agreed that it is told of her."""
    found = db.session.get(Institution, institution_id) if institution_id else None
    if found is None:
        return {"kind": None, "agreed": False}
    agreed = cases.agreed(case, ConsentPurpose.REFERRAL, found.id, ())
    return {"kind": found.kind, "agreed": agreed is not None}


_PLANNED = Interview.state == sa.literal_column(f"'{InterviewState.PLANNED.value}'")
"""Written out, so that the index of those alone is taken."""


def planned(reader: Reader, until: datetime, most: int) -> list[Any]:
    """Interviews that are planned until then, of cases for which the reader plans them: the next first."""
    query = (
        sa.select(Interview.id, Interview.case_id, Interview.occurs_at, Interview.purpose, Interview.discipline,
                  Interview.institution_id, Case.code)
        .join(Case, Case.id == Interview.case_id)
        .where(_PLANNED, Interview.occurs_at <= until,
               within_reach(reader, Permission.INTERVIEW_WRITE, CASE_COLUMNS))
    )
    return list(db.session.execute(query.order_by(Interview.occurs_at, Interview.id).limit(most)))


def planned_of(case: Case) -> list[Interview]:
    """Those of a case that are planned and not over, held until the change at hand ends."""
    hers = sa.select(Interview).where(Interview.case_id == case.id, _PLANNED)
    return list(db.session.scalars(hers.with_for_update()))
