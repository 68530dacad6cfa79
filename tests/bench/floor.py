"""The least that a page can cost with the layers a safe product needs; our pages are held against these two.

Session, user through the ORM, one query, a hundred decryptions, a template, compression.
"""

from __future__ import annotations

import gc
import gzip
import os
import random
from datetime import date, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, Response, render_template, session
from jinja2 import DictLoader
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

MENU = [(name, f"/{name.lower()}") for name in ("Home", "Cases", "Beds", "Form", "Reports", "Agenda", "Admin", "Help")]
LAYOUT = """<!doctype html><html lang="es"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='a.css') }}"></head><body><nav><ul>
{% for name, url in menu %}<li><a href="{{ url }}">{{ name }}</a></li>{% endfor %}</ul></nav><main>{% block main %}{% endblock %}</main></body></html>"""
LIST = """{% extends "layout" %}{% block main %}<h1>Cases</h1><table>{% for id, code, name, state, risk, kind, opened, worker, house in rows %}
<tr><td><a href="/cases/{{ id }}">{{ code }}</a></td><td>{{ name }}</td><td><span class="b-{{ state }}">{{ state }}</span></td><td>{{ risk }}</td>
<td>{{ kind }}</td><td>{{ opened }}</td><td>{{ worker }}</td><td>{{ house }}</td></tr>{% endfor %}</table>{% endblock %}"""
FORM = """{% extends "layout" %}{% macro field(f, value) %}<div><label for="{{ f.name }}">{{ f.label }}</label>{% if f.kind == "select" %}
<select id="{{ f.name }}" name="{{ f.name }}">{% for word, label in f.choices %}<option value="{{ word }}"{% if word == value %} selected{% endif %}>{{ label }}</option>
{% endfor %}</select>{% elif f.kind == "area" %}<textarea id="{{ f.name }}" name="{{ f.name }}">{{ value }}</textarea>{% else %}
<input id="{{ f.name }}" name="{{ f.name }}" type="{{ f.kind }}" value="{{ value }}">{% endif %}</div>{% endmacro %}
{% block main %}<form method="post"><input type="hidden" name="csrf_token" value="x">{% for f in spec %}{{ field(f, "a") }}{% endfor %}<button>Save</button></form>{% endblock %}"""
CHOICES = [(letter, letter * 5) for letter in "abcdef"]
KINDS = ["text"] * 10 + ["select"] * 6 + ["date"] * 3 + ["checkbox"] * 2 + ["number"] * 2 + ["area"] * 2
SPEC = [
    {"name": f"f{place}", "label": f"Label {place}", "kind": kind, "choices": CHOICES}
    for place, kind in enumerate(KINDS)
]


class Base(DeclarativeBase):
    pass


class Case(Base):
    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    risk: Mapped[str]
    kind: Mapped[str]
    opened: Mapped[str]
    worker: Mapped[str]
    house: Mapped[str]


def fill(url: str, cases: int) -> None:
    """The same number of cases as the bench's programme, in one plain table."""
    chance, first = random.Random(1), date(2018, 1, 1)
    rows = [
        {
            "id": number,
            "code": f"C{number:06d}",
            "name": f"Nombre {number % 977}",
            "state": chance.choice(["open", "closed"]),
            "risk": "low",
            "kind": "labour",
            "opened": (first + timedelta(days=chance.randrange(2900))).isoformat(),
            "worker": f"worker{number % 40}",
            "house": f"House {number % 6}",
        }
        for number in range(1, cases + 1)
    ]
    engine = create_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(insert(Case), rows)
        connection.exec_driver_sql("CREATE INDEX by_opened ON cases (state, opened DESC, id)")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=wal")
        else:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def make(url: str) -> Flask:
    app = Flask("floor")
    app.secret_key = "k" * 32
    app.jinja_loader = DictLoader({"layout": LAYOUT, "list": LIST, "form": FORM})
    engine = create_engine(url)
    box, nonce = AESGCM(b"k" * 32), os.urandom(12)
    sealed = [nonce + box.encrypt(nonce, b"Amina Okafor", b"context") for _place in range(100)]
    query = select(*(Case.__table__.c)).where(Case.state == "open").order_by(Case.opened.desc(), Case.id).limit(51)

    def unsealed(count: int) -> list[str]:
        return [box.decrypt(each[:12], each[12:], b"context").decode() for each in sealed[:count]]

    def answer(template: str, **values: object) -> Response:
        html = render_template(template, title="x", menu=MENU, **values)
        return Response(gzip.compress(html.encode(), 1), headers={"Content-Encoding": "gzip"}, mimetype="text/html")

    @app.get("/list")
    def listed() -> Response:
        with Session(engine) as reading:
            reading.get_one(Case, session.get("user", 5))
            rows = reading.execute(query).all()
        names = unsealed(100)
        return answer("list", rows=[(row[0], row[1], names[place], *row[3:]) for place, row in enumerate(rows[:50])])

    @app.get("/form")
    def form() -> Response:
        with Session(engine) as reading:
            reading.get_one(Case, session.get("user", 5))
            reading.get_one(Case, 77)
        unsealed(25)
        return answer("form", spec=SPEC)

    client = app.test_client()
    client.get("/list"), client.get("/form")
    engine.dispose()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app
