"""Who asked at the doors, who waits outside, and how often each had to tell it: invented."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shelter.access import Role
from shelter.codes.cases import Milestone
from shelter.codes.door import Approach, Asker, Given, Paper, RequestState, Told
from shelter.codes.interviews import Again, InterviewPurpose, InterviewState, Trace
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import HowSheIs, InstitutionKind
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.door.models import DoorRequest, NightCard
from shelter.interviews.models import Interview
from shelter.referrals.models import SafetyCheck, Waiting
from shelter.referrals.rules import next_check

from .chance import DAY, HOUR, MINUTE, Almanac, Dice, Wheel
from .programme import Place
from .referrals import Caller, declined_for_want_of_a_bed
from .telling import Telling
from .writing import Portion

_AT_ONCE = "Lo de la tarjeta: ni sí ni no, y que la coordinación responde."
_CALLS = "Coordinación de turno · 099 000 1122\nCoordinación de la fundación · 02 000 3344"
_OPEN = (
    (Asker.POLICE, Approach.IN_PERSON, Paper.OFICIO, "Sargento Luis Andagoya, credencial 20418", "DNP-0412-O",
     "Pide confirmar si una persona está alojada aquí y llevarla a rendir versión.", 3),
    (Asker.FAMILY, Approach.CALL, Paper.NONE, "Un hombre; dijo ser el tío. No dejó nombre", None,
     "Preguntó dos veces si una sobrina vive aquí.", None),
)
_ANSWERED = (
    (Asker.PROSECUTOR, Approach.PAPER, Paper.OFICIO, Given.MINIMUM, Told.YES,
     "Se respondió por escrito que la casa coordina por el punto focal. Nada sobre nadie.", None),
    (Asker.LAWYER, Approach.CALL, Paper.NONE, Given.NOTHING, Told.NOT_HERS, None, None),
    (Asker.JUDGE, Approach.PAPER, Paper.COURT_ORDER, Given.ORDERED, Told.YES,
     "Se confirmó la orden con el juzgado. Se cumplió la audiencia por video, acompañada.", None),
    (Asker.MEDIA, Approach.CALL, Paper.NONE, Given.REFUSED, Told.NOT_HERS,
     "Se dijo que la casa no da entrevistas ni información de nadie.", None),
    (Asker.POLICE, Approach.IN_PERSON, Paper.SUMMONS, Given.MINIMUM, Told.LATER,
     "Se recibió la boleta; la abogada responderá dentro del plazo.", "Está en crisis; se le dirá con la psicóloga."),
)
_LODGING = ("Hotel de la red, habitación 12. Acompaña la técnica del municipio.",
            "Con una familia de acogida de la parroquia, hasta el viernes.")
_DONE = ("Durmió bien. Se le llevó la medicina.",
         "Preguntó cuándo podrá venir. Se le explicó y se acordó otra llamada.")
_PURPOSE = {
    Discipline.SOCIAL: InterviewPurpose.FIRST, Discipline.PSYCHOLOGY: InterviewPurpose.CARE,
    Discipline.LEGAL: InterviewPurpose.COMPLAINT, Discipline.MEDICAL: InterviewPurpose.EXAMINATION,
}
_HEARS = (InstitutionKind.PROSECUTOR, InstitutionKind.POLICE, InstitutionKind.PROTECTION, InstitutionKind.JUSTICE)
_TRACE = Wheel({Trace.NOTHING: 4, Trace.WRITTEN: 5, Trace.RECORDED: 1, Trace.ANTICIPATED: 1})
_TIMES = Wheel({0: 20, 1: 45, 2: 25, 3: 10})
_WHY = ("La unidad pide precisar fechas que no constan en el informe.", "Ella pidió contarlo con otra persona.")


def at_the_doors(portion: Portion, dice: Dice, almanac: Almanac, places: Sequence[Place]) -> None:
    """At each house: two that wait for the coordination, and some of the last months that were answered."""
    for place in places:
        by = place.staff[Role.HOUSE_STAFF]
        for number, (asker, approach, paper, who, line, scope, days) in enumerate(_OPEN):
            came_at = almanac.at(1, 19 * 60 + 40 * number)
            _asked(portion, dice, place, asker=asker, approach=approach, paper=paper, who=who, number=line, scope=scope,
                   came_at=came_at, by_id=by, at_once=_AT_ONCE, deadline_at=came_at + DAY * days if days else None)
        for asker, approach, paper, given, told, answer, why in _ANSWERED:
            came_at = almanac.at(dice.between(4, 120), dice.between(8 * 60, 22 * 60))
            decided_at = came_at + HOUR * dice.between(2, 30)
            _asked(portion, dice, place, asker=asker, approach=approach, paper=paper, came_at=came_at, by_id=by,
                   who="Dejó nombre y oficina", scope="Pregunta por una persona de la casa.",
                   number=None if paper is Paper.NONE else f"17-{dice.between(1000, 9999)}", at_once=_AT_ONCE,
                   state=RequestState.DECIDED, decided_at=decided_at, given=given, told=told, answer=answer,
                   decided_by_id=place.staff[Role.SHELTER_COORDINATOR], why_not_told=why,
                   told_at=decided_at + HOUR if told is Told.YES else None)


def cards(dice: Dice, places: Sequence[Place]) -> None:
    """Whom to call at night; sealed under the keys of the houses, which are there already."""
    db.session.add_all(
        NightCard(id=dice.id(), foundation_id=place.foundation_id, house_id=place.house_id, calls=_CALLS)
        for place in places
    )


def _asked(portion: Portion, dice: Dice, place: Place, **values: object) -> None:
    portion.add(DoorRequest, id=dice.id(), foundation_id=place.foundation_id, house_id=place.house_id,
                entered_at=values["came_at"], **values)


def outside(portion: Portion, dice: Dice, almanac: Almanac, places: Sequence[Place], by: list[Caller]) -> None:
    """One person at each house for whom there was no bed; at the first, nobody has asked her since yesterday."""
    for number, place in enumerate(places):
        worker = place.staff[Role.CASEWORKER]
        began_at = almanac.at(3, 18 * 60)
        referral = declined_for_want_of_a_bed(portion, almanac, place, dice.one(by), began_at)
        last = began_at + DAY + HOUR * 8 * number
        whose = {"foundation_id": place.foundation_id, "referral_id": referral}
        waiting = portion.add(
            Waiting, id=dice.id(), house_id=place.house_id, began_at=began_at, by_id=worker, due_at=next_check(last),
            lodging=_LODGING[number % 2], **whose,
        )
        for checked_at, how in ((began_at + HOUR * 12, HowSheIs.UNEASY), (last, HowSheIs.SAFE)):
            portion.add(SafetyCheck, id=dice.id(), waiting_id=waiting, checked_at=checked_at, by_id=worker, how=how,
                        entered_at=checked_at + MINUTE * 4, done=dice.one(_DONE), **whose)


def who_interviews(institutions: Sequence[tuple[UUID, InstitutionKind, str]]) -> list[UUID]:
    """Institutions before which people tell it, the prosecutor's office first."""
    return [found for kind in _HEARS for found, each, _name in institutions if each is kind]


