"""The clocks of one case, worked out from what happened, what was said, and the working calendar; nothing is kept here.

A step runs once for every time that its clock starts: a *lap*. Whoever comes back to the house has a second lap of what
begins with the arrival. What shows that it is done counts in the lap in which it lies; before the first one too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from shelter.calendar import local, moment_of
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, StepState, Unit
from shelter.codes.route import Word
from shelter.partners.workdays import DAY, Workdays
from shelter.protocol.rules import Book, Happening, Limit, Step, in_phase_before
from shelter.rules import RuleBroken
from shelter.texts import say as _

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When what has no limit is due."""
RETURNS = frozenset({"voluntary-return"})
"""Steps (their keys are the same in every version) that say that she returned to her country."""
SOON, PART = timedelta(hours=24), 4
"""A limit ends soon when less than this is left, and less than a fourth of it."""
OPEN = frozenset({StepState.WAITING, StepState.RUNNING, StepState.DUE, StepState.OVER})
"""What is still to be done."""
ALERTS = (Milestone.ALERTED, Milestone.REFERRED, Milestone.OPENED)
"""What the alert is: the first of these that is known."""


@dataclass(frozen=True)
class Event:
    """What happened, as last corrected."""

    milestone: Milestone
    at: datetime
    detail: str | None = None


@dataclass(frozen=True)
class Said:
    """What a person of the team said of a step: done or skipped, at a moment."""

    step: str
    word: Word
    at: datetime


@dataclass(frozen=True)
class Facts:
    """What a case tells of itself. `events` as last corrected; `said` without what was taken back."""

    events: Sequence[Event]
    said: Sequence[Said] = ()
    conditions: Collection[Condition] = frozenset()
    closed_at: datetime | None = None
    workdays: Workdays = field(default_factory=Workdays)

    @cached_property
    def by_milestone(self) -> dict[Milestone, list[Event]]:
        """What happened, by what it is."""
        found: dict[Milestone, list[Event]] = {}
        for event in self.events:
            found.setdefault(event.milestone, []).append(event)
        return found

    @cached_property
    def alert_at(self) -> datetime | None:
        """When the alert was raised, as far as is known."""
        for milestone in ALERTS:
            if found := self.by_milestone.get(milestone):
                return min(event.at for event in found)
        return None

    @cached_property
    def over_at(self) -> datetime | None:
        """When the case was over."""
        said = (event.at for event in self.by_milestone.get(Milestone.CLOSED, ()))
        return self.closed_at and max(said, default=self.closed_at)


@dataclass(frozen=True)
class Lap:
    """One run of a step's clock. Without a start, where it was done before its clock began."""

    step: str
    number: int
    started_at: datetime | None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    end: StepState | None = None

    def state(self, now: datetime) -> StepState:
        """Where it stands."""
        if self.end is not None:
            return self.end
        if self.due_at is None or self.started_at is None:
            return StepState.RUNNING
        if now > self.due_at:
            return StepState.OVER
        left = self.due_at - now
        is_soon = left <= SOON and left <= (self.due_at - self.started_at) / PART
        return StepState.DUE if is_soon else StepState.RUNNING

    def is_late(self, now: datetime) -> bool:
        """Whether it went over its limit, or is over it."""
        return self.due_at is not None and (self.ended_at or now) > self.due_at and self.end is not StepState.SKIPPED


def laps(book: Book, facts: Facts) -> dict[str, list[Lap]]:
    """By step every lap of it, in order; no lap: it has not started. A step that does not apply is not there."""
    return _Walk(book, facts).all()


def binds(step: Step) -> bool:
    """Whether to be over its limit is to be late: it is law or agreed, and an institution said yes to it."""
    return step.standing is not Standing.TARGET and step.is_validated


def applies(step: Step, conditions: Collection[Condition]) -> bool:
    """Whether a step concerns this person."""
    return not step.applies_to or not step.applies_to.isdisjoint(conditions)


def due_at(started_at: datetime, limit: Limit, workdays: Workdays, book: Book) -> datetime:
    """When a limit ends: hours by the clock; working days at the cut-off hour of the last of them.

    The day on which it starts is not counted; what starts after the cut-off hour starts on the next working day.
    """
    if limit.unit is Unit.HOURS:
        return started_at + timedelta(hours=limit.amount)
    begun = local(started_at)
    day = begun.date() + (DAY if begun.time() > book.cut_off else timedelta(0))
    return moment_of(workdays.add(workdays.add(day, 0), limit.amount), book.cut_off)


