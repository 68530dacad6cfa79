"""Only what was agreed, by whoever had to act, from the day on which a version starts, is ever said to be late.

Of a version in the database, with one step: its limit of a day is the law, and the national office said yes to it.
"""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts.models import Staff
from shelter.audit import operator, work
from shelter.calendar import Period, local, now, today
from shelter.codes.protocol import Standing, Start, Unit, ValidatedBy, VersionState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.indicators import INDICATORS
from shelter.notices.models import Notice
from shelter.partners import actions as partners
from shelter.partners.models import Institution
from shelter.protocol import queries as protocol
from shelter.protocol.models import ProtocolPhase, ProtocolStep, ProtocolVersion, StepValidation
from shelter.route import actions, indicators, kept, queries, words

PASSED = (indicators.DUE, indicators.LATE, indicators.BEYOND)
DAY = timedelta(days=1)


def figures():
    kept.bring_up_to_date()
    assert kept.differences() == 0
    day = local(now()).date()
    days = Period.read(f"{day - timedelta(days=99)}..{day + timedelta(days=99)}")
    return [INDICATORS[code].count(days).value for code in PASSED]


def said_of(case):
    place = queries.route_of(case).places[0]
    return words.say_over(place.step) if place.lap.is_late(now()) else ""


@pytest.fixture
def offices(programme, outside):
    """The national prosecutor and one of the province, there for long; no other."""
    with outside(), work("test.offices", by=operator):
        db.session.execute(sa.update(Institution).where(Institution.kind == Kind.PROSECUTOR).values(has_ended=True))
        since = {"valid_from": date(2020, 1, 1), "kind": Kind.PROSECUTOR, "succeeds_id": None, "name_en": ""}
        return {"country": partners.add_institution(name_es="Fiscalía nacional", province=None, **since),
                "province": partners.add_institution(name_es="Fiscalía de la provincia", province="17", **since)}


@pytest.fixture
def version(offices, staff, outside):
    """version(starts_on) -> a published one."""
    def make(starts_on=date(2020, 1, 1)):
        writer, title = db.session.scalar(sa.select(Staff.id).limit(1)) or staff(Role.PROGRAMME_COORDINATOR).id, {
            "es": "Denunciar"}
        made = ProtocolVersion(number=1, state=VersionState.PUBLISHED, title=title, by_id=writer, starts_on=starts_on,
                               published_at=now(), published_by_id=writer)
        phase = ProtocolPhase(protocol_id=made.id, key="alert", number=1, name=title)
        step = ProtocolStep(protocol_id=made.id, phase_id=phase.id, key="report", place=1, name=title, procedure=title,
                            start=Start.ALERT, standing=Standing.LAW, responsible=Kind.PROSECUTOR, limit_amount=24,
                            limit_unit=Unit.HOURS, digest="d")
        with outside(), work("test.version", by=operator):
            db.session.add_all([made, phase, step])
        return made
    return make


@pytest.fixture
def says(outside):
    """says(version, institution, agrees): its letter of today."""
    def make(version, institution, agrees=True):
        with outside(), work("test.says", by=operator):
            db.session.get_one(ProtocolVersion, version.id).stamp += 1
            db.session.add(StepValidation(
                protocol_id=version.id, step_key="report", digest="d", institution_id=institution.id, agrees=agrees,
                answered_on=today(), way=ValidatedBy.LETTER, officer="Zoila Cando", post="Directora", act="7"))
    return make


@pytest.fixture
def end(outside):
    """end(institution, valid_to, follower)"""
    def make(institution, valid_to, follower=None):
        with outside(), work("test.end", by=operator):
            partners.end_institution(db.session.get_one(Institution, institution.id), valid_to=valid_to,
                                     followed_by_id=follower.id if follower else None)
    return make


@pytest.fixture
def add(outside):
    """add(name, province): as it is typed, without a day."""
    def make(name, province=None, succeeds=None):
        with outside(), work("test.add", by=operator):
            return partners.add_institution(name_es=name, name_en="", kind=Kind.PROSECUTOR, province=province,
                                            valid_from=None, succeeds_id=succeeds.id if succeeds else None)
    return make


@pytest.mark.parametrize("followed_by", ["country", "new", None])
def test_the_end_of_one_that_said_nothing_makes_nobody_late_for_what_was_before(
    version, says, case, offices, end, add, followed_by,
):
    says(version(), offices["country"])
    found = case(opened=5)
    assert (said_of(found), figures()) == ("Pasó el plazo propuesto", [0, 0, 1])
    follower = add("Otra") if followed_by == "new" else offices.get(followed_by)
    end(offices["province"], today() - DAY, follower)
    assert (said_of(found), figures()) == ("Pasó el plazo propuesto", [0, 0, 1])
    assert protocol.books()[0].by_key["report"].is_awaited is (followed_by == "new"), "who has ended is not waited for"


def test_an_end_that_was_entered_ahead_of_time_changes_nothing_on_its_day_either(version, says, case, offices, end):
    says(version(), offices["country"])
    found = case(opened=5)
    end(offices["province"], today() + 3 * DAY, offices["country"])
    with time_machine.travel(now() + timedelta(days=9), tick=False):
        assert (said_of(found), figures()) == ("Pasó el plazo propuesto", [0, 0, 1])


