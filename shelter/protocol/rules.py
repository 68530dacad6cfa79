"""A version of the protocol in plain values, what others read of it; and what may stand in one and be published."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import NamedTuple

from shelter.codes.cases import Milestone
from shelter.codes.leaving import ExitReason
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.rules import RuleBroken
from shelter.texts import language, speaking
from shelter.texts import say as _


@dataclass(frozen=True)
class Happening:
    """A milestone; with `detail`, only where the timeline says this of it (`service_given`, `medical`)."""

    milestone: Milestone
    detail: str = ""


@dataclass(frozen=True)
class Limit:
    """How long a step may take: hours by the clock, or days that are worked."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class Step:
    """One step. `key` is the same in every version, `number` as printed (4.2).

    Its clock starts with the alert, with something that happened (`starts_with`), or when the step `after` is done.
    `happening` or a document (with the word of who attached it) or a person's word is evidence, whatever `evidence`
    names. It applies to whom any of `applies_to` is true of; to everybody, when that is empty. Steps of a phase follow
    each other, unless one `is_beside` the others. `is_validated`: of the institutions that answer for it one said yes,
    and none no; `silent` are those that have said nothing yet.
    Ended ones too: what they have done or not is not measured by what others said after them. `is_awaited`: one of
    today is among them. `institution_id`: the one of its kind that is meant, where it is not any.
    """

    key: str
    number: str
    phase: str
    name: dict[str, str]
    responsible: InstitutionKind | None
    start: Start
    standing: Standing
    starts_with: Happening | None = None
    after: str = ""
    limit: Limit | None = None
    evidence: frozenset[Evidence] = frozenset({Evidence.WORD})
    happening: Happening | None = None
    applies_to: frozenset[Condition] = frozenset()
    is_beside: bool = False
    may_be_skipped: bool = False
    is_validated: bool = False
    silent: frozenset[uuid.UUID] = field(default=frozenset(), compare=False)
    is_awaited: bool = field(default=False, compare=False)
    institution_id: uuid.UUID | None = None
    id: uuid.UUID | None = None

    def binding(self, institution_id: uuid.UUID | None) -> Step:
        """The same step as it binds the institution that must act: for one that has said nothing it is a proposal."""
        return replace(self, is_validated=False) if self.is_validated and institution_id in self.silent else self


@dataclass(frozen=True)
class Phase:
    """A phase: its key, its name and its place."""

    key: str
    name: dict[str, str]
    number: int