class _Walk:
    """Goes through the steps, each after those on which it waits."""

    def __init__(self, book: Book, facts: Facts) -> None:
        self.book, self.facts = book, facts
        self.found: dict[str, list[Lap]] = {}
        self.open: set[str] = set()
        self.before = dict(in_phase_before(book.steps))
        self.begins_at = moment_of(book.starts_on, time(0))

    def all(self) -> dict[str, list[Lap]]:
        return {
            step.key: self.laps_of(step) for step in self.book.steps if applies(step, self.facts.conditions)
        }

    def laps_of(self, step: Step) -> list[Lap]:
        if step.key not in self.found:
            if step.key in self.open:  # a circle: no version that was published has one
                return []
            self.open.add(step.key)
            self.found[step.key] = self._run(step, self._starts(step))
            self.open.discard(step.key)
        return self.found[step.key]

    def _starts(self, step: Step) -> list[datetime]:
        """When its clock starts, every time; never before the steps before it in its phase are done."""
        starts, before = self._own_starts(step), self._before(step)
        if before is None:
            return starts
        ended = self._ends_of(before.key)
        return sorted({max(each, ended[0]) for each in starts}) if ended else []

    def _own_starts(self, step: Step) -> list[datetime]:
        if step.start is Start.ALERT:
            return [self.facts.alert_at] if self.facts.alert_at else []
        if step.start is Start.MILESTONE:
            return sorted({event.at for event in self._matching(step.starts_with)})
        return self._ends_of(step.after)

    def _ends_of(self, key: str) -> list[datetime]:
        """When a step was done or skipped; when it would have started, where it does not concern this person."""
        step = self.book.by_key.get(key)
        if step is None or key in self.open:
            return []
        if not applies(step, self.facts.conditions):
            self.open.add(key)
            starts = self._starts(step)
            self.open.discard(key)
            return starts
        ended = [lap.ended_at for lap in self.laps_of(step) if lap.end in {StepState.DONE, StepState.SKIPPED}]
        return sorted(moment for moment in ended if moment)

    def _before(self, step: Step) -> Step | None:
        """The step on which it waits in its phase: the nearest before it that concerns this person."""
        before = self.before.get(step.key)
        while before is not None and not applies(before, self.facts.conditions):
            before = self.before.get(before.key)
        return None if before is None or step.is_beside or before.key in self.open else before

    def _run(self, step: Step, starts: list[datetime]) -> list[Lap]:
        """Cut what shows that it is done into laps."""
        ends = self._ends(step)
        if not starts:
            return [Lap(step.key, 1, None, None, *ends[0])] if ends else []
        found = []
        for place, (start, anew) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
            after = self._back_at(step, start) or anew
            mine = [end for end in ends if (place == 0 or end[0] >= start) and (after is None or end[0] < after)]
            if lap := self._lap(step, place + 1, start, self._due(step, start), mine, after):
                found.append(lap)
        return found

    def _due(self, step: Step, start: datetime) -> datetime | None:
        """When its limit ends; None without one, or when that was before its version began: nobody is held to it."""
        due = due_at(start, step.limit, self.facts.workdays, self.book) if step.limit else None
        return None if due and due < self.begins_at else due

    def _back_at(self, step: Step, start: datetime) -> datetime | None:
        """When she came back into the house: what began when she left begins anew when she leaves again."""
        if step.starts_with is None or step.starts_with.milestone is not Milestone.EXITED:
            return None
        back = (event.at for event in self.facts.by_milestone.get(Milestone.ADMITTED, ()) if event.at > start)
        return min(back, default=None)

    def _lap(self, step: Step, number: int, start: datetime, due: datetime | None,
             ends: list[tuple[datetime, StepState]], after: datetime | None) -> Lap | None:
        """One lap; None where its clock began anew (or she was back) before its limit was over."""
        if ends:
            return Lap(step.key, number, start, due, *ends[0])
        if after is not None:
            return Lap(step.key, number, start, due, after, StepState.ENDED) if due and due < after else None
        if self._is_stopped(step, start):
            return Lap(step.key, number, start, due, self.facts.closed_at, StepState.ENDED)
        return Lap(step.key, number, start, due)

    def _is_stopped(self, step: Step, start: datetime) -> bool:
        """Whether closing the case ended a clock. What closing asks for runs on; what only began with it does not.

        Who leaves and is followed up by nobody has left and is closed at the same moment.
        """
        over_at = self.facts.over_at
        return over_at is not None and (start < over_at or (start == over_at and not self._follows_closing(step)))

    def _follows_closing(self, step: Step) -> bool:
        """Whether closing begins it, or a step that closing begins or shows to be done."""
        passed: set[str] = set()
        while step.start is Start.STEP and step.key not in passed and step.after in self.book.by_key:
            passed.add(step.key)
            step = self.book.by_key[step.after]
            if _is_closing(step.happening):
                return True
        return _is_closing(step.starts_with)

    def _ends(self, step: Step) -> list[tuple[datetime, StepState]]:
        said = [(each.at, StepState.SKIPPED if each.word is Word.SKIPPED else StepState.DONE)
                for each in self.facts.said if each.step == step.key]
        shown = self._matching(step.happening) if Evidence.MILESTONE in step.evidence else []
        return sorted([*said, *((event.at, StepState.DONE) for event in shown)])

    def _matching(self, wanted: Happening | None) -> list[Event]:
        if wanted is None:
            return []
        return [event for event in self.facts.by_milestone.get(wanted.milestone, ()) if is_told_by(wanted, event)]


