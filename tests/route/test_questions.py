"""How often the database is asked, whatever the number of steps, of words, of rows."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.audit.work import LAST
from shelter.calendar import local, now, today
from shelter.codes.protocol import DelayCause, VersionState
from shelter.protocol import actions as writing
from shelter.protocol import queries as protocol
from shelter.route import kept
from shelter.route.actions import explain
from tests.route.made import small_book

LAST_IN = "shelter.audit.work"
PAGE, BOARD = 20, 10
"""The page of a case's route, and the board; the read's audit row (two) included."""


@pytest.fixture
def asks(app, count_queries):
    """How many questions a request asks, once what is read once was read."""
    def count(request):
        request()
        with count_queries() as found:
            assert request().status_code in {200, 303}
        return found.statements
    return count


def forty_steps():
    steps = [replace(each, key=f"{each.key}-{number}", number=f"{each.key} {number}", after="")
             for number in range(7) for each in small_book().steps if each.key != "refuge"]
    return replace(small_book(), steps=(*small_book().steps, *steps))


def test_the_route_of_a_case_asks_the_same_of_six_steps_and_of_forty(book, case, staff, sign_in, asks, monkeypatch):
    member = staff(Role.CASEWORKER)
    found, client = case(team=[member]), sign_in(member)
    few = asks(lambda: client.get(f"/casos/{found.id}/ruta"))
    assert len(few) <= PAGE, "\n".join(few)
    monkeypatch.setattr(protocol, "books", lambda: [forty_steps()])
    with work("test.words", by=operator):
        for step in protocol.books()[0].steps[:30]:
            if step.key.startswith("report"):
                explain(found, step, by=member.id, cause=DelayCause.NO_ANSWER, note="Nota")
    many = asks(lambda: client.get(f"/casos/{found.id}/ruta"))
    assert len(many) == len(few)


def test_the_board_and_my_day_ask_the_same_of_one_case_and_of_thirty(book, case, staff, sign_in, asks):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    case()
    few = asks(lambda: client.get("/ruta/casos"))
    assert len(few) <= BOARD, "\n".join(few)
    day = asks(lambda: client.get("/mi-dia"))
    for _each in range(30):
        case()
    assert len(asks(lambda: client.get("/ruta/casos"))) == len(few)
    assert len(asks(lambda: client.get("/mi-dia"))) == len(day)


@pytest.fixture
def published(staff):
    """The version that comes with the program, in force."""
    writer, second = staff(Role.PROGRAMME_COORDINATOR), staff(Role.SHELTER_COORDINATOR)
    with work("test.begin", by=operator):
        version = writing.begin(writer.id)
        writing.turn(version, VersionState.COMMENTS)
        writing.turn(version, VersionState.VALIDATION)
        writing.publish(version, second.id, starts_on=today())


def test_to_save_a_service_two_questions_more_are_asked(published, case, staff, sign_in, asks, monkeypatch):
    member = staff(Role.CASEWORKER)
    found, client = case(team=[member]), sign_in(member)
    moment = local(now() - timedelta(hours=3))

    def save():
        return client.fill(
            f"/casos/{found.id}/servicios/nuevo", type="social.life_skills", was_held="yes", minutes="30",
            modality="in_person", headline="Taller", body="Nota de la sesión", submit_key=str(uuid4()),
            **{"occurred_at-date": moment.date().isoformat(), "occurred_at-time": f"{moment:%H:%M}"},
        )

    having = asks(save)
    monkeypatch.setattr(sys.modules[LAST_IN], "LAST", [each for each in LAST if each is not kept.settle])
    without = asks(save)
    assert len(without) < len(having) <= len(without) + 2
