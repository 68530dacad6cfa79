"""What an arrival must respect, in plain values. Nothing here asks for consent: shelter never depends on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from shelter.codes.cases import Answer, Exploitation
from shelter.rules import RuleBroken
from shelter.texts import say as _


def answers(found: Collection[Exploitation], others_ruled_out: Answer) -> dict[Exploitation, Answer]:
    """Yes for the forms that were recognised; the others are a no only where they were ruled out, else not known."""
    rest = dict.fromkeys(Exploitation, Answer.NO) if others_ruled_out is Answer.YES else {}
    return {**rest, **dict.fromkeys(found, Answer.YES)}


def recognised(answers: Mapping[Exploitation, Answer]) -> list[Exploitation]:
    """The forms that were recognised, in the order of the list."""
    return [form for form in Exploitation if answers.get(form) is Answer.YES]


def ruled_out(answers: Mapping[Exploitation, Answer]) -> Answer | None:
    """Yes where the others were ruled out; None where nobody said so."""
    return Answer.YES if Answer.NO in answers.values() else None


def may_finish(safety_at: datetime | None, name_used: str | None, finished_at: datetime | None) -> None:
    """Safety and a name to call her by come before the end; consent and her story do not have to."""
    if finished_at:
        raise RuleBroken(_("This intake is finished already"))
    if not safety_at:
        raise RuleBroken(_("Answer first whether she is safe and whether she needs a doctor"))
    if not name_used:
        raise RuleBroken(_("Write at least the name she wants to be called"))
