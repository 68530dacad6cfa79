"""One request: what, by whom, decided by whom; sealed together by a keyed digest."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.access import Permission
from shelter.calendar import now
from shelter.codes.approvals import ApprovalState
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, vault, word

from .kinds import KINDS, Kind
from .rules import LASTS


class Approval(Model):
    """`subject_id` is the record concerned; `parameters` are ids and stored words, never a name."""

    __tablename__ = "approval"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.Index("ix_approval_state", "state", "expires_at"), sa.Index("ix_approval_asked", "asked_by_id"),
    )
    read_by = Permission.APPROVAL_READ
    is_here = False
    team_ids = frozenset[uuid.UUID]()

    id: Mapped[Key]
    what: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[uuid.UUID]
    foundation_id: Mapped[uuid.UUID | None]
    house_id: Mapped[uuid.UUID | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    digest: Mapped[str] = mapped_column(sa.String(32), default="")
    state: Mapped[ApprovalState] = word(ApprovalState, default=ApprovalState.WAITING)
    asked_by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + LASTS)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    reason_sealed: Mapped[SealedBytes | None]
    reason = Sealed("approval.reason", ("staff", "asked_by_id"), Compartment.CORE)
    answer_sealed: Mapped[SealedBytes | None]
    answer = Sealed("approval.answer", ("staff", "decided_by_id"), Compartment.CORE)

    @property
    def kind(self) -> Kind:
        """Who decides, how it is said, what is done."""
        return KINDS[self.what]

    @property
    def is_over(self) -> bool:
        """Whether its time has passed before it was done."""
        return self.state in {ApprovalState.WAITING, ApprovalState.APPROVED} and now() >= self.expires_at

    @property
    def standing(self) -> ApprovalState:
        """Its state; too late as soon as it is, before the house has written that down."""
        return ApprovalState.EXPIRED if self.is_over else self.state

    def sum(self) -> str:
        """The keyed digest of what is asked: nobody without the programme's key can make another one that fits."""
        asked = [self.id, self.what, self.subject_id, self.foundation_id, self.house_id, self.asked_by_id]
        text = json.dumps([*map(str, asked), self.parameters], sort_keys=True, separators=(",", ":"))
        return vault.keys.digest(text.encode())
