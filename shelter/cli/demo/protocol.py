"""The protocol of the demonstration, all invented: one in force, validated in part; the next, open to comments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import time

from shelter.access import Role
from shelter.codes.protocol import ReadingKind, Unit, ValidatedBy, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.partners import queries as partners
from shelter.procedures.models import Acknowledgement, Asked, Edition, Procedure
from shelter.protocol import first, queries
from shelter.protocol.actions import sign
from shelter.protocol.models import (
    ProtocolComment,
    ProtocolPhase,
    ProtocolStep,
    ProtocolVersion,
    ProtocolWriter,
    StepValidation,
)
from shelter.protocol.rules import numbered

from .chance import Almanac, Dice
from .programme import Place

VALIDATED = (
    (InstitutionKind.PROSECUTOR, "Fiscalía General", ("report-child",), True,
     "Oficio FGE-2214-O", "Verónica Salazar", "Punto focal de trata", None),
    (InstitutionKind.PROSECUTOR, "Sistema de Protección", ("protective-measures",), True,
     "Oficio SPAVT-0377-O", "Ximena Andrango", "Coordinación técnica", None),
    (InstitutionKind.FOREIGN_AFFAIRS, "Ministerio de Relaciones", ("found-abroad",), True,
     "Oficio MREMH-0871-O", "Gabriela Narváez", "Movilidad humana", None),
    (InstitutionKind.HEALTH, "Ministerio de Salud", ("urgent-health",), True,
     "Acta de la mesa técnica 04", "Patricio Loaiza", "Referente de violencia y trata", None),
    (InstitutionKind.EDUCATION, "Ministerio de Educación", ("school",), False,
     "Oficio MINEDUC-1190-O", "Carmen Vallejo", "DECE zonal",
     "El plazo de quince días no alcanza en época de matrícula: proponemos veinte."),
)
"""By institution: how its name begins, the steps it answered about, whether it agrees, its letter, who signed it."""
SAID = (
    ("school", Role.SHELTER_COORDINATOR, "En costa el año lectivo empieza en mayo: el plazo debería contarse aparte."),
    ("urgent-health", Role.MEDICAL, "Conviene nombrar el centro de salud que atiende de noche."),
)
NOTE = {
    "es": "Primera versión. Cinco instituciones respondieron a los pasos que son suyos. Lo que ninguna ha validado es "
          "propuesta o meta.",
    "en": "First version. Five institutions answered about the steps that are their own. What none has validated is "
          "a proposal or a target.",
}
DOOR = {
    "es": """## Si alguien pregunta por una persona

1. No abra. Hable por la ventana o por el citófono.
2. Diga: *no confirmamos ni negamos quién está aquí*. Lo mismo a la familia, a la prensa y a la policía.
3. Pida el documento por escrito. Un oficio **no** es una orden judicial.
4. Llame a la coordinación antes de responder nada más.

## Después

Anótelo en la bitácora: hora, quién dijo ser, qué pidió. Si hay peligro, llame al ECU 911.""",
    "en": """## If somebody asks for a person

1. Do not open. Speak through the window or the intercom.
2. Say: *we neither confirm nor deny who is here*. The same to family, press and police.
3. Ask for the paper in writing. A letter is **not** a court order.
4. Call the coordinator before answering anything else.

## Afterwards

