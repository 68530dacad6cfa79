"""The verbs of a case's route: say that a step is done or skipped, why one is over its limit; take it back; declare."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from shelter.access import Role
from shelter.accounts import queries as accounts
from shelter.audit import machine, work
from shelter.calendar import local, minute, now
from shelter.cases import queries as spine
from shelter.cases import returning
from shelter.cases import rules as cases
from shelter.cases.actions import alerted
from shelter.cases.models import Case, TimelineEntry
from shelter.cases.records import RouteConditions
from shelter.codes.protocol import Condition, DelayCause, Evidence, SkipReason
from shelter.codes.route import Word
from shelter.db import db
from shelter.documents import queries as documents
from shelter.notices import notice_kind, tell
from shelter.protocol.rules import Step
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web.locale import say_moment

from . import queries, rules, saying
from .models import StepWord

SAYABLE = frozenset({Evidence.WORD, Evidence.DOCUMENT})
"""What somebody says, by word alone or with a paper."""


def done(
    case: Case, step: Step, *, by: uuid.UUID, at: datetime, note: str, document_id: uuid.UUID | None = None,
) -> StepWord:
    """Somebody's word that a step is done, with a note of how; and the document of the case that shows it."""
    route = _route(case)
    saying.may_be_said(step, route.state(step), not step.evidence.isdisjoint(SAYABLE), route.is_over)
    saying.is_shown(step, bool(document_id and documents.one(case, document_id)))
    saying.within_the_case(at, route.facts.alert_at, now())
    at = _heard(route, step, Word.DONE, at)
    if step.key in rules.RETURNS:
        returning.may_return(case, "note")
    said = _say(case, step, Word.DONE, by=by, at=at, note=note)
    said.document_id = document_id
    return said


def skip(case: Case, step: Step, *, by: uuid.UUID, reason: SkipReason, note: str | None) -> StepWord:
    """It will not be done, and why."""
    route = _route(case)
    saying.may_be_said(step, route.state(step), True, route.is_over)
    saying.may_be_left_out(step)
    saying.needs_words(reason is SkipReason.OTHER, note)
    return _say(case, step, Word.SKIPPED, by=by, at=_heard(route, step, Word.SKIPPED, now()), note=note, reason=reason)


def _heard(route: queries.Route, step: Step, word: Word, at: datetime) -> datetime:
    """When it was done. Moments are typed to the minute: in that in which its clock started, not before it did."""
    lap = next(iter(route.laps[step.key][-1:]), None)
    started_at = lap.started_at if lap else None
    if started_at and minute(at) == minute(started_at):
        at = max(at, started_at)
    began = say_moment(started_at) if started_at else ""
    saying.is_heard(route.book, route.facts, rules.Said(step.key, word, at), lap, began)
    return at


def explain(case: Case, step: Step, *, by: uuid.UUID, cause: DelayCause, note: str | None) -> StepWord:
    """Why a step went over its limit, done meanwhile or not; asked once for each run of its clock."""
    lap = queries.unexplained(_route(case), queries.causes_of(case)).get(step.key)
    if lap is None or lap.started_at is None:
        raise RuleBroken(_("This step is not over its limit, or its cause is recorded already"))
    saying.needs_words(cause is DelayCause.OTHER, note)
    return _say(case, step, Word.CAUSE, by=by, at=lap.started_at, note=note, reason=cause)


def _route(case: Case) -> queries.Route:
    if found := queries.route_of(case):
        return found
    raise RuleBroken(_("No version of the protocol is published yet"))


def _say(case: Case, step: Step, word: Word, *, by: uuid.UUID, at: datetime, note: str | None,
         reason: SkipReason | DelayCause | None = None) -> StepWord:
    said = StepWord(foundation_id=case.foundation_id, case_id=case.id, step=step.key, word=word, at=at, by_id=by,
                    reason=reason, note=note)
    db.session.add(said)
    return said


def alert(case: Case, *, by: uuid.UUID, at: datetime, is_about: bool) -> TimelineEntry:
    """When somebody first knew of her; told for the first time, or corrected. Every clock of the route follows."""
    cases.its_moments_move(case.state)
    first_at = queries.first_known(case)
    if is_about and first_at and local(at).date() == local(first_at).date():
        at = min(at, first_at)
    cases.may_be_the_alert(at, now(), first_at, case.opened_at)
    return alerted(case, by=by, at=at, is_about=is_about)


def take_back(said: StepWord) -> StepWord:
    """It was a mistake; it stays written down."""
    closed_at = db.session.get_one(Case, said.case_id).closed_at
    saying.may_be_taken_back(said.word, said.taken_back_at is not None, said.entered_at, closed_at)
    said.taken_back_at = now()
    return said


def declare(case: Case, conditions: Iterable[Condition], *, version: int, by: uuid.UUID) -> RouteConditions:
    """What is true of her that the file does not say: steps follow from it."""
    cases.its_moments_move(case.state)
    found = spine.declaration(case)
    if found is None:
        found = RouteConditions(case_id=case.id, foundation_id=case.foundation_id, by_id=by)
        db.session.add(found)
    found.expect(version, declared=[str(each.value) for each in found.conditions])
    found.declared, found.by_id = json.dumps(sorted(conditions)), by
    return found


# --- whoever must know ------------------------------------------------------------------------------------------------

LATE = notice_kind("route.late", _later("A step of the route is late"), "route.index", "case")
OVER = notice_kind("route.over", _later("A step of the route is over its target or its proposed limit"), "route.index",
                   "case")
STILL_LATE = notice_kind(
    "route.still_late", _later("A step of the route has been late for a day"), "route.index", "case",
)
STILL_OVER = notice_kind(
    "route.still_over", _later("A step of the route has been over its target or its proposed limit for a day"),
    "route.index", "case",
)
A_DAY, LATELY = timedelta(days=1), timedelta(days=4)
"""After how long the coordination is told; limits that were over longer ago are told to nobody: they are history."""


@every(minutes=10)
def tell_what_is_over() -> None:
    """Of limits that are over: the team at once, the coordination of the house a day later; once each.

    Only what binds is said to be late; of several at once the notice says the most serious.
    """
    moment = now()
    _tell(Word.TOLD_TEAM, LATE, OVER, moment)
    _tell(Word.TOLD_COORDINATION, STILL_LATE, STILL_OVER, moment - A_DAY)


def _tell(word: Word, late: str, over: str, before: datetime) -> None:
    for case_id, laps in queries.over(word, before, before - LATELY).items():
        is_late = any(step and rules.binds(step) for step in map(queries.step_of, laps))
        with work("route.tell", by=machine, to=word.value, steps=len(laps)):
            case = db.session.get_one(Case, case_id)
            whom = case.team_ids if word is Word.TOLD_TEAM else _coordination(case)
            tell(whom, late if is_late else over, about=case)
            db.session.add_all(
                StepWord(foundation_id=case.foundation_id, case_id=case.id, step=lap.step, word=word, at=lap.started_at)
                for lap in laps
            )


def _coordination(case: Case) -> list[uuid.UUID]:
    return [each for each, _name, _roles in accounts.in_house(case.house_id, [Role.SHELTER_COORDINATOR])]
