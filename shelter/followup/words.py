"""How the follow-up is said: what is due, what is late, why a number is not shown."""

from __future__ import annotations

from datetime import date

from shelter.texts import say as _
from shelter.texts import say_many
from shelter.web.locale import say_day

from .rules import Barrier, Schedule, Step


def say_due(day: date, today: date) -> tuple[str, str]:
    """In words, and the kind of tag: late, due today, due on a day."""
    late = (today - day).days
    if late > 0:
        return str(say_many("%(num)s day late", "%(num)s days late", late)), "due"
    if late == 0:
        return str(_("Due today")), "due"
    return str(_("Due on %(day)s", day=say_day(day))), "neutral"


def say_step(step: Step, schedule: Schedule, today: date) -> tuple[str, str]:
    """One line of the schedule: done, missed, no longer to be done, paused, late, due."""
    if step.done_on:
        return str(_("Done on %(day)s", day=say_day(step.done_on))), "done"
    if schedule.is_missed(step):
        return str(_("It was missed")), "neutral"
    if schedule.is_over:
        return str(_("No longer")), "neutral"
    if step == schedule.next and schedule.paused_until and today < schedule.paused_until:
        return str(_("Not before %(day)s", day=say_day(schedule.paused_until))), "protection"
    return say_due(step.due_on, today)


def say_barrier(barrier: Barrier, paused_until: date | None = None) -> str:
    """Why the number is not shown."""
    return str({
        Barrier.OVER: _("The follow-up is over. Her number is not shown any more."),
        Barrier.REFUSED: _("She does not want to be contacted. Her number is not shown to anybody."),
        Barrier.ENDED: _("What she agreed to has ended. Her number is not shown until she agrees again."),
        Barrier.PAUSED: _("The last time it was not safe. Nobody calls before %(day)s.", day=say_day(paused_until)),
        Barrier.NOT_RECORDED: _("Nobody noted how it is safe to reach her."),
        Barrier.NO_NUMBER: _("No telephone number was noted. Keep to the conditions above."),
    }[barrier])
