"""What waits for a second person this morning, and the notices about it."""

from __future__ import annotations

import uuid
from typing import Any

from shelter.access import Role
from shelter.approvals import Approval
from shelter.approvals.actions import ASKED
from shelter.approvals.rules import LASTS
from shelter.db import db
from shelter.desk import pairs
from shelter.notices.models import Notice

from .chance import Almanac, Dice
from .programme import Place

NIGHT = 5  # minutes after midnight
_TELEPHONE = "Perdió el teléfono en el bus al venir al turno. Está aquí conmigo; la conozco desde hace dos años."
_SHIFT = "Cubre las noches del fin de semana mientras dura el permiso de maternidad de una compañera."


def waiting(dice: Dice, almanac: Almanac, places: list[Place], administrator: uuid.UUID) -> None:
    """A coordinator asks for the recovery of a colleague's account; an administrator asks for a role."""
    north = places[0]
    coordinator, shift = north.staff[Role.SHELTER_COORDINATOR], north.staff[Role.HOUSE_STAFF]
    place = {"foundation_id": north.foundation_id, "house_id": north.house_id}
    role = {"role": Role.HOUSE_STAFF.value, "place": str(north.house_id), "to_on": None}
    asked_at = almanac.at(0, NIGHT)
    requests: tuple[tuple[uuid.UUID, uuid.UUID, dict[str, Any]], ...] = (
        (coordinator, administrator, {"what": pairs.RECOVERY, "subject_id": shift, "reason": _TELEPHONE}),
        (administrator, coordinator, {"what": pairs.ROLE, "subject_id": north.staff[Role.LAWYER], "reason": _SHIFT,
                                      "parameters": role}),
    )
    for by, decides, given in requests:
        moments = {"asked_at": asked_at, "expires_at": asked_at + LASTS}
        approval = Approval(id=dice.id(), asked_by_id=by, **moments, **place, **given)
        approval.digest = approval.sum()
        notice = Notice(id=dice.id(), staff_id=decides, word=ASKED, about_id=approval.id, at=asked_at)
        db.session.add_all([approval, notice])
