"""Correcting a service: how it really was counts, what was written before is kept, the notes stay where they are."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.calendar import Period, local, now
from shelter.cases.models import CaseCard
from shelter.db import db
from shelter.indicators import figures
from shelter.services.models import Service
from tests.client import Page
from tests.services.test_log import held, moment, services

NOT_HELD = held(was_held="no", minutes="", not_held="not_that_day")


@pytest.fixture
def psychologist(staff):
    return staff(Role.PSYCHOLOGIST)


@pytest.fixture
def client(sign_in, psychologist):
    return sign_in(psychologist)


@pytest.fixture
def written(client, case, psychologist):
    """(address of the case's services, the service that was written)"""
    url = f"/casos/{case(team=[psychologist]).id}/servicios"
    assert client.fill(f"{url}/nuevo", **held(headline="Primera", body="Nota primera")).status_code == 303
    return url, services()[0]


def given(period=None):
    day = local(now()).date()
    found = {figure.code: figure for figure in figures(period or Period(day - timedelta(days=1), day))}
    return found["services.given"].value


def test_the_form_shows_what_was_written_and_the_lists_show_the_correction(client, written):
    url, service = written
    page = Page(client.get(f"{url}/{service.id}/corregir").text)
    assert "Primera" in [each.get("value") for each in page.all("input") if each.get("name") == "headline"]
    assert "Nota primera" in page.text
    answer = client.fill(f"{url}/{service.id}/corregir", **held(minutes="60", headline="Segunda", body="Nota segunda"))
    assert answer.status_code == 303
    listed = Page(client.get(url).text).text
    assert "Segunda" in listed
    assert "Primera" not in listed
    old, new = sorted(services(), key=lambda each: each.entered_at)
    assert (old.minutes, new.minutes, new.corrects_id) == (45, 60, old.id)
    assert given() == 1
    before = Page(client.get(f"{url}/{old.id}").text)
    assert f"{url}/{new.id}" in [link.get("href") for link in before.all("a")]
    assert f"{url}/{old.id}/corregir" not in [link.get("href") for link in before.all("a")]


def test_a_service_that_did_not_take_place_is_no_longer_the_last_one(client, written):
    url, service = written
    assert client.fill(f"{url}/{service.id}/corregir", **NOT_HELD).status_code == 303
    db.session.expire_all()
    assert db.session.scalar(sa.select(CaseCard.last_service_at)) is None
    assert given() == 0


def test_it_is_corrected_once_and_a_wrong_correction_is_corrected_itself(client, written):
    url, service = written
    assert client.fill(f"{url}/{service.id}/corregir", **held(minutes="60")).status_code == 303
    again = client.fill(f"{url}/{service.id}/corregir", **held(minutes="90"))
    assert again.status_code == 422
    assert "ya se corrigió" in Page(again.text).text
    newest = max(services(), key=lambda each: each.entered_at)
    assert client.fill(f"{url}/{newest.id}/corregir", **held(minutes="90")).status_code == 303
    assert (len(services()), given()) == (3, 1)


def test_history_tells_what_really_happened(client, written):
    url, service = written
    assert client.fill(f"{url}/{service.id}/corregir", **NOT_HELD).status_code == 303
    history = Page(client.get(url.replace("servicios", "historial")).text).text
    assert "Servicio brindado" not in history


@pytest.mark.parametrize("role", [Role.LAWYER, Role.CASEWORKER, Role.SHELTER_COORDINATOR])
def test_another_discipline_does_not_correct_it(written, staff, sign_in, role):
    url, service = written
    other = sign_in(staff(role))
    assert other.get(f"{url}/{service.id}/corregir").status_code in {403, 404}
    assert other.post(f"{url}/{service.id}/corregir", data=held()).status_code in {403, 404}
    assert len(services()) == 1


def test_the_service_of_another_case_is_not_found(client, written, case, psychologist):
    _url, service = written
    other = case(team=[psychologist])
    assert client.get(f"/casos/{other.id}/servicios/{service.id}/corregir").status_code == 404


def test_wrong_answers_stay_at_their_fields(client, written):
    url, service = written
    answer = client.fill(f"{url}/{service.id}/corregir", **{**held(), **moment(timedelta(days=-2))})
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Service)) == 1
