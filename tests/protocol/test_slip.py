"""What the slip of a letter means on the pages of the program: whether it has an address, and the act of its answer."""

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.audit.models import AuditEntry
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.protocol import booklet, validating
from tests.client import Page

WITHOUT = "Esta hoja saldrá sin dirección ni código QR"


@pytest.fixture
def health(programme):
    return next(each for each in programme.institutions if each.kind == Kind.HEALTH)


def at(version, health):
    return f"/protocolo/versiones/{version.id}/validaciones/{health.id}"


@pytest.mark.parametrize(("host", "is_told"), [("localhost", True), ("senda.example.org", False)])
def test_whoever_makes_a_letter_is_told_when_it_will_have_no_address(
    app, ready, health, writer, sign_in, host, is_told, monkeypatch,
):
    url, client = at(ready(), health), sign_in(writer)
    client.set_cookie("s", client.get_cookie("s").value, domain=host)
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", [host])
    page = Page(client.get(url, base_url=f"http://{host}").text)
    assert "Hacer la hoja" in page.text
    assert (WITHOUT in page.text) is is_told


def test_nothing_is_said_of_a_letter_that_cannot_be_made_yet(begin, health, writer, sign_in):
    assert WITHOUT not in Page(sign_in(writer).get(at(begin(), health)).text).text


# --- the act of an answer ---------------------------------------------------------------------------------------------

@pytest.fixture
def by_slip(health, writer, outside):
    """by_slip(version, act="") -> the reference of the request that was answered with yes by its slip."""
    def answer(version, act=""):
        with outside(), work("test.slip", by=operator):
            asked = validating.ask(version, health, writer.id)
            validating.take_answer(asked, keys=["urgent-health", "pregnancy", "health-plan"], remark="Otro plazo",
                                   officer="Zoila Cando", post="Directora distrital", act=act)
        return asked.reference
    return answer


@pytest.fixture
def printed(monkeypatch, outside):
    """printed(version) -> the page of which its booklet is made."""
    def read(version):
        told = []
        monkeypatch.setattr(booklet, "pdf", lambda html: told.append(html) or b"%PDF")
        with outside():
            booklet.printed(version)
        return Page(told[0]).text
    return read


def test_an_answer_by_slip_without_a_letter_is_told_with_the_reference_of_its_request(
    publish, begin, by_slip, health, writer, sign_in, printed,
):
    version = publish()
    act = f"respuesta {by_slip(version)}"
    client = sign_in(writer)
    pages = (at(version, health).rpartition("/")[0], at(version, health), f"/protocolo/versiones/{version.id}/pasos/"
             "urgent-health", f"/protocolo/versiones/{begin().id}/pasos/urgent-health")
    for url in pages:
        assert f" · {act}" in Page(client.get(url).text).text, url
    text = printed(version)
    assert f", {act}" in text
    assert "Zoila" not in text
    assert "Directora" not in text


def test_the_number_of_its_letter_is_told_where_there_is_one(publish, by_slip, health, writer, sign_in, printed):
    version = publish()
    reference = by_slip(version, "Oficio 9")
    for text in (Page(sign_in(writer).get(at(version, health)).text).text.partition("Qué respondió antes")[2],
                 printed(version)):
        assert "Oficio 9" in text
        assert reference not in text


def test_a_letter_after_the_slip_is_not_told_with_its_reference(ready, by_slip, answered, health, sign_in, second):
    version = ready()
    reference = by_slip(version)
    answered(version, health, "urgent-health", act="")
    answers = Page(sign_in(second).get(f"/protocolo/versiones/{version.id}/pasos/urgent-health").text).text
    assert answers.count("De acuerdo") == 2
    assert answers.count(f"respuesta {reference}") == 1


def test_who_said_yes_with_which_post_is_told_to_whoever_records_answers_and_that_is_noted(
    ready, by_slip, writer, second, sign_in,
):
    version = ready()
    by_slip(version)
    url = f"/protocolo/versiones/{version.id}/validaciones"
    assert "Zoila" not in Page(sign_in(second).get(url).text).text
    noted = sa.select(AuditEntry.actor_id).where(AuditEntry.action == "protocol.write")
    assert db.session.scalars(noted).all() == []
    assert "Zoila Cando, Directora distrital" in Page(sign_in(writer).get(url).text).text
    assert db.session.scalars(noted).all() == [writer.id]
