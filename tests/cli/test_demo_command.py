"""`shelter demo`: what is missing is made, how to sign in is said, real cases are left alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts.models import Assignment
from shelter.audit import operator, work
from shelter.cases import actions
from shelter.cases.models import Case
from shelter.crypto import KeyRing
from shelter.db import db
from shelter.partners.models import Foundation, House
from shelter.register.models import ImportedFile, Register, RegisterCase
from tests.cli.conftest import PASSWORD


def every(model, *conditions):
    return list(db.session.scalars(sa.select(model).where(*conditions)))


@pytest.fixture
def fresh(shelter, instance, engine_name, database_url, monkeypatch):
    """fresh("--cases", "5"): the command where nothing was set up yet (on PostgreSQL: tables and no key)."""
    if engine_name == "postgresql":
        monkeypatch.setenv("SHELTER_DATABASE_URL", database_url)
        KeyRing.create(private(instance) / "senda.key")
    monkeypatch.delenv("PORT", raising=False)
    return lambda *words: shelter("demo", *words)


def private(folder):
    folder.mkdir(mode=0o700)
    return folder


def password_in(output):
    return output.split("for all of them: ")[1].split()[0]


def test_the_command_makes_what_is_missing_and_says_how_to_sign_in(fresh):
    done = fresh("--cases", "5")
    assert (done.status, done.err) == (0, "")
    assert "psychologist@sur.demo.invalid" in done.out
    assert "http://127.0.0.1:8000" in done.out


def test_the_second_factor_is_off_only_where_the_demonstration_made_the_instance(shelter, instance):
    shelter("demo", "--cases", "2")
    assert (instance / "config.toml").read_text().startswith("mfa_required = false")
    assert (instance / "config.toml").stat().st_mode & 0o077 == 0


def test_an_instance_that_was_set_up_before_keeps_its_second_factor(shelter, instance):
    shelter("init")
    done = shelter("demo", "--cases", "2")
    assert done.status == 0
    assert "SHELTER_MFA_REQUIRED is on" in done.out
    assert not (instance / "config.toml").exists()


def test_what_an_operator_wrote_into_the_settings_stands(shelter, instance):
    (private(instance) / "config.toml").write_text('mfa_required = true\nbrand = "Otra"\n')
    assert "SHELTER_MFA_REQUIRED is on" in shelter("demo", "--cases", "2").out
    assert (instance / "config.toml").read_text() == 'mfa_required = true\nbrand = "Otra"\n'


def test_a_second_time_it_is_refused_and_if_empty_keeps_it_quietly(fresh, refuses):
    password = password_in(fresh("--cases", "5").out)
    assert "demonstration already" in refuses("demo", "--cases", "5")
    kept = fresh("--if-empty")
    assert (kept.status, password in kept.out) == (0, False)
    assert "caseworker@norte.demo.invalid" in kept.out


def test_the_random_password_is_four_words_and_nowhere_in_clear(shelter, instance):
    password = password_in(shelter("demo", "--cases", "2").out)
    assert password.count("-") == 3
    files = [file for file in instance.rglob("*") if file.is_file()]
    assert not [file for file in files if password.encode() in file.read_bytes()]


def test_a_given_password_is_used_and_not_printed(fresh, monkeypatch):
    monkeypatch.setenv("SHELTER_DEMO_PASSWORD", PASSWORD)
    done = fresh("--cases", "2")
    assert (done.status, PASSWORD in done.out) == (0, False)


def test_a_given_password_that_is_too_short_is_refused_before_anything_is_written(fresh, refuses, monkeypatch):
    monkeypatch.setenv("SHELTER_DEMO_PASSWORD", "corta")
    assert "12" in refuses("demo", "--cases", "2")
    monkeypatch.setenv("SHELTER_DEMO_PASSWORD", PASSWORD)
    assert fresh("--cases", "2").status == 0


@pytest.mark.parametrize("words", [("--cases", "0"), ("--cases", "many"), ("--years", "0"), ("--seed", "x")])
def test_bad_numbers_are_a_matter_of_usage(shelter, words):
    assert shelter("demo", *words).status == 2


def test_if_empty_with_another_password_changes_it_for_the_demonstration(running, demo, shelter, monkeypatch):
    demo(cases=2)
    monkeypatch.setenv("SHELTER_DEMO_PASSWORD", "otra frase bien larga")
    assert shelter("demo", "--if-empty").status == 0
    for password, status in (("otra frase bien larga", 303), (PASSWORD, 422)):
        answer = running.test_client().fill("/entrar", email="auditor@demo.invalid", password=password)
        assert answer.status_code == status


def test_an_instance_with_a_real_case_is_refused_and_left_as_it_is(running, case, refuses, shelter):
    case()
    assert "did not make" in refuses("demo", "--cases", "5")
    kept = shelter("demo", "--if-empty")
    assert (kept.status, "demo.invalid" in kept.out) == (0, False)
    assert len(every(Case)) == 1
    assert len(every(Foundation)) == 2


def test_an_instance_with_a_historic_register_is_refused(running, refuses):
    register = Register(name="CTDC", source="prueba")
    file = ImportedFile(register_id=register.id, digest="0" * 64)
    with work("test.register", by=operator):
        db.session.add(register)
        db.session.flush()
        db.session.add(file)
        db.session.flush()
        db.session.add(RegisterCase(file_id=file.id, line=2, year=2015, exploitation={}))
    assert "did not make" in refuses("demo")


def test_a_case_that_somebody_opened_in_the_demonstration_is_not_the_demonstrations(running, demo, refuses, shelter):
    demo(cases=4)
    worker = every(Assignment, Assignment.role == Role.CASEWORKER)[0]
    with work("test.case", by=operator):
        actions.open_case(db.session.get(House, worker.house_id), by=worker.staff_id, name_used="Rosa")
    assert "did not make" in refuses("demo")
    assert "auditor@demo.invalid" in shelter("demo", "--if-empty").out
