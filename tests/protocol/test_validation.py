"""What institutions answer: a yes holds for the words as they stood."""

import re
import subprocess
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from shelter import answers
from shelter.audit import operator, work
from shelter.calendar import moment_of, today
from shelter.codes.protocol import VersionState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.partners import actions as partners
from shelter.partners import queries as partner_queries
from shelter.protocol import actions, queries, validating, words
from shelter.protocol.models import StepValidation, ValidationRequest
from shelter.rules import RuleBroken
from tests.client import Page
from tests.protocol.test_needed import end, named


def is_validated(version, key):
    return queries.book(version.id).by_key[key].is_validated


def test_a_step_is_a_proposal_until_the_institution_says_yes_also_after_it_was_published(publish, office, answered):
    version = publish()
    assert not is_validated(version, "report-child")
    before = queries.book(version.id).by_key["report-child"]
    assert words.say_standing(before).startswith("Propuesta: ley")
    answered(version, office(Kind.PROSECUTOR), "report-child")
    after = queries.book(version.id).by_key["report-child"]
    assert after.is_validated
    assert words.say_standing(after) == "Ley"
    assert not is_validated(version, "protective-measures")


def test_what_one_institution_of_the_kind_says_no_to_is_not_validated_by_another(publish, office, answered, programme):
    version = publish()
    with work("test.any", by=operator):
        queries.step(version, "report-child").institution_id = None
    answered(version, named(programme, "Fiscalía"), "report-child")
    answered(version, named(programme, "SPAVT"), "report-child", agrees=False)
    assert not is_validated(version, "report-child")
    answered(version, named(programme, "SPAVT"), "report-child")
    assert is_validated(version, "report-child")


def test_a_step_that_names_one_institution_is_of_no_other_of_its_kind(publish, answered, programme, sign_in, writer):
    version, fiscalia, spavt = publish(), named(programme, "Fiscalía"), named(programme, "SPAVT")
    book = queries.book(version.id)
    its = {each: [step.key for step in queries.steps_for(each, book)] for each in (fiscalia, spavt)}
    assert its == {fiscalia: ["report-child", "complaint"], spavt: ["protective-measures"]}
    with pytest.raises(RuleBroken) as broken:
        answered(version, fiscalia, "protective-measures")
    assert broken.value.field == "keys"
    answered(version, spavt, "protective-measures")
    assert is_validated(version, "protective-measures")
    directory = partner_queries.directory()
    assert {key: queries.responsible_for(book.by_key[key], "17", today(), directory).name["es"]
            for key in ("protective-measures", "complaint", "defender", "health-plan")} == {
        "protective-measures": spavt.name["es"], "complaint": fiscalia.name["es"], "defender": "Defensoría Pública",
        "health-plan": "Ministerio de Salud Pública"}
    assert queries.responsible_for(book.by_key["safety"], "17", today(), directory) is None
    page = Page(sign_in(writer).get(f"/protocolo/versiones/{version.id}/pasos/protective-measures").text)
    assert spavt.name["es"] in page.text
    assert fiscalia.name["es"] not in page.text


def test_the_named_institution_does_not_become_another_kind_nor_move_to_a_province_nor_is_followed_by_another_kind(
    publish, outside, programme,
):
    publish()
    spavt, police = named(programme, "SPAVT"), named(programme, "ECU 911")
    same = {"name_es": spavt.name["es"], "name_en": "", "valid_from": None, "followed_by_id": None, "to_confirm": False}
    for other in ({"kind": Kind.NGO, "province": None}, {"kind": spavt.kind, "province": "01"}):
        refused = pytest.raises(RuleBroken, match=r"El protocolo la necesita: .*Medidas de protección")
        with outside(), refused as broken, work("test.change", by=operator):
            partners.change_institution(spavt, version=spavt.version, **same, **other)
        assert broken.value.field == "kind"
        db.session.refresh(spavt)
    assert police.kind is not spavt.kind
    with pytest.raises(RuleBroken, match="Medidas de protección") as broken:
        end(spavt, outside, valid_to=today() - timedelta(days=1), followed_by_id=police.id)
    assert broken.value.field == "followed_by_id"


def test_a_version_is_not_published_that_names_an_institution_of_one_province(begin, outside, programme):
    spavt, version = named(programme, "SPAVT"), begin()
    with outside(), work("test.province", by=operator):
        db.session.merge(spavt).province = "01"
    wrong = [each for each in actions.faults(version, today()) if each.key == "protective-measures"]
    assert [each.field for each in wrong] == ["institution_id"]
    assert "Actúa en una sola provincia" in wrong[0].message


