"""A file comes in step by step on the pages: sent, its columns matched, checked, imported."""

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.db.sealed import DataKey
from shelter.jobs import Job
from shelter.register import actions, uploads
from shelter.register.models import ImportedFile, Register, RegisterCase, SavedMapping, Upload
from shelter.rules import RuleBroken
from tests.register.pages.steps import CANARY, CSV, bring, check, proposed, registered, send


def test_a_file_comes_in_step_by_step(client, coordinator):
    columns = send(client).location
    assert proposed(client, columns) == {
        "registered_on": "Fecha de ingreso", "sex": "Sexo", "age": "Edad", "nationality": "Nacionalidad",
        "exploitation": "Forma de explotación",
    }
    review = check(client, columns)
    text = client.get(review).text
    assert CANARY in text  # a word that nobody knows yet, to be translated
    assert "Importar 2 casos" in text
    assert registered() == 0
    job = client.fill(review, w0="female")
    review = client.get(job.location).location
    assert "Importar 3 casos" in client.get(review).text
    file = bring(client, review)
    assert "casos.csv" in client.get(file).text
    assert registered() == 3
    found = {(row.registered_on.isoformat(), str(row.sex), str(row.age_band), row.nationality)
             for row in db.session.scalars(sa.select(RegisterCase))}
    assert found == {("2014-03-05", "female", "9-17", "EC"), ("2015-04-05", "male", "30-38", "CO"),
                     ("2016-07-01", "female", "21-23", "CO")}
    made = db.session.scalars(sa.select(ImportedFile)).one()
    assert (made.cases, made.refused, made.by_id, made.name) == (3, 1, coordinator.id, "casos.csv")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(DataKey.owner_kind == "upload")) == 0
    trail = list(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("register."))
                             .order_by(AuditEntry.seq)))
    assert trail == ["register.upload", "register.match", "register.match", "register.ask", "register.begin",
                     "register.fill", "register.finish", "register.forget", "register.read"]


def test_a_second_import_of_the_same_file_changes_nothing(client):
    review = check(client, send(client).location)
    bring(client, review)
    known = str(db.session.scalar(sa.select(Register.id)))
    again = check(client, send(client, register=known).location)
    assert "ya está en el registro" in client.get(again).text
    assert "/importar\"" not in client.get(again).text
    assert registered() == 2


def test_the_rejects_are_a_file_with_line_column_and_reason_and_never_the_value(client):
    review = check(client, send(client, CSV.replace(b"Sexo", b"=cmd()")).location, sex="=cmd()")
    answer = client.get(review.replace("/revisar", "/rechazos.csv"))
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "line,column,reason"
    assert lines[3].startswith("4,'=cmd(),")
    assert lines[4].startswith("5,Fecha de ingreso,")
    assert CANARY not in answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rechazos.csv"'


def test_what_stayed_out_can_be_read_after_the_import_by_who_imported_it(client, staff, sign_in):
    file = bring(client, check(client, send(client).location))
    url = f"{file}/rechazos.csv"
    assert f'href="{url}"' in client.get(file).text
    assert len(client.get(url).data.decode("utf-8-sig").splitlines()) == 3
    other = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert other.get(url).status_code == 404
    assert url not in other.get(file).text


def test_going_back_after_the_import_leads_to_the_file(client):
    columns = send(client).location
    review = check(client, columns)
    file = bring(client, review)
    assert client.get(columns).location == client.get(review).location == file


def test_who_asks_twice_has_one_job(client, coordinator, monkeypatch):
    monkeypatch.setattr("shelter.jobs.queue.put", lambda _job_id: None)  # it waits
    review = check_later(client, send(client).location)
    url = review.replace("/revisar", "/importar")
    assert client.post(url, data={}).location == client.post(url, data={}).location
    assert db.session.scalar(sa.select(sa.func.count()).where(Job.kind == uploads.IMPORT)) == 1


def check_later(client, columns):
    """The second step, with its job done by hand."""
    from shelter.jobs import worker

    job = client.fill(columns, order="dmy", **proposed(client, columns)).location
    worker.do(uuid.UUID(job.rsplit("/", 1)[1]))
    return client.get(job).location


