"""The two engines: durable, foreign keys on, one writer at a time and readers who never wait."""

import threading
import uuid

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.db import DataKey, db
from shelter.db.base import begin_writing, is_sqlite, is_writing
from shelter.partners.models import Foundation, House


def test_each_connection_is_durable_and_keeps_foreign_keys(app):
    if not is_sqlite():
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
        return
    connections = [db.engine.connect() for _each in range(3)]
    for connection in connections:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete", "temp_store")
        }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000,
                         "secure_delete": 1, "temp_store": 2}
        connection.close()


def test_a_row_that_refers_to_nothing_is_refused(app):
    with pytest.raises(sa.exc.IntegrityError), work("test.orphan", by=operator):
        db.session.add(House(foundation_id=uuid.uuid4(), name="Casa sin dueña", province="17", canton="1701"))


def test_only_a_transaction_that_writes_says_so(app):
    assert not is_writing()
    begin_writing()
    assert is_writing()
    db.session.rollback()
    assert not is_writing()
    with work("test.nothing", by=operator):
        assert is_writing()
    assert not is_writing()


def test_who_begins_to_write_waits_for_who_writes_and_then_sees_what_was_written(app):
    seen, started = [], threading.Event()

    def other():
        with app.app_context():
            started.set()
            with work("test.second", by=operator):
                seen.extend(db.session.scalars(sa.select(Foundation.name)))

    with work("test.first", by=operator):
        db.session.add(Foundation(name="Primera"))
        db.session.flush()
        writer = threading.Thread(target=other)
        writer.start()
        started.wait(5)
        writer.join(0.2 if is_sqlite() else 10)
        assert writer.is_alive() == is_sqlite()
    writer.join(10)
    assert seen == (["Primera"] if is_sqlite() else [])


def test_who_reads_does_not_wait_for_who_writes(app):
    seen = []

    def other():
        with app.app_context():
            seen.append(db.session.scalar(sa.select(sa.func.count()).select_from(Foundation)))

    with work("test.first", by=operator):
        db.session.add(Foundation(name="Primera"))
        db.session.flush()
        reader = threading.Thread(target=other)
        reader.start()
        reader.join(5)
        assert seen == [0]


def test_two_that_make_the_same_data_key_at_once_do_not_both_succeed(app):
    """The database decides: one owner and compartment, one key."""
    owner = uuid.uuid4()
    values = {"owner_kind": "person", "owner_id": owner, "compartment": "core", "wrapped": b"x"}
    with work("test.key", by=operator):
        db.session.add(DataKey(**values))
    with pytest.raises(sa.exc.IntegrityError), work("test.key", by=operator):
        db.session.add(DataKey(**values))
