"""An attached file. Rows are added and never changed: what replaces or withdraws one names it."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.documents import FileKind
from shelter.codes.services import Discipline
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import BYTES

from .rules import said_size


class Document(Model):
    """Title and content are sealed in the compartment of the author's discipline, under the case's key.

    The content lies in the database: backups have it, and it ends with the key of the case. A withdrawal has none;
    its title says why.
    """

    __tablename__ = "document"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.UniqueConstraint("case_id", "number"),
        sa.Index("ix_document_corrects", "corrects_id", unique=True),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    number: Mapped[int]
    discipline: Mapped[Discipline] = word(Discipline)
    kind: Mapped[FileKind | None] = word(FileKind)
    size: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("document.id"))
    title_sealed: Mapped[SealedBytes | None]
    title = Sealed("document.title", ("case", "case_id"), lambda row: Compartment(row.discipline.value))
    content_sealed: Mapped[SealedBytes | None] = mapped_column(deferred=True)
    content = Sealed(
        "document.content", ("case", "case_id"), lambda row: Compartment(row.discipline.value), 4096, BYTES
    )

    @property
    def said_size(self) -> str:
        """For people."""
        return said_size(self.size)

    @property
    def is_withdrawal(self) -> bool:
        """Whether it says only that an earlier one holds no more."""
        return self.kind is None
