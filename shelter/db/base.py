"""The declarative base, the session, and the two engines' settings."""

from __future__ import annotations

import enum
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from .columns import Instant

Key = Annotated[uuid.UUID, mapped_column(primary_key=True, default=uuid.uuid4)]

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Every model: its id is made when it is, so that sealed values can be bound to it."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: Instant, date: sa.Date, bytes: sa.LargeBinary, enum.Enum: sa.String(40)},
    )

    def __init__(self, **values: Any) -> None:
        """Set the id first, then plain values, then sealed ones (they need owner and row)."""
        if hasattr(type(self), "id") and "id" not in values:
            values["id"] = uuid.uuid4()
        sealed = getattr(type(self), "sealed_fields", {})
        for name in sorted(values, key=lambda name: name in sealed):
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name!r}")
            setattr(self, name, values[name])


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False},
    engine_options={"pool_pre_ping": False},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def configure(engine: sa.Engine) -> None:
    """SQLite: write-ahead log, full synchronisation, foreign keys, and transactions that we begin ourselves."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=5000",
                   "secure_delete=on", "temp_store=memory", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = "IMMEDIATE" if connection.get_execution_options().get("writing") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {kind}")


def begin_writing() -> None:
    """End what was read, and begin a transaction that holds the right to write (see decisions on SQLite locks)."""
    db.session.rollback()
    db.session.connection(execution_options={"writing": True})


def is_sqlite() -> bool:
    """Which of the two engines is in use."""
    return bool(db.engine.dialect.name == "sqlite")


def in_portions(rows: list[Any], size: int) -> Iterator[list[Any]]:
    """A long list in portions that one statement can take."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
