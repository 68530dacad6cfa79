"""The clocks of one case, worked out from what happened, what was said, and the working calendar; nothing is kept here.

A step runs once for every time that its clock starts: a *lap*. Whoever comes back to the house has a second lap of what
begins with the arrival. What shows that it is done counts in the lap in which it lies; before its turn too, but not
what belongs to an earlier stay. When the case is over its clocks stop, but for what closing it asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from shelter.calendar import local, minute, moment_of
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, StepState, Unit
from shelter.codes.route import Word
from shelter.partners.workdays import DAY, Workdays
from shelter.protocol.rules import AT_FIRST, Book, Happening, Limit, Step, in_phase_before

NEVER, EVER = datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
"""When what has no limit is due; and before everything."""
ONCE = AT_FIRST | {Milestone.IDENTIFIED, Milestone.INTAKE_DONE}
"""What happens once in a case, whenever she comes back."""
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
    def arrivals(self) -> list[datetime]:
        """When she came into the house, every time."""
        return sorted(event.at for event in self.by_milestone.get(Milestone.ADMITTED, ()))

    @property
    def returns(self) -> list[datetime]:
        """When she came back into it."""
        return self.arrivals[1:]

    @cached_property
    def over_at(self) -> datetime | None:
        """When the case was over; that is told later, sometimes."""
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

    @property
    def is_done(self) -> bool:
        """It is done, or was skipped with a reason."""
        return self.end in {StepState.DONE, StepState.SKIPPED}

    def is_late(self, now: datetime) -> bool:
        """Whether it went over its limit, or is over it; what ended at the minute of its limit did not."""
        ended_at = minute(self.ended_at) if self.ended_at else now
        return self.due_at is not None and ended_at > self.due_at and self.end is not StepState.SKIPPED


def laps(book: Book, facts: Facts) -> dict[str, list[Lap]]:
    """By step every lap of it, in order; no lap: it has not started. A step that does not apply is not there."""
    return _Walk(book, facts).all()


def turns(book: Book, facts: Facts, step: Step) -> list[Turn]:
    """Every time that its clock starts, those too that leave no lap."""
    return _Walk(book, facts).turns(step)


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


class Turn(NamedTuple):
    """When a clock starts, and when it was asked to: earlier where the step waited for the one before it."""

    starts_at: datetime
    asked_at: datetime


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
            self.found[step.key] = self._run(step, self.turns(step))
            self.open.discard(step.key)
        return self.found[step.key]

    def turns(self, step: Step) -> list[Turn]:
        """When its clock starts, every time; never before the step before it in its phase is done.

        What is shown by what happens once in a case does not begin again.
        """
        before, found = self._before(step), dict[datetime, datetime]()
        for asked_at in self._own_starts(step):
            done_at = self._done_at(before, asked_at) if before else asked_at
            if done_at and not self._is_too_late(step, start := max(asked_at, done_at)):
                found[start] = asked_at
        turns = [Turn(*each) for each in sorted(found.items())]
        return self._until_done(step, turns) if is_once(step) else turns

    def _until_done(self, step: Step, turns: list[Turn]) -> list[Turn]:
        """The first, and those that began before it was done."""
        done_at = min((event.at for event in self._matching(step.happening)), default=NEVER)
        return [*turns[:1], *(each for each in turns[1:] if each.starts_at <= done_at)]

    def _done_at(self, before: Step, asked_at: datetime) -> datetime | None:
        """When the step before it was done: at the time to which this one belongs, or at a later one."""
        mine = self.laps_of(before)
        turn = max((each for each in self._own_starts(before) if each <= asked_at), default=EVER)
        return min((lap.ended_at for lap in mine if lap.ended_at and lap.is_done
                    and (lap.started_at or NEVER) >= turn), default=None)

    def _is_too_late(self, step: Step, start: datetime) -> bool:
        """Nothing begins once the case is over, but what closing it asks for."""
        return self.facts.over_at is not None and start > self.facts.over_at and not follows_closing(self.book, step)

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
            starts = [turn.starts_at for turn in self.turns(step)]
            self.open.discard(key)
            return starts
        return sorted(lap.ended_at for lap in self.laps_of(step) if lap.ended_at and lap.is_done)

    def _before(self, step: Step) -> Step | None:
        """The step on which it waits in its phase: the nearest before it that concerns this person."""
        before = self.before.get(step.key)
        while before is not None and not applies(before, self.facts.conditions):
            before = self.before.get(before.key)
        return None if before is None or step.is_beside or before.key in self.open else before

    def _run(self, step: Step, turns: list[Turn]) -> list[Lap]:
        """Cut what shows that it is done into laps."""
        ends = self._ends(step)
        if not turns:
            return [Lap(step.key, 1, None, None, *ends[0])] if ends else []
        found, used, arrivals = list[Lap](), EVER, self.facts.arrivals if is_of_leaving(self.book, step) else ()
        for place, (before, turn, anew) in enumerate(zip([None, *turns[:-1]], turns, [*turns[1:], None], strict=True)):
            since, after = self._counts_from(step, turn, before), _until(turn, anew, arrivals)
            mine = [end for end in ends if used < end[0] and since <= end[0] and (after is None or end[0] < after)]
            if lap := self._lap(step, place + 1, turn.starts_at, mine, after):
                found.append(lap)
                used = lap.ended_at if lap.ended_at and lap.is_done else used
        return found

    def _due(self, step: Step, start: datetime) -> datetime | None:
        """When its limit ends; None without one, or when that was before its version began: nobody is held to it."""
        due = due_at(start, step.limit, self.facts.workdays, self.book) if step.limit else None
        return None if due and due < self.begins_at else due

    def _counts_from(self, step: Step, turn: Turn, before: Turn | None) -> datetime:
        """What is done before its turn counts; not what belongs to an earlier stay, or to the time before this one."""
        back = max((each for each in self.facts.returns if each <= turn.asked_at), default=EVER)
        if before is None:
            return EVER if is_once(step) else back
        return back if before.starts_at < back else turn.starts_at

    def _lap(self, step: Step, number: int, start: datetime, ends: list[tuple[datetime, StepState]],
             after: datetime | None) -> Lap | None:
        """One lap; None where its clock began anew (or she was back) before its limit was over."""
        due = self._due(step, start)
        over_at = self.facts.over_at
        if ends:
            return Lap(step.key, number, start, due, *ends[0])
        if after is not None:
            return Lap(step.key, number, start, due, after, StepState.ENDED) if due and due < after else None
        if over_at is not None and (start < over_at or not follows_closing(self.book, step)):
            return Lap(step.key, number, start, due, over_at, StepState.ENDED)
        return Lap(step.key, number, start, due)

    def _ends(self, step: Step) -> list[tuple[datetime, StepState]]:
        said = [(each.at, StepState.SKIPPED if each.word is Word.SKIPPED else StepState.DONE)
                for each in self.facts.said if each.step == step.key]
        shown = self._matching(step.happening) if Evidence.MILESTONE in step.evidence else []
        return sorted([*said, *((event.at, StepState.DONE) for event in shown)])

    def _matching(self, wanted: Happening | None) -> list[Event]:
        if wanted is None:
            return []
        return [event for event in self.facts.by_milestone.get(wanted.milestone, ()) if is_told_by(wanted, event)]


def _until(turn: Turn, anew: Turn | None, arrivals: Sequence[datetime]) -> datetime | None:
    """When its clock began anew; or when she came back: what began when she left begins when she leaves again."""
    back = [each for each in arrivals if each > turn.starts_at]
    return min([*back, anew.starts_at] if anew else back, default=None)


def is_once(step: Step) -> bool:
    """Whether nothing shows it but what happens once in a case: done, it is done for good."""
    return step.evidence == {Evidence.MILESTONE} and step.happening is not None and step.happening.milestone in ONCE


def is_of_leaving(book: Book, step: Step) -> bool:
    """Whether her leaving the house begins it, or what it follows."""
    start = _chain(book, step)[-1].starts_with
    return start is not None and start.milestone is Milestone.EXITED


def follows_closing(book: Book, step: Step) -> bool:
    """Whether closing begins it, or a step that closing begins or shows to be done."""
    _own, *after = chain = _chain(book, step)
    return _is_closing(chain[-1].starts_with) or any(_is_closing(each.happening) for each in after)


def _chain(book: Book, step: Step) -> list[Step]:
    """A step, the one after which it starts, and so on."""
    found = [step]
    while step.start is Start.STEP and step.after in book.by_key and book.by_key[step.after] not in found:
        step = book.by_key[step.after]
        found.append(step)
    return found


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
        return self.lap is not None and self.lap.is_done

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
