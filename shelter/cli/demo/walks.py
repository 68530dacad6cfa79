"""One person's walk through the house: the call, the arrival, the days in the house, and what lists say of her now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shelter.access import Role
from shelter.calendar import local
from shelter.cases import rules as spine
from shelter.cases.models import Case, CaseCard, Person, TeamMember
from shelter.codes.cases import Answer, CaseState, ConsentAnswer, ConsentPurpose, Exploitation, Milestone
from shelter.codes.leaving import ExitReason, InstructionKind, Outcome
from shelter.codes.people import SpokenLanguage
from shelter.codes.services import Discipline, ServiceType
from shelter.intake.models import Intake
from shelter.intake.rules import answers
from shelter.residence.models import Instruction
from shelter.services.models import Service

from . import choices, notes, stories
from .chance import DAY, HOUR, MINUTE
from .leaving import Leaving
from .people import Someone
from .referrals import accepted
from .telling import EVENING

BY = {
    Discipline.PSYCHOLOGY: Role.PSYCHOLOGIST, Discipline.LEGAL: Role.LAWYER, Discipline.MEDICAL: Role.MEDICAL,
    Discipline.SOCIAL: Role.CASEWORKER,
}
TONIGHT = (
    (InstructionKind.GIVE, stories.GIVE, Role.MEDICAL, 0.6),
    (InstructionKind.DO, stories.DO, Role.CASEWORKER, 0.55),
)


class Walk(Leaving):
    """The whole of it."""

    def tell(self, services: int, *, whole_team: bool) -> int:
        """Write the case; `services` is how many are wished for. Returns how many there are."""
        self._open()
        self._intake()
        if self.plan.bed:
            self.stay(self.arrived_at, self.left_at)
        given = 0 if self.plan.is_new else self._services(services)
        if self.left_at:
            self.leave(self.left_at)
        if self.plan.came_back:
            given += self._come_back(self.plan.came_back)
        self._tonight()
        self._person(self.who)
        self._case()
        self._team(whole_team)
        return given

    # --- arriving -------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        dice = self.dice
        self.opened_at = self.arrived_at - MINUTE * dice.between(5, 15)
        if self.plan.is_new or dice.chance(0.88):
            self.opened_at = self.arrived_at - MINUTE * dice.between(50, 60 * 26)
            knew_at = self.opened_at - MINUTE * dice.between(20, 60 * 15) if dice.chance(0.7) else None
            if knew_at:
                self.reached(Milestone.ALERTED, knew_at, None, told_at=self.opened_at)
            referral = accepted(self.portion, self.place, dice.one(self.callers), self.who, case_id=self.case_id,
                                received_at=self.opened_at, answered_at=self.opened_at + MINUTE * dice.between(8, 45),
                                alerted_at=knew_at)
            self.reached(Milestone.REFERRED, self.opened_at, referral)
        self.reached(Milestone.OPENED, self.opened_at, None)

    def _intake(self) -> None:
        """Safety first; who she is on the same evening, the rest on another day; of those new here not yet all."""
        who, dice, plan = self.who, self.dice, self.plan
        safety_at = self.by_then(self.arrived_at + MINUTE * dice.between(5, 20))
        person_at = None if plan.is_new and plan.bed else self.by_then(safety_at + MINUTE * dice.between(20, 60))
        later = None if plan.is_new else self.by_then(self.in_hours(plan.arrived - dice.between(1, 2)))
        done = self.by_then(later + MINUTE * dice.between(15, 240)) if later else None
        is_safe, needs_doctor = choices.SAFE.spin(self.rng), choices.DOCTOR.spin(self.rng)
        if later and dice.chance(0.9):  # answered anew since
            is_safe, needs_doctor = Answer.YES, Answer.NO
        needs_interpreter = Answer.NO if who.language is SpokenLanguage.SPANISH else Answer.YES
        self.card |= {"is_safe": is_safe, "needs_doctor": needs_doctor, "needs_interpreter": needs_interpreter}
        intake = self.add(
            Intake, version=2 if later else 1, is_safe=is_safe, needs_doctor=needs_doctor,
            needs_interpreter=needs_interpreter,
            safety=dice.one(stories.SAFETY) if dice.chance(0.7) else None,
            wishes=dice.one(stories.WISHES) if later and dice.chance(0.85) else None,
            safety_at=safety_at, person_at=person_at, situation_at=later, consent_at=later, finished_at=done,
        )
        self.reached(Milestone.SAFETY_CHECKED, safety_at, intake)
        self.is_known = person_at is not None
        if person_at:
            self.band = spine.age_band(who.birth, local(self.opened_at).date())
            self.reached(Milestone.IDENTIFIED, person_at, intake)
        if later and done:
            self._consents(later)
            self.reached(Milestone.INTAKE_DONE, done, intake)

    def _consents(self, at: datetime) -> None:
        for purpose in (ConsentPurpose.REFERRAL, ConsentPurpose.FIGURES, ConsentPurpose.PROSECUTION):
            shown = self.plan.withdraws and purpose is ConsentPurpose.PROSECUTION
            answer = ConsentAnswer.GIVEN if shown else choices.CONSENTS[purpose].spin(self.rng)
            self.consent(purpose, answer, at, withdrawn=shown or self.dice.chance(0.03))

    # --- in the house ---------------------------------------------------------------------------------------------

    def _tonight(self) -> None:
        """What the night shift is told: of those who are here, and of some who were."""
        plan, dice, day = self.plan, self.dice, self.almanac.day
        if not plan.bed or (not plan.is_present and not dice.chance(0.1)):
            return
        last = -dice.between(1, 9) if plan.left is None else plan.left
        for kind, texts, by, share in TONIGHT:
            if dice.chance(share):
                first = min(plan.arrived, max(last, 0) + dice.between(0, 6))
                made_at = max(self.arrived_at, self.almanac.by_now(self.almanac.at(first, 17 * 60)))
                self.add(Instruction, kind=kind, from_on=day(first), to_on=day(last), made_at=made_at,
                         by_id=self.place.staff[by], text=dice.one(texts))

    def _services(self, count: int) -> int:
        last_day = min(1 if self.plan.left is None else self.plan.left + 1, self.plan.arrived - 1)
        count = min(count, 4 * (self.plan.arrived - last_day) + 4)
        wheel = choices.services(self.age, self.who)
        for number in range(count):
            is_first = number < len(choices.FIRST)
            first_day = self.plan.arrived - 1
            day = first_day - number // 2 if is_first else self.dice.between(last_day, first_day)
            at = self.almanac.at(max(day, last_day), self.dice.between(8 * 60, 17 * 60 + 30))
            at = self.by_then(max(at, self.arrived_at + MINUTE * (40 + 9 * number)))
            self._service(choices.FIRST[number] if is_first else wheel.spin(self.rng), at, may_miss=not is_first)
        return count

    def _service(self, kind: ServiceType, at: datetime, *, may_miss: bool) -> None:
        dice = self.dice
        if kind in choices.TAKES_TIME and at < self.arrived_at + DAY * 10:
            kind = choices.AT_ONCE.spin(self.rng)
        why = choices.NOT_HELD.spin(self.rng) if may_miss and dice.chance(0.08) else None
        note = notes.missed(dice, why) if why else notes.held(dice, kind, with_a_child=choices.is_a_child(self.age))
        discipline, by = kind.of, BY[kind.of]
        given = {
            "discipline": discipline, "type": kind, "was_held": why is None, "not_held": why,
            "modality": choices.modality(dice, kind), "minutes": None if why else choices.MINUTES.spin(self.rng),
            "occurred_at": at, "entered_at": self.entered(at), "by_id": self.place.staff[by], "age_band": self.band,
            "headline": note.headline, "body": note.body,
        }
        milestone, corrects = Milestone.SERVICE_MISSED if why else Milestone.SERVICE_GIVEN, None
        if given["minutes"] and dice.chance(0.01):  # written wrong at first, and corrected a little later
            wrong = self.add(Service, **{**given, "minutes": 120})
            corrects = self.reached(milestone, at, wrong, by=by, detail=discipline)
            given |= {"corrects_id": wrong, "entered_at": self.entered(at + 10 * MINUTE)}
        self.reached(milestone, at, self.add(Service, **given), by=by, detail=discipline, corrects=corrects)
        if not why:
            self.card["last_service_at"] = max(at, self.card.get("last_service_at", at))

    def _come_back(self, ago: int) -> int:
        """She came back to the house, which is a second stay of the same case."""
        step = self.schedule.next if self.schedule else None
        assert step is not None
        self.plan = replace(self.plan, arrived=ago, left=None)
        self.arrived_at, self.until = self.almanac.at(ago, EVENING + 90), self.almanac.last
        self.contact(step.month, self.arrived_at - HOUR, Outcome.BACK_IN_HOUSE)
        self.stay(self.arrived_at, None)
        return self._services(len(choices.FIRST) + 2)

    # --- the spine ------------------------------------------------------------------------------------------------

    def _person(self, who: Someone) -> None:
        told = who if self.is_known else Someone(who.name_used, None, None, None, None, None, who.language)
        number, line = spine.clean_document(told.document), spine.clean_phone(told.phone)
        lookup = self.portion.lookup
        self.portion.add(
            Person, id=self.person_id, foundation_id=self.place.foundation_id, made_at=self.opened_at,
            version=2 if self.is_known else 1, name_used=told.name_used, names=told.names, surnames=told.surnames,
            birth=told.birth, sex=told.sex, nationality=told.nationality, language=told.language,
            document_kind=told.document_kind, document=told.document, document_lookup=lookup("document", number),
            document_is_doubtful=spine.is_doubtful(told.document_kind, number), phone=told.phone,
            phone_lookup=lookup("phone", line), unanswered=told.unanswered,
        )

    def _case(self) -> None:
        forms, ruled_out = self._forms()
        self.portion.add(
            Case, id=self.case_id, foundation_id=self.place.foundation_id, house_id=self.place.house_id,
            person_id=self.person_id, code=self.dice.code(), state=self.state, is_present=self.plan.is_present,
            opened_at=self.opened_at, closed_at=self.closed_at, age_band=self.band,
            exploitation=answers(forms, Answer.YES if ruled_out else Answer.NO),
            exploited_in=choices.exploited_in(self.dice, self.who) if forms else None,
            story=None if self.plan.is_new else self._story(forms),
        )
        self.add(CaseCard, lead_id=self.worker, **self.card)

    def _forms(self) -> tuple[list[Exploitation], bool]:
        if self.reason is ExitReason.NOT_TRAFFICKED:
            return [], True
        if self.plan.is_new or self.plan.forms is not None:
            return list(self.plan.forms or ()), False
        return choices.forms(self.dice, self.age)

    def _story(self, forms: list[Exploitation]) -> str | None:
        if choices.is_a_child(self.age):
            return self.dice.one(stories.OF_CHILDREN)
        return self.dice.one(stories.STORIES[forms[0] if forms else None]) if self.dice.chance(0.9) else None

    def _team(self, is_whole: bool) -> None:
        """The caseworker, and the three professions; where cases are very many, of those who left only some."""
        for discipline, role in BY.items():
            is_worker = role is Role.CASEWORKER
            if is_worker or is_whole or self.state is CaseState.OPEN or self.dice.chance(0.25):
                joined_at = self.opened_at if is_worker else self.by_then(self.arrived_at + HOUR)
                self.add(
                    TeamMember, staff_id=self.place.staff[role], discipline=discipline, opened_at=self.opened_at,
                    joined_at=joined_at,
                )