Write it into the log: the hour, who they said they were, what they asked. In danger, call ECU 911.""",
}


def bring_in(dice: Dice, almanac: Almanac, places: list[Place], programme: uuid.UUID) -> None:
    """All of it, in the transaction at hand. `programme`: who coordinates the programme; she writes."""
    publisher = places[0].staff[Role.SHELTER_COORDINATOR]
    current = _version(dice, almanac, 1, programme, almanac.days + 20)
    current.note = NOTE
    current.state, current.starts_on = VersionState.PUBLISHED, almanac.day(almanac.days)
    current.published_at, current.published_by_id = almanac.at(almanac.days + 1), publisher
    steps = _steps(dice, current)
    _answers(dice, almanac, current, steps, programme)
    team = [programme, *(each for place in places for each in place.staff.values())]
    title = numbered(current.title, current.number)
    _asked(dice, almanac, ReadingKind.PROTOCOL, current.id, title, programme, almanac.days + 1, team)
    _next(dice, almanac, current, programme, places[0])
    _procedure(dice, almanac, programme, team)


def _version(dice: Dice, almanac: Almanac, number: int, by: uuid.UUID, ago: int) -> ProtocolVersion:
    shipped = first.read(queries.known_today())
    version = ProtocolVersion(id=dice.id(), number=number, by_id=by, made_at=almanac.at(ago), title=shipped["title"],
                              note=shipped["note"], cut_off=time(17))
    db.session.add(version)
    db.session.flush()
    db.session.add(ProtocolWriter(protocol_id=version.id, staff_id=by))
    return version


def _steps(dice: Dice, version: ProtocolVersion) -> dict[str, ProtocolStep]:
    found = {}
    for number, (key, name, steps) in enumerate(first.read(queries.known_today())["phases"], 1):
        phase = ProtocolPhase(id=dice.id(), protocol_id=version.id, key=key, number=number, name=name)
        db.session.add(phase)
        for place, told in enumerate(steps, 1):
            found[told["key"]] = ProtocolStep(id=dice.id(), protocol_id=version.id, phase_id=phase.id, place=place,
                                              digest="", **told)
    db.session.add_all(found.values())
    sign(version)
    return found


def _answers(
    dice: Dice, almanac: Almanac, version: ProtocolVersion, steps: dict[str, ProtocolStep], by: uuid.UUID,
) -> None:
    there = partners.institutions(almanac.today)
    for place, (kind, begins, keys, agrees, act, officer, post, remark) in enumerate(VALIDATED):
        institution = next(each for each in there if each.kind == kind and each.name["es"].startswith(begins))
        ago = almanac.days + 12 - place
        db.session.add_all(
            StepValidation(
                id=dice.id(), protocol_id=version.id, step_key=key, digest=steps[key].digest, agrees=agrees,
                institution_id=institution.id, answered_on=almanac.day(ago), at=almanac.at(ago), way=ValidatedBy.LETTER,
                by_id=by, act=act, officer=officer, post=post, remark=remark,
            )
            for key in keys
        )
        version.stamp += 1


def _next(dice: Dice, almanac: Almanac, current: ProtocolVersion, by: uuid.UUID, north: Place) -> None:
    """Version 2: two limits changed, a step taken out; what the teams say of it."""
    version = _version(dice, almanac, 2, by, 9)
    version.state, version.based_on_id = VersionState.COMMENTS, current.id
    version.note = {"es": "El cupo escolar pasa a veinte días laborables y el patrocinio a cinco. Sale el contacto "
                          "de los seis meses, que se junta con el de los tres.",
                    "en": "A place at school: twenty working days; legal representation: five. The contact at six "
                          "months goes, joined with that at three."}
    steps = _steps(dice, version)
    for key, amount in (("school", 20), ("defender", 5)):
        steps[key].limit_amount, steps[key].limit_unit = amount, Unit.WORKING_DAYS
    db.session.delete(steps["month-6"])
    sign(version)
    for key, role, text in SAID:
        db.session.add(ProtocolComment(id=dice.id(), protocol_id=version.id, step_key=key, by_id=north.staff[role],
                                       at=almanac.at(4, 600), text=text))


def _procedure(dice: Dice, almanac: Almanac, by: uuid.UUID, team: Iterable[uuid.UUID]) -> None:
    procedure = Procedure(id=dice.id(), made_at=almanac.at(6))
    title = {"es": "Si alguien llega a la puerta y pregunta por una persona",
             "en": "If somebody comes to the door and asks for a person"}
    edition = Edition(id=dice.id(), procedure_id=procedure.id, number=1, title=title, text=DOOR, by_id=by,
                      made_at=almanac.at(6), published_at=almanac.at(3, 540))
    db.session.add_all([procedure, edition])
    read = [each for place, each in enumerate(team) if place % 3]
    _asked(dice, almanac, ReadingKind.PROCEDURE, edition.id, title, by, 3, read, procedure.id)


def _asked(
    dice: Dice, almanac: Almanac, kind: ReadingKind, about: uuid.UUID, title: dict[str, str], by: uuid.UUID, ago: int,
    read_by: Iterable[uuid.UUID], series: uuid.UUID | None = None,
) -> None:
    asked = Asked(id=dice.id(), kind=kind, about_id=about, title=title, by_id=by, asked_at=almanac.at(ago, 560),
                  series_id=series, reminded_at=almanac.at(min(ago, 2), 420))
    db.session.add(asked)
    db.session.flush()
    db.session.add_all(Acknowledgement(asked_id=asked.id, staff_id=each, at=almanac.at(max(ago - 1, 1), 600))
                       for each in read_by)
