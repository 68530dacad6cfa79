"""The second half of a walk: leaving the house, and the contacts afterwards."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from shelter.calendar import local
from shelter.cases.records import SafeContact, Screened
from shelter.cases.rules import FOLLOW_UP_MONTHS, follow_ups_due
from shelter.codes.cases import Answer, CaseState, Channel, ConsentAnswer, ConsentPurpose, Milestone, Stage
from shelter.codes.leaving import Outcome
from shelter.codes.outgoing import Screening
from shelter.followup import rules as following
from shelter.followup.models import FollowUp
from shelter.transition.models import Exit
from shelter.transition.rules import LAST_WORDS, is_sent_home

from . import choices, stories
from .chance import DAY
from .people import phone
from .telling import Telling

Try = tuple[datetime, Outcome]


class Leaving(Telling):
    """An exit, what she agreed to, the contacts that were due since."""

    def leave(self, left_at: datetime) -> None:
        """She leaves; the follow-up begins, or the case closes."""
        reason = self.reason = self.plan.reason or choices.reason(self.dice, self.age, self.who)
        destination = choices.destination(self.dice, reason, self.age)
        decided = choices.DECIDED[reason].spin(self.rng)
        if is_sent_home(reason, destination):
            self._may_return(left_at)
            decided = Answer.YES
        gone = self.add(
            Exit, stay_id=self.stay_id, left_at=left_at, entered_at=self.entered(left_at), by_id=self.worker,
            reason=reason, destination=destination,
            province=choices.province(self.dice, destination, self.place.province),
            was_her_decision=decided, age_band=self.band,
            plan=self.dice.one(stories.PLANS[destination]),
        )
        self.reached(Milestone.EXITED, left_at, gone, detail=reason)
        self.card["bed"] = None
        if reason in LAST_WORDS:
            self._close(left_at, gone, reason)
            return
        self._follow(left_at, self._agree(left_at))

    def _may_return(self, left_at: datetime) -> None:
        """She was asked whether she is afraid to, and the risk was assessed, before the journey was prepared."""
        made_at = max(self.arrived_at, left_at - DAY * self.dice.between(6, 20))
        for kind, answer in ((Screening.REFUGE, Answer.NO), (Screening.RETURN, Answer.YES)):
            self.add(Screened, kind=kind, answer=answer, made_at=made_at, by_id=self.worker,
                     note=stories.SCREENED[kind])

    def _agree(self, left_at: datetime) -> ConsentAnswer:
        """What she says about being contacted, and how."""
        usual = choices.CONSENTS[ConsentPurpose.FOLLOW_UP].spin(self.rng)
        answer = ConsentAnswer.GIVEN if self.plan.came_back else self.plan.follow_up or usual
        self.consent(ConsentPurpose.FOLLOW_UP, answer, left_at)
        if answer is not ConsentAnswer.REFUSED:
            self.channel = choices.CHANNELS.spin(self.rng)
            self._safe_contact(left_at, self.channel)
        elif self.dice.chance(0.5):
            self.channel = Channel.NONE
            self.add(SafeContact, channel=self.channel, made_at=left_at, by_id=self.worker)
        return answer

    def _safe_contact(self, at: datetime, channel: Channel) -> None:
        one, chance = self.dice.one, self.dice.chance
        self.add(
            SafeContact, channel=channel, made_at=at, by_id=self.worker,
            number=None if channel is Channel.VISIT else phone(self.dice), hours=one(stories.HOURS),
            code_word=one(stories.CODE_WORDS) if chance(0.6) else None,
            pretext=one(stories.PRETEXTS) if chance(0.7) else None, never=one(stories.NEVER),
        )

    def _follow(self, left_at: datetime, answer: ConsentAnswer) -> None:
        """Every contact until today, month by month; some are missed, and the next one reaches her."""
        left_on = local(left_at).date()
        until = self.almanac.at(self.plan.came_back + 1) if self.plan.came_back else self.almanac.last
        done: list[following.Attempt] = []
        latest: uuid.UUID | None = None
        for month, due_on in follow_ups_due(left_on):
            tries = self._refusal(left_at) if answer is ConsentAnswer.REFUSED else self._tries(month, due_on)
            for at, outcome in tries:
                if at < until:
                    done.append(following.Attempt(month, local(at).date(), outcome))
                    latest = self.contact(month, at, outcome)
            self.schedule = following.schedule(left_on, done)
            if self.schedule.is_over or answer is ConsentAnswer.REFUSED or month == self.plan.keeps_until:
                break
        self._stand(done, latest)

    def _stand(self, done: list[following.Attempt], latest: uuid.UUID | None) -> None:
        """The card as the schedule says."""
        assert self.schedule is not None
        if self.schedule.is_over:
            self._close(self.last_contact, latest, done[-1].outcome)
            return
        self.state = CaseState.FOLLOW_UP
        self.card |= {"stage": Stage.FOLLOW_UP, "next_due_on": self.schedule.next_due_on, "next_step": "follow_up"}

    def _refusal(self, left_at: datetime) -> list[Try]:
        """She said no when she left: some days later the case is ended, without a call."""
        return [(left_at + DAY * self.dice.between(2, 30), Outcome.DECLINED)]

    def _tries(self, month: int, due_on: date) -> list[Try]:
        """Tries for one month of the schedule, in order; the last of them reached her, or nobody did."""
        dice, stop = self.dice, self.plan.keeps_until
        day = (self.almanac.today - due_on).days
        at = self.almanac.at(day - dice.between(0, 6), dice.between(9 * 60, 18 * 60))
        tries: list[Try] = []
        if dice.chance(0.15) or month == stop:
            unsafe = month != stop and dice.chance(0.15)
            tries.append((at, Outcome.UNSAFE if unsafe else Outcome.NOT_REACHED))
            at += DAY * dice.between(7, 12)
        is_missed = stop is None and month < FOLLOW_UP_MONTHS[-1] and dice.chance(0.08)
        if is_missed and not tries:
            tries.append((at, Outcome.NOT_REACHED))
        if (stop is None or month < stop) and not is_missed:
            tries.append((at, choices.outcome(dice, may_end=stop is None and not self.plan.came_back)))
        return tries

    def contact(self, month: int, at: datetime, outcome: Outcome) -> uuid.UUID:
        """A contact, or a try."""
        told = stories.WITH_CHILDREN if choices.is_a_child(self.age) else stories.CONTACTS
        row = self.add(
            FollowUp, month=month, occurred_at=at, entered_at=self.entered(at), by_id=self.worker,
            channel=self.channel or Channel.NONE, outcome=outcome, is_fulfilled=following.counts(outcome),
            age_band=self.band, note=self.dice.one(told.get(outcome, stories.CONTACTS[outcome])),
        )
        self.reached(Milestone.FOLLOWED_UP, at, row, detail=outcome)
        if following.counts(outcome):
            self.reached(Milestone.KEPT_IN_TOUCH, at, row, detail=str(month))
        self.last_contact = at
        return row

    def _close(self, at: datetime, about: uuid.UUID | None, detail: Any) -> None:
        self.state, self.closed_at = CaseState.CLOSED, self.entered(at)
        self.card |= {"stage": Stage.CLOSED, "next_due_on": None, "next_step": None}
        self.reached(Milestone.CLOSED, at, about, detail=detail)
