"""Who takes part: foundations, houses, beds, institutions with the time in which they existed."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.codes.route import InstitutionKind
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Words, word
from shelter.db.sealed import NAME


class Foundation(Model):
    """A partner that runs houses. Tenancy: a person belongs to one foundation."""

    __tablename__ = "foundation"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(sa.String(120))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    houses: Mapped[list[House]] = relationship(back_populates="foundation", order_by="House.name")


class House(Model):
    """A house, known by an alias; where it stands is sealed."""

    __tablename__ = "house"
    __table_args__ = (sa.UniqueConstraint("foundation_id", "id"),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    province: Mapped[str] = mapped_column(sa.String(2))
    canton: Mapped[str] = mapped_column(sa.String(4))
    address_sealed: Mapped[SealedBytes | None]
    address = Sealed("house.address", ("house", "id"), Compartment.CORE)

    foundation: Mapped[Foundation] = relationship(back_populates="houses")
    beds: Mapped[list[Bed]] = relationship(back_populates="house", order_by="(Bed.room, Bed.name)")


class Bed(Model):
    """A bed in a room of a house."""

    __tablename__ = "bed"
    __table_args__ = (
        sa.UniqueConstraint("house_id", "room", "name"),
        sa.UniqueConstraint("house_id", "id"),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID] = mapped_column(index=True)
    room: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(20))
    is_usable: Mapped[bool] = mapped_column(default=True)

    house: Mapped[House] = relationship(back_populates="beds")


class Institution(Model):
    """An office of the route, with the time in which it existed and the one that came before it."""

    __tablename__ = "institution"

    id: Mapped[Key]
    name: Mapped[dict[str, str]] = mapped_column(Words)
    kind: Mapped[InstitutionKind] = word(InstitutionKind)
    province: Mapped[str | None] = mapped_column(sa.String(2))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    succeeds_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))


class FocalPoint(Model):
    """The person who answers at an institution. Kept when another follows."""

    __tablename__ = "focal_point"

    id: Mapped[Key]
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("focal_point.name", ("post", "id"), Compartment.CORE, NAME)
    phone_sealed: Mapped[SealedBytes | None]
    phone = Sealed("focal_point.phone", ("post", "id"), Compartment.CORE, NAME)