def test_what_follows_the_named_institution_takes_its_steps_and_it_does_not_end_without(
    publish, outside, programme,
):
    version, spavt, fiscalia = publish(), named(programme, "SPAVT"), named(programme, "Fiscalía")
    for how in ({}, {"valid_to": None, "is_unknown": True}):
        with pytest.raises(RuleBroken, match=r"El protocolo la necesita: .*Medidas de protección") as broken:
            end(spavt, outside, **how)
        assert broken.value.field == "followed_by_id"
    end(spavt, outside, valid_to=today() - timedelta(days=1), followed_by_id=fiscalia.id)
    book = queries.book(version.id)
    assert "protective-measures" in [step.key for step in queries.steps_for(fiscalia, book)]
    directory, step = partner_queries.directory(), book.by_key["protective-measures"]
    assert queries.responsible_for(step, None, today(), directory) is fiscalia
    assert queries.responsible_for(step, None, today() - timedelta(days=1), directory) is spavt
    assert queries.answering(book, "17", today())["protective-measures"] == [fiscalia.name["es"]]


def test_a_named_institution_that_ended_or_is_of_another_kind_keeps_a_version_back(ready, programme, outside):
    version, spavt = ready(), named(programme, "SPAVT")
    with work("test.end", by=operator):
        spavt.valid_to = today() + timedelta(days=3)
        queries.step(version, "school").institution_id = spavt.id
    for days, found in ((3, ["school"]), (4, ["protective-measures", "school"])):
        with outside():
            faults = actions.faults(version, today() + timedelta(days=days))
        assert [(each.key, each.field) for each in faults] == [(key, "institution_id") for key in found]


def test_a_target_stays_a_target_when_it_is_validated(publish, office, answered):
    version = publish()
    answered(version, office(Kind.HEALTH), "urgent-health")
    step = queries.book(version.id).by_key["urgent-health"]
    assert step.is_validated
    assert words.say_standing(step) == "Meta"
    assert not words.is_proposal(step)


def test_a_yes_is_kept_in_the_next_version_for_the_same_words_and_for_no_others(
    publish, begin, office, answered, writer, outside,
):
    answered(publish(), office(Kind.HEALTH), "urgent-health", "health-plan")
    version = begin()
    row = queries.step(version, "health-plan")
    with outside(), work("test.change", by=operator):
        actions.change_step(version, row, writer.id, expected=1, was={}, limit_amount=16)
        actions.move_step(version, queries.step(version, "urgent-health"), writer.id, up=True)
    steps = queries.as_book(version).by_key
    assert (steps["urgent-health"].is_validated, steps["health-plan"].is_validated) == (True, False)
    assert steps["urgent-health"].number == "3.1"
    with outside(), work("test.change", by=operator):
        actions.change_step(version, row, writer.id, expected=2, was={}, limit_amount=15)
    assert queries.as_book(version).by_key["health-plan"].is_validated


def test_a_yes_does_not_hold_when_the_step_before_or_the_end_of_the_day_changes(
    publish, begin, office, answered, writer, outside, programme,
):
    answered(publish(), named(programme, "Policía"), "identify")
    answered(queries.newest_published(), office(Kind.HEALTH), "health-plan", "urgent-health")
    version, keys = begin(), ("identify", "health-plan", "urgent-health")

    def held():
        steps = queries.as_book(version).by_key
        return [key for key in keys if steps[key].is_validated]

    def change(do):
        with outside(), work("test.change", by=operator):
            do()

    def describe(hour):
        change(lambda: actions.describe(version, writer.id, expected=version.version, title=version.title, note=None,
                                        cut_off=time(hour)))

    assert held() == list(keys)
    describe(12)
    assert held() == ["identify", "urgent-health"]  # hours by the clock do not end with the working day
    describe(17)
    assert held() == list(keys)
    facts = queries.step(version, "basic-facts")
    for _time in range(2):
        change(lambda: actions.move_step(version, facts, writer.id, up=True))
    assert held() == ["health-plan", "urgent-health"]  # it waits for another one now
    change(lambda: actions.remove_step(version, facts, writer.id))
    assert held() == list(keys)


