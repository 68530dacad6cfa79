"""The verbs of the house: give a bed, change it, leave instructions for the night."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.cases import queries
from shelter.cases.models import Case
from shelter.cases.records import Stay
from shelter.cases.rules import its_moments_move
from shelter.codes.cases import CaseState, Milestone, Stage
from shelter.codes.places import OutOfUse
from shelter.db import db
from shelter.partners.models import Bed, BedOutage
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import queries as beds
from . import rules
from .models import Instruction


def give_bed(case: Case, *, by: uuid.UUID, bed_id: uuid.UUID, arrived_at: datetime) -> Stay:
    """She arrives in a bed, or changes to another one."""
    bed = _hold_bed(case, bed_id)
    current = queries.open_stay(case)
    is_free = db.session.scalar(sa.select(Stay.id).where(Stay.bed_id == bed.id, Stay.left_at.is_(None))) is None
    rules.may_have_bed(case.state, bed.is_usable, is_free)
    return _move(case, current, bed, by) if current else _admit(case, bed, arrived_at, by)


def _hold_bed(case: Case, bed_id: uuid.UUID) -> Bed:
    bed = db.session.scalar(sa.select(Bed).where(Bed.id == bed_id, Bed.house_id == case.house_id).with_for_update())
    if bed is None:
        raise RuleBroken(_("Choose one of the beds of her house"), "bed_id")
    return bed


def _admit(case: Case, bed: Bed, arrived_at: datetime, by: uuid.UUID) -> Stay:
    last_left = db.session.scalar(sa.select(sa.func.max(Stay.left_at)).where(Stay.case_id == case.id))
    taken_until = db.session.scalar(sa.select(sa.func.max(Stay.left_at)).where(Stay.bed_id == bed.id))
    rules.may_arrive(arrived_at, case.opened_at, now(), last_left, taken_until)
    stay = Stay(
        foundation_id=case.foundation_id,
        house_id=case.house_id,
        case_id=case.id,
        bed_id=bed.id,
        arrived_at=arrived_at,
        age_band=case.age_band,
    )
    db.session.add(stay)
    cases.reached(case, Milestone.ADMITTED, at=arrived_at, by=by, about=stay)
    cases.move_to(
        case, Stage.SHELTER, state=CaseState.OPEN, is_present=True, bed=_label(bed), next_due_on=None, next_step=None
    )
    return stay


def correct_arrival(case: Case, *, by: uuid.UUID, arrived_at: datetime) -> Stay:
    """When she really arrived last: her stay, and every clock that counts from it, follow."""
    stay = queries.last_stay(case)
    if stay is None:
        raise RuleBroken(_("She has not been given a bed yet"))
    its_moments_move(case.state)
    rules.may_arrive(arrived_at, case.opened_at, now(), *beds.before(stay))
    rules.before_what_followed(arrived_at, beds.after(stay))
    told = queries.told_of(stay, Milestone.ADMITTED)
    stay.arrived_at = arrived_at
    cases.reached(case, Milestone.ADMITTED, at=arrived_at, by=by, about=stay, corrects=told)
    return stay


def _move(case: Case, stay: Stay, bed: Bed, by: uuid.UUID) -> Stay:
    stay.bed_id = bed.id
    cases.reached(case, Milestone.MOVED, at=now(), by=by, about=stay)
    case.card.bed = _label(bed)
    return stay


def _label(bed: Bed) -> str:
    return f"{bed.room} · {bed.name}"


def instruct(case: Case, *, by: uuid.UUID, **values: Any) -> Instruction:
    """Leave something to give or to do for the night shift."""
    rules.may_instruct(values["from_on"], values["to_on"], today(), values["text"])
    instruction = Instruction(foundation_id=case.foundation_id, case_id=case.id, by_id=by, **values)
    db.session.add(instruction)
    return instruction


def end_instruction(instruction: Instruction) -> None:
    """It no longer holds from tonight on."""
    db.session.delete(instruction)


def take_out(bed: Bed, *, by: uuid.UUID, reason: OutOfUse, until_on: date | None) -> BedOutage:
    """Nobody can sleep in a free bed for a while: why, and until when as far as is known."""
    db.session.execute(sa.select(Bed.id).where(Bed.id == bed.id).with_for_update())
    taken = db.session.scalar(sa.select(Stay.id).where(Stay.bed_id == bed.id, Stay.left_at.is_(None)))
    rules.may_be_taken_out(bed.is_usable, taken is None, until_on, today())
    bed.is_usable = False
    outage = BedOutage(foundation_id=bed.foundation_id, house_id=bed.house_id, bed_id=bed.id, reason=reason,
                       until_on=until_on, by_id=by)
    db.session.add(outage)
    return outage


def put_back(bed: Bed) -> None:
    """Somebody can sleep in it again; that it was out of use stays written down."""
    bed.is_usable = True
    open_ones = sa.select(BedOutage).where(BedOutage.bed_id == bed.id, BedOutage.ended_on.is_(None))
    for outage in db.session.scalars(open_ones):
        outage.ended_on = max(today(), outage.from_on)
