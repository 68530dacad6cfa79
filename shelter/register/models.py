"""The historic register: de-identified cases from before the program. Never shown in a house's lists."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.db import Answers, Key, Model, word


class Register(Model):
    """A register that mapping files fill; it belongs to the programme, or to one foundation."""

    __tablename__ = "register"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    source: Mapped[str] = mapped_column(sa.String(400))
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))


class ImportedFile(Model):
    """A file that was read into a register, known by its SHA-256."""

    __tablename__ = "imported_file"
    __table_args__ = (sa.UniqueConstraint("register_id", "digest"),)

    id: Mapped[Key]
    register_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("register.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    imported_at: Mapped[datetime] = mapped_column(default=now)
    replaced_by_id: Mapped[uuid.UUID | None]


class RegisterCase(Model):
    """One registered case: codes only. Its key is the file's digest and the line it stands on."""

    __tablename__ = "register_case"
    __table_args__ = (sa.UniqueConstraint("file_id", "line"), sa.Index("ix_register_case_year", "year"))

    id: Mapped[Key]
    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("imported_file.id"))
    line: Mapped[int]
    year: Mapped[int]
    sex: Mapped[Sex | None] = word(Sex)
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    nationality: Mapped[str | None] = mapped_column(sa.String(2))
    exploited_in: Mapped[str | None] = mapped_column(sa.String(2))
    exploitation: Mapped[dict[Exploitation, Answer]] = mapped_column(Answers)
