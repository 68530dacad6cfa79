"""Leaving the house: one page, with its consequence said on it."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows
from shelter.accounts import queries as accounts
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.places import Province
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, page, submit
from shelter.web.panels import case_tab

from . import actions, queries, rules
from .forms import ExitForm, LeftForm

transition = Section("transition", __name__)
case_tab(60, "transition.leave", _later("Exit"), P.EXIT_WRITE)


@transition.route("/casos/<uuid:case>/egreso", methods=["GET", "POST"], needs=P.EXIT_WRITE,
                  draft=_later("The exit"))
def leave(case: Case) -> ResponseReturnValue:
    """While she is in the house: the form. Afterwards: how she left."""
    form = ExitForm()
    done = submit(form, "exit.record", lambda: actions.leave(hold(case), by=me().id, **form.exit),
                  to=lambda _exit: _afterwards(case), on=case, said=_("The exit is recorded. The bed is free."))
    if done:
        return done
    stay = cases.open_stay(case)
    if stay or form.is_posted:
        contact = cases.safe_contact(case)
        return page("transition/leave.html", case=case, form=form, stay=stay, contact=contact, **_asked())
    return _left(case)


@transition.route("/casos/<uuid:case>/egreso/cuando", methods=["GET", "POST"], needs=P.EXIT_WRITE,
                  draft=_later("When she left"))
def correct(case: Case) -> ResponseReturnValue:
    """When she left, told again: follow-up and clocks follow."""
    found = queries.latest(case)
    form = LeftForm(left_at=found.left_at if found else None)
    done = submit(form, "exit.correct", lambda: actions.correct(hold(case), by=me().id, **form.values),
                  to=url_for("transition.leave", case=case.id), on=case,
                  said=_("It is recorded. The follow-up counts from there."))
    return done or page("transition/correct.html", case=case, form=form, exit=found,
                        barrier=actions.why_not_corrected(case, found))


def _left(case: Case) -> ResponseReturnValue:
    found = queries.latest(case)
    names = accounts.names([found.by_id]) if found else {}
    province = Province(found.province) if found and found.province else None
    barrier = actions.why_not_corrected(case, found)
    return page("transition/left.html", case=case, exit=found, province=province, names=names, barrier=barrier)


def _afterwards(case: Case) -> str:
    """The case page; the list for somebody who reached her only while she was in the house."""
    return url_for("home.case", case=case.id) if allows(me(), P.CASE_READ, case) else url_for("cases.index")


def _asked() -> dict[str, str]:
    """For which answers the further questions are shown."""
    here = (each for each in Destination.every() if each not in {Destination.ABROAD, Destination.UNKNOWN})
    return {
        "of_the_living": ",".join(each for each in ExitReason if each is not ExitReason.DEATH),
        "in_this_country": ",".join(here),
        "by_number": ",".join(sorted(rules.BY_NUMBER)),
    }
