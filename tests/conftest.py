"""What every test needs: an application on either engine, a small programme, staff of every role, a sort of browser."""

from __future__ import annotations

import shutil
import uuid
import weakref
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.accounts import sessions
from shelter.accounts.models import StaffSession
from shelter.audit import Actor, operator, work
from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from shelter.crypto import KeyRing
from shelter.db import db, migrate
from shelter.db.base import configure
from shelter.house import create_app
from shelter.partners import actions as partners
from tests.client import PageClient
from tests.pg import Emptied, fresh_database, private_server

PASSWORD = "una frase larga y tranquila"
HOUSE_ROLES = [Role.HOUSE_STAFF, Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL,
               Role.SHELTER_COORDINATOR]
DISCIPLINE = {Role.PSYCHOLOGIST: Discipline.PSYCHOLOGY, Role.LAWYER: Discipline.LEGAL, Role.MEDICAL: Discipline.MEDICAL}


OPENED = weakref.WeakSet()
"""Connections to PostgreSQL that this process made."""


@sa.event.listens_for(sa.Engine, "connect")
def _note_opened(connection, _record):
    if type(connection).__module__.startswith("psycopg"):
        OPENED.add(connection)


class ReadOnce(BytecodeCache):
    """Templates are read and compiled once for all tests of a process."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.kept[bucket.key, bucket.checksum] = bucket.code


READ_ONCE = ReadOnce()
_compile_builder, _builders = Rule._compile_builder, {}


def _compile_once(rule, append_unknown=True):
    """An address is compiled once for all applications of a process: what is built is a function of its pattern."""
    key = (rule.rule, append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compile_once

SPOKEN = {}


def _speak_alike(engine):
    """What a statement is in an engine's words is written once for all databases of a process, not for each test's."""
    dialect, compiled = SPOKEN.setdefault(engine.name, (engine.dialect, engine._compiled_cache))
    engine.dialect = engine.pool._dialect = dialect
    engine._compiled_cache = compiled


settings.register_profile(  # how long a machine takes is no property; the same examples each time, wherever it runs
    "house", deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")


def pytest_addoption(parser):
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite", help="the database to test on")


@pytest.fixture(scope="session")
def engine_name(request):
    return request.config.getoption("--engine")


@pytest.fixture(scope="session")
def server(engine_name) -> Iterator[str | None]:
    """A private PostgreSQL for this worker, or nothing."""
    if engine_name == "sqlite":
        yield None
        return
    with private_server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated(server, tmp_path_factory) -> Iterator[str]:
    """An empty database with every table, copied for each test."""
    if server is None:
        file = tmp_path_factory.mktemp("migrated") / "empty.db"
        _migrate(f"sqlite:///{file}")
        yield str(file)
        return
    with fresh_database(server) as url:
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    engine = sa.create_engine(url)
    configure(engine)
    migrate.upgrade(engine)
    _speak_alike(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("SELECT 1")
            connection.connection.driver_connection.execute("ROLLBACK")
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def emptied(migrated, server) -> Iterator[Emptied | None]:
    """PostgreSQL: one database for all, emptied after each test."""
    if server is None:
        yield None
        return
    found = Emptied(server, sa.make_url(migrated).database)
    yield found
    found.close()


@pytest.fixture
def database_url(migrated, emptied, tmp_path) -> Iterator[str]:
    """A database of this test's own."""
    if emptied is None:
        shutil.copy(migrated, tmp_path / "shelter.db")
        yield f"sqlite:///{tmp_path / 'shelter.db'}"
        return
    with emptied.database() as url:
        yield url
        for each in list(OPENED):  # a thread may have left one behind
            each.close()


@pytest.fixture
def make_app(database_url, tmp_path):
    """make_app(**settings) -> the application on this test's database."""
    key = tmp_path / "senda.key"
    if not key.exists():
        KeyRing.create(key)

    def make(**settings):
        given = {"instance": tmp_path, "database_url": database_url, "mfa_required": False, "jobs": "inline",
                 **settings}
        app = create_app(**given)
        app.test_client_class = PageClient
        app.jinja_env.bytecode_cache = READ_ONCE
        with app.app_context():
            _speak_alike(db.engine)
        return app

    return make


