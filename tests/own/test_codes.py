"""Recovery codes: ten of them, shown once, each good once, kept as digests."""

import re
import threading

import pytest
import sqlalchemy as sa

from shelter.accounts import actions
from shelter.accounts.models import Staff
from shelter.audit import AuditEntry, operator, work
from shelter.db import db
from shelter.factors.models import RecoveryCode
from tests.client import Page

CODE = re.compile(r"<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</code>")


def make(client):
    return CODE.findall(client.fill("/mi-cuenta/codigos").text)


@pytest.fixture
def printed(app, person, sign_in):
    """Somebody with her codes on paper, in a house that asks for a second factor."""
    member = person()
    codes = make(sign_in(member))
    app.config["MFA_REQUIRED"] = True
    return member, codes


def test_ten_codes_are_shown_once_and_kept_as_digests_alone(person, sign_in):
    client = sign_in(person())
    codes = make(client)
    assert len(set(codes)) == 10
    assert not CODE.search(client.get("/mi-cuenta/codigos").text)
    assert "10 left" in Page(client.get("/mi-cuenta").text).text
    stored = repr(db.session.execute(sa.select(RecoveryCode)).all()) + repr(
        db.session.execute(sa.select(RecoveryCode.digest)).all()) + repr(
        db.session.execute(sa.select(AuditEntry.detail)).all())
    assert not any(each in stored or each.replace("-", "") in stored for each in codes)


def test_sent_twice_the_form_makes_one_set(person, sign_in):
    client = sign_in(person())
    page = Page(client.get("/mi-cuenta/codigos").text)
    body = {"csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key")}
    first, second = client.post("/mi-cuenta/codigos", data=body), client.post("/mi-cuenta/codigos", data=body)
    assert (first.status_code, second.status_code) == (200, 303)
    assert db.session.scalar(sa.select(sa.func.count(RecoveryCode.id))) == 10


def test_a_code_opens_once_and_the_account_says_how_many_are_left(app, printed, enter):
    member, codes = printed
    client = enter(member).client
    assert client.fill("/entrar/codigo", recovery=codes[3].upper().replace("-", " ")).status_code == 303
    assert "9 left" in Page(client.get("/mi-cuenta").text).text
    again = enter(member).client
    assert again.fill("/entrar/codigo", recovery=codes[3]).status_code == 422
    assert again.fill("/entrar/codigo", recovery=codes[4]).status_code == 303
    assert [each for each in db.session.scalars(sa.select(AuditEntry.action)) if "recovery" in each] == [
        "session.recovery"] * 2


def test_two_requests_at_once_cannot_use_the_same_code(app, printed, enter):
    member, codes = printed
    clients = [enter(member).client for _each in range(3)]
    answers, together = [], threading.Barrier(len(clients))

    def give(client):
        page = Page(client.get("/entrar/codigo").text)
        together.wait()
        body = {"recovery": codes[0], "csrf_token": page.hidden("csrf_token")}
        answers.append(client.post("/entrar/codigo", data=body).status_code)

    threads = [threading.Thread(target=give, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422]


def test_new_codes_end_the_old_ones(app, printed, sign_in, enter):
    member, old = printed
    assert make(sign_in(member))
    client = enter(member).client
    assert client.fill("/entrar/codigo", recovery=old[0]).status_code == 422


def test_a_code_of_another_person_opens_nothing(app, printed, person, enter):
    _member, codes = printed
    client = enter(person()).client
    assert client.fill("/entrar/codigo", recovery=codes[0]).status_code == 422


@pytest.mark.parametrize("typed", ["", "hola", "0000-0000-0000-0000", "x" * 200, "'; --", "\u202eabcd"])
def test_anything_else_is_refused_calmly(app, printed, enter, typed):
    member, _codes = printed
    assert enter(member).client.fill("/entrar/codigo", recovery=typed).status_code == 422


def test_beginning_anew_ends_the_codes(printed, outside):
    member, _codes = printed
    with outside(), work("test.anew", by=operator):
        actions.begin_anew(db.session.get(Staff, member.id))
    assert db.session.scalar(sa.select(sa.func.count(RecoveryCode.id))) == 0
