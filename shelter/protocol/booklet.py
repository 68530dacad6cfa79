"""The booklet: a version on paper, with a diagram in which phases are lanes and steps are boxes."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template

from shelter.answers.paper import Printed
from shelter.calendar import now, today
from shelter.db import db
from shelter.partners.models import Institution
from shelter.texts import language
from shelter.web.paper import pdf
from shelter.web.prose import prose

from . import queries, words
from .models import ProtocolVersion
from .rules import Book, Step

PAGE, LABEL, GAP, LINE, TALL = 174.0, 28.0, 3.2, 3.2, 215.0
"""Millimetres: the width of the page, of a lane's name, between boxes, from line to line; what a page holds."""
ACROSS, HIGH, LETTERS = 4, 16.6, 23
"""How many boxes stand side by side, how high one is, how many letters fit into a line of it."""


@dataclass(frozen=True)
class Box:
    """A step in the diagram: where it stands (millimetres), its lines, what is said of its limit."""

    step: Step
    x: float
    y: float
    width: float
    lines: Sequence[str]
    limit: str
    follows: bool


@dataclass(frozen=True)
class Lane:
    """A phase in the diagram."""

    y: float
    height: float
    lines: Sequence[str]
    boxes: Sequence[Box]


def sheets(book: Book) -> list[list[Lane]]:
    """The diagram of a route from top to bottom, on as many pages as it takes; a phase stays together."""
    found: list[list[Lane]] = [[]]
    y = 0.0
    for phase in book.phases:
        steps = [each for each in book.steps if each.phase == phase.key]
        rows = max(1, -(-len(steps) // ACROSS))
        height = rows * HIGH + (rows + 1) * GAP * 0.75
        if found[-1] and y + height > TALL:
            found.append([])
            y = 0.0
        name = textwrap.wrap(f"{phase.number}. {words.here(phase.name)}", 16)
        found[-1].append(Lane(y, height, name, list(_boxes(steps, y))))
        y += height + 1.4
    return found


def _boxes(steps: Sequence[Step], top: float) -> Iterator[Box]:
    width = (PAGE - LABEL - GAP * (ACROSS + 1)) / ACROSS
    for place, step in enumerate(steps):
        row, column = divmod(place, ACROSS)
        lines = textwrap.shorten(f"{step.number} {words.here(step.name)}", LETTERS * 3, placeholder="…")
        yield Box(
            step, LABEL + GAP + column * (width + GAP), top + GAP * 0.75 + row * (HIGH + GAP * 0.75), width,
            textwrap.wrap(lines, LETTERS)[:3], _limit(step), follows=place > 0 and column > 0 and not step.is_beside,
        )


def _limit(step: Step) -> str:
    return f"{words.say_limit(step.limit)} · {words.say_standing(step)}" if step.limit else ""


def printed(version: ProtocolVersion) -> bytes:
    """The whole booklet as PDF/UA in the reader's language; one that is published is printed once."""
    if version.is_published:
        return _kept(version.id, version.stamp, language(), str(today()))
    return _print(version)


def letter(
    version: ProtocolVersion, institution: Institution, steps: Sequence[Step], reference: str, slip: Printed,
) -> bytes:
    """The letter that asks an institution about its steps, with the slip for its answer."""
    values: dict[str, Any] = {
        "version": version, "institution": institution, "steps": steps, "reference": reference, "slip": slip,
        "book": queries.as_book(version), "rows": {row.key: row for row in queries.steps_of(version)},
        "words": words, "prose": prose, "made_at": now(),
    }
    return pdf(render_template("protocol/letter.html", **values))


@lru_cache(maxsize=4)
def _kept(version_id: uuid.UUID, _stamp: int, _language: str, _day: str) -> bytes:
    return _print(db.session.get_one(ProtocolVersion, version_id))


def _print(version: ProtocolVersion) -> bytes:
    book = queries.as_book(version)
    rows = {row.key: row for row in queries.steps_of(version)}
    values: dict[str, Any] = {
        "version": version, "book": book, "rows": rows, "words": words, "prose": prose, "width": PAGE,
        "sheets": sheets(book), "line": LINE, "label": LABEL,
        "answering": queries.answering(book, None, today()),
        "made_at": now(), "answers": queries.answers([row.digest for row in rows.values()]), "high": HIGH,
    }
    return pdf(render_template("protocol/booklet.html", **values))
