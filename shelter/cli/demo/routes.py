"""What teams said of the steps of their cases' routes: done on time mostly, sometimes late, sometimes not at all."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases.models import Case, CaseCard
from shelter.codes.protocol import DelayCause, Evidence, SkipReason
from shelter.codes.route import Word
from shelter.db import db
from shelter.protocol import queries as protocol
from shelter.route import kept
from shelter.route.models import RouteLap, StepWord

from .chance import Dice

MOST, ROUNDS, WITHOUT_LIMIT = 300, 8, timedelta(days=6)
"""Cases of which something is said, the newest; how often what follows from it is said too."""
NOTES = (
    "Se hizo con la persona y quedó constancia en su expediente.", "Consta en el oficio recibido.",
    "Lo confirmó por teléfono la persona de enlace.", "Se acordó con ella y se anotó el siguiente paso.",
    "Acta firmada en la reunión del equipo.",
)
CAUSES = (DelayCause.NO_ANSWER, DelayCause.NO_ANSWER, DelayCause.NO_PLACE, DelayCause.NO_DOCUMENT, DelayCause.NO_STAFF,
          DelayCause.NO_MEANS, DelayCause.NOT_RECORDED)


def tell(dice: Dice) -> None:
    """Work out where every case stands; then say of the newest what was done, and of that what follows."""
    kept.renew_all()
    decided: set[tuple[uuid.UUID, str, int]] = set()
    for _round in range(ROUNDS):
        fresh = [lap for lap in _open_laps() if (lap.case_id, lap.step, lap.number) not in decided]
        decided.update((lap.case_id, lap.step, lap.number) for lap in fresh)
        said = [word for word in (_say(dice, lap) for lap in fresh) if word]
        if not said:
            return
        with work("demo.load", by=operator, bulk="step_word"):
            db.session.add_all(said)


def _open_laps() -> list[Any]:
    newest = sa.select(Case.id).order_by(Case.opened_at.desc(), Case.id).limit(MOST)
    spoken = [step.key for book in protocol.books() for step in book.steps if Evidence.WORD in step.evidence]
    return list(db.session.execute(
        sa.select(RouteLap.case_id, RouteLap.foundation_id, RouteLap.step, RouteLap.number, RouteLap.version_id,
                  RouteLap.started_at, RouteLap.due_at, CaseCard.lead_id)
        .join(CaseCard, CaseCard.case_id == RouteLap.case_id)
        .where(RouteLap.case_id.in_(newest), RouteLap.ended_at.is_(None), RouteLap.started_at.is_not(None),
               RouteLap.step.in_(spoken))
        .order_by(RouteLap.case_id, RouteLap.step, RouteLap.number)
    ))


def _say(dice: Dice, lap: Any) -> StepWord | None:
    """In eight of ten cases it is done, mostly within its limit; else skipped where it may be, or late for a reason."""
    chance, length = dice.rng.random(), (lap.due_at - lap.started_at) if lap.due_at else WITHOUT_LIMIT
    at = lap.started_at + length * (0.2 + 0.75 * dice.rng.random() if chance < 0.7 else 1.1 + dice.rng.random())
    if chance < 0.82:
        return _word(dice, lap, Word.DONE, at, dice.one(NOTES)) if at < now() else None
    step = next(book for book in protocol.books() if book.version_id == lap.version_id).by_key[lap.step]
    if chance < 0.88 and step.may_be_skipped:
        return _word(dice, lap, Word.SKIPPED, min(at, now()), None, dice.one(list(SkipReason)[:4]))
    is_over = lap.due_at is not None and lap.due_at < now()
    return _word(dice, lap, Word.CAUSE, lap.started_at, None, dice.one(CAUSES)) if is_over else None


def _word(dice: Dice, lap: Any, word: Word, at: datetime, note: str | None, reason: Any = None) -> StepWord:
    return StepWord(id=dice.id(), foundation_id=lap.foundation_id, case_id=lap.case_id, step=lap.step, word=word, at=at,
                    reason=reason, note=note, by_id=lap.lead_id, entered_at=at)
