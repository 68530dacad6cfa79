"""The historic register: de-identified cases from before the program. Never shown in a house's lists."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.access import Permission
from shelter.calendar import now
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.db import Answers, Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import BYTES, NAME


class Register(Model):
    """A register that mapping files fill; it belongs to the programme, or to one foundation."""

    __tablename__ = "register"
    __table_args__ = (sa.UniqueConstraint("foundation_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(sa.String(80))
    source: Mapped[str] = mapped_column(sa.String(400))
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))


class ImportedFile(Model):
    """A file that is read into a register, known by its SHA-256.

    Its cases count once all of them are in, and until another file that replaces it is in, or two people undo it: never
    half of a file, never both. The digest of one that was undone is free again; `refused` lines could not be read.
    """

    __tablename__ = "imported_file"
    read_by = Permission.REGISTER_READ
    house_id = None
    is_here = False
    team_ids = frozenset[uuid.UUID]()

    id: Mapped[Key]
    register_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("register.id"))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("imported_file.id"))
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    cases: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None]
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("imported_file.name", ("imported_file", "id"), Compartment.CORE, NAME)

    register: Mapped[Register] = relationship()

    @property
    def foundation_id(self) -> uuid.UUID | None:
        """Whose register it fills; None: the programme's."""
        return self.register.foundation_id


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


KEPT = timedelta(days=7)


class Upload(Model):
    """A file on its way into a register: sent, its columns matched, checked. Its author's alone, for a week at most.

    `replaces` is the digest of the file that it corrects. Its keys are its own, and end with it.
    """

    __tablename__ = "upload"

    id: Mapped[Key]
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))
    register: Mapped[str] = mapped_column(sa.String(80))
    source: Mapped[str] = mapped_column(sa.String(400))
    digest: Mapped[str] = mapped_column(sa.String(64))
    replaces: Mapped[str | None] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + KEPT, index=True)
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("upload.name", ("upload", "id"), Compartment.CORE, NAME)
    mapping_sealed: Mapped[SealedBytes | None]
    mapping = Sealed("upload.mapping", ("upload", "id"), Compartment.CORE)
    content_sealed: Mapped[SealedBytes | None] = mapped_column(deferred=True)
    content = Sealed("upload.content", ("upload", "id"), Compartment.CORE, 4096, BYTES)


class SavedMapping(Model):
    """A mapping that somebody keeps for files of the same shape (TOML); a foundation's, or the programme's."""

    __tablename__ = "saved_mapping"

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("saved_mapping.name", ("mapping", "id"), Compartment.CORE, NAME)
    text_sealed: Mapped[SealedBytes | None]
    text = Sealed("saved_mapping.text", ("mapping", "id"), Compartment.CORE)
