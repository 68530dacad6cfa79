"""The verbs of partners: foundations, houses, beds, the institutions of the route."""

from __future__ import annotations

from datetime import date

from shelter.codes.route import InstitutionKind as Kind
from shelter.db import db

from .models import Bed, Foundation, House, Institution


def add_foundation(name: str, *, started_on: date | None = None) -> Foundation:
    """A new partner."""
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
    ("Policía Nacional, unidad contra la trata de personas", "National Police, anti-trafficking unit", Kind.POLICE, None),
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