def test_what_words_mean_is_learned_by_the_columns_that_were_kept(client):
    review = check(client, send(client).location, keep_as="Libro")
    client.fill(review, w0="female")
    again = check(client, send(client, CSV.replace(b"05/03/2014", b"06/03/2014"), name="Otro").location)
    assert "Importar 3 casos" in client.get(again).text


def test_a_file_is_forgotten_at_any_step(client):
    for look in (lambda columns: columns, lambda columns: check(client, columns)):
        columns = send(client).location
        drop = columns.replace("/columnas", "/descartar")
        assert drop in client.get(look(columns)).text
        assert drop in client.get("/registros").text
        client.post(drop, data={})
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_a_column_that_stands_twice_is_told_where_columns_are_chosen(client):
    columns = send(client, b"fecha,sexo,sexo\n05/03/2014,Mujer,Mujer\n").location
    assert "dos veces en el archivo" in client.get(columns).text


def test_more_than_ten_megabytes_are_refused_also_without_script(coordinator, outside):
    content = b"year\n" + b"2014\n" * 2_150_000
    with outside(), pytest.raises(RuleBroken, match="10 MB"):
        uploads.take_in(by=coordinator.id, name="x.csv", content=content, register="x", source="x", foundation_id=None,
                        replaces=None)


def test_what_was_kept_is_proposed_to_the_next_file_and_travels_as_toml(client):
    columns = send(client).location
    check(client, columns, keep_as="Libro de la casa")
    kept = db.session.scalars(sa.select(SavedMapping)).one()
    assert (kept.name, "Fecha de ingreso" in kept.text) == ("Libro de la casa", True)
    other = send(client, CSV.replace(b"05/03/2014", b"06/03/2014"), register="new", name="Otro", source="x").location
    assert "Libro de la casa" in client.get(other).text
    toml = client.get(columns.replace("/columnas", "/columnas.toml")).text
    assert 'register = "Casa Norte"' in toml
    assert "[registered_on]" in toml


def test_a_job_that_is_broken_off_leaves_nothing_that_counts_and_goes_on(client, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 1)
    review = check(client, send(client).location)
    carry_out = actions.carry_out

    def until_the_first(plan, *, by):
        for number in carry_out(plan, by=by):
            yield number
            raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(actions, "carry_out", until_the_first)
        with pytest.raises(SystemExit):
            client.post(review.replace("/revisar", "/importar"), data={})
    job = db.session.scalars(sa.select(Job).where(Job.kind == uploads.IMPORT)).one()
    assert (job.state, registered()) == (JobState.RUNNING, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RegisterCase)) == 1
    with work("test.again", by=operator):
        db.session.get_one(Job, job.id).state = JobState.WAITING
    from shelter.jobs import worker

    worker.do(job.id)
    assert registered() == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RegisterCase)) == 2


def test_one_that_is_cancelled_takes_away_what_it_had_written(client, coordinator, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 1)
    monkeypatch.setattr("shelter.jobs.progress.PACE", 0.0)
    review = check(client, send(client).location)
    carry_out = actions.carry_out

    def unwanted_after_the_first(plan, *, by):
        for number in carry_out(plan, by=by):
            with work("test.unwanted", by=operator):
                db.session.execute(sa.update(Job).where(Job.kind == uploads.IMPORT).values(is_unwanted=True))
            yield number

    monkeypatch.setattr(actions, "carry_out", unwanted_after_the_first)
    client.post(review.replace("/revisar", "/importar"), data={})
    job = db.session.scalars(sa.select(Job).where(Job.kind == uploads.IMPORT)).one()
    assert job.state is JobState.CANCELLED
    for model in (RegisterCase, ImportedFile):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
    assert client.get(review).status_code == 200  # the file is still there, to try again


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "said"), [
    (b"", "vacío"), (b"   \r\n ", "vacío"), (b"PK\3\4 not one", "dañado"), (b"a\0b", "texto"),
    (CSV + b'5;"06/03/2014', "comilla"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "xlsx"),
])
def test_a_file_that_cannot_be_read_is_refused_at_its_field(client, content, said):
    answer = send(client, content)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize(("content", "said"), [
    (CSV + b"6;06/03/2014;Mujer;20;;\r\n" * 60 + b'5;"06/03/2014', "comilla"), (CSV[:-20], "cortado"),
])
def test_what_is_wrong_further_down_is_said_by_the_check(client, content, said):
    columns = send(client, content).location
    job = client.fill(columns, order="dmy", **proposed(client, columns)).location
    assert said in client.get(job).text
    assert registered() == 0


