"""The verbs: attach, replace, withdraw. What was there before stays."""

from __future__ import annotations

import uuid

from shelter.cases.actions import hold, reached
from shelter.cases.models import Case
from shelter.cases.queries import told_of
from shelter.codes.cases import Milestone
from shelter.codes.services import Discipline
from shelter.db import db

from . import queries, rules
from .files import checked
from .models import Document


def attach(
    case: Case, *, by: uuid.UUID, discipline: Discipline, title: str, name: str, content: bytes,
    replaces: Document | None = None,
) -> Document:
    """Keep a file, sealed for a discipline; on the timeline that there is one, and of whom. The case is held."""
    kind, kept = checked(name, content)
    document = _next(hold(case), by, discipline, replaces)
    document.kind, document.size = kind, len(kept)
    document.title, document.content = title, kept
    db.session.add(document)
    told = told_of(replaces, Milestone.ATTACHED) if replaces else None
    at = told.occurred_at if told else document.made_at  # a better scan came later; what it shows, did not
    reached(case, Milestone.ATTACHED, at=at, by=by, about=document, detail=str(discipline), corrects=told)
    return document


def replace(case: Case, document: Document, *, by: uuid.UUID, title: str, name: str, content: bytes) -> Document:
    """Another version; the earlier one is kept."""
    return attach(case, by=by, discipline=document.discipline, title=title, name=name, content=content,
                  replaces=document)


def withdraw(case: Case, document: Document, *, by: uuid.UUID, why: str) -> Document:
    """It holds no more: it leaves the list, and who reads its discipline still finds it through the withdrawal."""
    withdrawal = _next(hold(case), by, document.discipline, document)
    withdrawal.title = why
    db.session.add(withdrawal)
    return withdrawal


def _next(case: Case, by: uuid.UUID, discipline: Discipline, replaces: Document | None) -> Document:
    if replaces is not None:
        rules.may_be_changed(queries.corrected_by(replaces) is not None, replaces.is_withdrawal)
    return Document(
        foundation_id=case.foundation_id, case_id=case.id, number=queries.next_number(case), discipline=discipline,
        by_id=by, corrects_id=replaces.id if replaces else None,
    )
