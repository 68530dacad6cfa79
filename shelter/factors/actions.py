"""The verbs of second factors: make and spend recovery codes, take in and prove passkeys."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter.calendar import now
from shelter.db import db, vault
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import ceremony, queries, rules
from .models import Passkey, RecoveryCode

MOST_KEYS = 10


def new_codes(staff_id: uuid.UUID) -> list[str]:
    """Ten fresh recovery codes, to be shown once; the earlier ones stop working."""
    forget_codes(staff_id)
    codes = [rules.new_code() for _code in range(rules.MANY)]
    db.session.add_all(
        RecoveryCode(staff_id=staff_id, digest=_digest(staff_id, rules.read_code(code) or "")) for code in codes
    )
    return codes


def spend_code(staff_id: uuid.UUID, typed: str) -> None:
    """Use a recovery code up; RuleBroken when it is not one, or was used, even by another request just now."""
    letters = rules.read_code(typed)
    this = sa.update(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None),
        RecoveryCode.digest == _digest(staff_id, letters or ""),
    )
    spent = db.session.scalars(this.values(used_at=now()).returning(RecoveryCode.id)).all() if letters else []
    if not spent:
        raise RuleBroken(_("That recovery code is not right, or was used already."), "recovery")


def _digest(staff_id: uuid.UUID, letters: str) -> bytes:
    return vault.keys.lookup("recovery code", f"{staff_id.hex}|{letters}")


def add_passkey(
    staff_id: uuid.UUID, *, name: str, answer: str, challenge: bytes | None, site: ceremony.Site,
) -> Passkey:
    """Take in the passkey that a browser made in answer to a challenge."""
    if len(queries.passkeys(staff_id)) >= MOST_KEYS:
        raise RuleBroken(_("You have %(most)s passkeys already. Remove one that you do not use.", most=MOST_KEYS))
    if challenge is None:
        raise RuleBroken(_("That took too long. Try once more."))
    try:
        made = ceremony.made(site, challenge, answer)
    except ceremony.WrongAnswer:
        raise RuleBroken(_("The passkey could not be made. Try once more.")) from None
    key = Passkey(staff_id=staff_id, name=name, site=site.id, credential=made.credential, public_key=made.public_key,
                  counter=made.counter)
    db.session.add(key)
    return key


def prove_passkey(staff_id: uuid.UUID, *, answer: str, challenge: bytes | None, site: ceremony.Site) -> Passkey:
    """Which passkey answered the challenge rightly; RuleBroken when none of hers did, or the challenge is over."""
    if challenge is None:
        raise RuleBroken(_("That took too long. Try once more."))
    try:
        credential = ceremony.credential_of(answer)
        key = next(each for each in queries.passkeys(staff_id, site.id) if each.credential == credential)
        key.counter = ceremony.proved(site, challenge, answer, key.public_key, key.counter)
    except (ceremony.WrongAnswer, StopIteration):
        raise RuleBroken(_("The passkey did not prove that it is you. Try once more.")) from None
    key.used_at = now()
    return key


def remove_passkey(key: Passkey, *, needs_another: bool) -> None:
    """Take a passkey away; the last second factor stays where one is needed."""
    if needs_another and len(queries.passkeys(key.staff_id)) == 1:
        raise RuleBroken(_("This is your only second factor. Add another one first."))
    db.session.delete(key)


def forget(staff_id: uuid.UUID) -> None:
    """Every recovery code and every passkey: what may be in others' hands opens nothing any more."""
    forget_codes(staff_id)
    db.session.execute(sa.delete(Passkey).where(Passkey.staff_id == staff_id))


def forget_codes(staff_id: uuid.UUID) -> None:
    """Every recovery code, used or not."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
