"""Small populations: people in plain words, how they get into the database, and how they are counted by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, product
from typing import Any

from shelter.calendar import Period, add_months, local
from shelter.cases.models import Case, Person, TimelineEntry
from shelter.cases.records import Stay
from shelter.codes.cases import Answer, Channel, Exploitation, Milestone
from shelter.codes.leaving import SPOKE_WITH_HER, Destination, ExitReason, Outcome
from shelter.codes.outgoing import Basis, OutgoingState, WithdrawnWhy
from shelter.codes.people import AgeBand, Sex
from shelter.codes.referrals import InstitutionKind, Urgency
from shelter.codes.services import Modality, ServiceType
from shelter.db import db
from shelter.followup.models import FollowUp
from shelter.outgoing.models import Outgoing
from shelter.partners.models import Bed
from shelter.services.models import Service
from shelter.transition.models import Exit


@dataclass
class AService:
    """`corrects` is the place of an earlier service of the case, which this one corrects."""

    type: ServiceType
    at: datetime
    was_held: bool = True
    age: AgeBand | None = None
    corrects: int | None = None


@dataclass
class AContact:
    month: int
    at: datetime
    outcome: Outcome


@dataclass
class AReferral:
    """Sent to an institution of that kind; `why` when it was withdrawn."""

    kind: InstitutionKind
    service: ServiceType
    at: datetime
    state: OutgoingState = OutgoingState.SENT
    why: WithdrawnWhy | None = None
    age: AgeBand | None = None


@dataclass
class AStay:
    arrived: datetime
    left: datetime | None = None
    reason: ExitReason = ExitReason.PLAN_DONE
    destination: Destination = Destination.INDEPENDENT
    age: AgeBand | None = None


@dataclass
class ACase:
    """`is_away`: in the other house of her foundation."""

    opened: datetime
    age: AgeBand | None = None
    forms: dict[Exploitation, Answer] = field(default_factory=dict)
    country: str | None = None
    is_away: bool = False
    stays: list[AStay] = field(default_factory=list)
    services: list[AService] = field(default_factory=list)
    contacts: list[AContact] = field(default_factory=list)
    referrals: list[AReferral] = field(default_factory=list)


@dataclass
class APerson:
    """`house` is the place of her house in the programme: 0 and 1 are of one foundation, 2 and 3 of the other."""

    sex: Sex | None = None
    nationality: str | None = None
    house: int = 0
    cases: list[ACase] = field(default_factory=list)


def settle(programme: Any, people: list[APerson]) -> None:
    """Put them into the database, in the transaction that is open."""
    office = programme.institutions[0].id
    for each in people:
        foundation = programme.houses[each.house].foundation_id
        person = Person(foundation_id=foundation, sex=each.sex, nationality=each.nationality)
        db.session.add(person)
        db.session.flush()
        for told in each.cases:
            _case(programme.houses[house_of(each, told)], person, told, office)
    db.session.flush()


def house_of(person: APerson, case: ACase) -> int:
    return person.house ^ case.is_away


def _case(house: Any, person: Person, told: ACase, office: uuid.UUID) -> None:
    case = Case(
        foundation_id=house.foundation_id, house_id=house.id, person_id=person.id, code=uuid.uuid4().hex[:12],
        opened_at=told.opened, age_band=told.age, exploitation=told.forms, exploited_in=told.country,
    )
    db.session.add(case)
    db.session.flush()
    of_case = {"foundation_id": case.foundation_id, "case_id": case.id}
    for stay in told.stays:
        _stay(house, of_case, stay)
    made = [Service(
        **of_case, type=each.type, discipline=each.type.of, was_held=each.was_held, modality=Modality.IN_PERSON,
        occurred_at=each.at, by_id=uuid.uuid4(), age_band=each.age,
    ) for each in told.services]
    for service, each in zip(made, told.services, strict=True):
        service.corrects_id = None if each.corrects is None else made[each.corrects].id
    contacts = [FollowUp(
        **of_case, month=each.month, occurred_at=each.at, by_id=uuid.uuid4(), channel=Channel.CALL,
        outcome=each.outcome, is_fulfilled=each.outcome in SPOKE_WITH_HER,
    ) for each in told.contacts]
    referrals = [Outgoing(
        **of_case, reference=uuid.uuid4().hex[:12], institution_id=office, institution_kind=each.kind,
        service=each.service, urgency=Urgency.PLANNED, basis=Basis.CONSENT, by_id=uuid.uuid4(), sent_at=each.at,
        state=each.state, withdrawn_why=each.why, age_band=each.age,
    ) for each in told.referrals]
    db.session.add_all([*made, *contacts, *referrals])


def _stay(house: Any, of_case: dict[str, uuid.UUID], told: AStay) -> None:
    bed = Bed(foundation_id=house.foundation_id, house_id=house.id, room="Sala", name=uuid.uuid4().hex[:12])
    stay = Stay(
        **of_case, house_id=house.id, bed_id=bed.id, arrived_at=told.arrived, left_at=told.left, age_band=told.age
    )
    db.session.add(bed)
    db.session.flush()
    db.session.add(stay)
    db.session.flush()
    if told.left:
        db.session.add(Exit(
            **of_case, stay_id=stay.id, left_at=told.left, by_id=uuid.uuid4(), reason=told.reason,
            destination=told.destination, was_her_decision=Answer.YES, age_band=told.age,
        ))
        db.session.add(TimelineEntry(
            **of_case, milestone=Milestone.EXITED, occurred_at=told.left, detail=str(told.reason), age_band=told.age
        ))


# Counting by hand: one person after the other, one fact after the other. Nothing here reads the database.

Facts = dict[str, list[str]]
PROVINCES = ["17", "17", "07", "09"]
"""Of the houses, by their place in the programme."""


def inside(moment: datetime | None, period: Period) -> bool:
    return moment is not None and period.start <= local(moment).date() <= period.end


def cases_in(people: list[APerson], houses: set[int]) -> Iterator[tuple[APerson, ACase]]:
    return ((person, case) for person in people for case in person.cases if house_of(person, case) in houses)


def facts_of(person: APerson, case: ACase, year: int, age: AgeBand | None = None) -> Facts:
    known = {form: answer for form, answer in case.forms.items() if answer is not Answer.UNKNOWN}
    return {
        "sex": [person.sex or "unknown"],
        "age_band": [age or case.age or "unknown"],
        "nationality": [person.nationality or "unknown"],
        "exploitation": [form for form, answer in known.items() if answer is Answer.YES] if known else ["unknown"],
        "country_of_exploitation": [case.country or "unknown"],
        "year": [str(year)], "province": [PROVINCES[house_of(person, case)]],
    }


def registered(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person, case in cases_in(people, houses):
        if inside(case.opened, period):
            yield facts_of(person, case, local(case.opened).year)


def admitted(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person, case in cases_in(people, houses):
        for stay in case.stays:
            if inside(stay.arrived, period):
                yield facts_of(person, case, local(stay.arrived).year, stay.age)


def present(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person, case in cases_in(people, houses):
        for stay in case.stays:
            if local(stay.arrived).date() <= period.end and (not stay.left or local(stay.left).date() > period.end):
                yield facts_of(person, case, period.end.year, stay.age)


def exits(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person, case in cases_in(people, houses):
        for stay in case.stays:
            if inside(stay.left, period):
                facts = facts_of(person, case, local(stay.left).year, stay.age)
                yield {**facts, "reason": [stay.reason], "destination": [stay.destination]}


def held(case: ACase, period: Period) -> list[AService]:
    corrected = {each.corrects for each in case.services}
    return [each for place, each in enumerate(case.services)
            if each.was_held and place not in corrected and inside(each.at, period)]


def given(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person, case in cases_in(people, houses):
        for each in held(case, period):
            facts = facts_of(person, case, local(each.at).year, each.age)
            yield {**facts, "discipline": [each.type.of], "service": [each.type]}


def persons(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    for person in people:
        cases = [case for case in person.cases if house_of(person, case) in houses]
        received = [each for case in cases for each in held(case, period)]
        if received:
            begun = [case for case in cases if local(case.opened).date() <= period.end] or cases
            latest = max(begun, key=lambda case: case.opened)
            yield {
                **facts_of(person, latest, 0), "discipline": sorted({each.type.of for each in received}),
                "service": sorted({each.type for each in received}),
                "year": sorted({str(local(each.at).year) for each in received}),
            }


def due(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    return (facts for facts, _is_done in follow_ups(people, period, houses))


def done(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
    return (facts for facts, is_done in follow_ups(people, period, houses) if is_done)


def follow_ups(people: list[APerson], period: Period, houses: set[int]) -> Iterator[tuple[Facts, bool]]:
    for person, case in cases_in(people, houses):
        leavings = sorted(stay.left for stay in case.stays if stay.left)
        for stay in case.stays:
            if not stay.left or stay.reason in {ExitReason.DEATH, ExitReason.NOT_TRAFFICKED}:
                continue
            end = min((left for left in leavings if left > stay.left), default=None)
            mine = [each for each in case.contacts if each.at >= stay.left and (end is None or each.at < end)]
            later = [other.arrived for other in case.stays if other.arrived > stay.left]
            for month in (1, 3, 6, 12):
                day = add_months(local(stay.left).date(), month)
                if day not in period:
                    continue
                came_back = any(local(arrived).date() <= day for arrived in later)
                is_done = any(each.month == month and each.outcome in SPOKE_WITH_HER for each in mine)
                is_over = came_back or any(
                    (each.outcome is Outcome.DECLINED and each.month < month)
                    or (each.outcome is Outcome.DIED and each.month <= month) for each in mine
                )
                if is_done or not is_over:
                    yield {**facts_of(person, case, day.year, stay.age), "month": [str(month)]}, is_done


def referred(*states: str, silent: bool = False) -> Callable[[list[APerson], Period, set[int]], Iterator[Facts]]:
    """Those that stand so; `silent`: and those that were withdrawn as nobody answered. No state: all."""

    def count(people: list[APerson], period: Period, houses: set[int]) -> Iterator[Facts]:
        for person, case in cases_in(people, houses):
            for each in case.referrals:
                unheard = silent and each.state == "withdrawn" and each.why == "no_answer"
                if inside(each.at, period) and (not states or each.state in states or unheard):
                    facts = facts_of(person, case, local(each.at).year, each.age)
                    yield {**facts, "institution": [each.kind], "service": [each.service], "became": [each.state]}

    return count


BY_HAND: dict[str, Callable[[list[APerson], Period, set[int]], Iterator[Facts]]] = {
    "cases.registered": registered, "intake.admitted": admitted, "residence.present": present,
    "transition.exits": exits, "services.given": given, "services.persons": persons,
    "followup.due": due, "followup.done": done, "outgoing.sent": referred(),
    "outgoing.answered": referred("received", "attended", "not_attended"),
    "outgoing.accepted": referred("received", "attended"), "outgoing.attended": referred("attended"),
    "outgoing.unmet": referred("not_attended", silent=True),
}


def count_by_hand(code: str, names: tuple[str, ...], people: list[APerson], period: Period, houses: set[int]) -> Any:
    """(value, tables, known), as the figure should say."""
    counted = list(BY_HAND[code](people, period, houses))
    tables: dict[str, Counter[str]] = {name: Counter({"unknown": 0}) for name in names}
    for name in names:
        tables[name].update(str(word) for facts in counted for word in facts[name])
    for first, second in combinations(names, 2):
        tables[f"{first}×{second}"] = Counter(
            f"{one}×{other}" for facts in counted for one, other in product(facts[first], facts[second])
        )
    known = {name: sum(facts[name] != ["unknown"] for facts in counted) for name in names}
    return len(counted), {name: dict(table) for name, table in tables.items()}, known
