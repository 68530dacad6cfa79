"""Language and time zone of the page, and how dates are said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, has_request_context, session
from flask_babel import (
    Babel,
    Domain,
    force_locale,
    format_date,
    format_datetime,
    get_domain,
    get_locale,
    gettext,
    ngettext,
)
from flask_login import current_user

from shelter.calendar import PartialDate, local, today
from shelter.config import HERE

LANGUAGES = {"es": "es_EC", "en": "en"}


def init_app(app: Flask, *, locale: str, timezone: str) -> None:
    """Two languages: the reader's own setting, else what this browser chose, else the programme's."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE=timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(HERE / "translations"),
    )
    app.before_request(_begin)
    app.teardown_request(_end)
    OneDomain(app, locale_selector=lambda: LANGUAGES.get(_chosen() or "", locale), timezone_selector=lambda: timezone)
    app.jinja_env.install_gettext_callables(_say, _say_many, newstyle=True)  # type: ignore[attr-defined]


_spoken: ContextVar[Any] = ContextVar("translations", default=None)
"""The catalogue of the page being made: asked some hundred times a page, so it is found once, when first asked for."""
_NOT_YET = object()


class HouseDomain(Domain):
    """Texts are looked up in the catalogue of the page being made, when there is one."""

    def get_translations(self) -> Any:
        """The catalogue."""
        return _catalogue() or super().get_translations()


class OneDomain(Babel):
    """Keeps the catalogues that were read: the extension alone reads the file again for every request."""

    _domain = HouseDomain()

    @property
    def domain_instance(self) -> HouseDomain:
        """The one there is."""
        return self._domain


def _begin() -> None:
    _spoken.set(_NOT_YET)


def _end(_error: BaseException | None) -> None:
    _spoken.set(None)


def _catalogue() -> Any:
    found = _spoken.get()
    if found is _NOT_YET:
        _spoken.set(None)
        found = get_domain().get_translations()
        _spoken.set(found)
    return found


def _say(text: str) -> str:
    catalogue = _catalogue()
    return str(gettext(text) if catalogue is None else catalogue.ugettext(text))


def _say_many(one: str, many: str, count: int) -> str:
    catalogue = _catalogue()
    return str(ngettext(one, many, count) if catalogue is None else catalogue.ungettext(one, many, count))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while: a report may be asked for in one that its reader's pages are not in."""
    before = _spoken.set(None)
    try:
        with force_locale(LANGUAGES[language]):
            yield
    finally:
        _spoken.reset(before)


def _chosen() -> str | None:
    if not has_request_context():
        return None
    return getattr(current_user, "language", None) or session.get("language")


def language() -> str:
    """`es` or `en`."""
    return str(getattr(get_locale(), "language", "es"))


@lru_cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).territories)


def country(code: str | None) -> str:
    """A country's name from its ISO 3166-1 alpha-2 code."""
    return _territories(language()).get(code or "", code or "")


@lru_cache
def countries(language: str) -> list[tuple[str, str]]:
    """Every country and its name, by name."""
    found = [
        (code, name)
        for code, name in _territories(language).items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return sorted(found, key=lambda pair: pair[1])


_NOT_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}


def say_day(day: date | datetime | None) -> str:
    """A day: 27 mar 2026; without the year when it is this year's."""
    if day is None:
        return ""
    day = local(day).date() if isinstance(day, datetime) else day
    return _said(day, "d MMM" if day.year == today().year else "d MMM yyyy", language())


@lru_cache(maxsize=5000)
def _said(day: date, pattern: str, _language: str) -> str:
    return str(format_date(day, pattern))


def say_moment(moment: datetime | None) -> str:
    """A day and an hour."""
    return f"{say_day(moment)}, {format_datetime(moment, 'HH:mm')}" if moment else ""


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
    return {"day": say_day, "long_day": say_long_day, "moment": say_moment, "partial": say_partial, "country": country}


def brand() -> str:
    """The product's neutral name."""
    return str(current_app.config["BRAND"])
