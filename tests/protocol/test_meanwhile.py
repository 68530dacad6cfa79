"""Two people at once: what one of them takes out while the other sends something about it."""

from importlib import import_module

import pytest
import sqlalchemy as sa

from shelter.db import db
from shelter.protocol import queries
from shelter.protocol.models import ProtocolPhase, ProtocolStep
from tests.client import Page
from tests.protocol.test_writing import as_typed

GONE = "Esto ya se quitó"
PROCEDURE = "Se llama primero al ECU 911 y se espera a la patrulla en la puerta."


@pytest.fixture
def client(writer, sign_in):
    return sign_in(writer)


@pytest.fixture
def version(begin):
    return begin()


@pytest.fixture
def meanwhile(monkeypatch, database_url):
    """meanwhile(statement): it is committed by somebody else, just before the next change gets the right to write."""
    def make(statement):
        audit, engine = import_module("shelter.audit.work"), sa.create_engine(database_url)
        begin = audit.begin_writing

        def begin_later():
            monkeypatch.setattr(audit, "begin_writing", begin)
            with engine.begin() as connection:
                connection.execute(statement)
            engine.dispose()
            begin()
        monkeypatch.setattr(audit, "begin_writing", begin_later)
    return make


def taken_out(key):
    return sa.delete(ProtocolStep).where(ProtocolStep.key == key)


def at(version, more=""):
    return f"/protocolo/versiones/{version.id}{more}"


@pytest.mark.parametrize("what", ["quitar", "mover"])
def test_a_button_about_a_step_that_is_taken_out_at_that_moment_says_so_on_the_page_of_the_version(
    client, version, meanwhile, what,
):
    meanwhile(taken_out("school"))
    answer = client.post(at(version, f"/pasos/school/{what}"), data={"to": "up"})
    assert answer.status_code == 303
    assert GONE in Page(client.get(answer.location).text).text
    assert queries.step(version, "safety") is not None


def test_removing_twice_ends_quietly(client, version):
    key = queries.steps_of(version)[-1].key
    phase = queries.phases_of(version)[-1]
    for url in (f"/pasos/{key}/quitar", f"/fases/{phase.id}/quitar"):
        if "fases" in url:
            with db.engine.begin() as connection:
                connection.execute(sa.delete(ProtocolStep).where(ProtocolStep.phase_id == phase.id))
        answers = [client.post(at(version, url), data={}) for _time in range(2)]
        assert [(each.status_code, each.location.partition("#")[0]) for each in answers] == [(303, at(version))] * 2
    assert GONE in Page(client.get(at(version)).text).text


@pytest.mark.parametrize("is_at_once", [True, False])
def test_what_was_typed_of_a_step_that_was_taken_out_meanwhile_stays_on_the_page(
    client, version, meanwhile, is_at_once,
):
    typed = as_typed(queries.step(version, "school"), procedure_es=PROCEDURE, version="1")
    url = at(version, "/pasos/school/cambiar")
    typed["submit_key"] = Page(client.get(url).text).hidden("submit_key")
    if is_at_once:
        meanwhile(taken_out("school"))
    else:
        client.post(at(version, "/pasos/school/quitar"), data={})
    answer = client.post(url, data=typed)
    assert answer.status_code == 409
    assert GONE in Page(answer.text).text
    assert PROCEDURE in Page(answer.text).text


def test_what_was_typed_of_a_new_step_of_a_phase_that_was_taken_out_meanwhile_stays_on_the_page(
    client, version, meanwhile,
):
    client.fill(at(version, "/fases/nueva"), name_es="Después")
    phase = queries.phases_of(version)[-1]
    typed = as_typed(queries.step(version, "school"), procedure_es=PROCEDURE)
    url = at(version, f"/fases/{phase.id}/pasos/nuevo")
    typed["submit_key"] = Page(client.get(url).text).hidden("submit_key")
    meanwhile(sa.delete(ProtocolPhase).where(ProtocolPhase.id == phase.id))
    answer = client.post(url, data=typed)
    assert answer.status_code == 409
    assert GONE in Page(answer.text).text
    assert PROCEDURE in Page(answer.text).text


def test_a_step_that_never_was_is_not_there(client, version):
    assert client.get(at(version, "/pasos/nada")).status_code == 404
    assert client.get(at(version, "/pasos/nada/cambiar")).status_code == 404