@dataclass(frozen=True)
class Book:
    """A version as routes of cases read it. Working days end at `cut_off`: what starts later starts the next one."""

    version_id: uuid.UUID
    number: int
    starts_on: date
    cut_off: time = time(17, 0)
    phases: tuple[Phase, ...] = ()
    steps: tuple[Step, ...] = ()
    by_key: dict[str, Step] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Steps by key."""
        object.__setattr__(self, "by_key", {step.key: step for step in self.steps})


def followed(books: Sequence[Book], day: date) -> Book | None:
    """Of the published versions in the order of time, which one a case follows that was opened on a day."""
    return next((each for each in reversed(books) if each.starts_on <= day), next(iter(books), None))


MOST = {Unit.HOURS: 720, Unit.WORKING_DAYS: 365}
"""The longest limits: beyond thirty days hours are no measure, beyond a year a limit is none."""


EARLIEST_END = time(8)
"""No working day ends before; midnight, above all, is no hour at which one ends."""


def check_cut_off(cut_off: time) -> None:
    """Refuse an hour at which no working day ends."""
    if cut_off < EARLIEST_END:
        raise RuleBroken(_("A working day does not end before %(hour)s: write the hour, like 17:00",
                           hour=f"{EARLIEST_END:%H:%M}"), "cut_off")


class Fault(NamedTuple):
    """What is wrong with a step, and at which field; `key` is empty when it concerns the whole version."""

    key: str
    field: str
    message: str


def faults(book: Book) -> list[Fault]:
    """All that keeps a version from being published."""
    if not book.steps:
        return [Fault("", "", _("It has no steps yet"))]
    return [fault for step in book.steps for fault in faults_of(step, book.by_key)]


def check(step: Step, others: Mapping[str, Step]) -> None:
    """Refuse a step that cannot stand among the others, at the field that is wrong."""
    for fault in faults_of(step, {**others, step.key: step}):
        raise RuleBroken(fault.message, fault.field)


def faults_of(step: Step, steps: Mapping[str, Step]) -> Iterator[Fault]:
    """What is wrong with one step among all of them, in the order in which they stand."""
    for place, message in (*_of_limit(step), *_of_start(step, steps), *_of_evidence(step)):
        yield Fault(step.key, place, message)


def _of_limit(step: Step) -> Iterator[tuple[str, str]]:
    if step.limit and not 1 <= step.limit.amount <= MOST[step.limit.unit]:
        yield "limit_amount", _("From 1 to %(most)s %(unit)s", most=MOST[step.limit.unit], unit=step.limit.unit.label)
    if step.standing is not Standing.TARGET and step.responsible is None:
        yield "responsible", _("Only what an institution answers for can be law or protocol: choose which, or mark the "
                               "limit as a target")


def _of_start(step: Step, steps: Mapping[str, Step]) -> Iterator[tuple[str, str]]:
    if step.start is Start.MILESTONE and step.starts_with is None:
        yield "starts_with", _("Say what starts it")
    before = steps.get(step.after)
    if step.start is Start.STEP and before is None:
        yield "after", _("Choose the step after which it starts: without it, it would never start")
    elif circle := circle_of(step, steps):
        yield _WHERE[step.start], say_circle(circle)
    elif before and before.applies_to and not (step.applies_to and step.applies_to <= before.applies_to):
        yield "after", _("“%(name)s” does not apply to everybody to whom this one does: for some it would never "
                         "start", name=said(before))


_WHERE = {Start.STEP: "after", Start.MILESTONE: "starts_with", Start.ALERT: "is_beside"}
"""The field at which a circle is told."""


def in_phase_before(steps: Iterable[Step]) -> Iterator[tuple[str, Step]]:
    """By step the one before it in its phase, for which it waits; those that run beside the others stand aside."""
    latest: dict[str, Step] = {}
    for step in steps:
        if step.is_beside:
            continue
        if step.phase in latest:
            yield step.key, latest[step.phase]
        latest[step.phase] = step


def circle_of(step: Step, steps: Mapping[str, Step]) -> list[Step]:
    """The steps from this one back to itself, each waiting for the next; none when there is no such circle."""
    before = dict(in_phase_before(steps.values()))
    waits = {key: _waits(each, before.get(key), steps) for key, each in steps.items()}
    can: set[str] = set()
    while ready := {key for key, groups in waits.items() if key not in can and all(map(_one_of(can), groups))}:
        can |= ready
    walked, at = [], step
    while at.key not in can and at not in walked:
        walked.append(at)
        at = next(each for group in waits[at.key] if not _one_of(can)(group) for each in group)
    return [*walked, step] if walked and at is step else []


def no_new_circle(before: Mapping[str, Step], after: Mapping[str, Step]) -> None:
    """Refuse steps that wait for each other and did not before; they are told by the numbers that they had."""
    for key, step in after.items():
        circle = circle_of(step, after)
        if circle and not (key in before and circle_of(before[key], before)):
            raise RuleBroken(say_circle(before.get(each.key, each) for each in circle))


def say_circle(circle: Iterable[Step]) -> str:
    """Steps that wait for each other, in words."""
    return _("They would wait for each other: %(steps)s", steps=" → ".join(map(said, circle)))


def _one_of(can: Collection[str]) -> Callable[[Iterable[Step]], bool]:
    return lambda group: any(each.key in can for each in group)


def _waits(step: Step, before: Step | None, steps: Mapping[str, Step]) -> list[list[Step]]:
    """What it waits for: of each group one step must be done. A step that is not there is another fault."""
    first = steps.get(step.after) if step.start is Start.STEP else None
    groups = ([first] if first else [], _showing(step, steps), [before] if before else [])
    return [group for group in groups if group]


def _showing(step: Step, steps: Mapping[str, Step]) -> list[Step]:
    """The steps of which what starts this one shows that they are done."""
    if step.start is not Start.MILESTONE or step.starts_with is None:
        return []
    return [
        each for each in steps.values()
        if each.key != step.key and Evidence.MILESTONE in each.evidence and covers(each.happening, step.starts_with)
    ]


def covers(wanted: Happening | None, found: Happening) -> bool:
    """Whether what is wanted is there when another happening is."""
    return wanted is not None and wanted.milestone is found.milestone and wanted.detail in {"", found.detail}


AT_FIRST = frozenset({Milestone.ALERTED, Milestone.REFERRED, Milestone.OPENED})
"""What happens once in a case, before anything else."""
FOR_GOOD = frozenset({ExitReason.DEATH, ExitReason.NOT_TRAFFICKED})
"""Exits that close the case: she is neither served nor followed up nor received afterwards."""
AFTERWARDS = frozenset({Milestone.CLOSED, Milestone.ATTACHED, Milestone.REFERRAL_ANSWERED})


def comes_after(start: Happening, wanted: Happening) -> bool:
    """Whether something can happen after another has."""
    if start.milestone is Milestone.EXITED and start.detail in FOR_GOOD:
        return wanted.milestone in AFTERWARDS
    return start.milestone in AT_FIRST or wanted.milestone not in AT_FIRST


def _of_evidence(step: Step) -> Iterator[tuple[str, str]]:
    if not step.evidence:
        yield "evidence", _("Say what shows that it is done")
    if Evidence.MILESTONE in step.evidence and step.happening is None:
        yield "happening", _("Say which happening shows that it is done")
    start = Happening(Milestone.ALERTED) if step.start is Start.ALERT else step.starts_with
    if start and step.start is not Start.STEP and covers(step.happening, start):
        yield "happening", _("The same happening starts it: it would be done at once")
    elif start and step.happening and step.start is not Start.STEP and not comes_after(start, step.happening):
        yield "happening", _("This never happens after what starts it: it would never be done")


def here(words: Mapping[str, str] | None) -> str:
    """A text in the reader's language; in Spanish where it has no other."""
    return (words.get(language()) or words["es"]) if words else ""


