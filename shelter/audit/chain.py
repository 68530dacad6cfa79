"""The chain: each row carries the digest of the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.db import db, written
from shelter.db.written import ask

from .models import AuditEntry

GENESIS = "0" * 64
_LAST = sa.select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
_ADD = sa.insert(AuditEntry.__table__).inline()  # type: ignore[arg-type]
_ALONE = """SELECT pg_advisory_xact_lock(7304519201);
SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1"""
"""The lock is called by any number, the same for every writer."""


class Head(NamedTuple):
    """The last row's number and digest."""

    seq: int
    hash: str


def head(connection: sa.Connection | None = None) -> Head:
    """The end of the chain as the session's transaction, or another's, sees it."""
    found = ask(connection or db.session.connection(), _LAST, {})
    return Head(*found[0]) if found else Head(0, GENESIS)


def append(row: dict[str, Any], connection: sa.Connection) -> Head:
    """Add a row at the end. The right to do so is taken last and held until the commit."""
    before = _alone(connection) if connection.dialect.name == "postgresql" else head(connection)
    row = {**row, "seq": before.seq + 1, "prev": before.hash}
    row["hash"] = digest(row)
    ask(connection, _ADD, row)
    return Head(row["seq"], row["hash"])


def _alone(connection: sa.Connection) -> Head:
    """The end of the chain, which nobody else moves until the commit.

    Two statements in one journey: in one statement the chain forks, for it sees what was there before it waited.
    """
    cursor = written.tell(connection, _ALONE, prepare=False)
    cursor.nextset()
    found = cursor.fetchone()
    cursor.close()
    return Head(*found) if found else Head(0, GENESIS)


def digest(row: dict[str, Any]) -> str:
    """SHA-256 over the row's canonical JSON, its predecessor's digest included."""
    fields = {name: _plain(value) for name, value in row.items() if name != "hash"}
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _plain(value: Any) -> Any:
    if value is None or type(value) in {str, int}:
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value if isinstance(value, int) else str(value)
