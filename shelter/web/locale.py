"""Language and time zone of the page, and how dates are said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, has_request_context, session
from flask_babel import Babel, Domain, format_date, format_decimal
from flask_login import current_user

from shelter import texts
from shelter.calendar import PartialDate, local, today
from shelter.config import HERE
from shelter.texts import LANGUAGES, language


def init_app(app: Flask, *, locale: str, timezone: str) -> None:
    """Two languages: the reader's own setting, else what this browser chose, else the programme's."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE=timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(HERE / "translations"),
    )
    app.before_request(texts.begin_page)
    app.teardown_request(lambda _error: texts.end_page())
    spoken, usual = {code: Locale.parse(name) for code, name in LANGUAGES.items()}, Locale.parse(locale)
    OneDomain(app, locale_selector=lambda: spoken.get(_chosen() or "", usual), timezone_selector=lambda: timezone)
    app.jinja_env.globals.update(_=texts.say, gettext=texts.say, ngettext=texts.say_many)


class OneDomain(Babel):
    """Keeps the catalogues that were read: the extension alone reads the file again for every request."""

    _domain = Domain()

    @property
    def domain_instance(self) -> Domain:
        """The one there is."""
        return self._domain


def _chosen() -> str | None:
    if not has_request_context():
        return None
    return getattr(current_user._get_current_object(), "language", None) or session.get("language")


@lru_cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).territories)


def country(code: str | None) -> str:
    """A country's name from its ISO 3166-1 alpha-2 code."""
    return _territories(language()).get(code or "", code or "")


@lru_cache
def countries(language: str) -> list[tuple[Any, ...]]:
    """Every country and its name: those that are chosen most often, then the others by name."""
    found = [
        (code, name)
        for code, name in _territories(language).items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return sorted(found, key=lambda pair: (_OFTEN.get(pair[0], len(_OFTEN)), pair[1]))


_OFTEN = {"EC": 0, "CO": 1, "VE": 2, "PE": 3}
"""From where most people come to a house in Ecuador: they stand first."""
_NOT_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}


def say_day(day: date | datetime | None) -> str:
    """A day: 27 mar 2026; without the year when it is this year's."""
    return _said(day, today().year, language()) if day else ""


def day_sayer() -> Callable[[date | datetime | None], str]:
    """The same for many days at once: what does not change from one to the next is asked once."""
    this_year, spoken = today().year, language()
    return lambda day: _said(day, this_year, spoken) if day else ""


@lru_cache(maxsize=5000)
def _said(day: date, this_year: int, _language: str) -> str:
    day = local(day).date() if isinstance(day, datetime) else day
    return str(format_date(day, "d MMM" if day.year == this_year else "d MMM yyyy"))


def say_moment(moment: datetime | None) -> str:
    """A day and an hour."""
    return f"{say_day(moment)}, {local(moment):%H:%M}" if moment else ""


def say_dated(moment: date | datetime) -> str:
    """A moment, or a day, for paper, which is kept: always with its year."""
    day = _said(moment, 0, language())
    return f"{day}, {local(moment):%H:%M}" if isinstance(moment, datetime) else day


def say_hour(moment: datetime) -> str:
    """An hour of today; with its day when it is another's."""
    return f"{local(moment):%H:%M}" if local(moment).date() == today() else say_moment(moment)


def say_partial(value: PartialDate | None) -> str:
    """As much of a date as is known."""
    if value is None:
        return ""
    pattern = "d MMM yyyy" if value.day else "MMMM yyyy" if value.month else "yyyy"
    return str(format_date(value.earliest, pattern))


def say_long_day(day: date) -> str:
    """A day with its weekday."""
    return str(format_date(day, "full"))


def filters() -> dict[str, Any]:
    """For the templates."""
    return {"day": say_day, "long_day": say_long_day, "moment": say_moment, "dated": say_dated,
            "hour": say_hour, "partial": say_partial, "country": country, "number": format_decimal}


def brand() -> str:
    """The product's neutral name."""
    return str(current_app.config["BRAND"])