def test_who_looked_at_the_words_before_they_were_taken_back_says_yes_to_nothing(
    ready, office, writer, second, outside, sign_in, app,
):
    version, health = ready(), office(Kind.HEALTH)
    at = f"/protocolo/versiones/{version.id}"
    with outside(), work("test.ask", by=operator):
        asked = validating.ask(version, health, writer.id)
    code, old = answers.latest(validating.SLIP, asked.id).code, version.version
    with outside(), work("test.turn", by=operator):
        actions.turn(version, VersionState.DRAFT)
        actions.change_step(version, queries.step(version, "pregnancy"), writer.id, expected=1, was={}, limit_amount=1)
        actions.turn(version, VersionState.COMMENTS)
        actions.turn(version, VersionState.VALIDATION)
    client = sign_in(second)
    page = client.fill(f"{at}/publicar", starts_on=str(today()), version=str(old))
    assert page.status_code == 422
    assert "léala otra vez" in Page(page.text).text
    signed = {"officer": "Zoila Cando", "post": "Directora", "way": "letter", "answered_on": str(today()), "act": "7"}
    page = sign_in(writer).fill(f"{at}/validaciones/{health.id}", keys=["pregnancy"], agrees="yes", version=str(old),
                                **signed)
    assert page.status_code == 422
    assert "léala otra vez" in Page(page.text).text
    typed = {"code": code, "answered": "y", "keys": ["pregnancy"], "officer": "Zoila", "post": "D", "remark": "x"}
    assert app.test_client().post("/respuesta", data=typed).status_code == 422
    assert queries.in_force(today()) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StepValidation)) == 0


def test_an_institution_answers_only_about_its_own_steps_and_only_what_no_longer_changes(
    begin, office, answered, outside,
):
    version = begin()
    with pytest.raises(RuleBroken, match="su texto todavía puede cambiar"):
        answered(version, office(Kind.HEALTH), "urgent-health")
    with outside(), work("test.turn", by=operator):
        actions.turn(version, VersionState.COMMENTS)
        actions.turn(version, VersionState.VALIDATION)
    with pytest.raises(RuleBroken) as broken:
        answered(version, office(Kind.HEALTH), "report-child", "no-such-step")
    assert broken.value.field == "keys"
    for day in (today() + timedelta(days=1), today() - timedelta(days=1), date(1990, 1, 1)):
        with pytest.raises(RuleBroken) as broken:
            answered(version, office(Kind.HEALTH), "urgent-health", answered_on=day)
        assert broken.value.field == "answered_on"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StepValidation)) == 0
    with outside(), work("test.begun", by=operator):
        version.made_at = moment_of(today() - timedelta(days=2), time(23, 30))  # already the next day in UTC
    answered(version, office(Kind.HEALTH), "urgent-health", answered_on=today() - timedelta(days=2))
    with pytest.raises(RuleBroken, match="antes de que se empezara esta versión"):
        answered(version, office(Kind.HEALTH), "urgent-health", answered_on=today() - timedelta(days=3))


def test_a_letter_is_recorded_on_the_page_and_who_signed_it_is_shown_to_the_programme_alone(
    ready, office, writer, second, sign_in,
):
    version, health = ready(), office(Kind.HEALTH)
    client, at = sign_in(writer), f"/protocolo/versiones/{version.id}/validaciones"
    page = Page(client.get(f"{at}/{health.id}").text)
    assert "3.2 Atención de salud urgente" in page.text
    assert "Denunciar" not in page.text
    signed = {"officer": "Zoila Cando", "post": "Directora distrital", "way": "letter", "answered_on": str(today())}
    both = ["urgent-health", "pregnancy"]
    answer = client.fill(f"{at}/{health.id}", keys=both, agrees="yes", act="Oficio 12", **signed)
    assert answer.status_code == 303, Page(answer.text).text
    assert "Zoila Cando" in Page(client.get(f"{at}/{health.id}").text).text
    for url in (at, f"/protocolo/versiones/{version.id}/pasos/pregnancy"):
        text = Page(sign_in(second).get(url).text).text
        assert "Oficio 12" in text
        assert "De acuerdo" in text
        assert "Zoila Cando" not in text
    answer = client.fill(f"{at}/{health.id}", keys=["health-plan"], agrees="no", act="Oficio 13", **signed)
    assert answer.status_code == 422
    assert "Escriba qué pide cambiar" in Page(answer.text).text


# --- the answer without an account ------------------------------------------------------------------------------------

