"""None of the institutions that the protocol needs ends, becomes another or begins later while nobody else does it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import moment_of, now, today
from shelter.cases.models import Case
from shelter.codes.cases import CaseState
from shelter.codes.protocol import VersionState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.partners import actions as partners
from shelter.partners.models import Institution
from shelter.protocol import actions, queries
from shelter.rules import RuleBroken
from tests.client import Page


def named(programme, part):
    return next(each for each in programme.institutions if part in each.name["es"] and not each.has_ended)


def end(institution, outside, **how):
    with outside(), work("test.end", by=operator):
        partners.end_institution(institution, **{"valid_to": today(), **how})


def test_an_institution_that_the_protocol_needs_does_not_end_before_somebody_follows(
    publish, office, outside, sign_in, staff,
):
    publish()
    foreign = office(Kind.FOREIGN_AFFAIRS)
    for how in ({}, {"valid_to": None, "is_unknown": True}, {"valid_to": today() + timedelta(days=200)}):
        with pytest.raises(RuleBroken, match="El protocolo la necesita") as broken:
            end(foreign, outside, **how)
        assert broken.value.field == "followed_by_id"
    answer = sign_in(staff(Role.ADMINISTRATOR)).fill(f"/instituciones/{foreign.id}/terminar", valid_to=str(today()))
    assert answer.status_code == 422
    assert "Actuar por quien está en otro país" in Page(answer.text).text
    db.session.refresh(foreign)
    assert (foreign.valid_to, foreign.has_ended) == (None, False)
    with outside(), work("test.follow", by=operator):
        partners.add_institution(name_es="Cancillería", name_en="", kind=Kind.FOREIGN_AFFAIRS, province=None,
                                 valid_from=None, succeeds_id=None)
    end(foreign, outside)


def test_it_does_not_become_something_else_or_move_to_one_province_either(publish, office, outside):
    publish()
    foreign = office(Kind.FOREIGN_AFFAIRS)
    same = {"name_es": foreign.name["es"], "name_en": "", "valid_from": None, "followed_by_id": None,
            "to_confirm": False}
    for other in ({"kind": Kind.NGO, "province": None}, {"kind": Kind.FOREIGN_AFFAIRS, "province": "17"}):
        with outside(), pytest.raises(RuleBroken) as broken, work("test.change", by=operator):
            partners.change_institution(foreign, version=foreign.version, **same, **other)
        assert broken.value.field == "kind"


@pytest.mark.parametrize(("since", "refused"), [(-400, False), (0, False), (1, True), (20, True)])
def test_it_does_not_begin_later_than_the_protocol_needs_it(publish, office, outside, sign_in, staff, since, refused):
    with time_machine.travel(moment_of(today() - timedelta(days=31))):
        publish()
    foreign = office(Kind.FOREIGN_AFFAIRS)
    typed = {"valid_from": str(queries.latest_start() + timedelta(days=since)), "kind": "foreign_affairs",
             "name_es": foreign.name["es"]}
    answer = sign_in(staff(Role.ADMINISTRATOR)).fill(f"/instituciones/{foreign.id}/cambiar", **typed)
    assert answer.status_code == (422 if refused else 303), Page(answer.text).text
    if refused:
        assert any(each.get("href") == "#valid_from" for each in Page(answer.text).all("a"))
        assert "El protocolo la necesita" in Page(answer.text).text
    db.session.refresh(foreign)
    assert (foreign.valid_from is None) is refused


def test_one_that_no_step_names_and_one_beside_another_end_as_before(publish, office, outside, programme):
    publish()
    end(office(Kind.OMBUDSMAN), outside)
    end(office(Kind.EQUALITY), outside)
    end(named(programme, "ECU 911"), outside)  # the other one of its kind stays
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Institution).where(
        Institution.valid_to.is_not(None))) == 3


def test_what_a_version_names_that_open_cases_still_follow_stays_too(
    publish, begin, office, outside, case, writer, second,
):
    publish()
    found, foreign, version = case(opened=0), office(Kind.FOREIGN_AFFAIRS), begin()
    with outside(), work("test.next", by=operator):
        for step in reversed([each for each in queries.steps_of(version) if each.responsible == Kind.FOREIGN_AFFAIRS]):
            actions.remove_step(version, step, writer.id)
        actions.turn(version, VersionState.COMMENTS)
        actions.turn(version, VersionState.VALIDATION)
        actions.publish(version, second.id, starts_on=today() + timedelta(days=1))
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        with pytest.raises(RuleBroken, match="El protocolo la necesita"):
            end(foreign, outside)
        with outside(), work("test.close", by=operator):
            case_now = db.session.get_one(Case, found.id)
            case_now.state, case_now.closed_at = CaseState.CLOSED, now()
        end(foreign, outside)


def test_without_a_published_version_no_institution_is_needed(begin, office, outside):
    begin()
    end(office(Kind.FOREIGN_AFFAIRS), outside)
