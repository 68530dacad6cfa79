"""Who may say yes for a child; and what happens to a slip when she says no afterwards."""

import json
import uuid
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa
import time_machine

from shelter import answers
from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import PartialDate, local, now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import Consent, RouteConditions
from shelter.cases.rules import answers_for_her, declared_age, speaks_for_her
from shelter.codes.cases import AnsweredBy, ConsentAnswer, ConsentPurpose, Heard
from shelter.codes.outgoing import OutgoingState
from shelter.codes.places import Channel, Rank
from shelter.codes.protocol import Condition
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.notices.models import Notice
from shelter.outgoing import actions
from shelter.outgoing.rules import slip_lasts
from shelter.partners import actions as partners
from shelter.partners.models import Post
from shelter.rules import RuleBroken
from shelter.web.locale import say_dated
from tests.client import Page
from tests.outgoing.test_sending import text_of

DAY = timedelta(days=1)
MOTHER = {"given_by": "representative", "representative": "Marta Quintero, madre, partida de nacimiento",
          "heard": "agrees", "answer": "given"}


@pytest.fixture
def aged(rosa):
    """aged(years): she turned so many today; None: it is not known."""

    def make(years):
        birth = None if years is None else PartialDate(today().year - years, today().month, min(today().day, 28))
        with work("test.birth", by=operator):
            cases.describe(rosa, version=rosa.person.version, name_used="Rosa", birth=birth)

    return make


def at_field(answer, field):
    assert answer.status_code == 422
    return any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))


# --- a child ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("years", "said", "field"), [
    (17, {"answer": "given"}, "given_by"),
    (17, {"answer": "given", "given_by": "herself"}, "given_by"),
    (17, MOTHER | {"representative": ""}, "representative"),
    (17, MOTHER | {"heard": ""}, "heard"),
    (12, MOTHER | {"heard": "too_young"}, "heard"),
    (8, MOTHER | {"heard": "objects"}, "heard"),
    (18, MOTHER, "given_by"),
])
def test_a_yes_that_nobody_may_give_so_is_refused_at_its_field(aged, prepared, press, state, years, said, field):
    aged(years)
    url = prepared()
    assert at_field(press(url, "consentimiento", **said), field)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0
    assert press(url, "enviar").status_code == 422
    assert state() is OutgoingState.PREPARED


@pytest.mark.parametrize("declared", ["child", "doubtful_majority"])
def test_who_is_declared_a_child_or_perhaps_one_does_not_answer_alone(
    client, rosa, aged, prepared, press, state, declared,
):
    """Of nobody whose majority is in doubt is it presumed (CNA, art. 5); her birth is not known, or says twenty."""
    aged(None if declared == "child" else 20)
    with work("test.declare", by=operator):
        db.session.add(RouteConditions(case_id=rosa.id, foundation_id=rosa.foundation_id, by_id=uuid.uuid4(),
                                       declared=json.dumps([declared])))
    url = prepared()
    assert at_field(press(url, "consentimiento", answer="given"), "given_by")
    assert at_field(press(url, "consentimiento", answer="given", given_by="herself"), "given_by")
    assert press(url, "enviar").status_code == 422
    assert press(url, "consentimiento", **MOTHER).status_code == 303
    assert press(url, "enviar").status_code == 303
    assert state() is OutgoingState.SENT


@pytest.mark.parametrize(("age", "declared", "expected"), [
    (None, [], None), (None, [Condition.CHILD], 0), (None, [Condition.DOUBTFUL_MAJORITY], 17),
    (25, [Condition.CHILD], 25), (25, [Condition.DOUBTFUL_MAJORITY], 17), (15, [Condition.DOUBTFUL_MAJORITY], 15),
    (20, [Condition.FOREIGN], 20),
])
def test_the_age_that_counts_by_hand(age, declared, expected):
    assert declared_age(age, declared) == expected


