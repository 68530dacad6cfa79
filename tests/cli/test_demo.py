"""The demonstration: the same seed makes the same data, everybody can sign in, and everything it says is consistent."""

from __future__ import annotations

import calendar
import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from stdnum.ec import ci

from shelter.access import Role
from shelter.accounts.actions import HOUSE_ROLES
from shelter.accounts.models import Assignment, Staff
from shelter.audit import verify
from shelter.calendar import local, now, today
from shelter.cases.models import Case, CaseCard, Person, TeamMember, TimelineEntry
from shelter.cases.records import Consent, SafeContact, Screened, Stay
from shelter.cli.demo import programme
from shelter.codes.cases import Answer, CaseState, ConsentAnswer, ConsentPurpose, Exploitation, Milestone, Stage
from shelter.codes.interviews import InterviewState
from shelter.codes.leaving import ExitReason, Outcome
from shelter.codes.outgoing import Screening
from shelter.codes.people import AgeBand, DocumentKind
from shelter.codes.referrals import ReferralState, Urgency
from shelter.codes.services import Discipline
from shelter.db import DataKey, db
from shelter.documents.models import Document
from shelter.followup.models import FollowUp
from shelter.indicators import Period, figures
from shelter.intake.models import Intake
from shelter.interviews.models import Interview
from shelter.outgoing.models import Outgoing, Reply
from shelter.partners.models import Bed, Foundation, House
from shelter.referrals.models import Referral
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.residence.models import Instruction
from shelter.route.models import RouteCard, RouteLap, StepWord
from shelter.services.models import Service
from shelter.transition.models import Exit
from shelter.transition.rules import is_sent_home
from tests.cli.conftest import PASSWORD
from tests.pg import fresh_database

A_YEAR = Period.read(str(today().year))
SPOKEN = {
    Outcome.STABLE, Outcome.PROGRESS, Outcome.AT_RISK, Outcome.RETRAFFICKED, Outcome.BACK_IN_HOUSE, Outcome.DECLINED,
}


def every(model, *conditions):
    return list(db.session.scalars(sa.select(model).where(*conditions)))


def rows_of(model):
    """Every row in clear, without what is random by nature: nonces, keys, digests of the password."""
    keys = [column.key for column in model.__table__.columns]
    names = [key for key in keys if not key.endswith(("_sealed", "_lookup", "_hash"))]
    names += list(getattr(model, "sealed_fields", {}))
    return sorted(repr([getattr(row, name) for name in names]) for row in every(model))


EVERYTHING = (
    Foundation, House, Bed, Staff, Assignment, Person, Case, CaseCard, TeamMember, TimelineEntry, Stay, Consent,
    SafeContact, Referral, Intake, Instruction, Service, Exit, FollowUp, Register, ImportedFile, RegisterCase,
    Outgoing, Reply, StepWord, RouteLap, RouteCard,
)


@pytest.fixture
def elsewhere(make_app, migrated, server, tmp_path):
    """Another instance of the same engine, empty."""
    if server is None:
        shutil.copy(migrated, tmp_path / "elsewhere.db")
        yield make_app(database_url=f"sqlite:///{tmp_path / 'elsewhere.db'}")
        return
    with fresh_database(server, template=sa.make_url(migrated).database) as url:
        yield make_app(database_url=url)


def everything():
    return {model.__name__: rows_of(model) for model in EVERYTHING}, [figure.as_json() for figure in figures(A_YEAR)]


def test_the_same_seed_makes_the_same_data_and_another_seed_other_data(demo, elsewhere):
    demo(cases=45, seed=7)
    rows, counted = everything()
    with elsewhere.app_context():
        demo(cases=45, seed=7)
        assert everything() == (rows, counted)
        db.session.remove()
        db.engine.dispose()
    assert sum(len(found) for found in rows.values()) > 1500


