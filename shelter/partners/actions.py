"""The verbs of partners: foundations, houses, beds, the institutions of the route."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa

from shelter.codes.route import InstitutionKind as Kind
from shelter.db import db
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import queries, rules
from .models import Bed, Foundation, House, Institution


def add_foundation(name: str, *, started_on: date | None = None) -> Foundation:
    """A new partner, under a name that no other has."""
    if any(each.name.casefold() == name.casefold() for each in queries.foundations()):
        raise RuleBroken(_("There is a foundation with this name already"), "name")
    foundation = Foundation(name=name, started_on=started_on)
    db.session.add(foundation)
    return foundation


def add_house(foundation: Foundation, name: str, *, canton: str, address: str, rooms: dict[str, int]) -> House:
    """A house with its rooms and the number of beds in each."""
    house = House(foundation_id=foundation.id, name=name, province=canton[:2], canton=canton, address=address)
    beds = [
        Bed(foundation_id=foundation.id, house_id=house.id, room=room, name=str(place + 1))
        for room, count in rooms.items() for place in range(count)
    ]
    db.session.add(house)
    db.session.flush()
    db.session.add_all(beds)
    return house


def open_house(foundation: Foundation, *, name: str, canton: str, address: str, rooms: str) -> House:
    """A house from a form: rooms as they are written, one a line."""
    counted = rules.read_rooms(rooms)
    if any(taken.casefold() == name.casefold() for _id, taken in queries.houses()):
        raise RuleBroken(_("There is a house with this name already"), "name")
    return add_house(foundation, name, canton=canton, address=address, rooms=counted)


def add_beds(house: House, *, room: str, count: int) -> list[Bed]:
    """More beds, in a room of the house or in a new one, numbered on."""
    db.session.execute(sa.select(House.id).where(House.id == house.id).with_for_update())
    there = queries.beds(house.id)
    room = rules.spelled(room, {bed.room for bed in there})
    names = rules.next_names([bed.name for bed in there if bed.room == room], count)
    added = [Bed(foundation_id=house.foundation_id, house_id=house.id, room=room, name=name) for name in names]
    db.session.add_all(added)
    return added


def add_institution(
    *, name_es: str, name_en: str, kind: Kind, province: str | None, valid_from: date | None,
    succeeds_id: uuid.UUID | None,
) -> Institution:
    """A new office of the route; one that ended may come before it."""
    for row in queries.all_institutions():
        same = row["name"]["es"].casefold() == name_es.casefold() and row["province"] == province
        if same and row["valid_to"] is None:
            raise RuleBroken(_("There is an institution with this name already"), "name_es")
    earlier = db.session.get(Institution, succeeds_id) if succeeds_id else None
    rules.may_succeed(valid_from, earlier.valid_to if earlier else None)
    institution = Institution(name={"es": name_es, "en": name_en or name_es}, kind=kind, province=province,
                              valid_from=valid_from, succeeds_id=earlier.id if earlier else None)
    db.session.add(institution)
    return institution


def end_institution(institution: Institution, *, valid_to: date) -> None:
    """From the day after, nobody can be referred by it; what it did before stays."""
    rules.may_end(institution.valid_from, institution.valid_to, valid_to)
    institution.valid_to = valid_to


def seed_institutions() -> list[Institution]:
    """The institutions of the route in Ecuador. What came before is kept, with its end."""
    found = [
        Institution(name={"es": es, "en": en}, kind=kind, valid_from=date(since, 1, 1) if since else None)
        for es, en, kind, since in _INSTITUTIONS
    ]
    db.session.add_all(found)
    return found


_INSTITUTIONS = (
    ("Fiscalía General del Estado", "Office of the Attorney General", Kind.PROSECUTOR, 2008),
    ("Sistema de Protección y Asistencia a Víctimas y Testigos (SPAVT)", "Victim and Witness Protection System (SPAVT)",
     Kind.PROSECUTOR, 2008),
    ("Policía Nacional, unidad contra la trata de personas", "National Police, anti-trafficking unit",
     Kind.POLICE, None),
    ("Servicio Integrado de Seguridad ECU 911", "ECU 911 Integrated Security Service", Kind.POLICE, 2012),
    ("Junta Cantonal de Protección de Derechos", "Cantonal Board for the Protection of Rights", Kind.PROTECTION, None),
    ("Ministerio de Inclusión Económica y Social", "Ministry of Economic and Social Inclusion", Kind.SOCIAL, 2008),
    ("Ministerio de Salud Pública", "Ministry of Public Health", Kind.HEALTH, None),
    ("Ministerio de Educación (DECE)", "Ministry of Education (DECE)", Kind.EDUCATION, None),
    ("Ministerio de Relaciones Exteriores y Movilidad Humana", "Ministry of Foreign Affairs and Human Mobility",
     Kind.FOREIGN_AFFAIRS, None),
    ("Defensoría Pública", "Public Defender's Office", Kind.OMBUDSMAN, None),
    ("Defensoría del Pueblo", "Ombudsman's Office", Kind.OMBUDSMAN, None),
    ("Gobierno autónomo descentralizado municipal", "Municipal government", Kind.LOCAL, None),
    ("Organización Internacional para las Migraciones (OIM)", "International Organization for Migration (IOM)",
     Kind.INTERNATIONAL, None),
)