def _is_closing(happening: Happening | None) -> bool:
    return happening is not None and happening.milestone is Milestone.CLOSED


def is_told_by(wanted: Happening | None, event: Event) -> bool:
    """Whether it is this that happened."""
    return wanted is not None and event.milestone is wanted.milestone and wanted.detail in {"", event.detail}


@dataclass(frozen=True)
class Place:
    """Where a step stands in a case now: its latest lap, if it has one."""

    step: Step
    lap: Lap | None
    state: StepState

    @property
    def is_open(self) -> bool:
        """Its clock runs."""
        return self.state in {StepState.RUNNING, StepState.DUE, StepState.OVER}

    @property
    def is_done(self) -> bool:
        """It is done, or was skipped with a reason."""
        return self.state in {StepState.DONE, StepState.SKIPPED}

    @property
    def is_left(self) -> bool:
        """Something is still to be done."""
        return self.state in OPEN


def places(book: Book, found: dict[str, list[Lap]], now: datetime) -> list[Place]:
    """Every step that concerns her, in the order of the protocol."""
    latest = {key: each[-1] if each else None for key, each in found.items()}
    return [
        Place(step, lap := latest[step.key], lap.state(now) if lap else StepState.WAITING)
        for step in book.steps if step.key in found
    ]


def next_due(found: dict[str, list[Lap]]) -> Lap | None:
    """The open lap whose limit ends first; of those without a limit the first that started."""
    running = [each[-1] for each in found.values() if each and each[-1].end is None]
    return min(running, key=_order, default=None)


def _order(lap: Lap) -> tuple[datetime, datetime, str]:
    return lap.due_at or NEVER, lap.started_at or NEVER, lap.step


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """The value below which a share of them lies, between neighbours in proportion; None of none.

    Hyndman and Fan's seventh definition, the usual one of spreadsheets (PERCENTILE.INC).
    """
    if not sorted_values:
        return None
    place = (len(sorted_values) - 1) * share
    low = int(place)
    high = min(low + 1, len(sorted_values) - 1)
    return sorted_values[low] + (sorted_values[high] - sorted_values[low]) * (place - low)


def may_be_said(step: Step, state: StepState | None, is_allowed: bool) -> None:
    """Only of what is still to be done, and as the protocol lets it be shown."""
    if state not in OPEN:
        raise RuleBroken(_("This step is not to be done any more: look at the route again"))
    if not is_allowed:
        raise RuleBroken(_("The protocol does not let a person's word do for this step"))


def is_shown(step: Step, has_document: bool) -> None:
    """Where the protocol wants a document, nobody's word does instead."""
    if Evidence.DOCUMENT in step.evidence and Evidence.WORD not in step.evidence and not has_document:
        raise RuleBroken(
            _("For this step the protocol wants a document: attach it to the case first, and choose it"), "document_id")


def may_be_left_out(step: Step) -> None:
    """Only what the protocol lets be skipped."""
    if not step.may_be_skipped:
        raise RuleBroken(_("The protocol does not let this step be skipped"))


def within_the_case(at: datetime, alert_at: datetime | None, now: datetime) -> None:
    """Nothing is done in the future, or before the alert."""
    if at > now + timedelta(minutes=1):
        raise RuleBroken(_("This cannot be later than now"), "at")
    if alert_at and at < alert_at.replace(second=0, microsecond=0):
        raise RuleBroken(_("This cannot be before the alert"), "at")


def needs_words(is_needed: bool, note: str | None) -> None:
    """Whoever chooses "another" says which."""
    if is_needed and not note:
        raise RuleBroken(_("Write which"), "note")
