"""A new key around every data key, while everybody goes on working; broken off, it is continued."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.audit import Actor, note
from shelter.crypto import Damaged
from shelter.db import db, vault
from shelter.db.base import is_sqlite, writing_aside
from shelter.db.sealed import DataKey, context_of

PORTION = 500
PATIENCE = 60.0  # seconds for what others had begun before
Progress = Callable[[int], object]
_TABLE: Any = DataKey.__table__


class StillBusy(RuntimeError):
    """Somebody's transaction has lasted too long; both keys stand until the rotation is called again."""


def rotate(progress: Progress = lambda count: None, *, by: Actor) -> int:
    """Wrap every data key anew; how many. Damaged when one opens with no key: then both stay and nothing is lost.

    The file first holds the new key before the old one: who wraps from now on looks there and wraps with the new. Those
    who began before it was written are waited for, what they left is wrapped anew, and only then the old one goes.
    """
    ring = vault.keys.fresh()
    vault.use(ring if ring.is_rotating else ring.begin_rotation())
    moment = _moment()
    wrapped = _wrap_all(progress)
    _wait_for_those_before(moment)
    wrapped += _wrap_all(progress)
    vault.use(vault.keys.end_rotation())
    note("keys.rotate", by=by, keys=wrapped)
    return wrapped


def _moment() -> datetime | None:
    db.session.rollback()
    if is_sqlite():
        return None
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.clock_timestamp()))


def _wrap_all(progress: Progress) -> int:
    count, last = 0, None
    columns = (DataKey.id, DataKey.wrapped, DataKey.owner_kind, DataKey.owner_id, DataKey.compartment)
    while True:
        query = sa.select(*columns).order_by(DataKey.id).limit(PORTION)
        with writing_aside() as connection:
            rows = connection.execute(query if last is None else query.where(DataKey.id > last)).all()
            anew = [{"key": row.id, "now": again} for row in rows if (again := _again(row))]
            if anew:
                connection.execute(sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("key"))
                                   .values(wrapped=sa.bindparam("now")), anew)
        if not rows:
            return count
        count, last = count + len(anew), rows[-1].id
        progress(len(rows))


def _again(row: Any) -> bytes | None:
    context = context_of(row.id, row.owner_kind, row.owner_id, row.compartment)
    if vault.keys.wraps(row.wrapped, context):
        return None
    return vault.keys.wrap(vault.keys.unwrap(row.wrapped, context), context)


def _wait_for_those_before(moment: datetime | None) -> None:
    """SQLite has one writer at a time, and we were it. PostgreSQL says who has been at work since before."""
    until = time.monotonic() + PATIENCE
    while moment is not None and _others_since(moment):
        if time.monotonic() > until:
            raise StillBusy
        time.sleep(0.2)


def _others_since(moment: datetime) -> bool:
    with db.engine.connect() as connection:
        return bool(connection.scalar(sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid() "
            "AND xact_start < :moment AND backend_type = 'client backend'"), {"moment": moment}))


def count_shut() -> tuple[int, int]:
    """How many data keys there are, and how many of them the programme's key does not open."""
    keys = shut = 0
    with db.engine.connect() as connection:
        columns = (DataKey.id, DataKey.wrapped, DataKey.owner_kind, DataKey.owner_id, DataKey.compartment)
        for row in connection.execution_options(yield_per=2000).execute(sa.select(*columns)):
            keys += 1
            try:
                vault.keys.unwrap(row.wrapped, context_of(row.id, row.owner_kind, row.owner_id, row.compartment))
            except Damaged:
                shut += 1
    return keys, shut
