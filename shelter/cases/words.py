"""How cases are said in a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shelter.calendar import today
from shelter.codes.cases import Stage
from shelter.texts import say as _
from shelter.web.locale import day_sayer


class Line(NamedTuple):
    """A case as the table shows it: ready texts. Without a right to the name, its code is its title."""

    id: uuid.UUID
    title: str
    code: str
    stage: str
    bed: str
    house: str
    lead: str
    last_service: str
    next_step: str
    is_late: bool


def lines(rows: Iterable[Mapping[str, Any]], leads: Mapping[uuid.UUID, str]) -> list[Line]:
    """The rows of a list, said; `leads` are the names of those responsible."""
    day, say_day, nameless = today(), day_sayer(), _("Name not given yet")
    stages = {stage: str(stage.label) for stage in Stage}
    return [
        Line(
            row["id"],
            (row["name"] or nameless) if row["is_named"] else row["code"],
            row["code"] if row["is_named"] else "",
            stages[row["stage"]],
            row["bed"] or "",
            row["house"],
            leads.get(row["lead_id"]) or "—",
            say_day(row["last_service_at"]) or "—",
            say_day(row["next_due_on"]) or "—",
            bool(row["next_due_on"] and row["next_due_on"] < day),
        )
        for row in rows
    ]
