"""The administrator's desk: who has an account, inviting, roles, links, closing."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.accounts import actions as accounts
from shelter.accounts import queries
from shelter.accounts.models import Assignment, Staff
from shelter.approvals import Approval
from shelter.audit import work
from shelter.calendar import today
from shelter.db import db
from shelter.partners import queries as partners
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Form, Section, me, menu, page, submit
from shelter.web.page import saved

from . import actions, pairs
from . import queries as desk_queries
from .forms import AssignmentForm, InvitationForm, RecoveryForm

desk = Section("desk", __name__)
menu(100, "desk.staff", _later("Staff"), "people", P.STAFF_MANAGE)
PER_PAGE = 50
Given = Assignment | Approval
ACTING = ("POST",)


@desk.get("/admin/usuarios", needs=P.STAFF_MANAGE)
def staff() -> ResponseReturnValue:
    """Who has an account, by name."""
    closed = "cerradas" in request.args
    everyone = queries.listing(closed=closed)
    sheet = max(1, request.args.get("hoja", 1, int))
    rows = everyone[(sheet - 1) * PER_PAGE : sheet * PER_PAGE]
    roles = queries.roles_held(row["id"] for row in rows)
    more = len(everyone) > sheet * PER_PAGE
    return page("desk/staff.html", rows=rows, roles=roles, closed=closed, sheet=sheet, more=more)


@desk.route("/admin/usuarios/nuevo", methods=["GET", "POST"], needs=P.STAFF_MANAGE, needs_fresh=ACTING)
def invite() -> ResponseReturnValue:
    """A new account. Its link is on the answer itself, once: in no address, no cookie, no record."""
    form = _with_houses(InvitationForm())
    made: list[tuple[Staff, str | None, Given]] = []
    done = submit(form, "staff.invite", lambda: made.append(actions.take_in(by=me().id, **form.values)),
                  to=lambda _none: _of(made[0][0]), said=None)
    if done is None:
        return page("desk/invite.html", form=form, house_roles=_house_roles(), by_two=_by_two())
    if not made:
        return done
    staff, token, given = made[0]
    if token is None:
        flash(_("That e-mail has an account already."), "success")
    flash(_say(given), "success")
    return _hand_over(staff, token) if token else done


@desk.route("/admin/usuarios/<uuid:staff>", methods=["GET", "POST"], needs=P.STAFF_MANAGE, needs_fresh=ACTING)
def member(staff: uuid.UUID) -> ResponseReturnValue:
    """One account: its roles, a new role, a new link, closing it."""
    person, given = _person(staff), []
    form = _with_houses(AssignmentForm())
    done = submit(form, "staff.assign", lambda: given.append(actions.give_role(person, by=me().id, **form.values)),
                  on=person, to=_of(person), said=None)
    if done and given:
        flash(_say(given[0]), "success")
    return done or page(
        "desk/member.html", form=form, person=person, assignments=queries.assignments(staff), today=today(),
        house_roles=_house_roles(), by_two=_by_two(), is_me=staff == me().id,
    )


@desk.route("/aprobaciones/recuperar", methods=["GET", "POST"], needs=P.ACCOUNT_APPROVE, needs_fresh=ACTING)
def recover() -> ResponseReturnValue:
    """Somebody lost her password or her second factor: begin here, with her; a second person decides."""
    form = RecoveryForm(staff_id=request.args.get("de"))
    form.staff_id.choices = desk_queries.recoverable(me())
    done = submit(form, "approval.ask", lambda: _begin(form), to=url_for("approvals.index"),
                  said=_("Asked. Whoever may decide has a notice; you will have one too."))
    return done or page("desk/recover.html", form=form)


def _begin(form: RecoveryForm) -> Approval:
    return actions.begin_recovery(_person(form.values["staff_id"]), by=me().id, reason=form.reason.data)


@desk.post(
    "/admin/usuarios/<uuid:staff>/funciones/<uuid:assignment>/terminar", needs=P.STAFF_MANAGE, needs_fresh=ACTING,
)
def end_role(staff: uuid.UUID, assignment: uuid.UUID) -> ResponseReturnValue:
    """End a role at once."""
    person, found = _person(staff), db.session.get(Assignment, assignment)
    if found is None or found.staff_id != person.id:
        abort(404)
    return saved("staff.unassign", lambda: accounts.take_role(found, by=me().id), to=_of(person), on=person,
                 said=_("The role has ended: it opens nothing any more."))


@desk.post("/admin/usuarios/<uuid:staff>/enlace", needs=P.STAFF_MANAGE, needs_fresh=ACTING)
def new_link(staff: uuid.UUID) -> ResponseReturnValue:
    """A new activation link; earlier ones stop working."""
    person = _person(staff)
    try:
        with work("staff.link", by=me().actor, on=person):
            token = accounts.give_link(person, by=me().id)
    except RuleBroken as broken:
        flash(str(broken.message), "error")
        return redirect(_of(person), 303)
    return _hand_over(person, token)


@desk.route("/admin/usuarios/<uuid:staff>/cerrar", methods=["GET", "POST"], needs=P.STAFF_MANAGE, needs_fresh=ACTING)
def close(staff: uuid.UUID) -> ResponseReturnValue:
    """Close an account, after saying what that means."""
    person = _person(staff)
    form = Form()
    done = submit(form, "staff.disable", lambda: accounts.close(person, by=me().id), to=_of(person), on=person,
                  said=_("The account is closed. Its sessions have ended."))
    return done or page("desk/close.html", form=form, person=person)


def _person(staff: uuid.UUID) -> Staff:
    return db.session.get(Staff, staff) or abort(404)


def _of(person: Staff) -> str:
    return url_for("desk.member", staff=person.id)


def _hand_over(person: Staff, token: str | None) -> ResponseReturnValue:
    return page("desk/link.html", person=person, link=url_for("accounts.activate", token=token), back=_of(person))


def _say(given: Given) -> str:
    if isinstance(given, Approval):
        return _("The role waits for a second person: it holds from the moment they approve it.")
    return _("The role holds from now on.")


def _with_houses(form: AssignmentForm) -> Any:
    form.house_id.choices = [
        (house.id, f"{house.name} · {foundation.name}")
        for foundation in partners.foundations() for house in foundation.houses
    ]
    return form


def _house_roles() -> str:
    return ",".join(sorted(accounts.HOUSE_ROLES))


def _by_two() -> str:
    return ",".join(sorted(pairs.BY_TWO))