def test_another_seed_makes_other_data(demo, elsewhere):
    demo(cases=10, seed=7)
    people = rows_of(Person)
    with elsewhere.app_context():
        demo(cases=10, seed=8)
        assert not set(rows_of(Person)) & set(people)
        db.session.remove()
        db.engine.dispose()


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_everybody_signs_in_with_the_one_password(app, demo):
    demo(cases=3)
    found = programme.accounts()
    assert Counter(role for role, _address in found) == {role: 2 if role in HOUSE_ROLES else 1 for role in Role}
    assert programme.email(Role.SHELTER_COORDINATOR, "norte") == "shelter-coordinator@norte.demo.invalid"
    assert programme.email(Role.PROGRAMME_COORDINATOR) == "programme-coordinator@demo.invalid"
    for _role, address in found:
        answer = app.test_client().fill("/entrar", email=address, password=PASSWORD)
        assert (answer.status_code, answer.location) == (303, "/mi-dia"), address


def test_house_roles_work_in_their_house_and_the_others_in_none(demo):
    demo(cases=3)
    houses = {house.id: house for house in every(House)}
    assert {house.canton for house in houses.values()} == {"1701", "0701"}
    assert len(every(Foundation)) == 2
    for each in every(Assignment):
        assert (each.house_id in houses) == (each.role in HOUSE_ROLES)
        assert each.house_id is None or houses[each.house_id].foundation_id == each.foundation_id


# --- what must be consistent ------------------------------------------------------------------------------------------


def test_whoever_is_here_has_one_open_stay_a_usable_bed_and_a_true_card(demo):
    demo()
    beds = {bed.id: bed for bed in every(Bed)}
    open_stays = every(Stay, Stay.left_at.is_(None))
    taken = {stay.case_id: beds[stay.bed_id] for stay in open_stays}
    assert len({stay.bed_id for stay in open_stays}) == len(open_stays) == len(taken)
    for case in every(Case):
        assert case.is_present == (case.id in taken)
        bed = taken.get(case.id)
        assert case.card.bed == (f"{bed.room} · {bed.name}" if bed else None)
        if bed:
            assert bed.is_usable
            assert bed.house_id == case.house_id
            assert (case.state, case.card.stage, case.card.next_due_on) == (CaseState.OPEN, Stage.SHELTER, None)
    assert 8 < len(taken) < sum(bed.is_usable for bed in beds.values())
    assert [bed.is_usable for bed in beds.values()].count(False) == 1


def test_nobody_ever_shared_a_bed(demo):
    demo(cases=80)
    by_bed = {}
    for stay in every(Stay):
        by_bed.setdefault(stay.bed_id, []).append((stay.arrived_at, stay.left_at or now()))
    for times in by_bed.values():
        times.sort()
        assert all(left <= arrived for (_, left), (arrived, _) in pairwise(times))


def test_each_exit_ends_its_stay_and_every_stay_that_ended_has_its_exit(demo):
    demo()
    stays = {stay.id: stay for stay in every(Stay)}
    exits = every(Exit)
    for exit_ in exits:
        assert stays[exit_.stay_id].left_at == exit_.left_at
        assert stays[exit_.stay_id].case_id == exit_.case_id
    assert {exit_.stay_id for exit_ in exits} == {stay.id for stay in stays.values() if stay.left_at}


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@pytest.mark.parametrize("day", [None, "2028-02-29T15:00:00+00:00", "2027-05-31T04:30:00+00:00"])
def test_what_is_due_next_is_what_one_counts_by_hand(demo, day, monkeypatch):
    if day:
        monkeypatch.setattr("shelter.calendar.now", lambda: datetime.fromisoformat(day))
    demo(cases=120, seed=3)
    followed = 0
    for case in every(Case, Case.state == CaseState.FOLLOW_UP):
        left_on = max(local(exit_.left_at).date() for exit_ in every(Exit, Exit.case_id == case.id))
        contacts = sorted(every(FollowUp, FollowUp.case_id == case.id), key=lambda each: each.occurred_at)
        kept = max((each.month for each in contacts if each.outcome in SPOKEN), default=0)
        due_on = next(months_after(left_on, month) for month in (1, 3, 6, 12) if month > kept)
        if contacts and contacts[-1].outcome is Outcome.UNSAFE:
            due_on = max(due_on, local(contacts[-1].occurred_at).date() + timedelta(days=7))
        assert case.card.next_due_on == due_on
        followed += 1
    assert followed > 20


