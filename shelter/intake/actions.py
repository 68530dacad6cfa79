"""The verbs of intake. Each leaves the case's timeline true."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Answer, ConsentAnswer, ConsentPurpose, Exploitation, Milestone
from shelter.codes.people import SpokenLanguage
from shelter.db import db
from shelter.partners.models import House

from . import rules
from .models import Intake
from .queries import of_case


def arrive(house: House, *, by: uuid.UUID, **safety: Any) -> Case:
    """Somebody is at the door: a case, and the three answers that come first."""
    case = cases.open_case(house, by=by)
    check_safety(case, by=by, version=0, **safety)
    return case


def record_of(case: Case) -> Intake:
    """The intake of a case, begun when there is none."""
    found = of_case(case)
    if found is None:
        found = Intake(foundation_id=case.foundation_id, case_id=case.id, version=0)
        db.session.add(found)
    return found


def check_safety(
    case: Case, *, by: uuid.UUID, version: int, is_safe: Answer, needs_doctor: Answer, language: SpokenLanguage | None,
    needs_interpreter: Answer | None = None, safety: str | None = None,
) -> None:
    """Is she safe now, does she need a doctor now, which language."""
    intake = record_of(case)
    intake.expect(version, is_safe=intake.is_safe, needs_doctor=intake.needs_doctor, language=case.person.language,
                  needs_interpreter=intake.needs_interpreter, safety=intake.safety)
    intake.is_safe, intake.needs_doctor = is_safe, needs_doctor
    case.card.is_safe, case.card.needs_doctor = is_safe, needs_doctor
    intake.needs_interpreter = case.card.needs_interpreter = needs_interpreter
    intake.safety = safety
    case.person.language = language
    intake.safety_at = now()
    cases.reached(case, Milestone.SAFETY_CHECKED, at=now(), by=by, about=intake)


def identify(case: Case, *, by: uuid.UUID, version: int, **values: Any) -> None:
    """Who she is, as far as she wants to say."""
    intake = record_of(case)
    cases.describe(case, version=version, **values)
    if not intake.person_at:
        cases.reached(case, Milestone.IDENTIFIED, at=now(), by=by, about=intake)
    intake.person_at = now()


def describe_situation(
    case: Case, *, version: int, found: list[Exploitation], others_ruled_out: Answer, exploited_in: str | None,
    wishes: str | None, story: str | None,
) -> None:
    """What she wants, then the forms of exploitation that were recognised; her story only if she wants to tell it."""
    intake = record_of(case)
    intake.expect(version, wishes=intake.wishes, found=rules.recognised(case.exploitation),
                  others_ruled_out=rules.ruled_out(case.exploitation), exploited_in=case.exploited_in, story=case.story)
    case.exploitation = rules.answers(found, others_ruled_out)
    case.exploited_in, case.story, intake.wishes = exploited_in, story, wishes
    intake.situation_at = now()


def ask_consents(
    case: Case, *, by: uuid.UUID, language: SpokenLanguage | None, ends_on: date | None, **answers: ConsentAnswer | None
) -> None:
    """Her answer to each purpose that was explained to her; any answer is fine."""
    intake = record_of(case)
    for purpose in ConsentPurpose:
        if answer := answers.get(purpose.value):
            cases.ask_consent(case, by=by, purpose=purpose, answer=answer, language=language,
                              ends_on=ends_on if answer is ConsentAnswer.GIVEN else None)
    intake.consent_at = now()


def finish(case: Case, *, by: uuid.UUID) -> None:
    """The short intake is done; everything can still be changed later."""
    intake = record_of(case)
    rules.may_finish(intake.safety_at, case.person.name_used, intake.finished_at)
    intake.finished_at = now()
    cases.reached(case, Milestone.INTAKE_DONE, at=now(), by=by, about=intake)
