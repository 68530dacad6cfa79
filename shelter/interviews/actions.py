"""The verbs of interviews: plan one, record one that took place, say that a planned one was not needed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from shelter.calendar import now
from shelter.cases import returning
from shelter.cases.actions import reached
from shelter.cases.models import Case
from shelter.codes.cases import Milestone
from shelter.codes.interviews import Again, InterviewState, Trace
from shelter.codes.outgoing import Screening
from shelter.db import db

from . import queries, rules
from .models import Interview


def plan(
    case: Case, *, by: uuid.UUID, occurs_at: datetime, again: Again | None, reason: str | None, **values: Any,
) -> Interview:
    """Somebody wants to interview her: when, who, why again."""
    rules.one_asks(values.get("institution_id"), values.get("discipline"), values.get("joint_id"))
    rules.may_be_planned(occurs_at, now())
    rules.needs_reason(queries.times(case), again)
    for field in ("institution_id", "joint_id"):
        rules.no_consulate_first(field, **queries.knows_of_her(case, values.get(field)),
                                 refuge=returning.answers(case).get(Screening.REFUGE))
    made = Interview(foundation_id=case.foundation_id, case_id=case.id, by_id=by, state=InterviewState.PLANNED,
                     occurs_at=occurs_at, again=again, reason=reason, **values)
    db.session.add(made)
    return made


def record(
    case: Case, *, by: uuid.UUID, occurs_at: datetime, was_before: bool, again: Again | None, reason: str | None,
    **values: Any,
) -> Interview:
    """She told it; the timeline says so, unless it was before she came to us."""
    rules.one_asks(values.get("institution_id"), values.get("discipline"), values.get("joint_id"))
    is_ours = rules.was_held(occurs_at, opened_at=case.opened_at, was_before=was_before, now=now())
    if is_ours:
        rules.needs_reason(queries.times(case), again)
        for field in ("institution_id", "joint_id"):
            rules.says_how(**queries.knows_of_her(case, values.get(field)), reason=reason)
    made = Interview(
        foundation_id=case.foundation_id, case_id=case.id, by_id=by, state=InterviewState.HELD, occurs_at=occurs_at,
        was_before=was_before, again=again, reason=reason, **values,
    )
    db.session.add(made)
    if is_ours:
        _tell(case, made, by)
    return made


def held(
    case: Case, interview: Interview, *, by: uuid.UUID, occurs_at: datetime, minutes: int, trace: Trace,
    has_interpreter: bool, **values: Any,
) -> Interview:
    """A planned one took place."""
    _hold(interview)
    rules.was_held(occurs_at, opened_at=case.opened_at, was_before=False, now=now())
    interview.state, interview.occurs_at, interview.minutes = InterviewState.HELD, occurs_at, minutes
    interview.trace, interview.has_interpreter, interview.language = trace, has_interpreter, values["language"]
    _tell(case, interview, by)
    return interview


def cancel(interview: Interview) -> Interview:
    """It was not needed, or did not take place."""
    _hold(interview)
    interview.state = InterviewState.CANCELLED
    return interview


def _hold(interview: Interview) -> None:
    db.session.refresh(interview, with_for_update=True)
    rules.is_planned(interview.state)


def _tell(case: Case, interview: Interview, by: uuid.UUID) -> None:
    """Who had her tell it: a discipline of ours, or an institution."""
    asked_by = str(interview.discipline) if interview.discipline else "institution"
    reached(case, Milestone.INTERVIEWED, at=interview.occurs_at, by=by, about=interview, detail=asked_by)
