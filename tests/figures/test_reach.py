"""Whoever may list the cases of a scope reaches each of them one by one; and protected figures are the report's."""

from __future__ import annotations

import re
import uuid

import pytest
import sqlalchemy as sa

from shelter.access import Asker, Grant, Permission, Role, allows
from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import CaseState, Stage
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.figures import views
from shelter.figures.queries import choices, may_list
from shelter.indicators import Scope
from shelter.statistics.rules import LEVELS, Audience, as_seen
from shelter.statistics.tables import say
from tests.client import Page
from tests.reports.counted import population


@pytest.mark.parametrize("role", Role)
def test_a_scope_may_be_listed_only_by_who_reaches_every_case_of_it(programme, six, staff, role):
    """Also what left, and what she herself cares for."""
    member = staff(role)
    with work("test.team", by=operator):
        cases.join_team(six[0], member.id, Discipline.SOCIAL)
        cases.move_to(six[1], Stage.CLOSED, state=CaseState.CLOSED)
    reader = Asker(member.id, (Grant(role, programme.house.foundation_id, programme.house.id),))
    places = [Scope(), *(Scope(each.id) for each in programme.foundations),
              *(Scope(each.foundation_id, each.id) for each in programme.houses)]
    for scope in places:
        held = db.session.scalars(sa.select(Case).where(scope.holds(Case.foundation_id, Case.house_id)))
        reaches_all = all(allows(reader, Permission.CASE_LIST, each) for each in held)
        reads_exactly = allows(reader, Permission.INDICATOR_EXACT)
        assert may_list(reader, scope) == (reaches_all and reads_exactly), (role, scope)


def test_to_whom_reads_them_protected_the_whole_alone_is_offered(app, programme):
    with app.test_request_context():
        reader = Asker(uuid.uuid4(), (Grant(Role.ADMINISTRATOR),))
        assert [each.word for each in choices(reader)] == ["todo"]
        reader = Asker(uuid.uuid4(), (Grant(Role.PROGRAMME_COORDINATOR),))
        assert len(choices(reader)) == 1 + len(programme.foundations) + len(programme.houses)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_administrator_reads_what_the_report_for_the_government_prints(app, staff, sign_in, monkeypatch, seed):
    period = Period.read("2026-Q3")
    sizes = {"registered": 63, "admitted": 7, "present": 41, "given": 812, "persons": 3, "exits": 47, "due": 88}
    counted = population(period, seed, **sizes)
    monkeypatch.setattr(views, "counted", lambda _period, _scope, codes: [counted[each] for each in codes])
    text = sign_in(staff(Role.ADMINISTRATOR)).get("/indicadores?periodo=2026-Q3").text
    with app.test_request_context():
        shown = as_seen(counted, period, LEVELS[Audience.GOVERNMENT])
        printed = [say(shown[code].total) for code in shown]
        tables = [table.values() for each in shown.values() for table in each.tables.values()]
        cells = [say(cell) for table in tables if {cell.token for cell in table} != {""} for cell in table]
    numbers = [Page(each).text for each in re.findall(r'<p class="stat-number">(.*?)</p>', text)]
    assert sorted(numbers) == sorted(printed)
    on_page = [Page(each).text for each in re.findall(r'<td class="num">(.*?)</td>', text)]
    assert sorted(on_page) == sorted(cells)
