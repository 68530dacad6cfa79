"""What somebody has to prove who she is."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter.db import db, value_of

from .models import Passkey, RecoveryCode

_OWNER = sa.bindparam("staff_id", type_=sa.Uuid())
_LEFT = sa.select(sa.func.count()).where(RecoveryCode.staff_id == _OWNER, RecoveryCode.used_at.is_(None))
_KEYS = sa.select(sa.func.count()).where(Passkey.staff_id == _OWNER)


def codes_left(staff_id: uuid.UUID) -> int:
    """How many recovery codes still work."""
    return int(value_of(_LEFT, staff_id=staff_id))


def has_passkey(staff_id: uuid.UUID) -> bool:
    """Whether there is a passkey, for whichever name of the house."""
    return bool(value_of(_KEYS, staff_id=staff_id))


def passkeys(staff_id: uuid.UUID, site: str | None = None) -> list[Passkey]:
    """Her passkeys in the order in which they were made; those of one site (the name in the address) alone."""
    query = sa.select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.made_at, Passkey.id)
    return list(db.session.scalars(query if site is None else query.where(Passkey.site == site)))


def passkey(staff_id: uuid.UUID, passkey_id: uuid.UUID) -> Passkey | None:
    """One of her own."""
    return db.session.scalar(sa.select(Passkey).where(Passkey.staff_id == staff_id, Passkey.id == passkey_id))
