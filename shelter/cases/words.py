"""How a case is said: the identity bar above every page of it, its line in a table, the details on its timeline."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from shelter.access import Permission, allows
from shelter.calendar import PartialDate, age_on, oldest_on, today
from shelter.codes.cases import Answer, CaseState, ConsentPurpose, Stage
from shelter.codes.leaving import ExitReason, FollowUpMonth, Outcome
from shelter.codes.outgoing import OutgoingState, Shared
from shelter.codes.services import Discipline, ServiceType
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import me
from shelter.web.locale import country, day_sayer
from shelter.web.panels import tabs

from .models import Case


def case_bar(case: Case) -> dict[str, Any]:
    """Name (or code), facts, tags and sub-navigation, for the case layout."""
    named = allows(me(), Permission.PERSON_READ, case)
    return {
        "name": (case.person.name_used or _("Name not given yet")) if named else case.code,
        "code": case.code if named else "",
        "rows": _rows(case) if named else [(_("Stage"), case.card.stage.label)],
        "tags": [*(_safety(case) if named else ()), *_tags(case)],
        "tabs": tabs(case),
    }


def _rows(case: Case) -> list[tuple[str, Any]]:
    person = case.person
    rows = [(_("Age"), _age(person.birth)), (_("Stage"), case.card.stage.label)]
    if case.card.bed:
        rows.append((_("Bed"), case.card.bed))
    if person.language:
        rows.append((_("Language"), person.language.label))
    if person.nationality:
        rows.append((_("Nationality"), country(person.nationality)))
    return rows


def _age(birth: PartialDate | None) -> str:
    """In years; both that are possible when only the year, or the month, of her birth is known."""
    if birth is None:
        return str(_("not known"))
    least, most = age_on(birth, today()), oldest_on(birth, today())
    if least == most:
        return str(_("%(years)s years", years=least))
    return str(_("%(least)s or %(most)s years", least=least, most=most))


def _safety(case: Case) -> Iterator[tuple[str, str]]:
    """What cannot wait, for those who care for her."""
    if case.state is CaseState.OPEN and case.card.is_safe is Answer.NO:
        yield _("Not safe now"), "protection"
    if case.state is CaseState.OPEN and case.card.needs_doctor is Answer.YES:
        yield _("Needs a doctor now"), "protection"


def _tags(case: Case) -> list[tuple[str, str]]:
    tags = []
    if case.age_band and case.age_band in {"0-8", "9-17"}:
        tags.append((_("Under 18: special protection"), "protection"))
    if case.person.document_is_doubtful:
        tags.append((_("Check the document number"), "due"))
    if case.state is CaseState.CLOSED:
        tags.append((_("Closed case"), "neutral"))
    return tags


_DETAILS: dict[str, Any] = {
    word.value: word.label
    for words in (Discipline, ConsentPurpose, ExitReason, Outcome, OutgoingState, FollowUpMonth) for word in words
} | {"institution": _later("An institution")}


def say_detail(word: str) -> Any:
    """The label of a detail on the timeline: a discipline, a purpose, a reason, an outcome, an answer, a service."""
    return _DETAILS.get(word) or (ServiceType(word).label if "." in word else word)


def say_shared(fields: Iterable[str] | None) -> str:
    """What exactly she agreed to share, in words."""
    return ", ".join(str(Shared(each).label) for each in fields or ())


class Line(NamedTuple):
    """A case as the table shows it: ready texts. Without a right to the name, its code is its title."""

    id: str
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
            str(row["id"]),
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