@pytest.mark.parametrize(("years", "said"), [
    (17, MOTHER), (12, MOTHER), (11, MOTHER | {"heard": "too_young"}),
    (9, MOTHER | {"given_by": "authority", "representative": "Junta Cantonal, medida 44"}),
    (18, {"answer": "given", "given_by": "herself"}), (None, {"answer": "given"}), (None, MOTHER),
])
def test_a_yes_of_who_may_give_it_lets_it_leave(aged, prepared, press, state, years, said):
    aged(years)
    url = prepared()
    assert press(url, "consentimiento", **said).status_code == 303
    assert press(url, "enviar").status_code == 303
    assert state() is OutgoingState.SENT


@pytest.mark.parametrize("said", [
    {"answer": "refused", "given_by": "herself"}, MOTHER | {"answer": "refused", "heard": "objects"},
])
def test_the_no_of_a_child_is_recorded_and_is_a_no(aged, prepared, press, said):
    aged(13)
    url = prepared()
    assert press(url, "consentimiento", **MOTHER).status_code == 303
    assert press(url, "consentimiento", **said).status_code == 303
    assert press(url, "enviar").status_code == 422


def test_her_own_yes_opens_nothing_when_she_turns_out_to_be_a_child(client, aged, prepared, press, sent):
    aged(None)
    url, gone = prepared(), sent(fields=[])
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert client.get(f"{gone}/carta.pdf").status_code == 200
    aged(16)
    assert press(url, "enviar").status_code == 422
    assert client.get(f"{gone}/carta.pdf").status_code == 403


def test_who_answered_for_her_is_kept_sealed_and_the_letter_names_nobody(client, aged, prepared, press, tmp_path):
    aged(14)
    url = prepared(fields=[])
    press(url, "consentimiento", **MOTHER)
    press(url, "enviar")
    kept = db.session.scalars(sa.select(Consent)).one()
    assert (kept.given_by, kept.heard) == (AnsweredBy.REPRESENTATIVE, Heard.AGREES)
    assert kept.representative == MOTHER["representative"]
    assert b"Marta" not in kept.representative_sealed
    printed = " ".join(text_of(client.get(f"{url}/carta.pdf").data, tmp_path).split())
    assert "Quien representa a la persona aceptó" in printed
    assert "Marta" not in printed
    assert MOTHER["representative"] in Page(client.get(url.split("/derivaciones")[0] + "/consentimientos").text).text


def test_every_case_of_who_speaks_for_her():
    """Counted by hand: she from the day she is 18, everybody else until the day before; not known: whoever it is."""
    may = {(who, age) for who, age in product(AnsweredBy, [None, 0, 17, 18, 60]) if speaks_for_her(who, age)}
    others = set(AnsweredBy) - {AnsweredBy.HERSELF}
    assert may == {(AnsweredBy.HERSELF, age) for age in (None, 18, 60)} | {
        (who, age) for who, age in product(others, [None, 0, 17])}


@pytest.mark.parametrize(("age", "passes"), [(0, True), (11, True), (12, False), (17, False), (None, True)])
def test_who_is_too_young_to_say_is_younger_than_twelve(age, passes):
    given = (AnsweredBy.GUARDIAN, ConsentAnswer.GIVEN, Heard.TOO_YOUNG, "Ana, tutora", age)
    if passes:
        answers_for_her(*given)
    else:
        with pytest.raises(RuleBroken):
            answers_for_her(*given)


def test_of_who_is_of_age_nobody_asks_who_answers(client, aged, prepared):
    for years, asked in ((40, False), (15, True), (None, True)):
        aged(years)
        assert ("¿Quién responde?" in Page(client.get(prepared()).text).text) is asked


# --- a no afterwards --------------------------------------------------------------------------------------------------

@pytest.fixture
def code(stored):
    return lambda: answers.latest(actions.ANSWER, stored().id).code


def take_back():
    with work("test.withdraw", by=operator):
        for each in db.session.scalars(sa.select(Consent).where(Consent.withdrawn_at.is_(None))):
            cases.withdraw_consent(each)


def told():
    db.session.rollback()
    return set(db.session.scalars(sa.select(Notice.staff_id).where(Notice.word == "outgoing.taken_back")))


