"""The historic register: de-identified cases from before the program. Never shown in a house's lists."""

from __future__ import annotations

import uuid
from datetime import date, datetime

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
    """A file that is read into a register, known by its SHA-256.

    Its cases count once all of them are in, and until another file that replaces it is in: never half of a file,
    never both.
    """

    __tablename__ = "imported_file"

    id: Mapped[Key]
    register_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("register.id"))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("imported_file.id"))


class RegisterCase(Model):
    """One registered case: codes only. Its key is the file and the line on which it stands.

    Of all the year of registration is known, of some the day. `province` is its INEC code.
    """

    __tablename__ = "register_case"
    __table_args__ = (sa.Index("ix_register_case_year", "year"),)

    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("imported_file.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int]
    registered_on: Mapped[date | None]
    sex: Mapped[Sex | None] = word(Sex)
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    nationality: Mapped[str | None] = mapped_column(sa.String(2))
    exploited_in: Mapped[str | None] = mapped_column(sa.String(2))
    province: Mapped[str | None] = mapped_column(sa.String(2))
    exploitation: Mapped[dict[Exploitation, Answer]] = mapped_column(Answers)
