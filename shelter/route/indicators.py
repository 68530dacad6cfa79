"""Figures of the route: limits kept and passed, why, how long steps take, in which phase cases are.

Read from where cases stand (`kept`), which follows every correction. For solving together, never for ranking.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.calendar import Period, now, today
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import CaseState, Milestone
from shelter.codes.protocol import LimitEnd, Standing, StepState
from shelter.codes.route import Word
from shelter.db.among import as_text, text_of
from shelter.db.moments import minute, seconds
from shelter.indicators import Definition, Measure, Rows, Scope, during, indicator, year_of
from shelter.indicators.words import NAMES
from shelter.partners import queries as partners
from shelter.partners.models import House
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Book, Step, here, said
from shelter.texts import later as _
from shelter.texts import say

from .models import RouteCard, RouteLap, StepWord
from .rules import NEVER, binds

DUE, IN_TIME, LATE = "route.due", "route.in_time", "route.late"
TARGETS, TARGETS_MET, BEYOND = "route.targets", "route.targets_met", "route.beyond"
DONE, OPEN = "route.done", "route.open"
FACTS = ("step", "office", "institution", "version", "year", "province")
HOUR = 3600
CORRECTIONS = _("As the records say it today: what was corrected, a holiday that was added and a case that was opened "
                "again move clocks and this figure with them. Each case is measured by the version that it follows.")
SOURCE = _("Where each case stands on its route, worked out from its timeline and from what the team said.")
_ENDED = _("The limit ended in the period and before now. Not steps that were skipped, nor those of cases that were "
           "closed before the limit ended.")


def steps_by_key(versions: Collection[str] | None = None) -> dict[str, list[tuple[Book, Step]]]:
    """Every step of some versions (all) with the books that have it, as the one in force has it first, in its order.

    `versions`: their words, as the fact `version` has them.
    """
    found: dict[str, list[tuple[Book, Step]]] = {}
    for book in _latest_first():
        if versions is None or text_of(book.version_id) in versions:
            for each in book.steps:
                found.setdefault(each.key, []).append((book, each))
    return found


def _latest_first() -> list[Book]:
    """Every published version, the one in force first; those that start another day come last."""
    books = protocol.books()
    begun = [each for each in books if each.starts_on <= today()]
    return [*reversed(begun), *(each for each in books if each.starts_on > today())]


def _steps() -> dict[str, str]:
    return {key: said(some[0][1]) for key, some in steps_by_key().items()}


def _phases() -> dict[str, str]:
    found: dict[str, str] = {}
    for book in _latest_first():
        found |= {each.key: f"{each.number}. {here(each.name)}" for each in book.phases if each.key not in found}
    return found


def _versions() -> dict[str, str]:
    return {text_of(each.version_id): str(say("Version %(number)s", number=each.number)) for each in protocol.books()}


def _offices() -> dict[str, str]:
    """By name: never by how long they take."""
    named = {text_of(key): here(name) for key, name in partners.institution_names().items()}
    return dict(sorted(named.items(), key=lambda each: each[1]))


NAMES.update(step=_steps, phase=_phases, office=_offices, version=_versions)


def is_due(step: Step) -> bool:
    """Whether going over its limit is to be late: it is law or agreed, and an institution said yes to it."""
    return step.limit is not None and binds(step)


def is_target(step: Step) -> bool:
    """Whether its limit is what the programme asks of itself."""
    return step.limit is not None and step.standing is Standing.TARGET


def is_unbound(step: Step) -> bool:
    """Whether nobody is late who goes over its limit: it is a target, or an institution has yet to say yes to it."""
    return step.limit is not None and not binds(step)


_done = RouteLap.end == StepState.DONE


def _by_then() -> sa.ColumnElement[bool]:
    """Before its limit ended, or at that minute."""
    return minute(RouteLap.ended_at) <= minute(RouteLap.due_at)


def _in_time() -> sa.ColumnElement[bool]:
    return sa.and_(_done, _by_then())


def _passed() -> sa.ColumnElement[bool]:
    return sa.or_(RouteLap.end.is_(None), sa.not_(_in_time()))


@indicator(DUE, _("Limits of the route that ended"), *FACTS, "limit", unit="limits", means=Definition(
    counts=_("Limits of steps that the law or the protocol sets and an institution validated. A step whose clock "
             "started twice has two."),
    who=_ENDED, corrections=CORRECTIONS, source=SOURCE,
))
def due(period: Period, scope: Scope) -> Rows:
    """Validated limits that ended, with what became of each."""
    passed = sa.func.coalesce(_cause(), LimitEnd.NOT_SAID.value)
    return _limits(is_due, period, scope, sa.case((_in_time(), LimitEnd.IN_TIME.value), else_=passed).label("limit"))


@indicator(IN_TIME, _("Limits of the route kept"), *FACTS, unit="limits", part_of=DUE, means=Definition(
    counts=_("Of the validated limits that ended in the period, those of steps that were done by then."),
    who=_("The step was done before its limit ended, or at that minute."), corrections=CORRECTIONS, source=SOURCE,
))
def in_time(period: Period, scope: Scope) -> Rows:
    """Of these, the ones kept."""
    return _limits(is_due, period, scope, _in_time())


@indicator(LATE, _("Limits of the route passed"), *FACTS, "cause", unit="limits", part_of=DUE, means=Definition(
    counts=_("Of the validated limits that ended in the period, those that were passed, with the cause that the team "
             "gave. Steps that were done late and those that are not done yet."),
    who=_("The step was done after its limit ended, or the case was closed after it without the step, or it is still "
          "to be done."),
    corrections=CORRECTIONS, source=SOURCE,
))
def late(period: Period, scope: Scope) -> Rows:
    """Of these, the ones passed, with the cause that was given last."""
    return _limits(is_due, period, scope, _passed(), _cause().label("cause"))


@indicator(TARGETS, _("Targets of the route that ended"), *FACTS, unit="limits", means=Definition(
    counts=_("The same of targets: limits that the programme sets itself, with nobody else bound by them."),
    who=_ENDED, corrections=CORRECTIONS, source=SOURCE,
))
def targets(period: Period, scope: Scope) -> Rows:
    """Targets that ended."""
    return _limits(is_target, period, scope)


@indicator(TARGETS_MET, _("Targets of the route met"), *FACTS, unit="limits", part_of=TARGETS, means=Definition(
    counts=_("Of the targets that ended in the period, those of steps that were done by then."),
    who=_("The step was done before the target ended, or at that minute."), corrections=CORRECTIONS, source=SOURCE,
))
def targets_met(period: Period, scope: Scope) -> Rows:
    """Of these, the ones met."""
    return _limits(is_target, period, scope, _in_time())


@indicator(BEYOND, _("Targets and proposed limits of the route passed"), *FACTS, "cause", unit="limits",
           means=Definition(
    counts=_("Targets, and limits to which the institution that acts has not said yes, that ended in the period and "
             "were passed, with the cause that the team gave. They bind nobody: nobody is late. None of them is among "
             "the validated limits."),
    who=_("The step was done after its target or its proposed limit, or the case was closed after it without the step, "
          "or it is still to be done. Not steps that were skipped."),
    corrections=CORRECTIONS, source=SOURCE,
))
def beyond(period: Period, scope: Scope) -> Rows:
    """Limits that bind nobody and were passed, with the cause that was given last."""
    return _limits(is_unbound, period, scope, _passed(), _cause().label("cause"))


@indicator(DONE, _("Steps of the route done"), *FACTS, unit="steps", measure=Measure(
    "hours", HOUR, (("step",), ("step", "office")),
), means=Definition(
    counts=_("Steps that were done in the period, whatever their limit; of how long they took, the middle (median) and "
             "what nine of ten did not exceed (90th percentile)."),
    who=_("The step was done on a day of the period. Time is measured where it was done after its clock started, "
          "nights and days of rest too; the clock of a step that does not run beside the others waits until the one "
          "before it in its phase is done. What was done before its clock started, or at that very moment, counts as "
          "done and has no time."),
    corrections=CORRECTIONS, source=SOURCE,
))
def done(period: Period, scope: Scope) -> Rows:
    """Steps that were done, and the seconds from start to end; none of what was done before it could start."""
    took = seconds(RouteLap.started_at, RouteLap.ended_at)
    amount = sa.case((took > 0, took), else_=None).label("amount")
    return _laps(RouteLap.ended_at, period, scope, amount).where(during(RouteLap.ended_at, period), _done)


@indicator(OPEN, _("Open cases by phase of the route"), "phase", "year", "province", means=Definition(
    counts=_("Cases that were open when the period ended, or now if it goes on; each in the phase of its running step "
             "whose limit ends first. Not known: no step was running."),
    who=_("The case had been opened and not closed."),
    corrections=CORRECTIONS, source=SOURCE,
))
def open_cases(period: Period, scope: Scope) -> Rows:
    """Cases open at the end of the period with their phase then."""
    end = min(period.ends_before, now())
    running = _first_running(end)
    return (
        sa.select(Case.id.label("case_id"), running.c.phase, sa.literal(str(period.end.year)).label("year"),
                  House.province.label("province"))
        .select_from(Case).join(House, House.id == Case.house_id)
        .outerjoin(running, sa.and_(running.c.case_id == Case.id, running.c.place == 1))
        .where(Case.opened_at < end, sa.or_(Case.state != CaseState.CLOSED, _over_at() >= end),
               scope.holds(Case.foundation_id, Case.house_id),
               sa.exists().where(RouteCard.case_id == Case.id))
    )


def _over_at() -> sa.ColumnElement[Any]:
    """When a closed case was over, as `rules.Facts.over_at` says: the figures have its clocks stop then."""
    later = aliased(TimelineEntry)
    said = sa.select(sa.func.max(TimelineEntry.occurred_at)).where(
        TimelineEntry.case_id == Case.id, TimelineEntry.milestone == Milestone.CLOSED,
        ~sa.exists().where(later.corrects_id == TimelineEntry.id))
    return sa.func.coalesce(said.scalar_subquery(), Case.closed_at)


def _first_running(end: Any) -> sa.Subquery:
    """Of each case its laps that ran at a moment, from the one whose limit ends first (1), as `rules.next_due` says."""
    order = (sa.func.coalesce(RouteLap.due_at, NEVER), RouteLap.started_at, RouteLap.step)
    place = sa.func.row_number().over(partition_by=RouteLap.case_id, order_by=order)
    return sa.select(RouteLap.case_id, _phase().label("phase"), place.label("place")).where(
        RouteLap.started_at < end, sa.or_(RouteLap.ended_at.is_(None), RouteLap.ended_at >= end),
    ).subquery()


def _limits(which: Callable[[Step], bool], period: Period, scope: Scope, *more: Any) -> Rows:
    """Limits of such steps that ended; `more` are conditions, and facts where they have a label."""
    facts = [each for each in more if isinstance(each, sa.Label)]
    conditions = [each for each in more if not isinstance(each, sa.Label)]
    before = sa.and_(RouteLap.end == StepState.ENDED, _by_then())
    skipped = RouteLap.end == StepState.SKIPPED
    return _laps(RouteLap.due_at, period, scope, *facts).where(
        during(RouteLap.due_at, period), RouteLap.due_at < now(), _of_steps(which), *conditions,
        sa.or_(RouteLap.end.is_(None), sa.not_(sa.or_(before, skipped))),
    )


def _laps(moment: Any, period: Period, scope: Scope, *more: Any) -> sa.Select[Any]:
    columns = (
        RouteLap.case_id, RouteLap.step, as_text(RouteLap.institution_id).label("office"),
        RouteLap.kind.label("institution"), as_text(RouteLap.version_id).label("version"),
        year_of(moment, period).label("year"), House.province,
    )
    found = sa.select(*columns, *more).select_from(RouteLap).join(House, House.id == RouteLap.house_id)
    return found.where(scope.holds(RouteLap.foundation_id, RouteLap.house_id))


def _of_steps(which: Callable[[Step], bool]) -> sa.ColumnElement[bool]:
    """Laps of such steps, each in the version that its case follows and as it binds who had to act."""
    return sa.or_(sa.false(), *(
        sa.and_(RouteLap.version_id == book.version_id, RouteLap.step.in_(keys), _acts(*who))
        for book in protocol.books() for who, keys in _by_who_acts(book, which).items()
    ))


def _acts(silent: frozenset[uuid.UUID], is_one: bool) -> sa.ColumnElement[bool]:
    """Laps on which one of these had to act, or none of them."""
    if is_one:
        return RouteLap.institution_id.in_(silent)
    return sa.or_(RouteLap.institution_id.is_(None), RouteLap.institution_id.not_in(silent)) if silent else sa.true()


def _by_who_acts(book: Book, which: Callable[[Step], bool]) -> dict[tuple[frozenset[uuid.UUID], bool], list[str]]:
    """Such steps of a version, by whether only those are meant on which one acts that has said nothing, or none does.

    Where it is the same whoever acts, none of nobody does.
    """
    found: dict[tuple[frozenset[uuid.UUID], bool], list[str]] = {}
    for each in book.steps:
        said, unsaid = which(each), which(replace(each, is_validated=False))
        if said or (unsaid and each.silent):
            found.setdefault((frozenset() if said and unsaid else each.silent, not said), []).append(each.key)
    return found


def _phase() -> sa.ColumnElement[Any]:
    """The phase of a lap's step in its version."""
    phases = [
        (sa.and_(RouteLap.version_id == book.version_id,
                 RouteLap.step.in_([each.key for each in book.steps if each.phase == phase.key])), phase.key)
        for book in protocol.books() for phase in book.phases
    ]
    return sa.case(*phases, else_=None) if phases else sa.null()


def _cause() -> sa.ScalarSelect[Any]:
    """Why a lap was late, as was said last."""
    return (
        sa.select(StepWord.reason)
        .where(StepWord.case_id == RouteLap.case_id, StepWord.step == RouteLap.step, StepWord.word == Word.CAUSE,
               StepWord.at == RouteLap.started_at, StepWord.taken_back_at.is_(None))
        .order_by(StepWord.entered_at.desc(), StepWord.id).limit(1).scalar_subquery()
    )
