"""The guards of the trail's table: triggers that let it grow at its end, and refuse every other change."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.db import db
from shelter.db.base import is_sqlite

_SQLITE = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
_POSTGRESQL = sa.text(
    "SELECT tgname, pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass "
    "AND NOT tgisinternal AND tgenabled = 'O'"
)
_REFUSES = "audit trail"
"""What every guard says when it refuses; one that does not say it was put there by somebody else."""


def missing() -> list[str]:
    """The guards that do not stand, by name."""
    wanted = ("no_update", "no_delete", "in_chain") if is_sqlite() else ("no_change", "no_truncate", "in_chain")
    rows = db.session.execute(_SQLITE if is_sqlite() else _POSTGRESQL)
    there = {name for name, text in rows if _REFUSES in text and "RAISE" in text.upper()}
    return [name for each in wanted if (name := f"audit_entry_{each}") not in there]
