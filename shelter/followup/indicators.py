"""Figures of the contacts after leaving: how many were due, how many of these took place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.calendar import add_months
from shelter.cases.indicators import OF_CASE, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person, TimelineEntry
from shelter.cases.records import Stay
from shelter.cases.rules import FOLLOW_UP_MONTHS
from shelter.codes.cases import Milestone
from shelter.codes.leaving import ExitReason, Outcome
from shelter.db import later_day
from shelter.indicators import Definition, Period, Rows, Scope, Step, during, indicator, keep, only, year_of
from shelter.texts import later as _

from .models import FollowUp

WITHOUT_FOLLOW_UP = (ExitReason.DEATH.value, ExitReason.NOT_TRAFFICKED.value)
DAY = timedelta(days=1)

left = aliased(TimelineEntry, name="left_house")
"""The moment at which she left; its schedule runs until she leaves another time."""

DUE, DONE = "followup.due", "followup.done"
CORRECTIONS = _("An exit that was corrected counts as corrected; the age is the one on leaving.")
SOURCE = _("The exits that the houses recorded, and the follow-up contacts.")


@indicator(DUE, _("Follow-up contacts due"), "month", *OF_CASE, unit="follow_ups", means=Definition(
    counts=_("Contacts whose day lies in the period: 1, 3, 6 and 12 months after leaving, each for itself."),
    who=_("The person left a house, and by that day she had not come back to one, had not asked for no more contact "
          "and had not died; a contact that took place counts in any case. Not those who left because it was not "
          "trafficking. The months of a quarter add up to it."),
    corrections=CORRECTIONS, source=SOURCE,
))
def due(period: Period, scope: Scope) -> Rows:
    """Contacts whose day (1, 3, 6, 12 months after leaving) lies in the period.

    Not those of people who had declined more contact, who died, or who had come back to the house by that day, unless
    they took place. Nothing here depends on the period but the day: the figures of months add up to those of a quarter.
    """
    return _scheduled(period, scope, lambda month: sa.or_(_took_place(month), ~_is_over(month)))


@indicator(
    DONE, _("Follow-up contacts kept"), "month", *OF_CASE, unit="follow_ups", part_of=DUE,
    means=Definition(
        counts=_("Of the contacts due in the period, those that took place."),
        who=_("Somebody spoke with her, early or late: a contact counts under the day on which it was due, even if it "
              "took place in another period."),
        corrections=CORRECTIONS, source=SOURCE,
    ),
)
def done(period: Period, scope: Scope) -> Rows:
    """Of the contacts due in the period, those that took place, early or late."""
    return _scheduled(period, scope, _took_place)


def window(period: Period, month: int) -> Period | None:
    """The days on which somebody left whose follow-up of that month lies in the period; None when there are none."""
    first, last = add_months(period.start, -month), add_months(period.end, -month)
    while add_months(first, month) < period.start:
        first += DAY
    while add_months(last + DAY, month) <= period.end:
        last += DAY
    return Period(first, last) if first <= last else None


def _scheduled(period: Period, scope: Scope, counts: Any) -> Rows:
    return sa.union_all(*(
        sa.select(sa.literal(str(month)).label("month"), *of_case(_due_year(month, period), left.age_band))
        .join(Case, Case.id == left.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(_left_in(days), in_scope(scope), counts(month))
        for month in FOLLOW_UP_MONTHS if (days := window(period, month))
    ))


def _due_year(month: int, period: Period) -> sa.ColumnElement[str]:
    return year_of(later_day(left.occurred_at, month), period)


def _left_in(days: Period) -> sa.ColumnElement[bool]:
    return sa.and_(during(left.occurred_at, days), _is_followed())


def _is_followed() -> sa.ColumnElement[bool]:
    later = aliased(TimelineEntry)
    is_corrected = sa.exists().where(later.corrects_id == left.id)
    has_follow_up = (sa.func.coalesce(left.detail, "") != reason for reason in WITHOUT_FOLLOW_UP)
    return sa.and_(left.milestone == Milestone.EXITED, *has_follow_up, ~is_corrected)


def _took_place(month: int) -> sa.ColumnElement[bool]:
    return _contact(FollowUp.month == month, FollowUp.is_fulfilled)


def _is_over(month: int) -> sa.ColumnElement[bool]:
    came_back = sa.exists().where(
        Stay.case_id == left.case_id, Stay.arrived_at > left.occurred_at,
        Stay.arrived_at < later_day(left.occurred_at, month, days=1),
    )
    return sa.or_(
        came_back,
        _contact(FollowUp.month < month, FollowUp.outcome == Outcome.DECLINED),
        _contact(FollowUp.month <= month, FollowUp.outcome == Outcome.DIED),
    )


def _contact(*conditions: Any) -> sa.ColumnElement[bool]:
    """Whether there is such a contact after this exit and before the next one."""
    again = aliased(TimelineEntry)
    is_exit = sa.func.coalesce(again.milestone, "") == Milestone.EXITED.value  # found along her case, not all exits
    left_again = sa.exists().where(
        again.case_id == left.case_id, is_exit,
        again.occurred_at > left.occurred_at, again.occurred_at <= FollowUp.occurred_at,
    ).correlate(left, FollowUp)
    return sa.exists().where(
        FollowUp.case_id == left.case_id, FollowUp.occurred_at >= left.occurred_at, ~left_again, *conditions
    )


def _to_keep(month: int) -> sa.Select[Any]:
    """Every contact of a month after leaving that is due, on its day; and whether it took place."""
    took_place = _took_place(month)
    columns = (
        sa.literal(str(month)).label("month"), later_day(left.occurred_at, month).label("at"),
        sa.case((took_place, 1), else_=0).label("is_done"),
    )
    return (
        to_keep(*columns, age_band=left.age_band).join(left, left.case_id == Case.id)
        .where(_is_followed(), sa.or_(took_place, ~_is_over(month)))
    )


keep(sa.union_all(*map(_to_keep, FOLLOW_UP_MONTHS)), Step(DUE), Step(DONE, when="is_done"))
only(TimelineEntry, lambda entry: entry.milestone == Milestone.EXITED or entry.corrects_id is not None)
