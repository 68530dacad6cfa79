"""Who takes part: foundations, houses, beds, institutions with the time in which they existed."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.calendar import today
from shelter.codes.places import Channel, OutOfUse, Rank
from shelter.codes.referrals import InstitutionKind
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Versioned, Words, word
from shelter.db.sealed import NAME


class Foundation(Versioned, Model):
    """A partner that runs houses. Tenancy: a person belongs to one foundation."""

    __tablename__ = "foundation"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(sa.String(120))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    agreed_from_on: Mapped[date | None]
    agreed_to_on: Mapped[date | None]

    houses: Mapped[list[House]] = relationship(back_populates="foundation", order_by="House.name")


class House(Versioned, Model):
    """A house, known by an alias; where it stands is sealed."""

    __tablename__ = "house"
    __table_args__ = (sa.UniqueConstraint("foundation_id", "id"),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    province: Mapped[str] = mapped_column(sa.String(2))
    canton: Mapped[str] = mapped_column(sa.String(4))
    capacity: Mapped[int | None]
    ended_on: Mapped[date | None]
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


class BedOutage(Model):
    """Why nobody can sleep in a bed, from a day to a day. Kept when the bed is used again."""

    __tablename__ = "bed_outage"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.ForeignKeyConstraint(["house_id", "bed_id"], ["bed.house_id", "bed.id"]),
        sa.Index("ix_bed_outage_bed", "bed_id", "from_on"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    bed_id: Mapped[uuid.UUID]
    reason: Mapped[OutOfUse] = word(OutOfUse)
    from_on: Mapped[date] = mapped_column(default=today)
    until_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    by_id: Mapped[uuid.UUID]


class Institution(Versioned, Model):
    """An office of the route, with the time in which it existed and the one that followed it.

    `has_ended`: it is over, and the day is not known. `to_confirm`: nobody has checked yet what is said of it here.
    """

    __tablename__ = "institution"

    id: Mapped[Key]
    name: Mapped[dict[str, str]] = mapped_column(Words)
    kind: Mapped[InstitutionKind] = word(InstitutionKind)
    province: Mapped[str | None] = mapped_column(sa.String(2))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    has_ended: Mapped[bool] = mapped_column(default=False)
    followed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    note: Mapped[dict[str, str] | None] = mapped_column(Words)
    to_confirm: Mapped[bool] = mapped_column(default=False)

    posts: Mapped[list[Post]] = relationship(back_populates="institution", order_by="Post.name")


class Post(Model):
    """A post at an institution whose holder answers to the houses. Several people hold it, one after the other."""

    __tablename__ = "post"

    id: Mapped[Key]
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    unit: Mapped[str | None] = mapped_column(sa.String(120))

    institution: Mapped[Institution] = relationship(back_populates="posts")


class FocalPoint(Model):
    """A person who holds a post, or stands in for its holder, from a day to a day. Kept when another follows."""

    __tablename__ = "focal_point"
    __table_args__ = (
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_it_starts"),
        sa.Index("ix_focal_point_post", "post_id", "rank", "from_on"),
    )

    id: Mapped[Key]
    post_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("post.id"))
    rank: Mapped[Rank] = word(Rank)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    channel: Mapped[Channel] = word(Channel)
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("focal_point.name", ("post", "id"), Compartment.CORE, NAME)
    phone_sealed: Mapped[SealedBytes | None]
    phone = Sealed("focal_point.phone", ("post", "id"), Compartment.CORE, NAME)
    email_sealed: Mapped[SealedBytes | None]
    email = Sealed("focal_point.email", ("post", "id"), Compartment.CORE, NAME)
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("focal_point.note", ("post", "id"), Compartment.CORE)


class ListWord(Model):
    """A word of a list that an administrator added (with its names) or retired. Never deleted: records may use it."""

    __tablename__ = "list_word"
    __table_args__ = (sa.UniqueConstraint("vocabulary", "word"),)

    id: Mapped[Key]
    vocabulary: Mapped[str] = mapped_column(sa.String(40))
    word: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[dict[str, str] | None] = mapped_column(Words)
    is_retired: Mapped[bool] = mapped_column(default=False)


class CalendarDay(Model):
    """A day that an administrator gave free (a decree, a local holiday) or struck out: it is worked."""

    __tablename__ = "calendar_day"

    id: Mapped[Key]
    day: Mapped[date] = mapped_column(index=True)
    canton: Mapped[str | None] = mapped_column(sa.String(4))
    is_worked: Mapped[bool] = mapped_column(default=False)
    is_yearly: Mapped[bool] = mapped_column(default=False)
    name: Mapped[dict[str, str] | None] = mapped_column(Words)
