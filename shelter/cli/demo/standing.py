"""What an instance holds before the demonstration is loaded: nothing, the demonstration, or something real."""

from __future__ import annotations

import json
from enum import Enum

import sqlalchemy as sa

from shelter.audit import AuditEntry
from shelter.cases.models import Case
from shelter.db import db
from shelter.partners.models import Foundation
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.texts import later as _

from . import history
from .programme import HOUSES


class Standing(Enum):
    """What is there, as it is said to the operator."""

    EMPTY = _("this instance is empty")
    OURS = _("this instance holds the demonstration already (for a fresh one, set SHELTER_INSTANCE to a new folder)")
    REAL = _("this instance holds cases or foundations that the demonstration did not make")


def look() -> Standing:
    """What this instance holds."""
    foundations = set(db.session.scalars(sa.select(Foundation.name)))
    cases = db.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0
    other = sa.exists().where(RegisterCase.file_id == ImportedFile.id, ImportedFile.register_id == Register.id,
                              Register.name != history.NAME)
    has_register = db.session.scalar(sa.select(other))
    if foundations - {name for _key, name, *_rest in HOUSES} or cases > _made() or has_register:
        return Standing.REAL
    return Standing.OURS if foundations else Standing.EMPTY


def _made() -> int:
    """How many cases the demonstration has written, by the audit trail."""
    details = db.session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "demo.load"))
    return sum(json.loads(detail).get("rows", {}).get("case", 0) for detail in details)
