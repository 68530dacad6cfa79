"""A section of the tests' own, with a form that makes a foundation and one that changes a person."""

import uuid
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from shelter.access import SIGNED_IN, Role
from shelter.audit import operator, work
from shelter.cases.models import Person
from shelter.db import db
from shelter.partners.models import Foundation
from shelter.rules import RuleBroken
from shelter.web import EditForm, Form, Section, TextArea, TextField, gate, page, submit

TEMPLATE = """{% extends "layout/base.html" %}
{% from "ui/form.html" import form_page, fields %}
{% block title %}x{% endblock %}
{% block main %}<h1>Prueba</h1>
{% call form_page(form, "Guardar") %}{{ fields(form, *names) }}{% endcall %}
{% endblock %}
"""


class FoundationForm(Form):
    """A name."""

    name = TextField("Nombre")


class PersonForm(EditForm):
    """What can be changed of a person."""

    names = TextField("Nombres", required=False)
    surnames = TextField("Apellidos", required=False)


class LongForm(Form):
    """Room for a lot."""

    text = TextArea("Texto", required=False)


@pytest.fixture
def section(app, tmp_path):
    """The pages, and `meanwhile`: what happens inside the action before it saves."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "prueba.html").write_text(TEMPLATE, "utf-8")
    made = Section("prueba", __name__, template_folder=str(folder))
    hooks = SimpleNamespace(meanwhile=lambda name: None)

    @made.route("/prueba", methods=["GET", "POST"], needs=SIGNED_IN)
    def add():
        form = FoundationForm()
        done = submit(form, "test.add", lambda: _add(form.name.data, hooks), to=lambda row: f"/prueba/{row.name}")
        return done or page("prueba.html", form=form, names=["name"])

    @made.route("/prueba/persona/<uuid:person>", methods=["GET", "POST"], needs=SIGNED_IN)
    def edit(person):
        row = db.session.get(Person, person)
        form = PersonForm(record=row)
        done = submit(form, "test.edit", lambda: _edit(row, form), to="/prueba/hecho", on=row)
        return done or page("prueba.html", form=form, names=["names", "surnames"])

    @made.post("/prueba/largo", needs=SIGNED_IN)
    def long():
        form = LongForm()
        return page("prueba.html", form=form, names=["text"])

    @made.get("/prueba/roto/<path:how>", needs=SIGNED_IN)
    def broken(how):
        raise hooks.errors[how]

    app.register_blueprint(made)
    yield hooks
    for name in [name for name in gate.needs if name.startswith("prueba.")]:
        del gate.needs[name]


def _add(name, hooks):
    if name == "prohibida":
        raise RuleBroken("Ese nombre no se puede usar", "name")
    if name == "tarde":
        raise RuleBroken("Hoy ya no se reciben más")
    hooks.meanwhile(name)
    row = Foundation(name=name)
    db.session.add(row)
    return row


def _edit(row, form):
    db.session.refresh(row, with_for_update=True)
    row.expect(form.version_number, names=row.names, surnames=row.surnames)
    row.names, row.surnames = form.names.data, form.surnames.data


@pytest.fixture
def client(section, staff, sign_in):
    """Somebody's browser."""
    return sign_in(staff(Role.CASEWORKER))


@pytest.fixture
def person(programme):
    with work("test.person", by=operator):
        made = Person(foundation_id=programme.foundations[0].id, names="Rosa", surnames="Quispe")
        db.session.add(made)
    return made


@pytest.fixture
def named(app):
    """How many foundations have that name."""
    def count(name):
        db.session.rollback()
        return db.session.scalar(sa.select(sa.func.count()).select_from(Foundation).where(Foundation.name == name))

    return count


@pytest.fixture
def key():
    return str(uuid.uuid4())
