"""Beds, a bed for her, tonight's list, instructions for the night."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import houses_of
from shelter.calendar import now, today
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.cases.records import Stay
from shelter.codes.cases import CaseState
from shelter.db import db
from shelter.partners.models import Bed
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, menu, page, submit
from shelter.web.gate import hide, reading
from shelter.web.page import saved
from shelter.web.panels import case_panel, case_tab, day_card

from . import actions, queries
from .forms import ArrivedForm, BedForm, InstructionForm, OutageForm
from .models import Instruction

residence = Section("residence", __name__)
menu(40, "residence.beds", _later("Beds"), "beds", P.BED_READ)
menu(50, "residence.tonight", _later("Tonight"), "moon", P.TONIGHT_READ, on_phone=4)
case_tab(30, "residence.assign", _later("Bed"), P.INTAKE_WRITE)
case_tab(35, "residence.instructions", _later("For the night"), P.INSTRUCTION_WRITE)


@residence.get("/camas", needs=P.BED_READ)
def beds() -> ResponseReturnValue:
    """Every bed of one's houses: free, taken, out of use."""
    reading(P.BED_READ)
    rows = queries.beds(houses_of(me(), P.BED_READ))
    free = sum(row["case_id"] is None and row["is_usable"] for row in rows)
    taken = sum(row["case_id"] is not None for row in rows)
    return page("residence/beds.html", rows=rows, free=free, taken=taken, broken=len(rows) - free - taken)


@residence.post("/camas/<uuid:bed>/uso", needs=P.BED_ASSIGN)
def use(bed: uuid.UUID) -> ResponseReturnValue:
    """Put a bed back into use."""
    found = _bed(bed)
    return saved("bed.use", lambda: actions.put_back(found), to=url_for("residence.beds"), on=found)


@residence.route("/camas/<uuid:bed>/fuera-de-uso", methods=["GET", "POST"], needs=P.BED_ASSIGN,
                 draft=_later("A bed out of use"))
def take_out(bed: uuid.UUID) -> ResponseReturnValue:
    """Take a free bed out of use: why, and until when."""
    found, form = _bed(bed), OutageForm()
    done = submit(form, "bed.take_out", lambda: actions.take_out(found, by=me().id, **form.values),
                  to=url_for("residence.beds"), on=found, said=_("The bed is out of use."))
    return done or page("residence/take_out.html", form=form, bed=found)


def _bed(bed: uuid.UUID) -> Bed:
    """A bed of one's own houses; another's is as if it were not there, and that it was asked for is noted."""
    found = db.session.get(Bed, bed) or abort(404)
    if found.house_id not in houses_of(me(), P.BED_ASSIGN):
        hide(P.BED_ASSIGN, found)
    return found


@residence.route("/casos/<uuid:case>/estancia", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
                 draft=_later("The bed"))
def assign(case: Case) -> ResponseReturnValue:
    """A bed for her, or another one."""
    stay = cases.open_stay(case)
    form = _bed_form(case, stay)
    done = submit(form, "stay.bed", lambda: actions.give_bed(hold(case), by=me().id, **form.values),
                  to=url_for("residence.assign", case=case.id), on=case, said=_("The bed is hers."))
    closed = case.state is CaseState.CLOSED
    last = stay or cases.last_stay(case)
    return done or page("residence/assign.html", case=case, form=form, stay=stay, last=last, is_closed=closed)


def _bed_form(case: Case, stay: Stay | None) -> BedForm:
    """The free beds; one that was taken since the page was made is named so."""
    form = BedForm(arrived_at=stay.arrived_at if stay else now())
    form.bed_id.choices = [(bed.id, f"{bed.room} · {bed.name}") for bed in queries.free_beds(case.house_id)]
    form.arrived_at.required = stay is None
    if form.is_posted and form.bed_id.process_errors:
        form.bed_id.missing, form.bed_id.process_errors = _("That bed was just taken. Choose another."), []
    return form


@residence.route("/casos/<uuid:case>/estancia/llegada", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
                 draft=_later("The arrival"))
def correct(case: Case) -> ResponseReturnValue:
    """When she arrived, told again: the clocks of her route follow."""
    stay = cases.last_stay(case)
    form = ArrivedForm(arrived_at=stay.arrived_at if stay else None)
    done = submit(form, "stay.correct", lambda: actions.correct_arrival(hold(case), by=me().id, **form.values),
                  to=url_for("residence.assign", case=case.id), on=case,
                  said=_("It is recorded. What counts from the arrival follows."))
    closed = case.state is CaseState.CLOSED
    return done or page("residence/correct.html", case=case, form=form, stay=stay, is_closed=closed)


@residence.get("/esta-noche", needs=P.TONIGHT_READ)
def tonight() -> ResponseReturnValue:
    """For the night shift: bed, name, what to give, what to do."""
    reading(P.TONIGHT_READ)
    return page("residence/tonight.html", rows=queries.tonight(houses_of(me(), P.TONIGHT_READ), today()), today=today())


@residence.route("/casos/<uuid:case>/indicaciones", methods=["GET", "POST"], needs=P.INSTRUCTION_WRITE,
                 draft=_later("Instructions"))
def instructions(case: Case) -> ResponseReturnValue:
    """What the night shift is told about her."""
    form = InstructionForm(from_on=today(), to_on=today() + timedelta(days=1))
    done = submit(
        form,
        "instruction.leave",
        lambda: actions.instruct(case, by=me().id, **form.values),
        to=url_for("residence.instructions", case=case.id),
        on=case,
        said=_("The night shift will see it."),
    )
    return done or page(
        "residence/instructions.html", case=case, form=form, instructions=queries.instructions_of(case, today())
    )


@residence.post("/casos/<uuid:case>/indicaciones/<uuid:instruction>/quitar", needs=P.INSTRUCTION_WRITE)
def end(case: Case, instruction: uuid.UUID) -> ResponseReturnValue:
    """It no longer holds."""
    found = db.session.get(Instruction, instruction)
    if found is None or found.case_id != case.id:
        abort(404)
    return saved(
        "instruction.end",
        lambda: actions.end_instruction(found),
        to=url_for("residence.instructions", case=case.id),
        on=case,
    )


@case_panel(20, P.INSTRUCTION_WRITE, "residence/_instructions.html")
def instructions_panel(case: Case) -> dict[str, Any] | None:
    """What holds tonight, on the case page."""
    found = queries.instructions_of(case, today()) if case.is_present else []
    return {"instructions": found} if case.is_present else None


@day_card(20, P.TONIGHT_READ, "residence/_day.html")
def tonight_card() -> dict[str, Any]:
    """Tonight's list, at a glance."""
    rows = queries.tonight(houses_of(me(), P.TONIGHT_READ), today())
    return {"rows": [row for row in rows if row["texts"]["give"] or row["texts"]["do"]][:4], "present": len(rows)}