def test_a_slip_works_no_more_once_she_takes_her_consent_back_and_her_people_are_told(
    app, client, worker, rosa, staff, sent, press, code, stored,
):
    psychologist = staff(Role.PSYCHOLOGIST)
    with work("test.team", by=operator):
        cases.join_team(rosa, psychologist.id, Discipline.PSYCHOLOGY)
    url = sent()
    kept, officer = code(), app.test_client()
    assert officer.get(f"/respuesta/{kept}").status_code == 200
    take_back()
    page = officer.get(f"/respuesta/{kept}")
    assert page.status_code == 422
    assert "se retiró" in Page(page.text).text, "a calm sentence"
    answer = officer.post("/respuesta", data={"code": kept, "answered": "y", "state": "received"})
    assert answer.status_code == 422
    assert stored().state is OutgoingState.SENT
    assert told() == {worker.id, psychologist.id, rosa.card.lead_id}
    shown = Page(client.get(url).text).text
    assert "Ya no está de acuerdo con esto" in shown
    assert "Hoja nueva" not in shown
    assert press(url, "hoja").status_code == 303
    assert not answers.latest(actions.ANSWER, rosa_sent().id).is_open, "no new one is made without her"


def rosa_sent():
    from shelter.outgoing.models import Outgoing

    db.session.expire_all()
    return db.session.scalars(sa.select(Outgoing)).one()


def test_a_no_to_the_same_institution_ends_its_slip_and_another_consent_leaves_it(
    rosa, worker, offices, sent, stored,
):
    sent()
    slip = answers.latest(actions.ANSWER, stored().id)
    others = (offices.board.name["es"], offices.board.name["en"])
    for name in (*others, "ministerio de salud publica"):
        with work("test.no", by=operator):
            cases.ask_consent(rosa, by=worker.id, purpose=db.session.scalar(sa.select(Consent.purpose)),
                              answer=ConsentAnswer.REFUSED, recipient=name)
        db.session.expire_all()
        assert slip.is_open is (name in others)
    assert told() == {worker.id, rosa.card.lead_id}


@pytest.mark.parametrize("name", ["Ministry of Public Health", "MSP", "el Ministerio", "hospital", ""])
def test_a_no_holds_in_whatever_words_it_was_written_down(rosa, worker, sent, prepared, press, stored, name):
    sent()
    slip, url = answers.latest(actions.ANSWER, stored().id), prepared(fields=["language"])
    assert press(url, "consentimiento", answer="given").status_code == 303
    with work("test.no", by=operator):
        cases.ask_consent(rosa, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.REFUSED,
                          recipient=name)
    db.session.expire_all()
    assert not slip.is_open
    assert press(url, "enviar").status_code == 422


@pytest.mark.parametrize("answer", ["refused", "later"])
def test_a_no_to_another_text_leaves_alone_what_has_left(client, prepared, press, sent, answer):
    gone = sent(fields=["name_used"])
    assert press(prepared(fields=["document"]), "consentimiento", answer=answer).status_code == 303
    assert client.get(f"{gone}/carta.pdf").status_code == 200
    assert "Ya no está de acuerdo" not in Page(client.get(gone).text).text
    assert told() == set()


def test_what_has_left_is_held_back_when_she_takes_back_another_yes_to_them(client, rosa, prepared, press, sent):
    gone, other = sent(fields=["name_used"]), prepared(fields=["document"])
    assert press(other, "consentimiento", answer="given").status_code == 303
    newest = db.session.scalar(sa.select(Consent.id).order_by(Consent.asked_at.desc()))
    assert press(f"/casos/{rosa.id}/consentimientos", f"{newest}/retirar").status_code == 303
    assert client.get(f"{gone}/carta.pdf").status_code == 403
    assert "Ya no está de acuerdo" in Page(client.get(gone).text).text


def test_a_yes_that_was_answered_anew_since_can_still_be_taken_back(client, rosa, prepared, press, sent):
    gone = sent(fields=["name_used"])
    assert press(prepared(fields=["document"]), "consentimiento", answer="refused").status_code == 303
    first = db.session.scalar(sa.select(Consent.id).order_by(Consent.asked_at))
    url = f"/casos/{rosa.id}/consentimientos"
    assert f"{url}/{first}/retirar" in client.get(url).text, "the button is there"
    assert client.get(f"{gone}/carta.pdf").status_code == 200
    assert press(url, f"{first}/retirar").status_code == 303
    assert client.get(f"{gone}/carta.pdf").status_code == 403
    assert f"{url}/{first}/retirar" not in client.get(url).text


