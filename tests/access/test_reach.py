"""Reach exists twice, as Python and as SQL: over every sort of record and any reader, both say the same."""

import uuid
from itertools import combinations, pairwise, product
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as some

from shelter.access import (
    MATRIX,
    Grant,
    Permission,
    Reach,
    Role,
    allows,
    foundations_of,
    houses_of,
    reaches,
    within_reach,
)
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases import actions, queries
from shelter.cases.models import Case
from shelter.cases.queries import CASE_COLUMNS, Cursor, Filters
from shelter.codes.cases import Answer, CaseState
from shelter.codes.referrals import Urgency
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.partners import actions as partners
from shelter.referrals.models import Referral
from shelter.referrals.queries import REFERRAL_COLUMNS

BUSY = settings(max_examples=60)


@pytest.fixture
def world(programme, staff):
    """Four houses of two foundations; in each, cases in every state, with every team of two, one of whom left it."""
    with work("test.house", by=operator):
        second = partners.add_house(programme.foundations[1], "Casa Mar", canton="0701", address="Calle",
                                    rooms={"A": 1})
    houses = [*programme.houses, second]
    lead, one, two = staff(Role.CASEWORKER), staff(Role.LAWYER), staff(Role.MEDICAL)
    teams = [team for size in range(3) for team in combinations((one, two), size)]
    with work("test.cases", by=operator):
        for house, state, team in product(houses, CaseState, teams):
            made = actions.open_case(house, by=lead.id)
            made.state = state
            for member in team:
                actions.join_team(made, member.id, Discipline.SOCIAL)
            if team == (one, two):
                made.team[-1].left_at = now()
        for house in houses:
            db.session.add(Referral(
                foundation_id=house.foundation_id, house_id=house.id, institution_id=programme.institutions[0].id,
                received_at=now(), by_id=lead.id, urgency=Urgency.TODAY, is_safe=Answer.YES, needs_doctor=Answer.NO,
            ))
    return SimpleNamespace(
        cases=list(db.session.scalars(sa.select(Case).options(sa.orm.selectinload(Case.team)))),
        referrals=list(db.session.scalars(sa.select(Referral))),
        foundations=[each.id for each in programme.foundations], houses=[house.id for house in houses],
        staff=[lead.id, one.id, two.id],
    )


def ids(records):
    return {each.id for each in records}


def found(model, condition):
    return set(db.session.scalars(sa.select(model.id).where(condition)))


def readers(data, world):
    """Anybody: known or not, with any assignments, sensible or not (a house of another foundation, none at all)."""
    stranger = uuid.uuid4()
    grant = some.builds(
        Grant, role=some.sampled_from(Role),
        foundation_id=some.sampled_from([None, stranger, *world.foundations]),
        house_id=some.sampled_from([None, stranger, *world.houses]),
    )
    return SimpleNamespace(
        id=data.draw(some.sampled_from([stranger, *world.staff])), grants=tuple(data.draw(some.lists(grant,
                                                                                                     max_size=4))),
    )


def test_the_world_has_every_sort_of_case(world):
    assert len(world.cases) == 4 * len(CaseState) * 4
    assert {case.is_here for case in world.cases} == {True, False}
    assert {len(case.team_ids) for case in world.cases} == {1, 2}


@BUSY
@given(data=some.data())
def test_each_reach_says_the_same_in_python_and_in_sql(world, data):
    reader = readers(data, world)
    for grant, reach in product(reader.grants, Reach):
        covered = ids(case for case in world.cases if reach.covers(reader, grant, case))
        assert covered == found(Case, reach.predicate(reader, grant, CASE_COLUMNS)), (reach, grant)
        covered = ids(each for each in world.referrals if reach.covers(reader, grant, each))
        assert covered == found(Referral, reach.predicate(reader, grant, REFERRAL_COLUMNS)), (reach, grant)


@BUSY
@given(data=some.data(), permission=some.sampled_from(Permission))
def test_a_list_shows_exactly_what_can_be_opened(world, data, permission):
    reader = readers(data, world)
    allowed = ids(case for case in world.cases if allows(reader, permission, case))
    assert allowed == found(Case, within_reach(reader, permission, CASE_COLUMNS))
    if permission is Case.read_by:
        assert allowed == ids(case for case in world.cases if reaches(reader, case))


@pytest.fixture
def short_pages(monkeypatch):
    """Pages of seven."""
    monkeypatch.setattr(queries, "PAGE", 7)
    queries._page.cache_clear()
    yield
    queries._page.cache_clear()


