"""How often what happens: distributions that are believable for a house in Ecuador. None of them is a statistic."""

from __future__ import annotations

from functools import cache

from shelter.codes.cases import Answer, Channel, ConsentAnswer, ConsentPurpose, Exploitation
from shelter.codes.leaving import Destination, ExitReason, Outcome
from shelter.codes.people import SpokenLanguage
from shelter.codes.services import Discipline, Modality, NotHeld
from shelter.codes.services import ServiceType as T

from .chance import Dice, Wheel
from .people import Someone

CHILD, ADULT = 14, 18
SAFE = Wheel({Answer.YES: 78, Answer.NO: 12, Answer.UNKNOWN: 10})
DOCTOR = Wheel({Answer.NO: 70, Answer.YES: 22, Answer.UNKNOWN: 8})
CONSENTS = {
    purpose: Wheel({
        ConsentAnswer.GIVEN: given, ConsentAnswer.REFUSED: refused, ConsentAnswer.LATER: 100 - given - refused,
    })
    for purpose, given, refused in (
        (ConsentPurpose.REFERRAL, 88, 5), (ConsentPurpose.FIGURES, 90, 6), (ConsentPurpose.FOLLOW_UP, 86, 9),
        (ConsentPurpose.PROSECUTION, 48, 24),
    )
}
CHANNELS = Wheel({Channel.CALL: 52, Channel.MESSAGE: 31, Channel.THIRD_PERSON: 12, Channel.VISIT: 5})
NOT_HELD = Wheel({
    NotHeld.NOT_THAT_DAY: 38, NotHeld.UNWELL: 22, NotHeld.STAFF_AWAY: 14, NotHeld.INSTITUTION: 20, NotHeld.OTHER: 6,
})
MINUTES = Wheel({15: 12, 30: 28, 45: 22, 60: 28, 90: 10})
FIRST = (T.FIRST_AID, T.TRIAGE, T.BASIC_KIT, T.RIGHTS)
"""What everybody is offered in the first days."""

TAKES_TIME = frozenset({
    T.VOCATIONAL, T.JOB, T.SCHOOL, T.HEARING, T.SPAVT, T.REPARATION, T.IDENTITY, T.MIGRATION, T.TREATMENT,
})
"""Not before she has been here for some days; until then one of these."""
AT_ONCE = Wheel({T.INDIVIDUAL: 10, T.GROUP: 3, T.ESCORT: 4, T.CHECK_UP: 5, T.LIFE_SKILLS: 3, T.PROTECTION: 5})

_EVERYBODY = {
    T.INDIVIDUAL: 17, T.GROUP: 7, T.CRISIS: 1.5, T.FAMILY: 2, T.RIGHTS: 2, T.PROTECTION: 3, T.CHECK_UP: 5, T.VACCINE: 2,
    T.DENTAL: 3, T.TREATMENT: 4, T.EMERGENCY: 0.5, T.BASIC_KIT: 2.5, T.LIFE_SKILLS: 8, T.ESCORT: 5,
}
_GROWING = {T.COMPLAINT: 3, T.HEARING: 2, T.SPAVT: 0.8, T.REPARATION: 0.8, T.PSYCHIATRY: 0.8, T.REPRODUCTIVE: 2}
_MODALITY = {
    Discipline.PSYCHOLOGY: Wheel({Modality.IN_PERSON: 90, Modality.VIDEO: 7, Modality.PHONE: 3}),
    Discipline.LEGAL: Wheel({Modality.IN_PERSON: 78, Modality.PHONE: 10, Modality.VIDEO: 12}),
    Discipline.MEDICAL: Wheel({Modality.IN_PERSON: 96, Modality.PHONE: 4}),
    Discipline.SOCIAL: Wheel({Modality.IN_PERSON: 80, Modality.GROUP: 16, Modality.PHONE: 4}),
}
_FORMS: Wheel[Exploitation | None] = Wheel({
    Exploitation.SEXUAL: 45, Exploitation.LABOUR: 23, Exploitation.SERVITUDE: 7, Exploitation.BEGGING: 7,
    Exploitation.FORCED_RECRUITMENT: 5, Exploitation.FORCED_MARRIAGE: 3, Exploitation.OTHER: 1.4,
    Exploitation.ILLEGAL_ADOPTION: 0.3, Exploitation.ORGAN_REMOVAL: 0.1, None: 6,
})
_SECOND = Wheel({Exploitation.LABOUR: 5, Exploitation.SERVITUDE: 3, Exploitation.SEXUAL: 3, Exploitation.BEGGING: 1})
_CHILDREN: Wheel[Exploitation | None] = Wheel({
    Exploitation.BEGGING: 34, Exploitation.LABOUR: 22, Exploitation.SEXUAL: 20, Exploitation.SERVITUDE: 8,
    Exploitation.FORCED_RECRUITMENT: 5,
    None: 11,
})
_WHERE: Wheel[str | None] = Wheel({"EC": 84, "CO": 4, "PE": 4, None: 8})
_BETWEEN_TWO: Wheel[str | None] = Wheel({"EC": 66, "own": 9, "CO": 8, "PE": 6, None: 11})
_REASONS = {ExitReason.PLAN_DONE: 37, ExitReason.REUNION: 20, ExitReason.OWN_DECISION: 19, ExitReason.UNPLANNED: 13,
            ExitReason.TRANSFER: 6.5, ExitReason.NOT_TRAFFICKED: 2.5, ExitReason.DEATH: 0.02}
