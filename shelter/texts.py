"""Texts in the language of whoever reads them: at once, by number, or later, when the page is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from flask_babel import force_locale, get_domain, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import escape

LANGUAGES = {"es": "es_EC", "en": "en"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language and its catalogue."""

    language: str
    catalogue: NullTranslations


_NOT_YET = Spoken("", NullTranslations())
_spoken: ContextVar[Spoken | None] = ContextVar("spoken", default=None)
"""Of the page being made: asked some hundred times a page, so it is found once, when first asked for."""

_commanded: ContextVar[Spoken | None] = ContextVar("commanded", default=None)
"""Of the command that runs, for when a page was made in between: where there is no application to ask."""


def begin_page() -> None:
    """A page begins: its language is found when it is first asked for, and kept to the page's end."""
    _spoken.set(_NOT_YET)


def end_page() -> None:
    """The page is made; what is said outside of pages is looked up each time."""
    _spoken.set(None)


def spoken() -> Spoken:
    """The language of the page being made, else of whoever asks."""
    found = _spoken.get()
    if found is None:
        return _find()
    if found is _NOT_YET:
        _spoken.set(None)  # finding it may itself ask
        _spoken.set(found := _find())
    return found


def _find() -> Spoken:
    locale = get_locale()
    if locale is None and (commanded := _commanded.get()):
        return commanded
    return Spoken(str(getattr(locale, "language", "es")), get_domain().get_translations())


@contextmanager
def commanding(language: str) -> Iterator[None]:
    """A command speaks one language from its first word on, before there is an application."""
    found = translation("messages", Path(__file__).parent / "translations", [language], fallback=True)
    before, kept = _spoken.set(Spoken(language, found)), _commanded.set(Spoken(language, found))
    try:
        yield
    finally:
        _commanded.reset(kept)
        _spoken.reset(before)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while: a report may be asked for in one that its reader's pages are not in."""
    before = _spoken.set(None)
    try:
        with force_locale(LANGUAGES[language]):
            yield
    finally:
        _spoken.reset(before)


def language() -> str:
    """`es` or `en`."""
    return spoken().language


def say(text: str, /, **values: Any) -> str:
    """The text in the reader's language, its `%(name)s` filled in."""
    found = spoken().catalogue.gettext(text)
    return found % values if values else found


def say_many(one: str, many: str, number: int, /, **values: Any) -> str:
    """The text for a number of things; `%(num)s` is the number."""
    return _form(spoken().catalogue, one, many, number) % {"num": number, **values}


@lru_cache(maxsize=5_000)
def _form(catalogue: NullTranslations, one: str, many: str, number: int) -> str:
    """The rule of a language's plural is worked out once a number: a list of limits asks it for every row."""
    return catalogue.ngettext(one, many, number)


class Later(LazyString):
    """A text that is said in the language of whoever comes to read it."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(say, text, **values)

    def __html__(self) -> str:
        return escape(str(self))


def later(text: str, /, **values: Any) -> Any:
    """A text of a label or a menu, written down before anybody reads it."""
    return Later(text, **values)


class Given(LazyString):
    """A text that somebody gave in both languages: `{"es": …, "en": …}`, said in the reader's."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(lambda: names.get(language()) or names["es"])

    def __html__(self) -> str:
        return escape(str(self))


def plain(text: str) -> str:
    """Words alone, to compare them: without accents, in small letters, one space between them."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in letters if not unicodedata.combining(each))))
