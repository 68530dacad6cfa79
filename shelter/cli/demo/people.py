"""Invented people: who somebody is, with the names, documents and languages that one meets in a house in Ecuador."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from shelter.calendar import PartialDate
from shelter.codes.people import DocumentKind, Sex, SpokenLanguage, Unanswered

from .chance import DAY, Dice, Wheel
from .names import POOLS, SHORT

Language = SpokenLanguage


@dataclass(frozen=True)
class Wish:
    """What must be so about somebody, for a case that the demonstration shows on purpose."""

    age: tuple[int, int] | None = None
    nationality: str | None = None
    wrong_digit: bool = False
    eighteen_on: date | None = None


@dataclass
class Someone:
    """A person as she says who she is. None: not said."""

    name_used: str
    names: str | None
    surnames: str | None
    birth: PartialDate | None
    sex: Sex | None
    nationality: str | None
    language: Language
    document_kind: DocumentKind | None = None
    document: str | None = None
    phone: str | None = None
    unanswered: dict[str, str] = field(default_factory=dict)


def someone(dice: Dice, arrived: date, wish: Wish) -> Someone:
    """An invented person who arrives on that day."""
    nationality = wish.nationality or _NATIONALITIES.spin(dice.rng)
    language = _LANGUAGES.get(nationality, _SPANISH).spin(dice.rng)
    sex = _SEXES.spin(dice.rng)
    given, surnames = _names(nationality, language, sex)
    first, second = dice.one(given), dice.one(given)
    is_named = dice.chance(0.94)
    made = Someone(
        name_used=dice.one(SHORT[first]) if first in SHORT and dice.chance(0.3) else first,
        names=f"{first} {second}" if is_named and second != first else first if is_named else None,
        surnames=f"{dice.one(surnames)} {dice.one(surnames)}" if is_named else None,
        birth=_birth(dice, arrived, wish), sex=sex, nationality=None if nationality == "?" else nationality,
        language=language, phone=phone(dice) if dice.chance(0.45) else None,
    )
    _show_document(dice, made, wish)
    _leave_open(dice, made, wish)
    return made


def _names(nationality: str, language: Language, sex: Sex | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    feminine, masculine, surnames = POOLS.get("kichwa" if language is Language.KICHWA else nationality, POOLS["EC"])
    if sex in {Sex.MALE, Sex.TRANS_MAN}:
        return masculine, surnames
    return feminine, surnames


def _birth(dice: Dice, arrived: date, wish: Wish) -> PartialDate | None:
    if wish.eighteen_on:
        born = wish.eighteen_on
        return PartialDate(born.year - 18, born.month, min(born.day, 28))
    youngest, oldest = wish.age or _AGES.spin(dice.rng)
    years = dice.between(youngest, oldest)
    day = date(arrived.year - years, arrived.month, min(arrived.day, 28)) - DAY * dice.between(0, 350)
    known = 1.0 if wish.age else dice.rng.random()
    if known < 0.03:
        return None
    if known < 0.12:
        return PartialDate(day.year)
    return PartialDate(day.year, day.month) if known < 0.16 else PartialDate(day.year, day.month, day.day)


def _show_document(dice: Dice, made: Someone, wish: Wish) -> None:
    kinds = _AT_HOME if made.nationality == "EC" else _FROM_ABROAD
    made.document_kind = DocumentKind.CEDULA if wish.wrong_digit else kinds.spin(dice.rng)
    if made.document_kind is DocumentKind.CEDULA:
        made.document = cedula(dice, right=not (wish.wrong_digit or dice.chance(0.008)))
    elif made.document_kind is DocumentKind.PASSPORT:
        made.document = f"{dice.one('ABCFGHK')}{dice.one('ABCFGHK')}{dice.between(100_000, 999_999)}"
    elif made.document_kind in {DocumentKind.FOREIGN, DocumentKind.REFUGEE}:
        made.document = f"{dice.between(10_000_000, 39_999_999)}"


def _leave_open(dice: Dice, made: Someone, wish: Wish) -> None:
    """Questions that were not answered say why."""
    if made.birth is None:
        made.unanswered["birth"] = str(Unanswered.NOT_KNOWN)
    if made.sex is None:
        made.unanswered["sex"] = str(Unanswered.PREFERS_NOT)
    if made.nationality is None:
        made.unanswered["nationality"] = str(_WHY_NOT.spin(dice.rng))
    if made.document_kind is None:
        made.unanswered["document_kind"] = str(_WHY_NOT.spin(dice.rng))


def cedula(dice: Dice, *, right: bool = True) -> str:
    """An identity number whose check digit is right (or wrong) and which nobody can hold: natural persons have 0–5
    in the third place, and here it is 6."""
    digits = [*divmod(dice.between(1, 24), 10), 6, *(dice.between(0, 9) for _place in range(6))]
    doubled = [digit * (2 - place % 2) for place, digit in enumerate(digits)]
    check = -sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10
    return "".join(map(str, digits)) + str(check if right else (check + dice.between(1, 9)) % 10)


def phone(dice: Dice) -> str:
    """A number that no network has: mobile numbers of Ecuador do not begin with 0900."""
    return f"0900 {dice.between(100, 999)} {dice.between(100, 999)}"


_NATIONALITIES = Wheel({
    "EC": 61, "VE": 17, "CO": 12, "PE": 4.5, "CU": 1.2, "HT": 1, "BO": 0.7, "DO": 0.6, "BR": 0.4, "CN": 0.3, "NG": 0.3,
    "?": 1,
})
_SEXES: Wheel[Sex | None] = Wheel({
    Sex.FEMALE: 80, Sex.MALE: 15.5, Sex.TRANS_WOMAN: 2.2, Sex.TRANS_MAN: 0.4, Sex.NON_BINARY: 0.6, None: 1.3,
})
_AGES = Wheel({(3, 8): 0.8, (9, 13): 5, (14, 17): 16, (18, 20): 17, (21, 23): 14, (24, 26): 11, (27, 29): 9,
               (30, 38): 15, (39, 47): 6, (48, 61): 2.2})
_SPANISH = Wheel({Language.SPANISH: 1})
_LANGUAGES = {
    "EC": Wheel({Language.SPANISH: 92.2, Language.KICHWA: 6, Language.SHUAR: 0.8, Language.SIGN: 1}),
    "HT": Wheel({Language.FRENCH: 6, Language.SPANISH: 3, Language.OTHER: 1}),
    "BR": Wheel({Language.PORTUGUESE: 7, Language.SPANISH: 3}),
    "CN": Wheel({Language.CHINESE: 9, Language.SPANISH: 1}),
    "NG": Wheel({Language.ENGLISH: 1}),
    "PE": Wheel({Language.SPANISH: 96, Language.OTHER: 4}),
}
_AT_HOME: Wheel[DocumentKind | None] = Wheel({DocumentKind.CEDULA: 62, DocumentKind.NONE: 29, None: 9})
_FROM_ABROAD: Wheel[DocumentKind | None] = Wheel({
    DocumentKind.FOREIGN: 38, DocumentKind.PASSPORT: 13, DocumentKind.REFUGEE: 13, DocumentKind.NONE: 28, None: 8,
})
_WHY_NOT = Wheel({Unanswered.PREFERS_NOT: 5, Unanswered.NOT_ASKED: 3, Unanswered.NOT_KNOWN: 2})
