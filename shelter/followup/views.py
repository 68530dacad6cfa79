"""The follow-up of a case, the gate before her number, recording a contact, the queue of what is due."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows
from shelter.accounts import queries as accounts
from shelter.calendar import local, today
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.cases.queries import Cursor
from shelter.codes.cases import CaseState
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.panels import case_panel, case_tab, day_card

from . import actions, queries
from .forms import ConditionsForm, ContactForm
from .rules import SOON, is_early
from .words import say_barrier, say_due, say_step

followup = Section("followup", __name__)
menu(70, "followup.queue", _later("Follow-up"), "phone", P.FOLLOWUP_READ)
case_tab(65, "followup.index", _later("Follow-up"), P.FOLLOWUP_READ)


@followup.get("/seguimientos", needs=P.FOLLOWUP_READ)
def queue() -> ResponseReturnValue:
    """Whom to contact, the oldest first."""
    reading(P.FOLLOWUP_READ)
    listing = queries.queue(me(), Cursor.read(request.args.get("desde")))
    leads = accounts.names(row["lead_id"] for row in listing.rows)
    return page("followup/queue.html", listing=listing, items=_lines(listing), leads=leads)


@followup.get("/casos/<uuid:case>/seguimiento", needs=P.FOLLOWUP_READ)
def index(case: Case) -> ResponseReturnValue:
    """The schedule, the contacts so far, and how it is safe to reach her."""
    return _of_case(case, ConditionsForm())


@followup.post("/casos/<uuid:case>/seguimiento/contacto", needs=P.CONTACT_READ)
def reveal(case: Case) -> ResponseReturnValue:
    """The number, once the conditions are read; it is written down who saw it. The answer is not kept anywhere."""
    form, now_at = ConditionsForm(), queries.standing(case)
    if not form.is_good() or now_at.barrier or now_at.safe is None:
        if now_at.barrier and form.status == 200:
            form.refuse(RuleBroken(say_barrier(now_at.barrier, now_at.paused_until)))
        reading(P.FOLLOWUP_READ, case)  # the page of the follow-up again: nobody saw the number
        return _of_case(case, form)
    reading(P.CONTACT_READ, now_at.safe)
    return page("followup/contact.html", case=case, safe=now_at.safe)


@followup.route("/casos/<uuid:case>/seguimiento/nuevo", methods=["GET", "POST"], needs=P.FOLLOWUP_WRITE,
                draft=_later("A follow-up contact"))
def record(case: Case) -> ResponseReturnValue:
    """What a contact brought."""
    now_at = queries.standing(case)
    form = ContactForm(now_at.schedule)
    done = submit(form, "followup.record", lambda: actions.record(hold(case), by=me().id, **form.values),
                  to=url_for("followup.index", case=case.id), on=case, said=_said(form, now_at.left_at))
    return done or page("followup/record.html", case=case, form=form, now_at=now_at)


def _said(form: ContactForm, left_at: datetime | None) -> str:
    """That it is recorded; and when it came too early for its month, that this one stays due."""
    month, at = form.month.data, form.occurred_at.data
    if left_at and month and at and is_early(month, local(at).date(), local(left_at).date()):
        return _("The contact is recorded. It came early: that of month %(month)s stays due.", month=month)
    return _("The contact is recorded.")


@followup.get("/casos/<uuid:case>/seguimiento/<uuid:contact>", needs=P.FOLLOWUP_READ)
def show(case: Case, contact: uuid.UUID) -> ResponseReturnValue:
    """One contact; its note only for social work, and then it is written down who opened it."""
    found = queries.one(case, contact) or abort(404)
    readable = allows(me(), P.SOCIAL_READ, case)
    if readable:
        reading(P.SOCIAL_READ, found)
    who = accounts.names([found.by_id]).get(found.by_id)
    return page("followup/show.html", case=case, contact=found, readable=readable, who=who)


def _of_case(case: Case, form: ConditionsForm) -> ResponseReturnValue:
    now_at = queries.standing(case)
    plan = now_at.schedule
    return page(
        "followup/index.html", case=case, form=form, now_at=now_at, sees_contact=allows(me(), P.CONTACT_READ, case),
        barrier=now_at.barrier and say_barrier(now_at.barrier, now_at.paused_until),
        steps=[(step, say_step(step, plan, today())) for step in plan.steps] if plan else [],
        names=accounts.names(each.by_id for each in now_at.contacts),
    )


@case_panel(60, P.FOLLOWUP_READ, "followup/_panel.html")
def panel(case: Case) -> dict[str, Any] | None:
    """Where the follow-up stands, on the page of a case that left."""
    if case.state is CaseState.OPEN:
        return None
    _left_at, plan, contacts = queries.progress(case)
    if plan is None:
        return None
    steps = [(step, say_step(step, plan, today())) for step in plan.steps]
    return {"steps": steps, "last": contacts[0] if contacts else None}


@day_card(40, P.FOLLOWUP_WRITE, "followup/_day.html")
def due_soon() -> dict[str, Any] | None:
    """Whom to contact these days, on my day."""
    listing = queries.queue(me(), until=today() + SOON, most=5)
    return {"items": _lines(listing), "more": listing.later is not None} if listing.rows else None


def _lines(listing: queries.Listing) -> list[dict[str, Any]]:
    """The queue as the pages show it. Of somebody who refused, nothing is late."""
    found = []
    for row in listing.rows:
        refused = row["id"] in listing.refused
        text, kind = (_("Does not want contact"), "protection") if refused else say_due(row["next_due_on"], today())
        found.append({**row, "url": url_for("followup.index", case=row["id"]), "title": row["name"] or row["code"],
                      "tags": [(text, kind)], "text": row["code"] if row["name"] else None,
                      "named": bool(row["name"])})
    return found