_FOREIGN = Wheel({**_REASONS, ExitReason.RETURN: 16})
_LOCAL = Wheel(_REASONS)
_PLACES = {
    ExitReason.PLAN_DONE: Wheel({Destination.INDEPENDENT: 45, Destination.FAMILY: 28, Destination.SUPPORTED: 27}),
    ExitReason.OWN_DECISION: Wheel({Destination.FAMILY: 55, Destination.INDEPENDENT: 30, Destination.UNKNOWN: 15}),
    ExitReason.TRANSFER: Wheel({Destination.OTHER_HOUSE: 85, Destination.HEALTH_CARE: 15}),
    ExitReason.RETURN: Wheel({Destination.ABROAD: 1}),
    ExitReason.REUNION: Wheel({Destination.FAMILY: 1}),
    ExitReason.MAJORITY: Wheel({Destination.SUPPORTED: 60, Destination.INDEPENDENT: 15, Destination.FAMILY: 25}),
    ExitReason.UNPLANNED: Wheel({Destination.UNKNOWN: 72, Destination.FAMILY: 28}),
    ExitReason.DEATH: Wheel({Destination.UNKNOWN: 1}),
    ExitReason.NOT_TRAFFICKED: Wheel({Destination.FAMILY: 60, Destination.INDEPENDENT: 40}),
}
_ARRANGED = frozenset({
    ExitReason.TRANSFER, ExitReason.RETURN, ExitReason.REUNION, ExitReason.MAJORITY, ExitReason.DEATH,
})
_OF_CHILDREN = Wheel({Destination.FAMILY: 74, Destination.FOSTER: 18, Destination.OTHER_HOUSE: 8})
DECIDED = {
    reason: Wheel({Answer.YES: yes, Answer.NO: no, Answer.UNKNOWN: 100 - yes - no})
    for reason, yes, no in (
        (ExitReason.PLAN_DONE, 96, 2), (ExitReason.OWN_DECISION, 99, 0), (ExitReason.TRANSFER, 70, 18),
        (ExitReason.RETURN, 97, 1), (ExitReason.REUNION, 88, 6), (ExitReason.MAJORITY, 70, 20),
        (ExitReason.UNPLANNED, 45, 5), (ExitReason.DEATH, 0, 0), (ExitReason.NOT_TRAFFICKED, 80, 10),
    )
}
_PROVINCES = {
    home: Wheel({"09": 12, "17": 8, "07": 8, "13": 6, "12": 5, "08": 5, "23": 4, "10": 3, "01": 3} | {home: 52})
    for home in ("17", "07")
}
_OUTCOMES = {Outcome.STABLE: 50, Outcome.PROGRESS: 38, Outcome.AT_RISK: 8}
_STEADY = Wheel(_OUTCOMES)
_ANY_OUTCOME = Wheel({**_OUTCOMES, Outcome.DECLINED: 3, Outcome.RETRAFFICKED: 0.8, Outcome.DIED: 0.02})


def is_a_child(age: int | None) -> bool:
    """Young enough that other words are needed."""
    return age is not None and age < CHILD


def services(age: int | None, who: Someone) -> Wheel[T]:
    """What somebody of this age, from here or abroad, is given."""
    return _services("child" if is_a_child(age) else "young" if (age or ADULT) < ADULT else "adult",
                     who.nationality not in {"EC", None}, who.language is not SpokenLanguage.SPANISH)


@cache
def _services(age: str, is_foreign: bool, needs_interpreter: bool) -> Wheel[T]:
    weights: dict[T, float] = dict(_EVERYBODY)
    if age != "child":
        weights |= _GROWING | {T.VOCATIONAL: 5}
    weights |= {T.JOB: 4, T.SCHOOL: 1.5} if age == "adult" else {T.SCHOOL: 7}
    weights |= {T.MIGRATION: 5} if is_foreign else {T.IDENTITY: 3}
    if needs_interpreter:
        weights[T.INTERPRETING] = 4
    return Wheel(weights)


def modality(dice: Dice, kind: T) -> Modality:
    """How it was given."""
    only = {T.GROUP: Modality.GROUP, T.INTERPRETING: Modality.VIDEO}.get(kind)
    return only or _MODALITY[kind.of].spin(dice.rng)


def forms(dice: Dice, age: int | None) -> tuple[list[Exploitation], bool]:
    """The forms that were recognised (none: not known yet), and whether the others were ruled out."""
    first = (_CHILDREN if is_a_child(age) else _FORMS).spin(dice.rng)
    if first is None:
        return [], False
    second = _SECOND.spin(dice.rng) if dice.chance(0.13) else first
    return [first] if second is first else [first, second], dice.chance(0.45)


def exploited_in(dice: Dice, who: Someone) -> str | None:
    """The country where it happened."""
    if who.nationality in {"EC", None}:
        return _WHERE.spin(dice.rng)
    found = _BETWEEN_TWO.spin(dice.rng)
    return who.nationality if found == "own" else found


def reason(dice: Dice, age: int | None, who: Someone) -> ExitReason:
    """Why somebody left."""
    return (_LOCAL if who.nationality in {"EC", None} or is_a_child(age) else _FOREIGN).spin(dice.rng)


def destination(dice: Dice, why: ExitReason, age: int | None) -> Destination:
    """Where somebody lives afterwards; nobody under 18 alone."""
    if (age or ADULT) < ADULT and why not in _ARRANGED:
        return _OF_CHILDREN.spin(dice.rng)
    return _PLACES[why].spin(dice.rng)


def province(dice: Dice, where: Destination, home: str) -> str | None:
    """In which province; none abroad or when it is not known."""
    return None if where in {Destination.ABROAD, Destination.UNKNOWN} else _PROVINCES[home].spin(dice.rng)


def outcome(dice: Dice, *, may_end: bool) -> Outcome:
    """How somebody is when she is reached; `may_end`: it can be the last contact."""
    return (_ANY_OUTCOME if may_end else _STEADY).spin(dice.rng)
