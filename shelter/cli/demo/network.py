"""Who answers at the institutions of the demonstration, a bridge day that was decreed, a bed under repair: invented."""

from __future__ import annotations

from datetime import date

from shelter.codes.places import Channel, OutOfUse, Rank
from shelter.db import db
from shelter.partners.models import Bed, BedOutage, CalendarDay, FocalPoint, Institution, Post

from .chance import DAY, Almanac, Dice

HELD = (
    ("Fiscalía General", "Punto focal de trata", "Unidad especializada", "Verónica Salazar", Channel.CALL, 410, 12),
    ("Sistema de Protección", "Enlace con las casas", "Coordinación zonal", "Iván Cárdenas", Channel.CALL, 260, 140),
    ("Policía Nacional", "Punto focal de trata", "Investigación", "Capitán Darwin Paredes", Channel.MESSAGE, 95, 30),
    ("Junta Cantonal", "Secretaría de turno", "", "Lorena Quiñónez", Channel.CALL, 700, 61),
    ("Ministerio de Inclusión", "Analista de protección especial", "Zona 9", "Mónica Tituaña", Channel.EMAIL, 320, 9),
    ("Ministerio de Salud", "Referente de violencia y trata", "Distrito 3", "Patricio Loaiza", Channel.CALL, 55, 55),
    ("Ministerio de Relaciones", "Movilidad humana", "Protección", "Gabriela Narváez", Channel.EMAIL, 180, 102),
)
"""How its institution begins, the post, its unit, who holds it, how to reach, since and verified so many days ago."""
BEFORE = {"Fiscalía General": "Ramiro Villacís", "Policía Nacional": "Mayor Édison Chiluisa"}
STANDING_IN = {"Fiscalía General": "Nathaly Benítez"}
HANDED_OVER = "Quedan pendientes dos medidas de protección y la reunión trimestral. El oficio de enlace está firmado."


def holders(dice: Dice, almanac: Almanac, institutions: list[Institution]) -> None:
    """Posts with their holders; some changed hands, one stands empty, two were not called for long."""
    for begins, name, unit, who, channel, since, verified in HELD:
        institution = next(each for each in institutions if each.name["es"].startswith(begins))
        post = Post(id=dice.id(), institution_id=institution.id, name=name, unit=unit or None)
        db.session.add(post)
        if earlier := BEFORE.get(begins):
            _holder(dice, post, earlier, channel, almanac.day(since + 500), to_on=almanac.day(since + 1))
        note = HANDED_OVER if begins in BEFORE else None
        _holder(dice, post, who, channel, almanac.day(since), verified_on=almanac.day(verified), note=note)
        if other := STANDING_IN.get(begins):
            _holder(dice, post, other, channel, almanac.day(since), rank=Rank.ALTERNATE,
                    verified_on=almanac.day(verified))
    ombudsman = next(each for each in institutions if each.name["es"] == "Defensoría del Pueblo")
    db.session.add(Post(id=dice.id(), institution_id=ombudsman.id, name="Delegación provincial"))
    db.session.flush()


def _holder(
    dice: Dice, post: Post, name: str, channel: Channel, from_on: date, *, rank: Rank = Rank.HOLDER,
    to_on: date | None = None, verified_on: date | None = None, note: str | None = None,
) -> None:
    db.session.add(FocalPoint(
        id=dice.id(), post_id=post.id, rank=rank, from_on=from_on, to_on=to_on, verified_on=verified_on,
        channel=channel, name=name, phone=f"02 000 {dice.between(1000, 9999)}",
        email=f"enlace{dice.between(100, 999)}@institucion.invalid", note=note,
    ))


def bridge(dice: Dice, almanac: Almanac) -> None:
    """A bridge after the next New Year, decreed free; and the Saturday on which it is made up for."""
    year = almanac.today.year + 1
    free = next(day for day in (date(year, 1, 2) + DAY * each for each in range(4)) if day.weekday() < 5)
    saturday = next(day for day in (date(year, 1, 10) + DAY * each for each in range(7)) if day.weekday() == 5)
    db.session.add_all([
        CalendarDay(id=dice.id(), day=free,
                    name={"es": "Puente de Año Nuevo (decreto inventado)", "en": "New Year bridge (invented decree)"}),
        CalendarDay(id=dice.id(), day=saturday, is_worked=True,
                    name={"es": "Recuperación del puente", "en": "The bridge is made up for"}),
    ])


def outages(dice: Dice, almanac: Almanac, beds: list[Bed]) -> None:
    """Why a bed that cannot be used cannot be used."""
    db.session.add_all(
        BedOutage(id=dice.id(), foundation_id=bed.foundation_id, house_id=bed.house_id, bed_id=bed.id,
                  reason=OutOfUse.REPAIR, from_on=almanac.day(6), until_on=almanac.today + DAY * 8, by_id=dice.id())
        for bed in beds if not bed.is_usable
    )