def test_the_end_of_one_that_said_yes_lets_it_bind_what_was_before_and_its_heir_what_comes(
    version, says, case, offices, end, add,
):
    says(version(), offices["province"])
    before = case(opened=5)
    assert (said_of(before), figures()) == ("Atrasado", [1, 1, 0])
    end(offices["province"], today() - DAY, offices["country"])
    assert (said_of(before), figures()) == ("Atrasado", [1, 1, 0])
    new = add("Fiscalía nueva", "17", succeeds=offices["province"])
    step = protocol.books()[0].by_key["report"]
    assert [step.binding(each.id).is_validated for each in (new, offices["country"])] == [True, False]


def test_what_one_agreed_to_binds_no_other_that_stood_beside_it_and_follows_it_now(
    version, says, case, offices, end, programme,
):
    says(version(), offices["province"])
    found = case(house=programme.far_house, opened=5)
    assert said_of(found) == "Pasó el plazo propuesto"
    end(offices["province"], today() - DAY, offices["country"])
    assert (said_of(found), figures()) == ("Pasó el plazo propuesto", [0, 0, 1])


def test_the_no_of_one_that_ended_is_over_when_its_heir_has_answered(version, says, offices, end, add):
    made = version()
    says(made, offices["country"])
    says(made, offices["province"], agrees=False)

    def step():
        return protocol.books()[0].by_key["report"]

    assert not step().is_validated
    end(offices["province"], today() - DAY)
    new = add("Fiscalía nueva", "17", succeeds=offices["province"])
    assert not step().is_validated, "nobody has asked the new one yet"
    says(made, new)
    assert step().is_validated
    assert [step().binding(each.id).is_validated for each in (*offices.values(), new)] == [True, False, True]
    says(made, new, agrees=False)
    assert not step().is_validated


def test_the_no_of_one_that_ended_and_that_nothing_follows_is_over(version, says, offices, end):
    made = version()
    says(made, offices["country"])
    says(made, offices["province"], agrees=False)
    end(offices["province"], today())
    assert not protocol.books()[0].by_key["report"].is_validated, "until its last day it says no"
    with time_machine.travel(now() + DAY, tick=False):
        assert protocol.books()[0].by_key["report"].is_validated


# --- before a version starts ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("days", [90, 0])
def test_what_ended_before_the_first_version_starts_is_held_against_nobody(
    version, says, case, offices, staff, sign_in, days,
):
    member = staff(Role.CASEWORKER)
    made = version(today() + days * DAY)
    says(made, offices["province"])
    says(made, offices["country"])
    found = case(team=[member], opened=5)
    assert (said_of(found), figures()) == ("", [0, 0, 0])
    client = sign_in(member)
    for page in (f"/casos/{found.id}/ruta", f"/casos/{found.id}", "/mi-dia"):
        text = client.get(page).text
        for words_of_it in ("Atrasado", "Pasó el plazo", "Fuera de meta", "Venció"):
            assert words_of_it not in text, page
    assert "Denunciar" in client.get(f"/casos/{found.id}/ruta").text
    actions.tell_what_is_over()
    assert not [each.word for each in db.session.scalars(sa.select(Notice)) if each.word.startswith("route.")]


def test_what_ends_once_the_first_version_has_started_binds_also_an_older_case(version, says, case, offices):
    says(version(today()), offices["province"])
    found = case(opened=0)
    with time_machine.travel(now() + 2 * DAY, tick=False):
        assert (said_of(found), figures()) == ("Atrasado", [1, 1, 0])


# --- an institution that is added -------------------------------------------------------------------------------------

def test_one_that_is_added_without_a_day_takes_over_from_today_and_not_what_was_before(
    version, says, case, offices, end, add,
):
    end(offices["province"], today() - 20 * DAY, offices["country"])
    says(version(), offices["country"])
    found = case(opened=5)
    assert (said_of(found), figures()) == ("Atrasado", [1, 1, 0])
    new = add("Fiscalía de Pichincha", "17")
    assert new.valid_from == today()
    assert (said_of(found), figures()) == ("Atrasado", [1, 1, 0])
    later = case(opened=0)
    assert queries.route_of(later).acting["report"].name["es"] == "Fiscalía de Pichincha"


def test_one_that_takes_the_place_of_another_begins_the_day_after_that_ended(offices, end, add):
    end(offices["province"], today() - 20 * DAY)
    assert add("Fiscalía de Pichincha", "17", succeeds=offices["province"]).valid_from == today() - 19 * DAY


def test_the_first_of_its_kind_is_as_old_as_nobody_knows(programme, outside):
    with outside(), work("test.add", by=operator):
        db.session.execute(sa.update(Institution).where(Institution.kind == Kind.HEALTH).values(has_ended=True))
        only = partners.add_institution(name_es="Hospital", name_en="", kind=Kind.HEALTH, province="17",
                                        valid_from=None, succeeds_id=None)
        assert only.valid_from is None
        assert partners.add_institution(name_es="Otro hospital", name_en="", kind=Kind.HEALTH, province="07",
                                        valid_from=None, succeeds_id=None).valid_from is None
