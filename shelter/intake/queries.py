"""Finding intakes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, within_reach
from shelter.cases.models import Case, Person
from shelter.cases.queries import CASE_COLUMNS
from shelter.codes.cases import CaseState
from shelter.db import db, rows_of, unseal

from .models import Intake


def of_case(case: Case) -> Intake | None:
    """The intake of a case, when it was begun."""
    return db.session.scalar(_OF_CASE, {"case_id": case.id})


_OF_CASE = sa.select(Intake).where(Intake.case_id == sa.bindparam("case_id"))


def told(case: Case) -> dict[str, Any]:
    """What the case page shows of an intake: finished_at, wishes, safety."""
    rows = rows_of(_TOLD, case_id=case.id)
    found = unseal(rows, wishes=(Intake.wishes, "id"), safety=(Intake.safety, "id"))
    return found[0] if found else {"finished_at": None, "wishes": None, "safety": None}


_TOLD = sa.select(
    Intake.id, Intake.finished_at, Intake.wishes_sealed.label("wishes"), Intake.safety_sealed.label("safety")
).where(Intake.case_id == sa.bindparam("case_id"))


def unfinished(reader: Reader, most: int = 4) -> list[dict[str, Any]]:
    """Arrivals within reach whose intake is not finished, newest first."""
    query = (
        sa.select(Case.id, Case.code, Case.opened_at, Case.person_id, Person.name_used_sealed.label("name"))
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Intake, Intake.case_id == Case.id)
        .where(
            within_reach(reader, Permission.INTAKE_WRITE, CASE_COLUMNS),
            Case.state == CaseState.OPEN,
            Intake.finished_at.is_(None),
        )
        .order_by(Case.opened_at.desc())
        .limit(most)
    )
    return unseal(db.session.execute(query).all(), name=(Person.name_used, "person_id"))
