"""The verbs of interviews: plan one, record one that took place, correct it, say that a planned one is not needed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases import queries as spine
from shelter.cases import returning
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Milestone
from shelter.codes.interviews import Again, InterviewState, Trace
from shelter.codes.outgoing import Screening
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.rules import RuleBroken
from shelter.texts import later as _later

from . import queries, rules
from .models import Interview

CALLED_OFF = notice_kind(
    "interview.called_off", _later("A planned interview with a consulate was called off: it may not be told of her"),
    "interviews.index", "case",
)


def plan(
    case: Case, *, by: uuid.UUID, occurs_at: datetime, again: Again | None, reason: str | None, **values: Any,
) -> Interview:
    """Somebody wants to interview her: when, who, why again."""
    rules.one_asks(values.get("institution_id"), values.get("discipline"), values.get("joint_id"))
    rules.may_be_planned(occurs_at, now())
    rules.needs_reason(queries.tally(case), again)
    _no_consulate_first(case, values)
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
        rules.needs_reason(queries.tally(case), again)
        _says_how(case, values, reason)
    made = Interview(
        foundation_id=case.foundation_id, case_id=case.id, by_id=by, state=InterviewState.HELD, occurs_at=occurs_at,
        was_before=was_before, again=again, reason=reason, **values,
    )
    db.session.add(made)
    if is_ours:
        _tell(case, made, by)
    return made


def _no_consulate_first(case: Case, who: dict[str, Any]) -> None:
    refuge = returning.answers(case).get(Screening.REFUGE)
    for field in rules.INSTITUTIONS:
        rules.no_consulate_first(field, **queries.knows_of_her(case, who.get(field)), refuge=refuge)


def _says_how(case: Case, who: dict[str, Any], reason: str | None) -> None:
    for field in rules.INSTITUTIONS:
        rules.says_how(**queries.knows_of_her(case, who.get(field)), reason=reason)


@cases.when_she_says_no
def call_off(case: Case) -> None:
    """Planned ones with a consulate that may not be told of her (any more), and the people of the case are told."""
    for interview in queries.planned_of(case):
        try:
            _no_consulate_first(case, _who(interview))
        except RuleBroken:
            interview.state = InterviewState.CANCELLED
            tell({*case.team_ids, interview.by_id}, CALLED_OFF, about=case)


def _who(interview: Interview) -> dict[str, Any]:
    return {field: getattr(interview, field) for field in rules.INSTITUTIONS}


def held(
    case: Case, interview: Interview, *, by: uuid.UUID, occurs_at: datetime, minutes: int, trace: Trace,
    has_interpreter: bool, reason: str | None = None, **values: Any,
) -> Interview:
    """A planned one took place; even where she had taken back meanwhile that a consulate is told of her."""
    _hold(interview)
    rules.was_held(occurs_at, opened_at=case.opened_at, was_before=False, now=now())
    interview.reason = reason or interview.reason
    _says_how(case, _who(interview), interview.reason)
    interview.state, interview.occurs_at, interview.minutes = InterviewState.HELD, occurs_at, minutes
    interview.trace, interview.has_interpreter, interview.language = trace, has_interpreter, values["language"]
    _tell(case, interview, by)
    return interview


def correct(
    case: Case, interview: Interview, *, by: uuid.UUID, occurs_at: datetime, is_mistake: bool,
) -> Interview:
    """When it really was; or that it did not take place, in this case at least. The timeline follows."""
    db.session.refresh(interview, with_for_update=True)
    rules.may_be_corrected(interview.state, occurs_at, opened_at=case.opened_at, was_before=interview.was_before,
                           now=now())
    interview.occurs_at = interview.occurs_at if is_mistake else occurs_at
    if is_mistake:
        interview.state = InterviewState.CANCELLED
    if told := spine.told_of(interview, Milestone.INTERVIEWED):
        _tell(case, interview, by, corrects=told)
    return interview


def cancel(interview: Interview) -> Interview:
    """It was not needed, or did not take place."""
    _hold(interview)
    interview.state = InterviewState.CANCELLED
    return interview


def _hold(interview: Interview) -> None:
    db.session.refresh(interview, with_for_update=True)
    rules.is_planned(interview.state)


def _tell(case: Case, interview: Interview, by: uuid.UUID, corrects: TimelineEntry | None = None) -> None:
    """Who had her tell it: a discipline of ours, or an institution; or that it was written down by mistake."""
    asked_by = str(interview.discipline) if interview.discipline else "institution"
    was_held = interview.state is InterviewState.HELD
    cases.reached(case, Milestone.INTERVIEWED if was_held else Milestone.INTERVIEW_STRUCK, at=interview.occurs_at,
                  by=by, about=interview, detail=asked_by, corrects=corrects)
