"""The verbs of the spine. Each leaves the timeline and the card true."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, Role, houses_of
from shelter.accounts import queries as accounts
from shelter.audit import enter
from shelter.calendar import Precision, local, now
from shelter.codes.cases import CaseState, ConsentAnswer, Milestone, Stage
from shelter.codes.people import Unanswered
from shelter.codes.services import Discipline
from shelter.db import db, vault
from shelter.notices import notice_kind, tell
from shelter.partners import actions as partners
from shelter.partners.models import House
from shelter.partners.queries import named
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import rules
from .models import Case, CaseCard, Person, TeamMember, TimelineEntry
from .records import Consent, SafeContact

MANY = notice_kind(
    "search.many", _later("Somebody searched by name more than thirty times in an hour"), "oversight.worth_a_look"
)
MANY_HERE = notice_kind(
    "search.many_here", _later("Somebody of your house searched by name more than thirty times in an hour"),
    "home.my_day",
)
JOINED = notice_kind("team.join", _later("You are on the team of a case"), "home.case", "case")


def tell_of_many_searches(reader: Reader) -> None:
    """Those who audit, and those who run the houses in which she works, should have a look (no names, no words)."""
    tell(accounts.holding(Permission.AUDIT_READ), MANY)
    for house in houses_of(reader, Permission.PERSON_SEARCH):
        tell((each for each, _name, _roles in accounts.in_house(house, [Role.SHELTER_COORDINATOR])), MANY_HERE)


@partners.counts_open_cases
def open_in(foundation_id: uuid.UUID, house_id: uuid.UUID | None) -> int:
    """How many cases of a foundation, or of one of its houses, are not closed."""
    query = sa.select(sa.func.count()).select_from(Case).where(
        Case.foundation_id == foundation_id, Case.state != CaseState.CLOSED
    )
    return db.session.scalar(query.where(Case.house_id == house_id) if house_id else query) or 0


def open_case(house: House, *, by: uuid.UUID, opened_at: datetime | None = None, name_used: str | None = None) -> Case:
    """A new person and her case in a house. Nothing but a house is needed: shelter comes first."""
    if house.ended_on:
        raise RuleBroken(_("That house does not receive anybody any more"), "house_id")
    opened_at = opened_at or now()
    person = Person(foundation_id=house.foundation_id, name_used=name_used)
    case = Case(
        foundation_id=house.foundation_id,
        house_id=house.id,
        person_id=person.id,
        code=_free_code(),
        opened_at=opened_at,
    )
    case.person = person
    case.card = CaseCard(case_id=case.id, foundation_id=house.foundation_id, lead_id=by)
    db.session.add_all([person, case])
    join_team(case, by, Discipline.SOCIAL)
    reached(case, Milestone.OPENED, at=opened_at, by=by)
    return case


def _free_code() -> str:
    while db.session.scalar(sa.select(Case.id).where(Case.code == (code := rules.new_code()))):
        continue
    return code


def reached(
    case: Case,
    milestone: Milestone,
    *,
    at: datetime,
    by: uuid.UUID | None,
    about: Any = None,
    detail: str | None = None,
    precision: Precision = Precision.MOMENT,
    corrects: Any = None,
) -> TimelineEntry:
    """Write on the timeline; the age band is frozen as it is then. `corrects`: an entry, or what it was about."""
    entry = TimelineEntry(
        foundation_id=case.foundation_id,
        case_id=case.id,
        milestone=milestone,
        occurred_at=at,
        by_id=by,
        about_id=getattr(about, "id", None),
        detail=detail,
        age_band=case.age_band,
        precision=precision,
        corrects_id=_corrected(corrects) if corrects else None,
    )
    enter(entry)
    return entry


def alerted(case: Case, *, at: datetime, by: uuid.UUID, is_about: bool = False) -> TimelineEntry:
    """When the alert was raised; what was told of it before is corrected. Of an hour known roughly the day is shown."""
    return reached(case, Milestone.ALERTED, at=at, by=by, corrects=_last_alert(case),
                   precision=Precision.DAY if is_about else Precision.MOMENT)


def _last_alert(case: Case) -> TimelineEntry | None:
    told = sa.select(TimelineEntry).where(
        TimelineEntry.case_id == case.id, TimelineEntry.milestone == Milestone.ALERTED)
    return db.session.scalar(told.order_by(TimelineEntry.entered_at.desc(), TimelineEntry.id).limit(1))


def _corrected(record: Any) -> uuid.UUID | None:
    """An entry itself; or the latest one about a record of a case."""
    if isinstance(record, TimelineEntry):
        return record.id
    return db.session.scalar(
        sa.select(TimelineEntry.id)
        .where(TimelineEntry.case_id == record.case_id, TimelineEntry.about_id == record.id)
        .order_by(TimelineEntry.entered_at.desc())
        .limit(1)
    )


def join_team(case: Case, staff_id: uuid.UUID, discipline: Discipline) -> None:
    """Put somebody on the team, once."""
    if not any(member.staff_id == staff_id and member.left_at is None for member in case.team):
        case.team.append(
            TeamMember(
                foundation_id=case.foundation_id,
                case_id=case.id,
                staff_id=staff_id,
                discipline=discipline,
                opened_at=case.opened_at,
            )
        )


def add_to_team(case: Case, *, staff_id: uuid.UUID, discipline: Discipline, by: uuid.UUID) -> None:
    """Somebody joins the team, or goes on in it as something else; unless it was herself, she is told."""
    for member in case.team:
        if member.staff_id == staff_id and member.left_at is None:
            if member.discipline is discipline:
                raise RuleBroken(_("This person is on the team already"), "staff_id")
            member.left_at = now()
    join_team(case, staff_id, discipline)
    tell([staff_id], JOINED, about=case, but=by)


def hold(case: Case) -> Case:
    """Make others who hold it wait until this transaction ends, and read the case as it is now (a lock on PostgreSQL).

    Who only refers to it is not kept waiting: that is checked at the commit, under the lock of the audit trail.
    """
    db.session.execute(sa.select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))
    db.session.refresh(case)
    return case


def describe(case: Case, *, version: int, **values: Any) -> None:
    """Who she is, as far as she wants to say; the age band follows the birth date on the day the case opened."""
    person = case.person
    person.expect(version, **{name: getattr(person, name) for name in values})
    born = person.birth
    rules.may_be_born(values.get("birth"), local(case.opened_at).date())
    person.unanswered = {name: str(value) for name, value in values.items() if isinstance(value, Unanswered)}
    for name, value in values.items():
        setattr(person, name, None if isinstance(value, Unanswered) else value)
    number, phone = rules.clean_document(person.document), rules.clean_phone(person.phone)
    person.document_lookup = vault.keys.lookup("document", number) if number else None
    person.document_is_doubtful = rules.is_doubtful(person.document_kind, number)
    person.phone_lookup = vault.keys.lookup("phone", phone) if phone else None
    case.age_band = rules.age_band(person.birth, local(case.opened_at).date())
    if person.birth != born:
        heed(case)


def ask_consent(case: Case, *, by: uuid.UUID, **values: Any) -> Consent:
    """Record what she was asked and answered."""
    if values.get("ends_on") and values["ends_on"] < local(now()).date():
        raise RuleBroken(_("A consent cannot end before today"), "ends_on")
    if values["answer"] is not ConsentAnswer.GIVEN and not values.get("institution_id"):
        values["institution_id"] = named(values.get("recipient"))
    consent = Consent(foundation_id=case.foundation_id, case_id=case.id, by_id=by, **values)
    db.session.add(consent)
    if consent.answer is not ConsentAnswer.GIVEN:
        heed(case)
    reached(
        case, Milestone.CONSENTED, at=consent.asked_at or now(), by=by, about=consent, detail=str(values["purpose"])
    )
    return consent


def withdraw_consent(consent: Consent) -> None:
    """She takes it back; what was shared before stays written down."""
    consent.withdrawn_at = consent.withdrawn_at or now()
    heed(db.session.get_one(Case, consent.case_id))


HEED: list[Callable[[Case], None]] = []


def when_she_says_no(do: Callable[[Case], None]) -> Callable[[Case], None]:
    """What a feature above does when she refuses something, takes a consent back, or could not give it at her age."""
    HEED.append(do)
    return do


def heed(case: Case) -> None:
    """What follows from what she says, or from what was found when she was asked about refuge, in every feature."""
    db.session.flush()
    for do in HEED:
        do(case)


def say_how_to_contact(case: Case, *, by: uuid.UUID, **values: Any) -> SafeContact:
    """How it is safe to reach her from now on; what was said before is kept."""
    contact = SafeContact(foundation_id=case.foundation_id, case_id=case.id, by_id=by, **values)
    db.session.add(contact)
    return contact


def move_to(
    case: Case, stage: Stage, *, state: CaseState | None = None, is_present: bool | None = None, **card: Any
) -> None:
    """Bring state, stage and card up to date together."""
    case.card.stage = stage
    if state is not None:
        case.state = state
        case.closed_at = now() if state is CaseState.CLOSED else None
    if is_present is not None:
        case.is_present = is_present
    for name, value in card.items():
        setattr(case.card, name, value)
