"""Calls and letters that ask a house to receive somebody: waiting, accepted, turned elsewhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shelter.access import Role
from shelter.codes.cases import Answer, Channel
from shelter.codes.referrals import DeclineReason, InstitutionKind, Means, ReferralState, UnmetNeed, Urgency
from shelter.referrals.models import Referral, Unmet

from . import stories
from .chance import MINUTE, Almanac, Wheel
from .people import Someone, Wish, phone, someone
from .programme import Place
from .writing import Portion


@dataclass(frozen=True)
class Caller:
    """Who calls: an institution, and the office as a consent names it."""

    institution_id: uuid.UUID
    office: str


_OFTEN = {
    InstitutionKind.PROTECTION: 8, InstitutionKind.POLICE: 6, InstitutionKind.PROSECUTOR: 5, InstitutionKind.SOCIAL: 5,
    InstitutionKind.HEALTH: 4, InstitutionKind.LOCAL: 2, InstitutionKind.INTERNATIONAL: 2,
}
_URGENCY = Wheel({Urgency.TODAY: 46, Urgency.DAYS: 36, Urgency.PLANNED: 18})
_SAFE = Wheel({Answer.YES: 55, Answer.NO: 25, Answer.UNKNOWN: 20})
_DOCTOR = Wheel({Answer.NO: 58, Answer.YES: 22, Answer.UNKNOWN: 20})
_CHILDREN = Wheel({0: 84, 1: 11, 2: 4, 3: 1})
_ELSEWHERE = ((ReferralState.REDIRECTED, stories.REDIRECTED), (ReferralState.DECLINED, stories.DECLINED))
_WAITING = (Urgency.TODAY, Urgency.DAYS, Urgency.PLANNED, Urgency.DAYS)


def callers(institutions: list[tuple[uuid.UUID, InstitutionKind, str]]) -> list[Caller]:
    """Those who call, each as often as it happens."""
    return [
        Caller(institution_id, f"{name}, {stories.OFFICES[place % len(stories.OFFICES)]}")
        for place, (institution_id, kind, name) in enumerate(institutions) for _time in range(_OFTEN.get(kind, 1))
    ]


def accepted(portion: Portion, place: Place, caller: Caller, who: Someone, **when: Any) -> uuid.UUID:
    """The referral that a case began with."""
    by = place.staff[Role.CASEWORKER]
    return _referral(portion, place, caller, who, state=ReferralState.ACCEPTED, answered_by_id=by, **when)


def waiting(portion: Portion, almanac: Almanac, places: list[Place], by: list[Caller], size: int) -> None:
    """Referrals that wait for an answer this morning: a few, whatever the size."""
    for number in range(max(1, min(len(_WAITING), size // 12))):
        received_at = almanac.at(number // 2 + 1, 20 * 60 + portion.dice.between(0, 200))
        who = someone(portion.dice, almanac.today, Wish())
        _referral(portion, places[number % len(places)], portion.dice.one(by), who, received_at=received_at,
                  urgency=_WAITING[number])


def turned_elsewhere(portion: Portion, almanac: Almanac, places: list[Place], by: list[Caller], count: int) -> None:
    """Referrals that ended with another house, or with another kind of help."""
    dice = portion.dice
    for _number in range(count):
        place, who, (state, texts) = dice.one(places), someone(dice, almanac.today, Wish()), dice.one(_ELSEWHERE)
        received_at = almanac.at(dice.between(2, almanac.days - 20), dice.between(8 * 60, 20 * 60))
        why = DeclineReason.NOT_HER_WISH if state is ReferralState.DECLINED else None
        _referral(portion, place, dice.one(by), who, received_at=received_at, state=state, answer=dice.one(texts),
                  decline_reason=why,
                  answered_at=received_at + MINUTE * dice.between(20, 600),
                  answered_by_id=place.staff[Role.SHELTER_COORDINATOR])


def declined_for_want_of_a_bed(
    portion: Portion, almanac: Almanac, place: Place, caller: Caller, received_at: datetime,
) -> uuid.UUID:
    """Somebody for whom there was no bed, and who needs a safer place than where she is."""
    who, by = someone(portion.dice, almanac.today, Wish()), place.staff[Role.SHELTER_COORDINATOR]
    answered_at = received_at + MINUTE * 20
    referral = _referral(
        portion, place, caller, who, received_at=received_at, urgency=Urgency.TODAY, state=ReferralState.DECLINED,
        decline_reason=DeclineReason.NO_BED, answered_at=answered_at, answered_by_id=by, means=Means.CALL,
        contact_channel=Channel.CALL, number=phone(portion.dice), conditions=portion.dice.one(stories.HOURS),
    )
    for need in (UnmetNeed.BED, UnmetNeed.SECURITY):
        portion.add(Unmet, foundation_id=place.foundation_id, house_id=place.house_id, referral_id=referral, need=need,
                    made_at=answered_at, by_id=by)
    return referral


def _referral(
    portion: Portion, place: Place, caller: Caller, who: Someone, *, received_at: datetime,
    urgency: Urgency | None = None, **values: Any,
) -> uuid.UUID:
    dice = portion.dice
    return portion.add(
        Referral, foundation_id=place.foundation_id, house_id=place.house_id, institution_id=caller.institution_id,
        received_at=received_at, entered_at=received_at + MINUTE * 3, by_id=place.staff[Role.CASEWORKER],
        urgency=urgency or _URGENCY.spin(dice.rng), is_safe=_SAFE.spin(dice.rng), needs_doctor=_DOCTOR.spin(dice.rng),
        language=who.language, children=_CHILDREN.spin(dice.rng), name=who.name_used, caller=dice.one(stories.CALLERS),
        contact=f"02 000 {dice.between(1000, 9999)}", needs=dice.one(stories.NEEDS), **values,
    )
