"""The invented historic register: what a house wrote down in its books before there was a program."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from hashlib import sha256

from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.db import db
from shelter.register.models import ImportedFile, Register, RegisterCase

from .chance import Almanac, Dice, Wheel
from .programme import Place

NAME = "Casa Retama, libros de ingreso (inventado)"
SOURCE = "Fundación Retama del Norte, libros de ingreso de la casa, transcritos en 2025 (datos inventados)"
YEARS, CASES = 12, 420
_SEXES = Wheel[Sex | None]({Sex.FEMALE: 78, Sex.MALE: 15, Sex.TRANS_WOMAN: 3, None: 4})
_AGES = Wheel[AgeBand | None]({
    AgeBand.TO_8: 3, AgeBand.TO_17: 34, AgeBand.TO_20: 20, AgeBand.TO_23: 14, AgeBand.TO_26: 9, AgeBand.TO_29: 7,
    AgeBand.TO_38: 8, None: 5,
})
_COUNTRIES = Wheel[str | None]({"EC": 58, "CO": 21, "VE": 12, "PE": 5, None: 4})
_FORMS = Wheel[Exploitation | None]({
    Exploitation.SEXUAL: 60, Exploitation.LABOUR: 22, Exploitation.BEGGING: 6, Exploitation.SERVITUDE: 5, None: 7,
})
_PROVINCES = Wheel[str | None]({"17": 46, "07": 14, "09": 12, "08": 8, "04": 6, "21": 5, None: 9})


def bring_in(dice: Dice, almanac: Almanac, house: Place, *, by: uuid.UUID | None) -> None:
    """A register of the foundation with one file, as if somebody had imported it; in the transaction at hand."""
    last = almanac.day(almanac.days).year - 1
    register = Register(id=dice.id(), name=NAME, source=SOURCE, foundation_id=house.foundation_id)
    moment = almanac.at(30, 11 * 60)
    file = ImportedFile(
        id=dice.id(), register_id=register.id, digest=sha256(NAME.encode()).hexdigest(), begun_at=moment,
        finished_at=moment, by_id=by, cases=CASES, refused=3, name="libros-de-ingreso.csv",
    )
    db.session.add_all([register, file])
    db.session.flush()
    db.session.add_all(_case(dice, file, line, last) for line in range(2, CASES + 2))


def _case(dice: Dice, file: ImportedFile, line: int, last: int) -> RegisterCase:
    year = last - int(YEARS * dice.rng.random() ** 1.4)
    day = date(year, 1, 1) + timedelta(days=dice.between(0, 364))
    nationality, forms = _COUNTRIES.spin(dice.rng), {_FORMS.spin(dice.rng)}
    if dice.chance(0.12):
        forms.add(_FORMS.spin(dice.rng))
    return RegisterCase(
        file_id=file.id, line=line, year=year, registered_on=None if dice.chance(0.2) else day,
        sex=_SEXES.spin(dice.rng), age_band=_AGES.spin(dice.rng), nationality=nationality,
        exploited_in="EC" if dice.chance(0.8) else nationality, province=_PROVINCES.spin(dice.rng),
        exploitation={form: Answer.YES for form in forms if form is not None},
    )