def interviews(case: Telling, dice: Dice, institutions: Sequence[UUID]) -> None:
    """How often she told it: to whom of ours, to an institution, what is left of it; some wait for another one."""
    ago, last = case.plan.arrived - 1, 1 if case.plan.left is None else case.plan.left + 1
    for number in range(_TIMES.spin(dice.rng)):
        if ago < last:
            break
        at = case.almanac.at(ago, dice.between(9 * 60, 16 * 60))
        discipline = dice.one(list(Discipline)) if number == 0 or dice.chance(0.3) else None
        made = case.add(
            Interview, id=dice.id(), state=InterviewState.HELD, occurs_at=at, entered_at=case.entered(at),
            by_id=case.worker, discipline=discipline, institution_id=None if discipline else dice.one(institutions),
            purpose=_PURPOSE[discipline] if discipline else InterviewPurpose.COMPLAINT,
            minutes=15 * dice.between(2, 7), trace=_TRACE.spin(dice.rng), language=case.who.language,
            has_interpreter=case.who.language not in {None, SpokenLanguage.SPANISH},
            again=dice.one(list(Again)) if number else None, reason=dice.one(_WHY) if number else None,
        )
        case.reached(Milestone.INTERVIEWED, at, made, detail=discipline or "institution")
        ago -= dice.between(4, 30)


def planned(case: Telling, dice: Dice, institutions: Sequence[UUID]) -> None:
    """The prosecutor's office wants to hear her in two days."""
    case.add(
        Interview, id=dice.id(), state=InterviewState.PLANNED, occurs_at=case.almanac.at(-2, 10 * 60),
        entered_at=case.almanac.last, by_id=case.worker, institution_id=institutions[0],
        purpose=InterviewPurpose.TESTIMONY, again=Again.NEW_FACTS, reason=_WHY[0],
    )
