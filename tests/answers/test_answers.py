"""Answers without an account: a code that opens one question, once, and tells nobody anything before it is right."""

import logging
import re
import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter import answers
from shelter.answers import rules
from shelter.answers.actions import answer, forget_codes
from shelter.answers.kinds import KINDS
from shelter.answers.models import Slip
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.rules import RuleBroken
from shelter.tokens import pace
from shelter.web import Form, TextField
from tests.client import Page

DAY = timedelta(days=1)
REFUSED = "Este código no sirve"


class Note(Form):
    """One line."""

    note = TextField("Nota", maxlength=40)


class Asked:
    """A kind that remembers what it was told."""

    def __init__(self):
        self.taken, self.days = [], None

    def take(self, about_id, form):
        if form.note.data == "mal":
            raise RuleBroken("Así no", "note")
        self.taken.append((about_id, form.note.data))
        return self.days


@pytest.fixture
def asked(app):
    found = Asked()
    answers.answer_kind("test", answers.Kind(
        asks="¿Qué pasó?", form=lambda _about_id: Note(), template="answers/_slip.html", take=found.take,
    ))
    yield found
    del KINDS["test"]


@pytest.fixture
def slip(asked):
    about = uuid.uuid4()
    with work("test.slip", by=operator):
        return answers.issue("test", about, lasts=30 * DAY, by=None)


@pytest.fixture
def officer(app):
    return app.test_client()


def sent(client, code, note="llegó"):
    return client.post("/respuesta", data={"code": code, "answered": "y", "note": note})


def is_refused(response):
    assert response.status_code == 422
    assert REFUSED in Page(response.text).text
    assert "¿Qué pasó?" not in response.text
    return True


def test_a_code_has_more_than_128_random_bits_and_is_never_the_same():
    codes = {rules.new_code() for _each in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}", each) for each in codes)
    assert 32 ** len(rules.new_code().replace("-", "")) >= 2**128


def test_the_holder_of_a_slip_answers_once(asked, slip, officer):
    code = slip.code
    assert "¿Qué pasó?" in officer.get(f"/respuesta/{code}").text
    about = slip.about_id
    thanks = sent(officer, code)
    assert thanks.status_code == 200
    assert "Gracias" in Page(thanks.text).text
    assert is_refused(sent(officer, code, "otra vez"))
    assert is_refused(officer.get(f"/respuesta/{code}"))
    assert asked.taken == [(about, "llegó")]
    kept = db.session.scalar(sa.select(Slip))
    assert (kept.is_open, kept.code) == (False, None)


def test_a_dictated_code_is_typed_in_any_way(asked, slip, officer):
    heard = slip.code.upper().replace("-", " ").replace("0", "O").replace("1", "I")
    page = officer.post("/respuesta", data={"code": f"  {heard} "})
    assert "¿Qué pasó?" in page.text
    assert sent(officer, Page(page.text).hidden("code")).status_code == 200
    assert len(asked.taken) == 1


@pytest.mark.parametrize("code", ["", "x", "0000-0000-0000-0000-0000-0000-0000", "ñ" * 28, "a" * 5000, "../..", "%00"])
def test_a_guessed_code_shows_nothing(slip, officer, code):
    for response in (officer.post("/respuesta", data={"code": code}), sent(officer, code)):
        page = Page(response.text)
        assert response.status_code == 422
        assert any(each.get("href") == "#code" for each in page.all("a"))
        assert "¿Qué pasó?" not in page.text


def test_looking_at_a_link_spends_and_writes_nothing(asked, slip, officer, count_queries):
    with count_queries() as found:
        for _time in range(3):
            assert officer.get(f"/respuesta/{slip.code}").status_code == 200
            assert officer.head(f"/respuesta/{slip.code}").status_code == 200
    assert [each for each in found.statements if each.split()[0] in {"INSERT", "UPDATE", "DELETE"}] == []
    assert sent(officer, slip.code).status_code == 200


def test_it_works_until_its_day_and_its_code_is_forgotten_afterwards(slip, officer):
    code = slip.code
    with time_machine.travel(now() + 30 * DAY - timedelta(minutes=1)):
        assert officer.get(f"/respuesta/{code}").status_code == 200
    with time_machine.travel(now() + 30 * DAY + timedelta(minutes=1)):
        assert is_refused(sent(officer, code))
        forget_codes()
    db.session.expire_all()
    assert db.session.scalar(sa.select(Slip.code_sealed)) is None


def test_a_slip_that_is_taken_back_or_replaced_works_no_more(slip, officer):
    first, about = slip.code, slip.about_id
    with work("test.slip", by=operator):
        second = answers.issue("test", about, lasts=DAY, by=None).code
    assert is_refused(sent(officer, first))
    with work("test.slip", by=operator):
        answers.revoke("test", about)
    assert is_refused(sent(officer, second))
    assert {each.is_open for each in db.session.scalars(sa.select(Slip))} == {False}


def test_what_is_wrong_with_an_answer_spends_nothing(asked, slip, officer):
    for note in ("", "mal", "x" * 41):
        page = sent(officer, slip.code, note)
        assert page.status_code == 422
        assert any(each.get("href") == "#note" for each in Page(page.text).all("a"))
    assert asked.taken == []
    assert sent(officer, slip.code).status_code == 200


def test_while_the_house_is_looked_after_nothing_is_taken_and_nothing_spent(app, asked, slip, officer):
    app.config["READ_ONLY"] = True
    assert sent(officer, slip.code).status_code == 503
    app.config["READ_ONLY"] = False
    assert sent(officer, slip.code).status_code == 200
    assert len(asked.taken) == 1


