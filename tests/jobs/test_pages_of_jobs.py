"""What one sees of one's jobs: how far each is, what came of it, and whether trying again can help."""

from datetime import timedelta

import pytest
import time_machine

from shelter.access import Role
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.rules import NotNow, RuleBroken


@pytest.fixture
def member(staff):
    return staff(Role.PROGRAMME_COORDINATOR)


def test_the_page_tells_how_far_it_is_and_leads_to_the_result(asked, one_by_one, member, sign_in, told):
    client = sign_in(member)
    job_id = asked(member)
    page = client.get(f"/trabajos/{job_id}").text
    assert "Espera su turno" in page
    assert "<noscript><meta http-equiv=\"refresh\"" in page
    assert "Prueba" in client.get("/trabajos").text
    one_by_one()
    assert client.get(f"/trabajos/{job_id}").location == f"/resultado/{job_id}"


@pytest.mark.parametrize("error", [RuleBroken("Falta una columna"), KeyError("x")])
def test_what_would_be_refused_again_is_not_offered_to_be_tried_again(
    asked, one_by_one, member, sign_in, told, fresh, error,
):
    told.fail(error)
    client, job_id = sign_in(member), asked(member)
    one_by_one()
    page = client.get(f"/trabajos/{job_id}").text
    assert "No se pudo hacer" in page
    assert 'href="/reportes"' in page
    assert "/repetir" not in page
    answer = client.post(f"/trabajos/{job_id}/repetir", data={}, follow_redirects=True)
    assert "volvería a rechazar" in answer.text
    assert fresh(job_id).state is JobState.REFUSED
    assert "No se hizo" in client.get("/trabajos").text


def test_a_problem_is_on_the_page_with_two_ways_out(asked, one_by_one, member, sign_in, told, fresh):
    told.fail(NotNow("Falta una columna"))
    client, job_id = sign_in(member), asked(member)
    one_by_one()
    page = client.get(f"/trabajos/{job_id}").text
    assert "Falta una columna" in page
    assert 'href="/reportes"' in page
    assert client.post(f"/trabajos/{job_id}/repetir", data={}).status_code == 303
    assert fresh(job_id).state is JobState.WAITING
    assert client.post(f"/trabajos/{job_id}/cancelar", data={}).status_code == 303
    assert fresh(job_id).state is JobState.CANCELLED
    assert "canceló" in client.get(f"/trabajos/{job_id}").text


def test_looking_at_it_does_not_lengthen_the_session(asked, member, sign_in):
    client, job_id = sign_in(member), asked(member)
    with time_machine.travel(now() + timedelta(minutes=14)):
        assert client.get(f"/trabajos/{job_id}").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert "/bloqueo" in client.get("/trabajos").location


def test_anothers_job_does_not_exist(asked, member, staff, sign_in):
    job_id = asked(member)
    client = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert client.get(f"/trabajos/{job_id}").status_code == 404
    assert "Prueba" not in client.get("/trabajos").text
