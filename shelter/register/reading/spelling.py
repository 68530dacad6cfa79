"""How people write the same thing: days, ages, countries and provinces as they stand in a spreadsheet."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel.core import get_global

from shelter.codes.people import AgeBand
from shelter.codes.places import Province
from shelter.rules import RuleBroken
from shelter.texts import plain
from shelter.texts import say as _
from shelter.web.fields import FIRST_YEAR, read_date
from shelter.web.locale import countries

ORDERS = ("dmy", "mdy")
"""Which comes first in 05/03/2014: the day, as in Ecuador, or the month, as in the United States."""

_TIME = re.compile(r"(?:T|,?\s+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?\s?m\.?)?(?:Z|[+-]\d{2}:?\d{2})?",
                   re.ASCII | re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d+)")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_IN_WORDS = re.compile(r"(\d{1,2})[\s\-/.]*(?:de\s+)?([a-záéíóú]+)\.?[\s\-/,]*(?:del?\s+)?(\d+)", re.IGNORECASE)
_MONTHS = {
    word: number for number, words in enumerate((
        "ene enero jan january", "feb febrero february", "mar marzo march", "abr abril apr april", "may mayo",
        "jun junio june", "jul julio july", "ago agosto aug august", "sep sept set septiembre setiembre september",
        "oct octubre october", "nov noviembre november", "dic diciembre dec december",
    ), 1) for word in words.split()
}


def day(text: str, order: str = "dmy") -> date:
    """Read 2014-03-05, 2014/3/5, 5/3/2014, 5-3-2014, 5.3.2014, 5 mar 2014, 5 de marzo de 2014, with a time or not.

    RuleBroken, in the reader's language, when it is no day. `order` tells which number comes first.
    """
    text = text.strip()
    if behind := _TIME.search(text):
        text = text[: behind.start()] if behind.end() == len(text) else text
    if found := _NUMBERS.fullmatch(text):
        one, other, year = found.groups()
        text = _numbers(*((one, other) if order == "dmy" else (other, one)), year)
    elif found := _YEAR_FIRST.fullmatch(text):
        text = "-".join(found.groups())
    elif (found := _IN_WORDS.fullmatch(text)) and (month := _MONTHS.get(plain(found[2]))):
        text = _numbers(found[1], str(month), found[3])
    try:
        return read_date(text)
    except ValueError as error:
        raise RuleBroken(_why(text) or str(error)) from None


def _why(text: str) -> str:
    """What is wrong with a day that has all its parts, or too few of them."""
    if re.fullmatch(r"[0-9]{4}", text):
        return _("It is only a year: say that the column tells the year")
    if re.fullmatch(r"[0-9]{5}", text):
        return _("It is the number of a spreadsheet: have the column shown as dates, and save the file again")
    found = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    if found and int(found[2]) > 12 >= int(found[1]):
        return _("There is no such month: are its dates written with the month first, or with the day?")
    if found and int(found[3]) >= FIRST_YEAR:
        return _("There is no such day in the calendar")
    return ""


def _numbers(day: str, month: str, year: str) -> str:
    if len(year) == 2:
        raise RuleBroken(_("Write the year with four digits, like 27/3/2026"))
    return f"{day}/{month}/{year}"


def country(text: str) -> str | None:
    """The code of a country (ISO 3166-1 alpha-2) from its two or three letters, or its name in Spanish or English."""
    return _countries().get(plain(text))


@lru_cache
def _countries() -> dict[str, str]:
    names = {plain(name): code for language in ("en", "es") for code, name in countries(language)}
    codes = {code.casefold(): code for code, _name in countries("en")}
    longer = {
        alias.casefold(): now[0] for alias, now in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and len(now) == 1 and now[0].casefold() in codes
    }
    return {**_ALSO, **names, **longer, **codes}


_ALSO = {
    "eeuu": "US", "ee uu": "US", "estados unidos de america": "US", "united states of america": "US", "usa": "US",
    "england": "GB", "inglaterra": "GB", "holanda": "NL", "holland": "NL", "turkey": "TR", "turquia": "TR",
    "hong kong": "HK", "republica popular china": "CN", "birmania": "MM", "burma": "MM", "palestina": "PS",
    "palestine": "PS", "republica bolivariana de venezuela": "VE", "costa de marfil": "CI", "ivory coast": "CI",
    "republica democratica del congo": "CD", "rd congo": "CD", "macedonia": "MK", "swazilandia": "SZ",
    "republica checa": "CZ", "czech republic": "CZ",
}
"""What countries are called as well."""


def province(text: str) -> Province | None:
    """A province of Ecuador from its code (INEC; a spreadsheet drops the zero of 09) or its name."""
    text = plain(text)
    return _provinces().get(text.zfill(2) if text.isdecimal() else text.removeprefix("provincia de "))


@lru_cache
def _provinces() -> dict[str, Province]:
    names = {plain(str(each.label)): each for each in Province}
    shorter = {"santo domingo": Province.SANTO_DOMINGO, "francisco de orellana": Province.ORELLANA}
    return {**{each.value: each for each in Province}, **names, **shorter}


def age_band(text: str) -> AgeBand | None:
    """An age band as it is often written: 9--17, 9 a 17 años, 48+, 48 y más."""
    found = re.fullmatch(r"(\d{1,2})\D+(\d{1,2})(?: *(?:años|years))?|(\d{1,2}) *(?:\+|\D*(?:más|more|older|over))\D*",
                         text.strip(), re.IGNORECASE | re.ASCII)
    if not found:
        return None
    band = f"{int(found[1])}-{int(found[2])}" if found[1] else f"{int(found[3])}+"
    return next((each for each in AgeBand if each == band), None)