def numbered(title: Mapping[str, str], number: int) -> dict[str, str]:
    """What a version is called where several are spoken of, by language."""
    found = {}
    for each, text in title.items():
        with speaking(each):
            found[each] = f"{text} · {_('version %(number)s', number=number)}"
    return found


def said(step: Step) -> str:
    """A step's number and name in the reader's language."""
    return f"{step.number} {here(step.name)}"


FARTHEST = timedelta(days=366)


def first_day(day: date, latest: date | None) -> date:
    """The first day on which a version may start: the first one today; another tomorrow and after every other.

    Cases that were opened today already follow the one that held this morning.
    """
    return day if latest is None else max(day, latest) + timedelta(days=1)


def may_start(starts_on: date, day: date, latest: date | None) -> None:
    """A version starts within a year, and after every other: what is published or followed is never taken back."""
    if starts_on > day + FARTHEST:
        raise RuleBroken(_("It starts within a year: look at the year that you wrote"), "starts_on")
    if latest is None and starts_on < day:
        raise RuleBroken(_("It can start today or later: what was done until now was done without it"), "starts_on")
    if latest is not None and starts_on <= day:
        raise RuleBroken(_("It can start tomorrow or later: cases that were opened today stay on the version that they "
                           "follow"), "starts_on")
    if latest is not None and starts_on <= latest:
        raise RuleBroken(_("Another version starts on that day or later: choose a later day"), "starts_on")


def reason_not_to_publish(state: VersionState, writers: Collection[uuid.UUID], by: uuid.UUID) -> str:
    """Why this person may not publish it; empty when she may."""
    if state is VersionState.PUBLISHED:
        return _("It is published already")
    if state is not VersionState.VALIDATION:
        return _("It goes to the institutions first, so that they can validate it")
    if by in writers:
        return _("A second person publishes it: whoever wrote a part of it does not")
    return ""


def is_as_seen(version: int, seen: int | None) -> None:
    """Nobody says yes to words that changed while her page was open."""
    if seen is not None and seen != version:
        raise RuleBroken(_("It was taken back and may say something else now: read it once more, then open this page "
                           "again"))


def answered_between(answered_on: date, begun_on: date, day: date) -> None:
    """An institution answers about a version after it was begun, and not in the future."""
    if answered_on > day:
        raise RuleBroken(_("This day has not come yet"), "answered_on")
    if answered_on < begun_on:
        raise RuleBroken(_("That was before this version was begun: look at the year that you wrote"), "answered_on")


NEXT = {
    VersionState.DRAFT: (VersionState.COMMENTS, VersionState.DISCARDED),
    VersionState.COMMENTS: (VersionState.VALIDATION, VersionState.DRAFT, VersionState.DISCARDED),
    VersionState.VALIDATION: (VersionState.DRAFT, VersionState.DISCARDED),
}
"""Where a version can go; to be published it needs a second person and a day."""


def may_become(state: VersionState, then: VersionState) -> None:
    """Refuse a turn in the life of a version that there is not."""
    if then not in NEXT.get(state, ()):
        raise RuleBroken(_("This version cannot become that now: somebody changed it meanwhile"))


class Change(NamedTuple):
    """What became of a step or a phase between two versions: its fields as (label, before, after) where they differ;
    `was`: its number before, where it was moved.
    """

    kind: str
    key: str
    number: str
    name: str
    fields: list[tuple[str, str, str]]
    was: str = ""


class Told(NamedTuple):
    """A step as it is read aloud: its number, its name, its fields in words by their labels. Or a phase, in none."""

    number: str
    name: str
    fields: dict[str, str]
    phase: str = ""


def changes(before: Mapping[str, Told], after: Mapping[str, Told]) -> list[Change]:
    """One by one what was added, removed, changed, moved; what the new version has in its order, then what it has not.
    """
    found, stayed = [], _stayed(before, after)
    for key, told in after.items():
        old = before.get(key)
        if old is None:
            found.append(Change("added", key, told.number, told.name, []))
            continue
        differ = [(label, old.fields.get(label, ""), text) for label, text in told.fields.items()
                  if text != old.fields.get(label, "")]
        if differ or key not in stayed:
            was = "" if key in stayed else old.number
            found.append(Change("changed" if differ else "moved", key, told.number, told.name, differ, was))
    return found + [Change("removed", key, old.number, old.name, []) for key, old in before.items() if key not in after]


def _stayed(before: Mapping[str, Told], after: Mapping[str, Told]) -> set[str]:
    """What was not moved: of what is in the same phase in both versions the longest row that has one order in both.

    Another number alone is no move: something was added or taken out before it, or its whole phase was moved.
    """
    place = {key: at for at, key in enumerate(before)}
    rows: dict[str, list[list[str]]] = {}
    for key, told in after.items():
        if key in before and before[key].phase == told.phase:
            ended = rows.setdefault(told.phase, [[]])
            ended.append([*max((row for row in ended if not row or place[row[-1]] < place[key]), key=len), key])
    return {key for ended in rows.values() for key in max(ended, key=len)}
