"""Column types: UTC moments, stored words, texts by language, answers by form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column

from shelter.codes import Code
from shelter.codes.cases import Answer, Exploitation

Reading = Callable[[Any], Any]


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. SQLite gives moments back without a zone; this puts it on again."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, _coltype: object) -> Reading:
        """Always aware, always UTC. (Written out: lists read some hundred moments and words.)"""
        if dialect.name == "sqlite":
            return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")
        return lambda moment: None if moment is None else moment.astimezone(UTC)


class Word(sa.types.TypeDecorator[Code]):
    """A word of a vocabulary, stored as VARCHAR without a check: a new word needs no migration."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, vocabulary: type[Code]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse a word that the vocabulary does not have."""
        return None if value is None else str(self.vocabulary(value).value)

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Reading:
        """The member of the vocabulary."""
        members = {str(each.value): each for each in self.vocabulary}
        return lambda text: None if text is None else members.get(text) or self.vocabulary(text)


def word(vocabulary: type[Code], **options: Any) -> Any:
    """A column for one word of a vocabulary."""
    return mapped_column(Word(vocabulary), **options)


class Words(sa.types.TypeDecorator[dict[str, str]]):
    """A text by language: {"es": …, "en": …}; another language may follow."""

    impl = sa.JSON
    cache_ok = True


class Answers(sa.types.TypeDecorator[dict[Exploitation, Answer]]):
    """Yes / no by form of exploitation, as sorted text: `labour=no sexual=yes`. A form that is absent is unknown."""

    impl = sa.String(400)
    cache_ok = True

    def process_bind_param(self, value: dict[Exploitation, Answer] | None, dialect: Dialect) -> str:
        """One spelling for one meaning, so that the database can group by it."""
        return write_answers(value or {})

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[Exploitation, Answer]:
        """The answers again, by form."""
        return read_answers(value or "")


def write_answers(answers: dict[Exploitation, Answer]) -> str:
    """The stored spelling."""
    known = {Exploitation(form): Answer(answer) for form, answer in answers.items()}
    return " ".join(f"{form}={answer}" for form, answer in sorted(known.items()) if answer is not Answer.UNKNOWN)


def read_answers(text: str) -> dict[Exploitation, Answer]:
    """Read the stored spelling."""
    pairs = (part.partition("=") for part in text.split())
    return {Exploitation(form): Answer(answer) for form, _, answer in pairs}
