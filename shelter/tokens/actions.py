"""Making, finding, spending and taking back. Only the first of two who spend a token at once has spent it."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

import sqlalchemy as sa

from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db, vault
from shelter.rounds import every

from .models import OneTimeToken

BYTES = 24  # 192 bits; OWASP ASVS asks for 128
KEPT = timedelta(days=7)


def new(purpose: str, subject_id: uuid.UUID, lasts: timedelta, token: str = "") -> str:
    """A fresh token, in clear this once; earlier ones for the same purpose and subject stop working.

    `token`: one that was made to be copied by hand (rules.new_letters).
    """
    revoke(purpose, subject_id)
    token = token or secrets.token_urlsafe(BYTES)
    db.session.add(OneTimeToken(
        digest=digest(token), purpose=purpose, subject_id=subject_id, expires_at=now() + lasts,
    ))
    return token


def digest(token: str) -> bytes:
    """What is kept of a token: worth nothing without the programme's key."""
    return vault.keys.lookup("token", token)


def find(purpose: str, token: str) -> OneTimeToken | None:
    """The token, if it still works; it is not spent by being looked at."""
    return db.session.scalar(sa.select(OneTimeToken).where(*_works(purpose), OneTimeToken.digest == digest(token)))


def spend(purpose: str, token: str) -> uuid.UUID | None:
    """Use it up in the transaction at hand: whom it concerns, or None when it does not work (any more)."""
    return _use_up(*_works(purpose), OneTimeToken.digest == digest(token))


def revoke(purpose: str, subject_id: uuid.UUID) -> None:
    """Take back what has not been spent."""
    _use_up(OneTimeToken.purpose == purpose, OneTimeToken.subject_id == subject_id, OneTimeToken.used_at.is_(None))


def _works(purpose: str) -> tuple[sa.ColumnElement[bool], ...]:
    return OneTimeToken.purpose == purpose, OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > now()


def _use_up(*which: sa.ColumnElement[bool]) -> uuid.UUID | None:
    """In one statement: of two requests at the same moment the second finds nothing."""
    db.session.flush()
    spent = sa.update(OneTimeToken).where(*which).values(used_at=now()).returning(OneTimeToken.subject_id)
    return next(iter(db.session.scalars(spent).all()), None)


@every(hours=1)
def forget_tokens() -> None:
    """Those whose time was over a week ago."""
    quietly(lambda connection: connection.execute(_FORGET, {"before": now() - KEPT}))


_FORGET = sa.delete(OneTimeToken.__table__).where(OneTimeToken.expires_at < sa.bindparam("before"))  # type: ignore[arg-type]
