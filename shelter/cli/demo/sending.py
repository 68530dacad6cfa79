"""What the houses asked institutions for: some cases were referred once or more, most of it was answered."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from shelter.access import Role
from shelter.calendar import local
from shelter.cases.records import Consent
from shelter.codes.cases import CaseState, ConsentAnswer, Milestone
from shelter.codes.outgoing import Basis, NotAttended, OutgoingState, Shared, Through, WithdrawnWhy
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.codes.referrals import Urgency
from shelter.codes.services import ServiceType as Service
from shelter.outgoing.models import Outgoing, Reply
from shelter.outgoing.rules import purpose_of
from shelter.tokens.rules import LETTERS

from .chance import DAY, HOUR, Dice, Wheel
from .telling import Telling

S = OutgoingState
ASKED = (
    (Service.CHECK_UP, Kind.HEALTH, "Una cita de medicina general y exámenes de rutina."),
    (Service.REPRODUCTIVE, Kind.HEALTH, "Consejería y control en salud sexual y reproductiva."),
    (Service.PSYCHIATRY, Kind.HEALTH, "Una valoración de psiquiatría."),
    (Service.COMPLAINT, Kind.PROSECUTOR, "Fecha y hora para presentar una denuncia, con acompañamiento."),
    (Service.SPAVT, Kind.PROSECUTOR, "Valoración para el ingreso al sistema de protección."),
    (Service.SCHOOL, Kind.EDUCATION, "Un cupo y una prueba de ubicación."),
    (Service.MIGRATION, Kind.FOREIGN_AFFAIRS, "Orientación sobre la solicitud de refugio."),
    (Service.BASIC_KIT, Kind.SOCIAL, "Valoración para el bono y apoyo en alimentos."),
    (Service.REPARATION, Kind.JUSTICE, "Patrocinio para la reparación integral."),
)
EMERGENCY = {"service": Service.EMERGENCY, "needs": "Atención de emergencia: llega en ambulancia."}
URGENT = "Perdió el conocimiento y la llevan a emergencias."
NOTES = (
    "Volverá a control en un mes.", "Pidieron traer el documento de identidad.",
    "La atendió la misma persona que antes.", "Agradecieron la carta; el turno queda reservado.", "",
)
_COUNT = Wheel({0: 55, 1: 28, 2: 12, 3: 5})
_URGENCY = Wheel({Urgency.TODAY: 15, Urgency.DAYS: 35, Urgency.PLANNED: 50})
_OUTCOME = Wheel({S.ATTENDED: 74, S.NOT_ATTENDED: 18, S.WITHDRAWN: 8})
_SO_FAR = Wheel({S.SENT: 45, S.RECEIVED: 25, S.ATTENDED: 25, S.NOT_ATTENDED: 5})
_THROUGH = Wheel({Through.CALL: 70, Through.SLIP: 18, Through.LETTER: 7, Through.IN_PERSON: 5})
_REASON = Wheel({
    NotAttended.NO_PLACE: 45, NotAttended.NO_DOCUMENT: 25, NotAttended.DID_NOT_COME: 15, NotAttended.NOT_COMPETENT: 15,
})
LATELY = 12 * DAY
"""What was sent since then may wait for its answer."""

Offices = dict[Kind, tuple[uuid.UUID, str]]


def offices(institutions: list[tuple[uuid.UUID, Kind, str]]) -> Offices:
    """One of each kind: id and name."""
    return {kind: (key, name) for key, kind, name in reversed(institutions)}


def refer(case: Telling, dice: Dice, known: Offices) -> None:
    """What was asked for in one case, after its first days in the house."""
    first, last = case.arrived_at + DAY, case.until
    if case.plan.is_new or last <= first:
        return
    if case.left_at is None:  # of those who are here, what is of these days
        first = max(first, last - 20 * DAY)
    for _number in range(_COUNT.spin(dice.rng)):
        service, kind, needs = dice.one(ASKED)
        if kind in known:
            at = dice.moment(first, last)
            _sent(case, dice, known[kind], {"service": service, "institution_kind": kind, "needs": needs}, at)


def _sent(case: Telling, dice: Dice, office: tuple[uuid.UUID, str], asked: dict[str, Any], at: datetime) -> None:
    is_urgent = asked["institution_kind"] is Kind.HEALTH and dice.chance(0.3 if case.left_at is None else 0.05)
    is_reviewed = is_urgent and at < case.almanac.last - 4 * DAY
    asked |= EMERGENCY if is_urgent else {}
    fields = [Shared.NEEDS, Shared.NAME_USED, *([] if is_urgent else [Shared.LANGUAGE])]
    state, heard_at = _outcome(case, dice, at)
    consent = None if is_urgent else _agreed(case, dice, office, asked["institution_kind"], fields, at)
    known = {Shared.NEEDS: asked["needs"], Shared.NAME_USED: case.who.name_used,
             Shared.LANGUAGE: str(case.who.language.label) if case.who.language else None}
    left = [[str(each), known[each]] for each in fields if known[each]]
    sent = case.add(
        Outgoing, id=dice.id(), reference=_reference(dice), institution_id=office[0], state=state, by_id=case.worker,
        urgency=Urgency.TODAY if is_urgent else _URGENCY.spin(dice.rng), consent_id=consent,
        basis=Basis.VITAL if is_urgent else Basis.CONSENT, fields=[str(each) for each in fields],
        age_band=case.band, made_at=at - HOUR / 4, sent_at=at, sent_by_id=case.worker, heard_at=heard_at,
        grounds=URGENT if is_urgent else None, told_at=at if is_urgent else None, reply_to="02 000 2000",
        reviewed_at=at + DAY if is_reviewed else None,
        reviewed_by_id=case.place.staff[Role.SHELTER_COORDINATOR] if is_reviewed else None,
        withdrawn_at=heard_at if state is S.WITHDRAWN else None,
        withdrawn_why=WithdrawnWhy.NO_ANSWER if state is S.WITHDRAWN else None,
        sent=json.dumps(left, ensure_ascii=False), **asked,
    )
    case.reached(Milestone.REFERRED_OUT, at, sent, detail=asked["service"], row=dice.id())
    if heard_at and state is not S.WITHDRAWN:
        _answered(case, dice, sent, state, heard_at)


def _reference(dice: Dice) -> str:
    letters = "".join(dice.one(LETTERS) for _place in range(8)).upper()
    return f"{letters[:4]}-{letters[4:]}"


def _outcome(case: Telling, dice: Dice, at: datetime) -> tuple[OutgoingState, datetime | None]:
    """How it stands; what is older than some days was answered, or given up."""
    is_late = at > case.almanac.last - LATELY and case.state is CaseState.OPEN
    state = (_SO_FAR if is_late else _OUTCOME).spin(dice.rng)
    heard_at = min(case.almanac.by_now(at + HOUR * dice.between(3, 24 * 9)), case.closed_at or case.almanac.last)
    return state, None if state is S.SENT else heard_at


def _agreed(
    case: Telling, dice: Dice, office: tuple[uuid.UUID, str], kind: Kind, fields: list[Shared], at: datetime,
) -> uuid.UUID:
    asked_at, purpose = at - HOUR / 5, purpose_of(kind)
    consent = case.add(
        Consent, id=dice.id(), purpose=purpose, answer=ConsentAnswer.GIVEN, language=case.who.language,
        asked_at=asked_at, by_id=case.worker, recipient=office[1], institution_id=office[0],
        fields=[str(each) for each in fields], is_written=dice.chance(0.6),
    )
    case.reached(Milestone.CONSENTED, asked_at, consent, detail=purpose, row=dice.id())
    return consent


def _answered(case: Telling, dice: Dice, sent: uuid.UUID, state: OutgoingState, at: datetime) -> None:
    through = _THROUGH.spin(dice.rng)
    reply = case.add(
        Reply, id=dice.id(), outgoing_id=sent, state=state, through=through, entered_at=at,
        by_id=None if through is Through.SLIP else case.worker, note=dice.one(NOTES) or None,
        reason=_REASON.spin(dice.rng) if state is S.NOT_ATTENDED else None,
        attended_on=local(at).date() if state is S.ATTENDED else None,
    )
    case.reached(Milestone.REFERRAL_ANSWERED, at, reply, detail=state, row=dice.id())