@pytest.fixture
def another_app(make_app) -> Iterator[object]:
    """another_app(**settings) -> a second application on the same database, whose connections end with the test."""
    made = []

    def make(**settings):
        made.append(make_app(**settings))
        return made[-1]

    yield make
    for each in made:
        with each.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app) -> Iterator[object]:
    app = make_app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def outside(app):
    """Outside any request, where lazy texts are Spanish: `with outside():` around direct calls of actions."""
    return lambda: app.test_request_context()


@pytest.fixture
def programme(app):
    """Two foundations; the first has two houses, the second one. Six beds in each house."""
    with work("test.programme", by=operator):
        north, south = partners.add_foundation("Fundación Norte"), partners.add_foundation("Fundación Sur")
        rooms = {"Sala A": 3, "Sala B": 3}
        houses = [
            partners.add_house(north, "Casa Norte", canton="1701", address="Calle Inventada 1", rooms=rooms),
            partners.add_house(north, "Casa Valle", canton="1701", address="Calle Inventada 2", rooms=rooms),
            partners.add_house(south, "Casa Sur", canton="0701", address="Calle Inventada 3", rooms=rooms),
        ]
        institutions = partners.seed_institutions()
    return SimpleNamespace(
        foundations=[north, south], houses=houses, house=houses[0], other_house=houses[1], far_house=houses[2],
        institutions=institutions,
    )


@pytest.fixture
def staff(programme):
    """staff(Role.LAWYER, house=…) -> a saved member of staff with one assignment."""

    def make(role: Role, house=None, name: str | None = None):
        house = house or programme.house
        email = f"{role.value}-{uuid.uuid4().hex[:6]}@prueba.invalid"
        with work("test.staff", by=operator):
            member, _token = accounts.invite(
                email=email, name=name or f"Persona {role.value}", role=role,
                foundation_id=house.foundation_id, house_id=house.id,
            )
        return member

    return make


@pytest.fixture
def case(programme, staff):
    """case(house=…, team=[…]) -> a saved open case; `opened` days ago."""

    def make(house=None, team=(), name: str = "Rosa", opened: int = 3):
        house = house or programme.house
        lead = staff(Role.CASEWORKER, house)
        with work("test.case", by=operator):
            made = cases.open_case(house, by=lead.id, name_used=name, opened_at=now() - timedelta(days=opened))
            for member in team:
                role = member.assignments[0].role
                cases.join_team(made, member.id, DISCIPLINE.get(role, Discipline.SOCIAL))
        return made

    return make


@pytest.fixture
def sign_in(app):
    """sign_in(staff) -> a client in whose browser that person is signed in."""

    def as_(member, **session_values):
        client = app.test_client()
        with app.app_context(), app.test_request_context():
            with work("test.session", by=Actor("staff", member.id)):
                row = sessions.start(member, "pruebas", code_given=True)
                for name, value in session_values.items():
                    setattr(db.session.get(StaffSession, row.id), name, value)
            from flask import session as cookie

            kept = dict(cookie)
        with client.session_transaction() as browser:
            browser.update(kept)
        return client

    return as_


@pytest.fixture
def count_queries(app, monkeypatch):
    """with count_queries() as found: … -> found.statements"""
    from contextlib import contextmanager

    from shelter.db import written

    @contextmanager
    def counting():
        found = SimpleNamespace(statements=[])

        def note(_conn, _cursor, statement, *_rest):
            found.statements.append(statement)

        tell = written._told

        def told(connection, statement, say):
            if not statement.startswith(("BEGIN", "COMMIT")):
                found.statements.append(statement)
            return tell(connection, statement, say)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        monkeypatch.setattr(written, "_told", told)
        try:
            yield found
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
            monkeypatch.setattr(written, "_told", tell)

    return counting


def pytest_collection_modifyitems(items):
    """The slow ones first, so that two workers end together."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


