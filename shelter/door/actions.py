"""The verbs of the door: record that somebody asked, decide what is answered, write the card."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from shelter.access import Permission, Role
from shelter.accounts import queries as accounts
from shelter.audit import machine, work
from shelter.calendar import now
from shelter.cases.models import Case
from shelter.cases.rules import names_nobody, tells_no_place
from shelter.codes.door import Given, RequestState, Told
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.partners.models import House
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import queries, rules
from .models import DoorRequest, NightCard

_PAGE = ("door.show", "petition")
CAME = notice_kind("door.came", _later("Somebody asked at the door: decide what is answered"), *_PAGE)
NEAR = notice_kind("door.near", _later("A request at the door has to be answered within a day"), *_PAGE)
OVER = notice_kind("door.over", _later("The deadline of a request at the door is over"), *_PAGE)


def record(house: House, *, by: uuid.UUID, case: Case | None = None, **values: Any) -> DoorRequest:
    """Somebody asked; the coordination of the house is told at once."""
    rules.may_be_recorded(values["came_at"], values.get("deadline_at"), now())
    _is_of(house.id, case)
    made = DoorRequest(
        foundation_id=house.foundation_id, house_id=house.id, by_id=by, case_id=case.id if case else None, **values
    )
    db.session.add(made)
    tell(coordination(house.id), CAME, about=made, but=by)
    return made


def decide(
    asked: DoorRequest, *, by: uuid.UUID, given: Given, number: str | None, scope: str | None, answer: str | None,
    told: Told, told_at: datetime | None, why_not_told: str | None, case: Case | None = None,
) -> DoorRequest:
    """What they are answered, about whom they asked, and whether she was told; once."""
    db.session.refresh(asked, with_for_update=True)
    rules.may_be_decided(asked.state)
    rules.fits(given, asked.paper, number=number, scope=scope, answer=answer)
    rules.was_shown(given, asked.approach, asked.asker)
    rules.is_about_her_or_nobody(told, about_somebody=case is not None)
    rules.was_told(told, told_at, why_not_told, came_at=asked.came_at, now=now())
    if case and case.id != asked.case_id:  # she may have moved to another house since
        _is_of(asked.house_id, case)
    asked.case_id = case.id if case else None
    _confirms_nobody(asked, given, answer)
    asked.state, asked.decided_at, asked.decided_by_id = RequestState.DECIDED, now(), by
    asked.given, asked.number, asked.scope, asked.answer = given, number, scope, answer
    asked.told, asked.why_not_told = told, why_not_told
    asked.told_at = told_at if told is Told.YES else None
    return asked


def tell_her(asked: DoorRequest) -> DoorRequest:
    """She who did not know yet that they asked about her knows it now; why she did not is kept."""
    db.session.refresh(asked, with_for_update=True)
    rules.may_be_told(asked.told)
    asked.told, asked.told_at = Told.YES, now()
    return asked


def _confirms_nobody(asked: DoorRequest, given: Given, answer: str | None) -> None:
    """Whatever is answered but a judge's order names neither her nor anybody in the house, nor tells where it is."""
    if given is Given.ORDERED or not answer:
        return
    house = db.session.get_one(House, asked.house_id)
    texts = {"answer": answer}
    tells_no_place(texts, house.name, house.address)
    if asked.case_id:
        person = db.session.get_one(Case, asked.case_id).person
        names_nobody(texts, (person.name_used, person.names, person.surnames, person.document))
    rules.names_nobody_here(answer, queries.names_in(house.id))


def _is_of(house_id: uuid.UUID, case: Case | None) -> None:
    if case is not None and case.house_id != house_id:
        raise RuleBroken(_("Choose somebody of that house"), "case_id")


def write_card(house: House, *, version: int, calls: str | None) -> NightCard:
    """Whom to call from this house at night."""
    lines, card = rules.fits_on_the_card(calls), queries.card_of(house.id)
    tells_no_place({"calls": calls}, house.name, house.address)
    if card is None:
        card = NightCard(foundation_id=house.foundation_id, house_id=house.id)
        db.session.add(card)
    else:
        card.expect(version, calls=card.calls)
    card.calls, card.changed_at = "\n".join(lines), now()
    return card


def coordination(house_id: uuid.UUID) -> list[uuid.UUID]:
    """Who coordinates a house today; where nobody does, those who read the requests at its door."""
    found = [each for each, _name, _roles in accounts.in_house(house_id, [Role.SHELTER_COORDINATOR])]
    return found or accounts.holding(Permission.DOOR_READ, house_id)


@every(minutes=15)
def watch_deadlines() -> None:
    """A day before the deadline of a request that nobody decided, and when it is over, the coordination is told."""
    moment = now()
    if not queries.near(moment):
        return
    with work("door.tell", by=machine):
        for each in queries.near(moment):
            if each.deadline_at:
                level = rules.whom_to_tell(each.deadline_at, each.told_late, moment)
                tell(coordination(each.house_id), OVER if level == rules.OVER else NEAR, about=each)
                each.told_late = level