def test_what_cannot_wait_stands_on_the_card_as_it_was_answered_last(demo):
    demo(cases=120, seed=8)
    said = {each.case_id: (each.is_safe, each.needs_doctor) for each in every(Intake)}
    cards = {each.case_id: (each.is_safe, each.needs_doctor) for each in every(CaseCard)}
    assert {case_id: cards[case_id] for case_id in said} == said
    here = {case.id for case in every(Case, Case.state == CaseState.OPEN)}
    assert any(cards[case_id][0] is Answer.NO or cards[case_id][1] is Answer.YES for case_id in here)


def test_a_case_closes_only_for_one_of_three_reasons(demo):
    demo(cases=120, seed=3)
    closed = every(Case, Case.state == CaseState.CLOSED)
    for case in closed:
        reasons = {exit_.reason for exit_ in every(Exit, Exit.case_id == case.id)}
        contacts = every(FollowUp, FollowUp.case_id == case.id)
        assert (
            reasons & {ExitReason.DEATH, ExitReason.NOT_TRAFFICKED}
            or 12 in {each.month for each in contacts if each.is_fulfilled}
            or {each.outcome for each in contacts} & {Outcome.DECLINED, Outcome.DIED}
        )
        assert case.opened_at < case.closed_at <= now()
        assert (case.card.stage, case.card.next_due_on) == (Stage.CLOSED, None)
    assert len(closed) > 10
    assert all(case.closed_at is None for case in every(Case, Case.state != CaseState.CLOSED))


