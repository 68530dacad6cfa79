"""How a route is said: how much time is left, what over its limit means, where a limit comes from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shelter.calendar import local
from shelter.codes.protocol import Standing, StepState, Unit
from shelter.protocol.rules import Limit, Step
from shelter.protocol.words import is_proposal
from shelter.texts import Given, say_many
from shelter.texts import say as _
from shelter.web.locale import day_sayer, say_day, say_moment

from .rules import NEVER, Lap, Place, binds

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIGNS = {
    StepState.DONE: "✓", StepState.OVER: "▲", StepState.DUE: "◔", StepState.RUNNING: "▸", StepState.SKIPPED: "–",
    StepState.ENDED: "×", StepState.WAITING: "○",
}
"""The shape of a state in the diagram; its words stand beside it."""
KINDS = {
    StepState.DONE: "done", StepState.OVER: "due", StepState.DUE: "due", StepState.RUNNING: "active",
    StepState.SKIPPED: "neutral", StepState.ENDED: "neutral", StepState.WAITING: "neutral",
}
"""The look of a tag; its words say the same."""


def say_left(due_at: datetime, now: datetime) -> str:
    """How much time is left, or how long ago it was over."""
    return left_sayer(now)(due_at)


def left_sayer(now: datetime) -> Callable[[datetime], str]:
    """The same for many limits at once: what does not change from one to the next is asked once."""
    say_day, this_day = day_sayer(), local(now).date()
    over, due_today, due = (
        _("Was due %(length)s ago (%(when)s)"), _("Due today at %(hour)s, in %(length)s"),
        _("Due in %(length)s (%(when)s)"),
    )

    def say(due_at: datetime) -> str:
        left, there = due_at - now, local(due_at)
        hour = f"{there:%H:%M}"
        if left >= timedelta(0) and there.date() == this_day:
            return due_today % {"hour": hour, "length": say_length(left)}
        return (over if left < timedelta(0) else due) % {
            "length": say_length(abs(left)), "when": f"{say_day(there.date())}, {hour}"}

    return say


class Line(NamedTuple):
    """A case on the board, in words; those that are empty are not said."""

    id: uuid.UUID
    title: str
    code: str
    step: str
    phase: str
    over: str
    left: str
    house: str


def say_rows(rows: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Line]:
    """The rows of the board."""
    no_limit, say, known = _("no limit"), left_sayer(now), dict[int, tuple[str, str, str]]()
    for row in rows:
        step, phase, due_at, name = row["step"], row["phase"], row["due_at"], row["name"]
        if id(step) not in known:
            known[id(step)] = ("—", "", "") if step is None else (
                f"{step.number} {Given(step.name)}", str(Given(phase.name)), say_over(step))
        its_step, its_phase, over = known[id(step)]
        yield Line(
            row["id"], name or row["code"], row["code"] if name else "", its_step, its_phase,
            over if row["has_limit"] and due_at < now else "", say(due_at) if row["has_limit"] else no_limit,
            row["house"],
        )


def say_length(length: timedelta) -> str:
    """Minutes, hours or days: the largest that says enough."""
    if length < HOUR:
        return str(say_many("%(num)s minute", "%(num)s minutes", max(1, length // timedelta(minutes=1))))
    if length < 2 * DAY:
        return str(say_many("%(num)s hour", "%(num)s hours", length // HOUR))
    return str(say_many("%(num)s day", "%(num)s days", length // DAY))


def say_over(step: Step) -> str:
    """What it is to be over a limit: late only where it binds."""
    if binds(step):
        return str(_("Late"))
    return str(_("Beyond the target") if step.standing is Standing.TARGET else _("Over the proposed limit"))


def say_state(place: Place) -> tuple[str, str]:
    """The state in words, and the kind of tag."""
    text = say_over(place.step) if place.state is StepState.OVER else str(place.state.label)
    return text, KINDS[place.state]


def say_who(step: Step, name: dict[str, str] | None) -> str:
    """Who must act: the institution, by its name; the kind of one where none is known; or the house itself."""
    if step.responsible is None:
        return str(_("The house"))
    return str(Given(name)) if name else str(_("%(kind)s: none is known in this province", kind=step.responsible.label))


def say_limit(limit: Limit | None) -> str:
    """How long a step may take."""
    if limit is None:
        return str(_("no limit"))
    if limit.unit is Unit.HOURS:
        return str(say_many("%(num)s hour", "%(num)s hours", limit.amount))
    return str(say_many("%(num)s working day", "%(num)s working days", limit.amount))


def say_standing(step: Step) -> str:
    """Where the limit comes from; what an institution answers for and none said yes to is a proposal, limit or not."""
    standing, proposal = str(step.standing.label), str(_("proposal"))
    if step.limit is None:
        return proposal if is_proposal(step) else ""
    if step.standing is Standing.TARGET:
        return f"{standing} · {proposal}" if is_proposal(step) else standing
    return standing if step.is_validated else proposal


def say_when(lap: Lap | None, now: datetime) -> str:
    """The moment that matters of a lap: when it ended and how late that was, or how much time is left."""
    if lap is None:
        return ""
    if lap.ended_at is not None:
        return " ".join((say_moment(lap.ended_at), _late(lap))).strip()
    if lap.due_at is not None:
        return say_left(lap.due_at, now)
    return str(_("Since %(day)s", day=say_day(lap.started_at)))


def _late(lap: Lap) -> str:
    if lap.ended_at is None or lap.due_at is None or not lap.is_late(lap.ended_at):
        return ""
    return str(_("(%(length)s after its limit)", length=say_length(lap.ended_at - lap.due_at)))


def ask_why(lap: Lap, place: Place) -> str:
    """The question about a limit that was over: of this time, or of the time before."""
    if place.lap is None or lap.number < place.lap.number:
        return str(_("Say why it went over its limit the time before"))
    return str(_("Say why") if place.is_open else _("Say why it went over its limit"))


def say_phases(route: Any) -> list[dict[str, Any]]:
    """The phases in order with their steps; those without a step that concerns her are left out.

    What is done, or skipped with a reason, counts as done; what ended otherwise is told apart.
    """
    found = []
    for phase in route.book.phases:
        steps = [each for each in route.places if each.step.phase == phase.key]
        if steps:
            done, ended = sum(each.is_done for each in steps), sum(each.state is StepState.ENDED for each in steps)
            is_open, is_left = any(each.is_open for each in steps), any(each.is_left for each in steps)
            state = "now" if is_open else "next" if is_left else "ended" if ended else "done"
            found.append({"phase": phase, "places": steps, "done": done, "ended": say_ended(ended), "is_open": is_open,
                          "state": state})
    return found


def say_ended(count: int) -> str:
    """How many steps ended without being done; empty of none."""
    return str(say_many("%(num)s step ended without being done", "%(num)s steps ended without being done", count)
               if count else "")


def pressing(route: Any, most: int = 5) -> tuple[list[Place], str]:
    """Every step over its limit, then the next ones, `most` in all if there is room; how many more are running."""
    running = sorted((each for each in route.places if each.is_open),
                     key=lambda each: (each.lap.due_at or NEVER, each.lap.started_at))
    most = max(most, sum(each.state is StepState.OVER for each in running))
    return running[:most], say_more(len(running[most:]))


def say_more(count: int) -> str:
    """How many more steps are running; empty of none."""
    return str(say_many("%(num)s more step is running: see it below",
                        "%(num)s more steps are running: see them below", count) if count else "")


def say_documents(rows: Iterable[Mapping[str, Any]]) -> list[tuple[uuid.UUID, str]]:
    """The documents of a case as choices: number and title; of those that the reader may not open, the discipline."""
    return [
        (row["id"], f"{row['number']}. {row['title'] or row['discipline'].label} · {say_day(row['made_at'])}")
        for row in rows
    ]
