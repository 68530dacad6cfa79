"""Lists that an administrator extends: added in two languages, offered by the forms, counted, retired, never lost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import Period, now, today
from shelter.codes import Extensible, book
from shelter.codes.leaving import Destination
from shelter.codes.services import Discipline, ServiceType
from shelter.db import db
from shelter.indicators import figures
from shelter.indicators.words import rows
from shelter.partners.lists import LISTS
from shelter.partners.models import ListWord
from shelter.services import actions as services
from shelter.services.models import Service
from tests.client import Page


@pytest.fixture
def admin(sign_in, staff):
    return sign_in(staff(Role.ADMINISTRATOR))


@pytest.fixture
def art(admin):
    """A service that an administrator added."""
    assert admin.fill("/admin/listas/psicologia", name_es="Arteterapia", name_en="Art therapy").status_code == 303
    return db.session.scalar(sa.select(ListWord.word))


def options(client, url, name):
    """The options of a select, as they stand on the page."""
    html = client.get(url).text
    return html.split(f'name="{name}"')[1].split("</select>")[0]


def test_a_word_is_added_in_two_languages_and_the_form_offers_it(art, staff, sign_in, case):
    psychologist = staff(Role.PSYCHOLOGIST)
    one = case(team=[psychologist])
    client = sign_in(psychologist)
    assert art.startswith("psychology.x_")
    assert f'value="{art}">Arteterapia<' in options(client, f"/casos/{one.id}/servicios/nuevo", "type")
    client.post("/idioma", data={"language": "en", "back": "/mi-dia"})
    assert f'value="{art}">Art therapy<' in options(client, f"/casos/{one.id}/servicios/nuevo", "type")


def test_what_is_recorded_with_it_is_read_and_counted_after_it_was_retired(app, admin, art, staff, sign_in, case):
    psychologist = staff(Role.PSYCHOLOGIST)
    one, client = case(team=[psychologist]), sign_in(psychologist)
    at = now() - timedelta(hours=1)
    with work("test.log", by=operator):
        services.log(one, by=psychologist.id, type=ServiceType(art), was_held=True, occurred_at=at, minutes=45)
    assert admin.post("/admin/listas/psicologia/retirar", data={"word": art}).status_code == 303
    assert art not in options(client, f"/casos/{one.id}/servicios/nuevo", "type")
    service = db.session.scalar(sa.select(Service))
    assert service.type.of is Discipline.PSYCHOLOGY
    assert "Arteterapia" in client.get(f"/casos/{one.id}/servicios").text
    corrected = f"/casos/{one.id}/servicios/{service.id}/corregir"
    assert client.get(corrected).status_code == 200
    with app.test_request_context():
        given = next(each for each in figures(Period.quarter_of(today())) if each.code == "services.given")
        assert ("Arteterapia", 1) in rows("service", given.breakdowns["service"])
    assert admin.post("/admin/listas/psicologia/retirar", data={"word": art}).status_code == 303
    assert art in options(client, f"/casos/{one.id}/servicios/nuevo", "type")


def test_a_word_of_the_program_is_retired_and_stays_readable(admin):
    assert admin.post("/admin/listas/destinos/retirar", data={"word": "foster"}).status_code == 303
    assert Destination.FOSTER not in Destination.offered()
    assert Destination("foster") is Destination.FOSTER
    assert Destination.FOSTER in Destination.every()
    assert "Retirada" in Page(admin.get("/admin/listas/destinos").text).text


def test_another_process_meets_a_word_that_it_does_not_know_yet(admin, art):
    book.entries = {}
    assert str(ServiceType(art).label) == "Arteterapia"


def test_a_word_that_nobody_added_is_no_word(app):
    with pytest.raises(ValueError, match=r"x_nothing"):
        ServiceType("psychology.x_nothing")


@pytest.mark.parametrize(("names", "field"), [
    (("", "x"), "name_es"), (("x", ""), "name_en"), (("triaje", "x"), "name_es"), (("x" * 81, "y"), "name_es"),
])
def test_a_word_is_refused_at_its_field(admin, names, field):
    answer = admin.fill("/admin/listas/salud", name_es=names[0], name_en=names[1])
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_word_is_not_added_twice_even_when_it_was_retired(admin, art):
    admin.post("/admin/listas/psicologia/retirar", data={"word": art})
    assert admin.fill("/admin/listas/psicologia", name_es="ARTETERAPIA", name_en="x").status_code == 422
    assert admin.fill("/admin/listas/social", name_es="Arteterapia", name_en="Art").status_code == 303


def test_the_last_word_of_a_list_stays(admin):
    words = [str(each) for each in LISTS["no-realizado"].vocabulary]
    for word in words:
        admin.post("/admin/listas/no-realizado/retirar", data={"word": word})
    assert len(LISTS["no-realizado"].offered()) == 1


def test_lists_and_words_that_are_not_there_are_not_there(admin):
    assert admin.get("/admin/listas/nada").status_code == 404
    for name, word in (("destinos", "nada"), ("salud", "social.job"), ("salud", "")):
        assert admin.post(f"/admin/listas/{name}/retirar", data={"word": word}).status_code == 303
    assert db.session.scalars(sa.select(ListWord)).all() == []


def test_every_vocabulary_that_can_grow_has_its_list():
    assert {each.vocabulary for each in LISTS.values()} == set(Extensible.__subclasses__())