def test_a_new_register_says_its_name_and_its_source(client):
    answer = send(client, name="", source="")
    assert answer.status_code == 422
    assert "Escriba un nombre para el registro" in answer.text
    assert "Diga de dónde vienen los casos" in answer.text


def test_without_year_and_day_nothing_can_be_checked(client):
    columns = send(client).location
    told = proposed(client, columns)
    answer = client.fill(columns, order="dmy", **{**told, "registered_on": ""})
    assert answer.status_code == 422
    assert "el año o el día de registro" in answer.text


def test_after_a_week_what_nobody_imported_is_gone(client):
    columns = send(client).location
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        uploads.forget_uploads()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(DataKey.owner_kind == "upload")) == 0
    assert client.get(columns).status_code == 404


def test_an_upload_is_its_authors_alone_and_a_programmes_register_the_programmes(client, staff, sign_in, programme):
    columns = send(client).location
    other = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert other.get(columns).status_code == 404
    file = bring(client, check(client, columns))
    assert other.get(file).status_code == 200
    house = sign_in(staff(Role.SHELTER_COORDINATOR))
    assert house.get(file).status_code == 404
    assert "Casa Norte" not in house.get("/registros").text.split("<main")[1].split("</main")[0]


def test_a_house_fills_its_foundations_register(staff, sign_in, programme):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    own = programme.foundations[0]
    bring(client, check(client, send(client, foundation=str(own.id)).location))
    assert db.session.scalars(sa.select(Register.foundation_id)).all() == [own.id]
    foreign = send(client, name="Otro", foundation=str(programme.foundations[1].id))
    assert foreign.status_code == 422
    assert send(client, name="Otro", foundation="programme").status_code == 422


def test_nobody_fills_or_learns_of_a_register_outside_her_reach(staff, sign_in, programme):
    north, south = (str(each.id) for each in programme.foundations)
    hers = sign_in(staff(Role.SHELTER_COORDINATOR, house=programme.far_house))
    bring(hers, check(hers, send(hers, name="Reservado", foundation=south).location))
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    other = CSV.replace(b"05/03/2014", b"06/03/2014")
    bring(client, check(client, send(client, other, name="Reservado", foundation=north).location))
    found = {str(each.foundation_id): each for each in db.session.scalars(sa.select(Register))}
    assert found.keys() == {north, south}
    counts = {register: db.session.scalar(sa.select(ImportedFile.cases).where(ImportedFile.register_id == each.id))
              for register, each in found.items()}
    assert counts == {north: 2, south: 2}
    job = check(client, send(client, name="Otro", foundation=north).location)  # the same bytes as the other house's
    assert job is None
    shown = client.get("/trabajos").text
    failed = client.get(re.findall(r"/trabajos/[0-9a-f-]{36}", shown)[0]).text
    assert "otro registro" in failed
    assert "Reservado" not in failed


def test_a_register_of_that_name_is_chosen_and_not_made_again(client):
    bring(client, check(client, send(client).location))
    answer = send(client, CSV + b"9;05/03/2014;;;;\r\n")
    assert answer.status_code == 422
    assert "Ya hay un registro con ese nombre" in answer.text


def test_the_columns_of_nobody_are_not_there(client):
    assert client.get(f"/registros/importar/{uuid.uuid4()}/columnas").status_code == 404
    assert client.get(f"/registros/importar/{uuid.uuid4()}/revisar").status_code == 404


def test_the_historic_register_shows_in_no_list_of_a_house(client, staff, sign_in):
    bring(client, check(client, send(client).location))
    house = sign_in(staff(Role.SHELTER_COORDINATOR))
    assert "Casa Norte 2" not in house.get("/casos").text
    assert house.get("/casos").text.count('role="rowheader"') == 0
