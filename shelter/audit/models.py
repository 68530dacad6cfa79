"""One row of the audit trail, and who acts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.db import Model


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff in a session, the local operator of the machine, the machine itself, or
    nobody known."""

    kind: str
    id: uuid.UUID | None = None
    session: str | None = None


operator = Actor("operator")
"""Whoever types commands on the machine itself."""
machine = Actor("machine")
"""What the house does by itself, once an hour or once a night."""


_REFUSED = sa.text("decision = 'refused'")
IS_SEARCH = sa.text("action = 'person.search'")
"""Which rows are searches by name, in the words of the index over them."""


class AuditEntry(Model):
    """Metadata only: opaque ids and keyed digests, never content. Rows are added and never changed (triggers)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_of_actor", "actor_id", "seq"),
        sa.Index("ix_audit_entry_object_id", "object_id", "seq"),
        sa.Index("ix_audit_entry_action", "action", "seq"),
        sa.Index("ix_audit_entry_foundation_id", "foundation_id", "seq"),
        sa.Index("ix_audit_entry_searches", "actor_id", "at", sqlite_where=IS_SEARCH, postgresql_where=IS_SEARCH),
        sa.Index("ix_audit_entry_refused", "seq", sqlite_where=_REFUSED, postgresql_where=_REFUSED),
    )

    seq: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[uuid.UUID | None]
    session_ref: Mapped[str | None] = mapped_column(sa.String(32))
    action: Mapped[str] = mapped_column(sa.String(60))
    object_kind: Mapped[str | None] = mapped_column(sa.String(40))
    object_id: Mapped[uuid.UUID | None]
    foundation_id: Mapped[uuid.UUID | None]
    decision: Mapped[str] = mapped_column(sa.String(10))
    detail: Mapped[str] = mapped_column(sa.Text)
    prev: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