def test_what_is_not_known_of_her_is_in_no_consent(client, rosa, prepared, press):
    url = prepared(fields=["name_used", "language"])
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert db.session.scalar(sa.select(Consent.fields)) == ["needs", "name_used"]
    row = Page(client.get(f"/casos/{rosa.id}/consentimientos").text).text
    assert "El nombre que usa" in row
    assert "Idioma" not in row


def test_what_left_without_consent_is_not_held_back_by_a_no(prepared, press, stored):
    url = prepared(basis="vital", grounds="Va en ambulancia, sin conocimiento.", fields=["name_used"],
                   service="medical.emergency", urgency="today")
    assert press(url, "enviar", was_told="yes").status_code == 303
    with work("test.no", by=operator):
        case = db.session.get_one(Case, stored().case_id)
        cases.ask_consent(case, by=stored().by_id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.REFUSED)
    assert answers.latest(actions.ANSWER, stored().id).is_open
    assert told() == set()


def test_a_slip_never_lasts_longer_than_her_consent(app, client, prepared, press, stored, tmp_path):
    url, last = prepared(), today() + 3 * DAY
    assert press(url, "consentimiento", answer="given", ends_on=last.isoformat()).status_code == 303
    assert press(url, "enviar").status_code == 303
    slip = answers.latest(actions.ANSWER, stored().id)
    assert local(slip.expires_at).date() == last
    assert f"{local(slip.expires_at + timedelta(seconds=5)):%H:%M}" == "23:59", "it ends with that day in Ecuador"
    letter = " ".join(text_of(client.get(f"{url}/carta.pdf").data, tmp_path).split())
    assert f"Lo aceptó hasta el {say_dated(last)}." in letter
    assert f"hasta el {say_dated(last)}, 23:59" in letter
    page = app.test_client().post("/respuesta", data={"code": slip.code, "answered": "y", "state": "received"})
    assert page.status_code == 200
    onward = answers.latest(actions.ANSWER, stored().id)
    assert onward.id != slip.id
    assert onward.expires_at <= slip.expires_at
    db.session.rollback()


@pytest.mark.parametrize(("days", "expected"), [(None, 60), (400, 60), (0, 0)])
def test_how_long_a_slip_lasts_by_hand(days, expected):
    with time_machine.travel("2026-03-03 17:00 +0000", tick=False):
        ends_on = None if days is None else today() + days * DAY
        lasts = slip_lasts(ends_on, now())
    half = timedelta(hours=11, minutes=59)
    assert lasts == (half if days == 0 else expected * DAY), "noon in Ecuador: until a minute before midnight"


def test_in_the_last_minute_of_her_consent_a_slip_is_over_at_once():
    with time_machine.travel("2026-03-04 04:59:30 +0000", tick=False):
        assert slip_lasts(today(), now()) == timedelta(0)


# --- whom the letter names --------------------------------------------------------------------------------------------

def test_the_letter_is_for_who_holds_the_post_on_the_day_it_is_printed(client, offices, sent, tmp_path):
    with work("test.post", by=operator):
        post = Post(institution_id=offices.health.id, name="Punto focal de trata")
        db.session.add(post)
        db.session.flush()
        for name, begins in (("Antes Pérez", 40), ("Hoy Salazar", 3)):
            partners.name_holder(post, rank=Rank.HOLDER, name=name, phone="022000000", email=None,
                                 channel=Channel.CALL, from_on=today() - begins * DAY, note=None)
    url = sent(to=str(post.id))
    printed = text_of(client.get(f"{url}/carta.pdf").data, tmp_path)
    assert "A la atención de Hoy Salazar" in printed
    assert "Antes" not in printed
    assert "Salazar" not in printed[printed.index("Para responder"):printed.index("Confidencial")], "not on the slip"
    assert "Salazar" not in client.get(url).text, "nor on the page of the case"
