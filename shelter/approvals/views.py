"""What waits for a second person; one request; deciding, doing and taking back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.accounts import queries as accounts
from shelter.audit import work
from shelter.codes.approvals import ApprovalState
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, gate, me, menu, page, require, submit
from shelter.web.page import saved
from shelter.web.panels import day_card

from . import actions, queries
from .forms import DecisionForm
from .models import Approval

approvals = Section("approvals", __name__)
gate.loads("approval", lambda approval_id: queries.visible_to(me(), approval_id))
menu(95, "approvals.index", _later("Approvals"), "shield", P.APPROVAL_READ)


@approvals.get("/aprobaciones", needs=P.APPROVAL_READ)
def index() -> ResponseReturnValue:
    """What waits for the reader, and what she asked for."""
    waiting, mine = queries.waiting_for(me()), queries.asked_by(me().id)
    names = accounts.names(each for row in [*waiting, *mine] for each in (row.asked_by_id, row.decided_by_id))
    return page("approvals/index.html", waiting=waiting, mine=mine, names=names)


@approvals.route("/aprobaciones/<uuid:approval>", methods=["GET", "POST"], needs=P.APPROVAL_READ, needs_fresh=("POST",),
                 draft=_later("An answer to a request"))
def show(approval: Approval) -> ResponseReturnValue:
    """One request; the decision of who may decide."""
    form = DecisionForm()
    done = submit(form, "approval.decide", lambda: _decide(approval, form), on=approval,
                  to=url_for("approvals.index"), said=_("Your decision is recorded."))
    return done or page(
        "approvals/show.html", form=form, approval=approval, facts=approval.kind.facts(approval),
        names=accounts.names([approval.asked_by_id, approval.decided_by_id]), is_mine=approval.asked_by_id == me().id,
        may_decide=approval.standing is ApprovalState.WAITING and queries.is_for(me(), approval),
    )


def _decide(approval: Approval, form: DecisionForm) -> None:
    require(approval.kind.decides, approval)
    actions.decide(approval, by=me().id, approved=form.decision.data == "yes", reason=form.reason.data)


@approvals.post("/aprobaciones/<uuid:approval>/hacer", needs=P.APPROVAL_READ, needs_fresh=("POST",))
def do(approval: Approval) -> ResponseReturnValue:
    """Do what was approved. What comes of it is on the answer itself, once."""
    try:
        with work("approval.do", by=me().actor, on=approval):
            result = actions.do(approval, by=me().id)
    except RuleBroken as broken:
        flash(str(broken.message), "error")
        return redirect(url_for("approvals.show", approval=approval.id), 303)
    answer = approval.kind.answer
    return answer(approval, result) if answer else redirect(url_for("approvals.index"), 303)


@approvals.post("/aprobaciones/<uuid:approval>/retirar", needs=P.APPROVAL_READ)
def withdraw(approval: Approval) -> ResponseReturnValue:
    """Whoever asked takes it back."""
    return saved("approval.withdraw", lambda: actions.withdraw(approval, by=me().id), on=approval,
                 to=url_for("approvals.index"), said=_("The request is taken back."))


@day_card(5, P.APPROVAL_READ, "approvals/_day.html")
def day() -> dict[str, Any] | None:
    """What waits for the reader's decision, on my day."""
    waiting = queries.waiting_for(me())
    return {"waiting": waiting, "names": accounts.names(each.asked_by_id for each in waiting)} if waiting else None
