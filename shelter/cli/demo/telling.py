"""One case while it is told: who it is about, where it stands, and how a row of it is written."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from shelter.access import Role
from shelter.calendar import age_on, local
from shelter.cases.models import TimelineEntry
from shelter.cases.records import Consent, Stay
from shelter.codes.cases import CaseState, Channel, ConsentAnswer, ConsentPurpose, Milestone, Stage
from shelter.codes.leaving import ExitReason
from shelter.codes.people import AgeBand
from shelter.followup.rules import Schedule

from . import stories
from .chance import DAY, HOUR, MINUTE, Almanac
from .people import someone
from .plans import Plan
from .referrals import Caller
from .writing import Portion

MORNING, EVENING = 9 * 60, 15 * 60 + 30
"""Minutes of the day: when offices open, when people begin to arrive."""


class Telling:
    """The rows of one case, in the order in which things happen; the card is written last, as they left it."""

    def __init__(self, portion: Portion, plan: Plan, almanac: Almanac, callers: list[Caller]) -> None:
        self.portion, self.plan, self.almanac, self.callers = portion, plan, almanac, callers
        self.dice, self.rng, self.place = portion.dice, portion.dice.rng, plan.place
        self.worker = self.place.staff[Role.CASEWORKER]
        self.case_id, self.person_id = self.dice.id(), self.dice.id()
        self.arrived_at = almanac.at(plan.arrived, self.dice.between(EVENING, EVENING + 6 * 60))
        self.left_at = None if plan.left is None else self.in_hours(plan.left)
        self.until = self.left_at - 30 * MINUTE if self.left_at else almanac.last
        self.who = someone(self.dice, local(self.arrived_at).date(), plan.wish)
        self.age = age_on(self.who.birth, local(self.arrived_at).date()) if self.who.birth else None
        self.band: AgeBand | None = None
        self.card: dict[str, Any] = {"stage": Stage.ARRIVAL}
        self.state = CaseState.OPEN
        self.closed_at: datetime | None = None
        self.reason: ExitReason | None = None
        self.channel: Channel | None = None
        self.schedule: Schedule | None = None

    def add(self, model: Any, **values: Any) -> uuid.UUID:
        """A row of this case."""
        return self.portion.add(model, foundation_id=self.place.foundation_id, case_id=self.case_id, **values)

    def reached(
        self, milestone: Milestone, at: datetime, about: uuid.UUID | None, *, by: Role = Role.CASEWORKER,
        detail: Any = None, corrects: uuid.UUID | None = None, row: uuid.UUID | None = None,
        told_at: datetime | None = None,
    ) -> uuid.UUID:
        """Write on the timeline, with the age band as it was known then."""
        return self.add(
            TimelineEntry, **({"id": row} if row else {}), milestone=milestone, occurred_at=at,
            entered_at=self.entered(told_at or at), by_id=self.place.staff[by], about_id=about,
            detail=str(detail) if detail else None, age_band=self.band, corrects_id=corrects,
        )

    def entered(self, at: datetime) -> datetime:
        """When it was written down: within the hour."""
        return max(at, self.almanac.by_now(at + MINUTE * (5 + at.minute)))

    def by_then(self, at: datetime) -> datetime:
        """Not after she left, not later than last midnight."""
        return min(at, self.until)

    def in_hours(self, ago: int) -> datetime:
        """A moment of that morning or early afternoon."""
        return self.almanac.at(ago, self.dice.between(MORNING, MORNING + 5 * 60))

    def consent(self, purpose: ConsentPurpose, answer: ConsentAnswer, at: datetime, *, withdrawn: bool = False) -> None:
        """What she was asked and answered; some take it back later."""
        given = answer is ConsentAnswer.GIVEN
        takes_back = withdrawn and given and at < self.almanac.last - DAY
        row = self.add(
            Consent, purpose=purpose, answer=answer, language=self.who.language, asked_at=at, by_id=self.worker,
            ends_on=local(at).date() + DAY * 365 if given and self.dice.chance(0.2) else None,
            withdrawn_at=self.dice.moment(at + HOUR, self.almanac.last) if takes_back else None,
            recipient=self._recipient(purpose) if given else None,
        )
        self.reached(Milestone.CONSENTED, at, row, detail=purpose)

    def _recipient(self, purpose: ConsentPurpose) -> str | None:
        if purpose is ConsentPurpose.PROSECUTION:
            return stories.PROSECUTOR
        return self.dice.one(self.callers).office if purpose is ConsentPurpose.REFERRAL else None

    def stay(self, arrived_at: datetime, left_at: datetime | None) -> None:
        """A bed from then until then."""
        bed = self.plan.bed
        assert bed is not None
        self.stay_id = self.add(
            Stay, house_id=self.place.house_id, bed_id=bed.id, arrived_at=arrived_at, left_at=left_at,
            age_band=self.band,
        )
        self.reached(Milestone.ADMITTED, arrived_at, self.stay_id)
        self.state = CaseState.OPEN
        self.card |= {"stage": Stage.SHELTER, "bed": f"{bed.room} · {bed.name}", "next_due_on": None, "next_step": None}
