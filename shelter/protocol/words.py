"""A step in words: what starts it, how long it may take, what shows that it is done, to whom it applies."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from shelter.codes.cases import ConsentPurpose, Milestone
from shelter.codes.leaving import ExitReason, FollowUpMonth
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit, VersionState
from shelter.codes.services import Discipline
from shelter.texts import say as _
from shelter.texts import say_many

from .models import ProtocolPhase, ProtocolStep, reference_of
from .rules import Happening, Limit, Step, Told, in_phase_before, said
from .rules import here as here

DETAILS: dict[Milestone, Any] = {
    Milestone.SERVICE_GIVEN: Discipline, Milestone.ATTACHED: Discipline, Milestone.CONSENTED: ConsentPurpose,
    Milestone.KEPT_IN_TOUCH: FollowUpMonth, Milestone.EXITED: ExitReason,
}
"""Happenings of which the timeline says something more that a step may ask for."""


def happenings() -> list[tuple[str, str]]:
    """What can happen in a case, as choices: `milestone` or `milestone:detail`, and its words."""
    found = []
    for milestone in Milestone:
        found.append((milestone.value, str(milestone.label)))
        found += [
            (f"{milestone}:{detail}", f"{milestone.label}: {detail.label}") for detail in DETAILS.get(milestone, ())
        ]
    return found


def say_happening(happening: Happening | None) -> str:
    """A happening in words."""
    if happening is None:
        return ""
    word = f"{happening.milestone}:{happening.detail}" if happening.detail else happening.milestone.value
    return dict(happenings()).get(word, str(happening.milestone.label))


def say_start(step: Step, steps: Mapping[str, Step], *, numbered: bool = True) -> str:
    """What starts its clock. Without the number of the step before, where versions are compared."""
    if step.start is Start.STEP:
        before = steps.get(step.after)
        if before is None:
            return _("After a step that is not there")
        return _("When this is done: %(step)s", step=said(before) if numbered else here(before.name))
    if step.start is Start.MILESTONE:
        return _("With this: %(what)s", what=say_happening(step.starts_with))
    return _("With the alert")


def say_wait(step: Step, steps: Mapping[str, Step]) -> str:
    """For which step of its phase it waits besides; empty of none, or where that step is what starts its clock."""
    before = dict(in_phase_before(steps.values())).get(step.key)
    if before is None or (step.start is Start.STEP and step.after == before.key):
        return ""
    return _("It also waits until the step before it in its phase is done: %(step)s", step=said(before))


def say_limit(limit: Limit | None) -> str:
    """How long it may take."""
    if limit is None:
        return _("No limit")
    if limit.unit is Unit.HOURS:
        return say_many("%(num)s hour", "%(num)s hours", limit.amount)
    return say_many("%(num)s working day", "%(num)s working days", limit.amount)


def say_standing(step: Step) -> str:
    """What its limit is: law or agreed only where an institution said yes, a proposal until then; or a target."""
    if step.standing is Standing.TARGET:
        return str(Standing.TARGET.label)
    return str(step.standing.label) if step.is_validated else _("Proposal: %(standing)s, not validated yet",
                                                                standing=str(step.standing.label).lower())


def say_marks(step: Step) -> list[str]:
    """Its limit, and what that is, in two short lines; where nobody has validated it, that it is a proposal."""
    limit = [say_limit(step.limit)] if step.limit else []
    if is_proposal(step) and step.standing is not Standing.TARGET:
        return [*limit, _("Proposal: %(standing)s", standing=str(step.standing.label).lower())]
    marks = [str(step.standing.label)] * len(limit) + [_("Proposal")] * is_proposal(step)
    return [*limit, " · ".join(marks)] if marks else []


def say_clock(step: Step, steps: Mapping[str, Step]) -> str:
    """Its limit, what that is, and what starts it: all that an institution says yes to besides the words."""
    return f"{say_limit(step.limit)} · {step.standing.label} · {say_start(step, steps)}"


def is_proposal(step: Step) -> bool:
    """Whether an institution answers for it, and none has said yes to its words yet."""
    return step.responsible is not None and not step.is_validated


def say_evidence(step: Step) -> str:
    """What shows that it is done."""
    return "; ".join(
        say_happening(step.happening) if each is Evidence.MILESTONE else str(each.label)
        for each in Evidence if each in step.evidence
    )


def say_whom(step: Step) -> str:
    """To whom it applies."""
    return "; ".join(str(each.label) for each in Condition if each in step.applies_to) or _("Everybody")


def say_responsible(step: Step) -> str:
    """The kind of institution that answers for it."""
    return str(step.responsible.label) if step.responsible else _("The team of the house")


def say_why_closed(state: VersionState) -> str:
    """Why the words of a version do not change now."""
    if state is VersionState.PUBLISHED:
        return _("This version is published and does not change any more: begin a new version to change something")
    if state is VersionState.DISCARDED:
        return _("This version was thrown away and does not change any more")
    return _("This version is not being written: take it back to the draft first")


def say_act(act: str, request_id: uuid.UUID | None) -> str:
    """By which act an institution answered: its letter or minutes; without one, the request that its slip answered."""
    return act or (_("answer %(reference)s", reference=reference_of(request_id)) if request_id else "")


Named = Mapping[uuid.UUID, Mapping[str, str]]
"""The names of institutions."""


def fields(row: ProtocolStep, step: Step, steps: Mapping[str, Step], named: Named) -> dict[str, str]:
    """All that a step asks, in words, by the label of each field."""
    yes, no = _("Yes"), _("No")
    before = dict(in_phase_before(steps.values())).get(step.key)
    return {
        _("Name of the step"): here(row.name), _("What is done and how"): here(row.procedure),
        _("Who is responsible"): say_responsible(step),
        _("Which one of that kind"): here(named[row.institution_id]) if row.institution_id else "",
        _("What starts its clock"): say_start(step, steps, numbered=False),
        _("Limit"): say_limit(step.limit), _("Standing of the limit"): str(step.standing.label),
        _("Legal basis"): here(row.basis), _("What shows that it is done"): say_evidence(step),
        _("To whom it applies"): say_whom(step), _("Runs beside others"): yes if step.is_beside else no,
        _("Waits in its phase for"): here(before.name) if before else "",
        _("May be skipped"): yes if step.may_be_skipped else no,
    }


def told(rows: list[ProtocolStep], steps: Mapping[str, Step], named: Named) -> dict[str, Told]:
    """Every step of a version as it is read aloud, by its key."""
    return {
        row.key: Told(steps[row.key].number, here(row.name), fields(row, steps[row.key], steps, named),
                      steps[row.key].phase) for row in rows
    }


def told_phases(phases: Iterable[ProtocolPhase]) -> dict[str, Told]:
    """Every phase of a version by its key."""
    return {
        each.key: Told(f"{each.number}", here(each.name), {_("Name of the phase"): here(each.name)}) for each in phases
    }