def test_nothing_happens_before_the_referral_after_midnight_or_after_the_closing(demo):
    demo(cases=80, seed=2)
    midnight = local(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    opened = {case.id: case for case in every(Case)}
    for model, moment in (
        (TimelineEntry, "occurred_at"), (Service, "occurred_at"), (Consent, "asked_at"), (Stay, "arrived_at"),
        (Exit, "left_at"), (FollowUp, "occurred_at"), (SafeContact, "made_at"), (TeamMember, "joined_at"),
    ):
        for row in every(model):
            case, at = opened[row.case_id], getattr(row, moment)
            is_alert = model is TimelineEntry and row.milestone is Milestone.ALERTED
            assert (at < case.opened_at) if is_alert else (case.opened_at <= at < midnight)
            assert at <= (case.closed_at or at)
            assert at <= getattr(row, "entered_at", at) < midnight
    for referral in every(Referral, Referral.case_id.is_not(None)):
        assert referral.received_at == opened[referral.case_id].opened_at < referral.answered_at
    knew = {each.case_id: each.alerted_at for each in every(Referral, Referral.case_id.is_not(None)) if each.alerted_at}
    alerts = every(TimelineEntry, TimelineEntry.milestone == Milestone.ALERTED)
    assert {each.case_id: each.occurred_at for each in alerts} == knew != {}


def test_whoever_returned_was_screened_before(demo):
    demo(cases=80, seed=2)
    home = [each for each in every(Exit) if is_sent_home(each.reason, each.destination)]
    assert home
    for each in home:
        found = every(Screened, Screened.case_id == each.case_id)
        assert {(row.kind, row.answer) for row in found} == {
            (Screening.REFUGE, Answer.NO), (Screening.RETURN, Answer.YES)}
        assert all(row.made_at < each.left_at for row in found)
        assert each.was_her_decision is Answer.YES


def test_the_timeline_tells_every_record_once(demo):
    demo()
    told = Counter((entry.milestone, entry.about_id) for entry in every(TimelineEntry))
    expected = Counter()
    for service in every(Service):
        expected[Milestone.SERVICE_GIVEN if service.was_held else Milestone.SERVICE_MISSED, service.id] += 1
    for milestone, rows in (
        (Milestone.ADMITTED, every(Stay)), (Milestone.EXITED, every(Exit)), (Milestone.FOLLOWED_UP, every(FollowUp)),
        (Milestone.KEPT_IN_TOUCH, every(FollowUp, FollowUp.is_fulfilled)),
        (Milestone.CONSENTED, every(Consent)), (Milestone.SAFETY_CHECKED, every(Intake)),
        (Milestone.ATTACHED, every(Document)), (Milestone.REFERRED_OUT, every(Outgoing)),
        (Milestone.REFERRAL_ANSWERED, every(Reply)),
        (Milestone.INTERVIEWED, every(Interview, Interview.state == InterviewState.HELD)),
        (Milestone.IDENTIFIED, every(Intake, Intake.person_at.is_not(None))),
        (Milestone.INTAKE_DONE, every(Intake, Intake.finished_at.is_not(None))),
        (Milestone.REFERRED, every(Referral, Referral.case_id.is_not(None))),
    ):
        expected.update((milestone, row.id) for row in rows)
    others = {Milestone.ALERTED, Milestone.OPENED, Milestone.CLOSED}
    assert {key: count for key, count in told.items() if key[0] not in others} == expected
    closed = every(Case, Case.state == CaseState.CLOSED)
    assert sum(count for key, count in told.items() if key[0] is Milestone.CLOSED) == len(closed)
    assert told[Milestone.OPENED, None] == len(every(Case))


def test_age_bands_are_frozen_as_the_birth_date_says_on_the_day_the_case_opened(demo):
    demo()
    band_of = {}
    for case in every(Case):
        birth = case.person.birth
        if birth is None:
            assert case.age_band is None
        else:
            day, born = local(case.opened_at).date(), birth.latest
            assert case.age_band is AgeBand.of(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))
        band_of[case.id] = case.age_band
    for model in (Service, Stay, Exit, FollowUp):
        assert all(row.age_band == band_of[row.case_id] for row in every(model))
    early = {Milestone.ALERTED, Milestone.REFERRED, Milestone.OPENED, Milestone.SAFETY_CHECKED}
    for entry in every(TimelineEntry):
        assert entry.age_band == (None if entry.milestone in early else band_of[entry.case_id])


def test_the_last_service_on_the_card_is_the_last_that_took_place(demo):
    demo()
    last = dict(db.session.execute(
        sa.select(Service.case_id, sa.func.max(Service.occurred_at)).where(Service.was_held).group_by(Service.case_id)
    ).all())
    assert all(card.last_service_at == last.get(card.case_id) for card in every(CaseCard))


def test_a_service_is_given_by_the_profession_that_may_and_its_words_open(demo):
    demo(cases=12)
    role_of = {each.staff_id: (each.role, each.house_id) for each in every(Assignment)}
    house_of = {case.id: case.house_id for case in every(Case)}
    expected = {
        Discipline.PSYCHOLOGY: Role.PSYCHOLOGIST, Discipline.LEGAL: Role.LAWYER, Discipline.MEDICAL: Role.MEDICAL,
        Discipline.SOCIAL: Role.CASEWORKER,
    }
    for service in every(Service):
        assert service.type.of is service.discipline
        assert role_of[service.by_id] == (expected[service.discipline], house_of[service.case_id])
        assert len(service.headline) > 5
        assert (service.minutes is None, service.body is None) == (not service.was_held, not service.was_held)
        assert (service.not_held is None) == service.was_held


def test_no_contact_was_made_with_somebody_who_refused_it(demo):
    demo(cases=120, seed=5)
    asked = every(Consent, Consent.answer == ConsentAnswer.REFUSED)
    refused = {each.case_id for each in asked if each.purpose is ConsentPurpose.FOLLOW_UP}
    assert refused
    assert all(each.outcome is Outcome.DECLINED for each in every(FollowUp) if each.case_id in refused)
    assert all(not contact.number for contact in every(SafeContact) if contact.case_id in refused)


