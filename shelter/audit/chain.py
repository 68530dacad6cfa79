"""The chain: each row carries the digest of the one before it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.db import db, rows_of
from shelter.db.base import is_sqlite

from .models import AuditEntry

GENESIS = "0" * 64
_LOCK = 7_304_519_201  # any number, the same for every writer
_LAST = sa.select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
_ADD = sa.insert(AuditEntry.__table__)  # type: ignore[arg-type]


class Head(NamedTuple):
    """The last row's number and digest."""

    seq: int
    hash: str


def head() -> Head:
    """The end of the chain as this transaction sees it."""
    found = rows_of(_LAST)
    return Head(*found[0]) if found else Head(0, GENESIS)


def append(row: dict[str, Any]) -> Head:
    """Add a row at the end. The right to do so is taken last and held until the commit."""
    if not is_sqlite():  # in a statement of its own: inside the INSERT the chain forks
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    before = head()
    row = {**row, "seq": before.seq + 1, "prev": before.hash}
    row["hash"] = digest(row)
    db.session.connection().execute(_ADD, row)
    return Head(row["seq"], row["hash"])


def digest(row: dict[str, Any]) -> str:
    """SHA-256 over the row's canonical JSON, its predecessor's digest included."""
    fields = {name: _plain(value) for name, value in row.items() if name != "hash"}
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, int) else str(value)
