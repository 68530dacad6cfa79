"""The booklet: a version on paper, with a diagram in which phases are lanes and steps are boxes."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for

from shelter import jobs
from shelter.access import Permission
from shelter.answers.paper import Printed
from shelter.calendar import now, today
from shelter.codes.protocol import Start
from shelter.db import db
from shelter.jobs import Job, Kind, Progress, Result, job_kind
from shelter.partners.models import Institution
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web.paper import pdf
from shelter.web.prose import prose

from . import queries, words
from .models import ProtocolVersion
from .rules import Book, Step, in_phase_before

PAGE, LABEL, GAP, LINE, TALL = 174.0, 28.0, 3.6, 3.3, 222.0
"""Millimetres: the width of the page, of a lane's name, between boxes, from line to line; what a page holds."""
ACROSS, HIGH, LETTERS, LINES = 4, 19.0, 21, 3
"""How many boxes stand side by side, how high one is, how many letters fit into a line of it, how many lines."""


@dataclass(frozen=True)
class Box:
    """A step in the diagram: where it stands (millimetres), its lines, what is said of its limit below.

    `arrow` comes from the step of its phase for which it waits, as the path of a drawing.
    """

    step: Step
    x: float
    y: float
    width: float
    lines: Sequence[str]
    marks: Sequence[str]
    is_proposal: bool
    arrow: str = ""


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
    before = dict(in_phase_before(book.steps))
    y = 0.0
    for phase in book.phases:
        steps = [each for each in book.steps if each.phase == phase.key]
        rows = max(1, -(-len(steps) // ACROSS))
        height = rows * HIGH + (rows + 1) * GAP * 0.75
        if found[-1] and y + height > TALL:
            found.append([])
            y = 0.0
        name = textwrap.wrap(f"{phase.number}. {words.here(phase.name)}", 16)
        found[-1].append(Lane(y, height, name, list(_boxes(steps, before, y, book.by_key))))
        y += height + 1.4
    return found


def _boxes(
    steps: Sequence[Step], before: Mapping[str, Step], top: float, steps_by_key: Mapping[str, Step],
) -> Iterator[Box]:
    width = (PAGE - LABEL - GAP * (ACROSS + 1)) / ACROSS
    there: dict[str, Box] = {}
    for place, step in enumerate(steps):
        row, column = divmod(place, ACROSS)
        lines = textwrap.wrap(f"{step.number} {words.here(step.name)}", LETTERS, max_lines=LINES, placeholder=" …")
        box = Box(
            step, LABEL + GAP + column * (width + GAP), top + GAP * 0.75 + row * (HIGH + GAP * 0.75), width, lines,
            [*_after(step, before, steps_by_key), *words.say_marks(step)], words.is_proposal(step),
        )
        if step.key in before:
            box = replace(box, arrow=_arrow(there[before[step.key].key], box))
        there[step.key] = box
        yield box


def _after(step: Step, before: Mapping[str, Step], steps: Mapping[str, Step]) -> Iterator[str]:
    """The step for which it waits, in words, where no arrow comes from it."""
    if step.start is Start.STEP and (waits := steps.get(step.after)) and before.get(step.key) != waits:
        yield _("after %(number)s", number=waits.number)


def _arrow(start: Box, end: Box) -> str:
    """From the right of a box to the left of another: straight to its neighbour, else through the gap above it."""
    middle, way = end.y + HIGH / 2, end.x - 0.5
    first = f"M{start.x + start.width:.2f} {start.y + HIGH / 2:.2f}"
    if start.y == end.y and end.x - start.x - start.width < GAP + 0.1:
        line = f"H{way:.2f}"
    else:
        line = f"h{GAP / 2:.2f}V{end.y - GAP * 0.375:.2f}H{end.x - GAP / 2:.2f}V{middle:.2f}H{way:.2f}"
    return f"{first}{line}m-1 -0.9l1 0.9l-1 0.9"


def ask(version: ProtocolVersion, by: uuid.UUID) -> Job:
    """Have the whole booklet printed beside the pages, in the transaction at hand: it takes seconds."""
    return jobs.ask(BOOKLET, by=by, about_id=version.id)


def _do(job: Job, progress: Progress) -> Result:
    progress(0)
    return Result(file=printed(db.session.get_one(ProtocolVersion, job.about_id)))


BOOKLET = job_kind("protocol.booklet", Kind(
    label=_later("Booklet of the protocol"), needs=Permission.PROTOCOL_READ, do=_do,
    url=lambda job: url_for("protocol.show", edition=job.about_id),
    back=lambda job: url_for("protocol.show", edition=job.about_id),
))


def letter(
    version: ProtocolVersion, institution: Institution, steps: Sequence[Step], reference: str, slip: Printed,
    signed: tuple[str, str, str],
) -> bytes:
    """The letter that asks an institution about its steps, with the slip for its answer.

    `signed`: name, post and e-mail of whoever asks.
    """
    signs_name, signs_as, reply_to = signed
    values: dict[str, Any] = {
        "signs_name": signs_name, "signs_as": signs_as, "reply_to": reply_to,
        "version": version, "institution": institution, "steps": steps, "reference": reference, "slip": slip,
        "book": queries.as_book(version), "rows": {row.key: row for row in queries.steps_of(version)},
        "words": words, "prose": prose, "made_at": now(),
    }
    return pdf(render_template("protocol/letter.html", **values))


def printed(version: ProtocolVersion) -> bytes:
    """The whole booklet as PDF/UA, in the language that is spoken."""
    book = queries.as_book(version)
    rows = {row.key: row for row in queries.steps_of(version)}
    values: dict[str, Any] = {
        "version": version, "book": book, "rows": rows, "words": words, "prose": prose, "width": PAGE,
        "sheets": sheets(book), "line": LINE, "label": LABEL,
        "answering": queries.answering(book, None, today()),
        "made_at": now(), "answers": queries.answers([row.digest for row in rows.values()]), "high": HIGH,
    }
    return pdf(render_template("protocol/booklet.html", **values))