# --- what it shows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 20_260])
def test_every_point_of_the_walk_is_shown_whatever_the_seed(demo, seed):
    demo(seed=seed)
    waiting = every(Referral, Referral.state == ReferralState.WAITING)
    assert {each.urgency for each in waiting} >= {Urgency.TODAY, Urgency.DAYS}
    assert {each.state for each in every(Referral)} >= {ReferralState.WAITING, ReferralState.ACCEPTED}
    assert every(Intake, Intake.finished_at.is_(None), Intake.person_at.is_(None))
    assert {case.card.stage for case in every(Case)} == set(Stage)
    assert {each.reason for each in every(Exit)} >= set(ExitReason) - {ExitReason.DEATH}
    assert {each.discipline for each in every(Service)} == set(Discipline)
    assert every(Service, Service.was_held.is_(False))
    assert {each.answer for each in every(Consent)} == set(ConsentAnswer)
    assert every(Consent, Consent.withdrawn_at.is_not(None))
    assert every(SafeContact, SafeContact.number_sealed.is_not(None))
    assert {AgeBand.TO_17} <= {case.age_band for case in every(Case, Case.is_present)}
    assert {"EC", "VE", "CO"} <= {person.nationality for person in every(Person)}
    assert not all(case.exploitation for case in every(Case))
    assert {Exploitation.SEXUAL, Exploitation.LABOUR} <= {form for case in every(Case) for form in case.exploitation}
    doubtful = every(Person, Person.document_is_doubtful)
    assert doubtful
    assert not any(ci.is_valid(person.document) for person in doubtful)
    assert any(ci.is_valid(person.document) for person in every(Person, Person.document_kind == DocumentKind.CEDULA))


def test_every_house_has_people_something_to_give_tonight_and_contacts_due_late_and_soon(demo):
    demo()
    for house in every(House):
        here = {case.id for case in every(Case, Case.house_id == house.id, Case.is_present)}
        told = every(Instruction, Instruction.case_id.in_(here))
        assert {each.kind.value for each in told if each.from_on <= today() <= each.to_on} == {"give", "do"}
        due = [card.next_due_on - today() for card in every(CaseCard, CaseCard.next_due_on.is_not(None))
               if db.session.get(Case, card.case_id).house_id == house.id]
        days = {each.days for each in due}
        assert min(days) < 0
        assert any(0 < each <= 14 for each in days)
        team = {member.staff_id for member in every(TeamMember, TeamMember.case_id.in_(here))}
        assert len(team) == 4


def test_something_is_due_today(demo):
    demo()
    assert len(every(CaseCard, CaseCard.next_due_on == today())) >= 2


def test_the_figures_have_enough_for_a_report(demo):
    demo()
    last = Period.quarter_of(today() - timedelta(days=92))
    for period in (last, Period.read(str(today().year))):
        found = {figure.code: figure for figure in figures(period)}
        assert found["services.given"].value > 30
        assert found["cases.registered"].value > 4
        assert found["transition.exits"].value > 4
        assert found["followup.due"].value > 4
    assert len(every(Service, Service.corrects_id.is_(None))) == 600
    assert every(Service, Service.corrects_id.is_not(None))


def test_many_cases_leave_the_houses_as_full_as_they_are(demo):
    rows = demo(cases=2500)
    assert (rows["case"], rows["service"] // 1000) == (2500, 25)
    assert 10 < len(every(Stay, Stay.left_at.is_(None))) < 24
    codes = Counter(db.session.scalars(sa.select(Case.code)))
    assert max(codes.values()) == 1
    keys = db.session.execute(sa.select(DataKey.owner_id, DataKey.compartment)).all()
    assert len(keys) == len(set(keys))
    assert verify().is_sound