def test_what_follows_lasts_no_longer_than_the_slip_it_came_with(asked, slip, officer):
    asked.days = 60
    ends = slip.expires_at
    assert "<code>" in sent(officer, slip.code).text
    db.session.expire_all()
    assert all(abs(each.expires_at - ends) < timedelta(seconds=1) for each in db.session.scalars(sa.select(Slip)))


def test_what_can_be_answered_later_gets_a_new_code_shown_once(asked, slip, officer):
    asked.days = 20
    code = slip.code
    onward = re.search(r"<code>([0-9a-z-]{34})</code>", sent(officer, code).text)[1]
    assert onward != code
    assert is_refused(sent(officer, code))
    asked.days = None
    assert "<code>" not in sent(officer, onward, "y después").text
    assert [note for _about, note in asked.taken] == ["llegó", "y después"]


def test_of_two_at_the_same_moment_one_is_taken(app, asked, slip):
    code, outcomes, gate = slip.code, [], threading.Barrier(4)
    db.session.rollback()

    def send():
        with app.test_request_context(method="POST", data={"note": "llegó"}):
            form = Note()
            gate.wait()
            try:
                with work("answer.take", by=operator):
                    answer(code, form)
                outcomes.append("taken")
            except RuleBroken:
                outcomes.append("refused")

    threads = [threading.Thread(target=send) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["refused", "refused", "refused", "taken"]
    assert len(asked.taken) == 1


def test_who_guesses_has_to_wait_and_others_do_not(app, slip, officer):
    for _time in range(pace.MOST):
        assert is_refused(officer.post("/respuesta", data={"code": rules.new_code()}))
    for response in (officer.get(f"/respuesta/{slip.code}"), sent(officer, slip.code),
                     officer.post("/respuesta", data={"code": slip.code})):
        assert response.status_code == 429
        assert "cuarto de hora" in response.text
    kept = officer.post("/respuesta", data={"code": slip.code, "words": "Se la atendió el lunes", "answered": "y"})
    assert "Se la atendió el lunes" in kept.text, "what was written is not lost"
    assert slip.code not in kept.text
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert other.get(f"/respuesta/{slip.code}").status_code == 200


def test_guessing_from_many_places_is_slow_too_and_who_has_a_slip_still_answers(app, slip):
    client, wrong = app.test_client(), 0
    for place in range(pace.OF_ALL // 10):
        client.environ_base["REMOTE_ADDR"] = f"198.18.{place}.9"
        for _time in range(10):
            wrong += is_refused(client.post("/respuesta", data={"code": rules.new_code()}))
    assert wrong == pace.OF_ALL
    assert client.get(f"/respuesta/{slip.code}").status_code == 429  # ten were allowed before
    client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    for _time in range(pace.FEW):
        assert client.post("/respuesta", data={"code": rules.new_code()}).status_code == 422
    assert client.post("/respuesta", data={"code": rules.new_code()}).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "203.0.114.7"
    assert client.get(f"/respuesta/{slip.code}").status_code == 200


def through_a_proxy(app, code, *seen):
    return app.test_client().get(f"/respuesta/{code}", headers={"X-Forwarded-For": ", ".join(seen)}).status_code


def test_behind_a_proxy_only_the_network_that_guesses_waits(make_app):
    app = make_app(proxy=True)
    with app.app_context():
        for _time in range(pace.MOST):
            assert through_a_proxy(app, rules.new_code(), "198.51.100.7") == 422
        assert through_a_proxy(app, rules.new_code(), "198.51.100.7") == 429
        assert through_a_proxy(app, rules.new_code(), "203.0.113.5", "198.51.100.7") == 429, "what she says of herself"
        assert through_a_proxy(app, rules.new_code(), "203.0.113.5") == 422
        db.session.remove()
        db.engine.dispose()


def test_without_a_proxy_nobody_is_believed_about_her_address(app):
    for place in range(pace.MOST):
        assert through_a_proxy(app, rules.new_code(), f"198.51.{place}.7") == 422
    assert through_a_proxy(app, rules.new_code(), "203.0.113.5") == 429


def test_who_waited_may_try_again(slip, officer, monkeypatch):
    for _time in range(pace.MOST):
        officer.post("/respuesta", data={"code": rules.new_code()})
    assert officer.get(f"/respuesta/{slip.code}").status_code == 429
    later = now() + pace.WITHIN
    monkeypatch.setattr(pace, "now", lambda: later)
    assert officer.get(f"/respuesta/{slip.code}").status_code == 200


def test_the_page_tells_nothing_and_is_not_kept(slip, officer, caplog):
    caplog.set_level(logging.DEBUG)
    code = slip.code
    for response in (officer.get("/respuesta"), officer.get(f"/respuesta/{code}"), sent(officer, code)):
        page = Page(response.text)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert code not in re.search(r"<title>(.*?)</title>", response.text)[1]
        assert [each["href"] for each in page.all("a") if not each["href"].startswith("#")] == []
        for word in ("casa", "acogida", "trata", "residente", "Casa Norte", "Fundación"):
            assert word not in page.text
    assert code not in caplog.text
    assert not any(code in entry for entry in db.session.scalars(sa.select(AuditEntry.detail)))


@pytest.mark.parametrize(("host", "reachable"), [
    ("127.0.0.1:8000", False), ("localhost", False), ("192.168.1.20", False), ("[::1]:8000", False),
    ("servidor", False),
    ("[fe80::1]", False), ("respuestas.example.org", True), ("respuestas.example.org:8443", True), ("8.8.8.8", True),
])
def test_a_link_is_printed_only_where_somebody_outside_can_open_it(host, reachable):
    assert rules.is_reachable(host, ("localhost", "127.0.0.1")) is reachable
