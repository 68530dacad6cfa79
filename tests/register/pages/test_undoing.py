"""A whole import is undone by two people; from then on none of it counts."""

import re

import sqlalchemy as sa

from shelter.access import Role
from shelter.db import db
from shelter.register import actions
from shelter.register.models import ImportedFile, Register, RegisterCase
from tests.register.pages.steps import CSV, bring, check, registered, send


def ask_to_undo(client, file):
    return client.fill(f"{file}/deshacer", reason="Era el archivo de otro año")


def decide(sign_in, second, decision="yes"):
    client = sign_in(second)
    page = client.get("/aprobaciones").text
    url = re.search(r"/aprobaciones/[0-9a-f-]{36}", page)[0]
    return client.fill(url, decision=decision, reason="No")


def test_two_people_undo_an_import(client, person, sign_in):
    second = person(Role.ADMINISTRATOR)
    file = bring(client, check(client, send(client).location))
    assert ask_to_undo(client, file).status_code == 303
    assert registered() == 2
    assert decide(sign_in, second).status_code == 303
    assert registered() == 0
    assert "Deshecho" in client.get(file).text
    actions.take_away_what_was_undone()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RegisterCase)) == 0
    known = str(db.session.scalar(sa.select(Register.id)))
    bring(client, check(client, send(client, register=known).location))  # the same file may come in again
    assert registered() == 2


def test_a_house_asks_for_it_and_follows_its_own_request(person, sign_in, programme):
    person(Role.ADMINISTRATOR)
    client = sign_in(person(Role.SHELTER_COORDINATOR))
    own = str(programme.foundations[0].id)
    file = bring(client, check(client, send(client, foundation=own).location))
    assert ask_to_undo(client, file).status_code == 303
    url = re.search(r"/aprobaciones/[0-9a-f-]{36}", client.get("/aprobaciones").text)[0]
    assert client.get(url).status_code == 200
    assert sign_in(person(Role.SHELTER_COORDINATOR)).get(url).status_code == 404  # of the same house, and not hers


def test_a_refusal_leaves_it_and_nobody_undoes_alone(client, person, sign_in):
    file = bring(client, check(client, send(client).location))
    answer = ask_to_undo(client, file)
    assert answer.status_code == 422
    assert "otra coordinación" in answer.text
    second = person(Role.ADMINISTRATOR)
    assert ask_to_undo(client, file).status_code == 303
    decide(sign_in, second, "no")
    assert registered() == 2


def test_what_was_replaced_counts_again_when_the_correction_is_undone(client, person, sign_in):
    second = person(Role.ADMINISTRATOR)
    bring(client, check(client, send(client).location))
    older = db.session.scalars(sa.select(ImportedFile)).one()
    corrected = CSV.replace(b"31/02/2016", b"28/02/2016")
    columns = send(client, corrected, register=str(older.register_id), replaces=str(older.id)).location
    file = bring(client, check(client, columns))
    assert registered() == 3
    answer = ask_to_undo(client, f"/registros/archivos/{older.id}")
    assert answer.status_code == 422
    ask_to_undo(client, file)
    decide(sign_in, second)
    assert registered() == 2
