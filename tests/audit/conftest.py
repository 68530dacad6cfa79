"""A chain of some length, and the hands of somebody who owns the database's files."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry, operator, work
from shelter.audit.chain import digest
from shelter.db import db
from shelter.db.base import is_sqlite
from shelter.partners.models import Foundation
from shelter.texts import commanding

TABLE = AuditEntry.__table__


@pytest.fixture(autouse=True)
def in_english():
    """What is wrong is said in the reader's language; here it is compared in English."""
    with commanding("en"):
        yield


@contextmanager
def unguarded():
    """A connection without the triggers in its way; they stand again afterwards, as a careful hand leaves them."""
    db.session.rollback()
    with db.engine.connect() as connection:
        triggers = _take_away(connection)
        yield connection
        for statement in triggers:
            connection.exec_driver_sql(statement)
        connection.commit()


def _take_away(connection):
    if is_sqlite():
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _sql in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return [sql for _name, sql in found]
    connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
    return ["ALTER TABLE audit_entry ENABLE TRIGGER ALL"]


def rows():
    """The chain as it lies there."""
    with db.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.seq))]


def put(connection, chain):
    """Lay another chain in its place."""
    connection.execute(sa.delete(TABLE))
    if chain:
        connection.execute(sa.insert(TABLE), chain)


def rehashed(chain, first, **changes):
    """The chain with one row changed and every digest after it computed anew: nothing in it shows the change."""
    forged = [dict(row) for row in chain]
    forged[first].update(changes)
    for place in range(first, len(forged)):
        if place:
            forged[place]["prev"] = forged[place - 1]["hash"]
        forged[place]["hash"] = digest(forged[place])
    return forged


@pytest.fixture
def hand():
    """What a file's owner can do."""
    return SimpleNamespace(unguarded=unguarded, rows=rows, put=put, rehashed=rehashed, table=TABLE)


@pytest.fixture
def chain(app):
    """chain(n) -> n more rows, each with a foundation made in it."""
    def grow(count=8):
        for number in range(count):
            with work("test.grow", by=operator, number=number):
                db.session.add(Foundation(name=f"Fundación {number}"))
        return rows()

    return grow


@pytest.fixture
def details():
    """The details of the last rows, newest last."""
    return lambda count=1: [json.loads(row["detail"]) for row in rows()[-count:]]