@BUSY
@given(data=some.data(), state=some.sampled_from([None, *CaseState]))
def test_the_pages_of_the_list_hold_exactly_what_may_be_listed(world, short_pages, data, state):
    """Forwards and backwards, each once, newest first, however many roles the reader has."""
    reader = readers(data, world)
    shown = [case for case in world.cases if state in {None, case.state}]
    wanted = [case for case in shown if allows(reader, Permission.CASE_LIST, case)]
    in_order = [case.id for case in sorted(wanted, key=lambda case: (case.opened_at, case.id), reverse=True)]
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(queries.page_of(reader, Filters(state), cursor))
        cursor = Cursor.read(pages[-1].older)
    assert [row["id"] for page in pages for row in page.rows] == in_order
    for before, page in pairwise(pages):
        if page.rows:
            assert queries.page_of(reader, Filters(state), Cursor.read(page.newer)).rows == before.rows
    named = {case.id for case in world.cases if allows(reader, Permission.PERSON_READ, case)}
    assert all(row["is_named"] == (row["id"] in named) for page in pages for row in page.rows)


@BUSY
@given(data=some.data(), permission=some.sampled_from(Permission))
def test_what_is_reached_lies_in_the_foundations_and_houses_that_are_told(world, data, permission):
    reader = readers(data, world)
    foundations, houses = foundations_of(reader, permission), houses_of(reader, permission)
    for case in world.cases:
        if allows(reader, permission, case):
            assert foundations is None or case.foundation_id in foundations
    assert houses == {grant.house_id for grant in reader.grants if permission in MATRIX[grant.role]} - {None}


# --- what each reach means, in examples -------------------------------------------------------------------------------

HERE = SimpleNamespace(foundation=uuid.uuid4(), house=uuid.uuid4(), other_house=uuid.uuid4(), elsewhere=uuid.uuid4())
ME = SimpleNamespace(id=uuid.uuid4(), grants=())
MINE = Grant(Role.CASEWORKER, HERE.foundation, HERE.house)


def record(foundation=None, house=None, is_here=True, team=()):
    return SimpleNamespace(foundation_id=foundation or HERE.foundation, house_id=house or HERE.house, is_here=is_here,
                           team_ids=set(team), read_by=Permission.CASE_READ)


@pytest.mark.parametrize(("subject", "covering"), [
    (record(), {Reach.HOUSE, Reach.CARE}),
    (record(is_here=False), {Reach.HOUSE}),
    (record(team=[ME.id]), {Reach.HOUSE, Reach.CARE, Reach.TEAM}),
    (record(is_here=False, team=[ME.id]), {Reach.HOUSE, Reach.CARE, Reach.TEAM}),
    (record(house=HERE.other_house), set()),
    (record(house=HERE.other_house, team=[ME.id]), {Reach.CARE, Reach.TEAM}),
])
def test_each_reach_in_the_own_foundation(subject, covering):
    assert {reach for reach in Reach if reach.covers(ME, MINE, subject)} == {Reach.EVERYWHERE, Reach.FOUNDATION,
                                                                             *covering}


@pytest.mark.parametrize("subject", [record(foundation=HERE.elsewhere), record(foundation=HERE.elsewhere,
                                                                               team=[ME.id])])
def test_no_reach_but_everywhere_crosses_into_another_foundation(subject):
    assert {reach for reach in Reach if reach.covers(ME, MINE, subject)} == {Reach.EVERYWHERE}


def test_a_grant_of_no_foundation_reaches_nothing_of_any():
    nowhere = Grant(Role.CASEWORKER)
    subject = SimpleNamespace(foundation_id=None, house_id=None, is_here=True, team_ids={ME.id},
                              read_by=Permission.CASE_READ)
    assert {reach for reach in Reach if reach.covers(ME, nowhere, subject)} == {Reach.EVERYWHERE}
    assert {reach for reach in Reach if reach.covers(ME, nowhere, record())} == {Reach.EVERYWHERE}


def test_without_an_assignment_nothing_is_allowed():
    assert not any(allows(ME, permission) or allows(ME, permission, record()) for permission in Permission)


def test_assignments_add_up_and_never_mix():
    """A caseworker here and a lawyer there is no lawyer here."""
    both = SimpleNamespace(id=ME.id, grants=(MINE, Grant(Role.LAWYER, HERE.elsewhere, HERE.other_house)))
    here, there = record(team=[ME.id]), record(foundation=HERE.elsewhere, house=HERE.other_house, team=[ME.id])
    assert allows(both, Permission.INTAKE_WRITE, here)
    assert allows(both, Permission.LEGAL_READ, there)
    assert not allows(both, Permission.LEGAL_READ, here)
    assert not allows(both, Permission.INTAKE_WRITE, there)