def test_an_institution_answers_once_by_its_slip_and_sees_only_its_own_steps(ready, office, writer, sign_in, app):
    version, health = ready(), office(Kind.HEALTH)
    at, client = f"/protocolo/versiones/{version.id}/validaciones/{health.id}", sign_in(writer)
    assert client.get(f"{at}/oficio.pdf").status_code == 404
    assert client.post(f"{at}/pedir", data={}).status_code == 303
    assert client.get(f"{at}/oficio.pdf").data.startswith(b"%PDF")
    code = answers.latest(validating.SLIP, db.session.scalar(sa.select(ValidationRequest.id))).code
    officer = app.test_client()
    page = Page(officer.get(f"/respuesta/{code}").text)
    assert "3.2 Atención de salud urgente" in page.text
    assert "24 horas · Meta · Con esto: Caso abierto" in page.text
    assert "Denunciar" not in page.text
    assert "Inés" not in page.text
    typed = {"code": code, "answered": "y", "keys": ["urgent-health", "pregnancy"], "officer": "Zoila Cando",
             "post": "Directora", "submit_key": ""}
    answer = officer.post("/respuesta", data=typed)
    assert answer.status_code == 422
    assert "Escriba qué pide cambiar" in Page(answer.text).text
    answer = officer.post("/respuesta", data={**typed, "remark": "Son veinte días"})
    assert answer.status_code == 200, Page(answer.text).text
    assert "Gracias" in Page(answer.text).text
    steps = queries.as_book(version).by_key
    assert {key: steps[key].is_validated for key in ("urgent-health", "pregnancy", "health-plan")} == {
        "urgent-health": True, "pregnancy": True, "health-plan": False}
    found = Page(client.get(at).text).text
    assert "Zoila Cando" in found
    assert "Son veinte días" in found
    assert "En la página de respuesta" in found
    assert officer.post("/respuesta", data={**typed, "remark": "otra vez"}).status_code == 422
    assert officer.get(f"/respuesta/{code}").status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StepValidation)) == 3


def test_the_letter_is_signed_by_who_prints_it_says_where_to_answer_and_begins_below_the_edge(
    ready, office, writer, sign_in, tmp_path,
):
    version, health = ready(), office(Kind.HEALTH)
    at, client = f"/protocolo/versiones/{version.id}/validaciones/{health.id}", sign_in(writer)
    assert client.post(f"{at}/pedir", data={}).status_code == 303
    (tmp_path / "letter.pdf").write_bytes(client.get(f"{at}/oficio.pdf").data)

    def read(*options):
        told = ["pdftotext", "-l", "1", *options, str(tmp_path / "letter.pdf"), "-"]
        return subprocess.run(told, capture_output=True, check=True, text=True).stdout

    text = " ".join(read().split())
    assert "Inés Coordinación del programa" in text
    assert f"Correo para su respuesta: {writer.email}. Teléfono:" in text
    assert "Llame a la persona que firma" in text
    assert "También puede responder con un oficio que cite la referencia" in text
    assert "Código" in text
    tops = [float(top) for top in re.findall(r'<word xMin="[\d.]+" yMin="([\d.]+)"', read("-bbox"))]
    assert min(tops) > 20  # points from the edge of the sheet


def test_another_slip_takes_the_earlier_one_back(ready, office, writer, outside, app):
    version, health, codes = ready(), office(Kind.HEALTH), []
    for _time in range(2):
        with outside(), work("test.ask", by=operator):
            asked = validating.ask(version, health, writer.id)
        codes.append(answers.latest(validating.SLIP, asked.id).code)
    client = app.test_client()
    assert [client.get(f"/respuesta/{code}").status_code for code in codes] == [422, 200]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ValidationRequest)) == 1


def test_nobody_is_asked_about_words_that_may_still_change(begin, office, writer, outside):
    version = begin()
    with outside(), pytest.raises(RuleBroken), work("test.ask", by=operator):
        validating.ask(version, office(Kind.HEALTH), writer.id)


def test_one_that_has_ended_says_nothing_any_more_and_is_not_asked(ready, office, writer, sign_in, outside, app):
    version, health, ngo = ready(), office(Kind.HEALTH), office(Kind.OMBUDSMAN)
    at, client = f"/protocolo/versiones/{version.id}/validaciones", sign_in(writer)
    assert client.post(f"{at}/{health.id}/pedir", data={}).status_code == 303
    code = answers.latest(validating.SLIP, db.session.scalar(sa.select(ValidationRequest.id))).code
    end(health, outside, valid_to=today() - timedelta(days=1))
    signed = {"officer": "Zoila Cando", "post": "Directora", "way": "letter", "answered_on": str(today()), "act": "7"}
    answer = client.fill(f"{at}/{health.id}", keys=["pregnancy"], agrees="yes", **signed)
    assert answer.status_code == 422
    assert "Hoy no existe" in Page(answer.text).text
    typed = {"code": code, "answered": "y", "keys": ["pregnancy"], "officer": "Zoila", "post": "D", "remark": "x"}
    assert app.test_client().post("/respuesta", data=typed).status_code == 422
    for asked, why in ((health, "Hoy no existe"), (ngo, "Ningún paso de esta versión le toca")):
        answer = client.post(f"{at}/{asked.id}/pedir", data={})
        assert why in Page(client.get(answer.location).text).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ValidationRequest)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StepValidation)) == 0
