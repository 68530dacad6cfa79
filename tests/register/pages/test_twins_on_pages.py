"""The same cases sent in another file: the page of the check says so, asks one question, and waits for the answer."""

import re
import uuid

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.jobs import Job, worker
from shelter.register import actions, queries, uploads
from shelter.register.models import ImportedFile
from shelter.rules import RuleBroken
from tests.register.pages.steps import bring, check, registered, send

LINES = [f"{number};{number:02d}/03/2014;Mujer;17" for number in range(1, 13)]
CSV = "\r\n".join(["Código;Fecha de ingreso;Sexo;Edad", *LINES, ""]).encode()
AGAIN = CSV + b"\r\n"
LEAD = "12 de estos 12 casos ya están en este registro, por el archivo «libro.csv» del "


@pytest.fixture
def first(client):
    """A file of twelve cases that is in."""
    bring(client, check(client, send(client, CSV, "libro.csv").location))
    return db.session.scalars(sa.select(ImportedFile)).one()


@pytest.fixture
def review(client, first):
    """The check of the same cases in another file."""
    return check(client, send(client, AGAIN, "copia.csv", register=str(first.register_id)).location)


def test_a_known_register_is_not_asked_whose_it_is(client, first):
    columns = send(client, AGAIN, "copia.csv", register=str(first.register_id), foundation="")
    assert columns.status_code == 303
    assert LEAD in client.get(check(client, columns.location)).text
    assert send(client, AGAIN, "copia.csv", name="Otro", foundation="").status_code == 422


def answer(client, review, said):
    return client.post(review.replace("/revisar", "/importar"), data={"same": said} if said else {})


def test_the_check_says_so_and_without_an_answer_nothing_is_imported(client, review):
    text = client.get(review).text
    assert LEAD in text
    for said in ("", "nonsense"):
        refused = answer(client, review, said)
        assert refused.status_code == 422
        assert LEAD in refused.text
    assert "Diga si toma el lugar de ese archivo o si son otros casos" in answer(client, review, "").text
    assert registered() == 12
    assert db.session.scalar(sa.select(sa.func.count()).where(Job.kind == uploads.IMPORT)) == 1


@pytest.mark.parametrize(("said", "expected"), [("replaces", 12), ("others", 24)])
def test_each_answer_does_what_it_says(client, first, review, said, expected):
    job = answer(client, review, said)
    file = client.get(job.location).location
    assert "copia.csv" in client.get(file).text
    assert registered() == expected
    assert queries.counts(first) is (said == "others")


def test_the_same_cases_for_another_register_are_asked_about_and_cannot_take_a_place(client, first):
    review = check(client, send(client, AGAIN, "copia.csv", name="Casa Sur").location)
    lead = "12 de estos 12 casos ya están en el registro «Casa Norte», por el archivo «libro.csv» del "
    text = client.get(review).text
    assert lead in text
    assert 'value="replaces"' not in text
    for said in ("", "replaces"):
        assert answer(client, review, said).status_code == 422
    assert "si son los mismos, olvide este archivo" in answer(client, review, "").text
    assert registered() == 12
    client.get(answer(client, review, "others").location)
    assert registered() == 24


def test_a_register_of_another_foundation_is_not_named(programme, staff, sign_in):
    hers = sign_in(staff(Role.SHELTER_COORDINATOR, house=programme.far_house))
    north, south = (str(each.id) for each in programme.foundations)
    bring(hers, check(hers, send(hers, CSV, "reservado.csv", name="Reservado", foundation=south).location))
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    text = client.get(check(client, send(client, AGAIN, "copia.csv", name="Otro", foundation=north).location)).text
    assert "Casi todos estos casos ya están en otro registro" in text
    assert "eservado" not in text
    assert "12 de estos" not in text


def test_words_can_still_be_told_on_the_same_page(client, first):
    content = AGAIN + b"13;13/03/2014;Amapola;17\r\n"
    review = check(client, send(client, content, "copia.csv", register=str(first.register_id)).location)
    text = client.get(review).text
    assert LEAD in text
    assert "Amapola" in text
    assert "Amapola" in answer(client, review, "").text
    again = client.get(client.fill(review, w0="female").location).location
    assert "12 de estos 13 casos" in client.get(again).text


def test_what_is_no_longer_in_is_not_asked_about(client, first, review):
    with work("test.undo", by=operator):
        actions.undo(db.session.get_one(ImportedFile, first.id))
    assert LEAD not in client.get(review).text
    answer(client, review, "")
    assert registered() == 12


def test_a_file_that_came_in_since_the_check_is_asked_about_before_anything_is_imported(client):
    first = check(client, send(client, CSV, "libro.csv").location)
    second = check(client, send(client, AGAIN, "copia.csv").location)
    bring(client, first)
    job = answer(client, second, "").location
    page = client.get(job).text
    assert LEAD in page
    assert "revise este archivo de nuevo" in page
    assert "/repetir" not in page
    assert registered() == 12
    columns = second.replace("/revisar", "/columnas")
    assert LEAD in client.get(check(client, columns)).text


def test_a_file_that_corrects_another_cannot_take_a_second_place(client, first):
    bring(client, check(client, send(client, CSV.replace(b"2014", b"2015"), "otro.csv",
                                     register=str(first.register_id)).location))
    older = db.session.scalars(sa.select(ImportedFile).where(ImportedFile.id != first.id)).one()
    columns = send(client, AGAIN, "copia.csv", register=str(first.register_id), replaces=str(older.id)).location
    review = check(client, columns)
    text = client.get(review).text
    assert LEAD in text
    assert "ya corrige otro" in text
    assert answer(client, review, "replaces").status_code == 422
    assert registered() == 24
    answer(client, review, "others")
    assert registered() == 24
    assert (queries.counts(first), queries.counts(older)) == (True, False)


def test_the_answer_is_kept_when_the_worker_was_killed_and_the_bar_begins_where_it_was(client, review, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 5)
    monkeypatch.setattr("shelter.register.reading.rows.EVERY", 1)
    carry_out = actions.carry_out

    def until_the_first(plan, *, by):
        yield next(carry_out(plan, by=by))
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(actions, "carry_out", until_the_first)
        with pytest.raises(SystemExit):
            answer(client, review, "others")
    told = []
    monkeypatch.setattr("shelter.jobs.progress.PACE", 0.0)
    monkeypatch.setattr("shelter.jobs.progress.Progress._write", lambda self: told.append((self.done, self.total)))
    job = db.session.scalars(sa.select(Job).where(Job.state == JobState.RUNNING)).one()
    with work("test.again", by=operator):
        job.state, job.done = JobState.WAITING, 19
    worker.do(job.id)
    assert registered() == 24
    lines = AGAIN.count(b"\n")
    assert told[0] == (lines + 5, 2 * lines), "read once, and five of them in"
    assert told == sorted(told)
    assert told[-1] == (2 * lines, 2 * lines)


def test_a_job_that_is_taken_up_again_shows_what_was_done_until_it_says_more(client, review, monkeypatch):
    monkeypatch.setattr("shelter.jobs.queue.put", lambda _job_id: None)  # it waits
    url = answer(client, review, "others").location
    job_id = uuid.UUID(re.search(r"[0-9a-f-]{36}", url)[0])
    with work("test.before", by=operator):
        job = db.session.get_one(Job, job_id)
        job.done, job.total = 19, 28
    seen = []

    def look(_upload):
        seen.append(db.session.scalar(sa.select(Job.done).where(Job.id == job_id)))
        raise RuleBroken("enough seen")

    monkeypatch.setattr(uploads, "sheet_of", look)
    worker.do(job_id)
    assert seen == [19]
