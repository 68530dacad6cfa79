"""What teams said of the steps of their cases' routes: done on time mostly, sometimes late, sometimes not at all."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.cases.models import Case, CaseCard
from shelter.codes.protocol import DelayCause, Evidence, SkipReason
from shelter.codes.route import Word
from shelter.db import db
from shelter.documents.models import Document
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Step
from shelter.route import kept
from shelter.route.models import RouteLap, StepWord

from .chance import DAY, Almanac, Dice

MOST, ROUNDS, WITHOUT_LIMIT, LONG = 300, 12, timedelta(days=6), timedelta(days=30)
"""Cases of which something is said, the newest; how often what follows from it is said too; limits over for longer than
this were met meanwhile, and late."""
SAYABLE = frozenset({Evidence.WORD, Evidence.DOCUMENT})
NOTES = (
    "Se hizo con la persona y quedó constancia en su expediente.", "Consta en el oficio recibido.",
    "Lo confirmó por teléfono la persona de enlace.", "Se acordó con ella y se anotó el siguiente paso.",
    "Acta firmada en la reunión del equipo.",
)
CAUSES = (DelayCause.NO_ANSWER, DelayCause.NO_ANSWER, DelayCause.NO_PLACE, DelayCause.NO_DOCUMENT, DelayCause.NO_STAFF,
          DelayCause.NO_MEANS, DelayCause.NOT_RECORDED)


def tell(dice: Dice, almanac: Almanac) -> None:
    """Work out where every case stands; then say of the newest what was done, and of that what follows."""
    kept.renew_all()
    decided: set[tuple[uuid.UUID, str, int]] = set()
    for _round in range(ROUNDS):
        fresh = [lap for lap in _open_laps() if (lap.case_id, lap.step, lap.number) not in decided]
        decided.update((lap.case_id, lap.step, lap.number) for lap in fresh)
        with work("demo.load", by=operator, bulk="step_word"):
            said = [word for lap in fresh for word in _say(dice, lap, almanac.last)]
            db.session.add_all(said)
        if not said:
            return


def _open_laps() -> list[Any]:
    paper = sa.select(Document.id).where(Document.case_id == RouteLap.case_id, Document.kind.is_not(None)).order_by(
        Document.number.desc()).limit(1).scalar_subquery()
    newest = sa.select(Case.id).order_by(Case.opened_at.desc(), Case.id).limit(MOST)
    spoken = [step.key for book in protocol.books() for step in book.steps
              if step.may_be_skipped or not SAYABLE.isdisjoint(step.evidence)]
    return list(db.session.execute(
        sa.select(RouteLap.case_id, RouteLap.foundation_id, RouteLap.step, RouteLap.number, RouteLap.version_id,
                  RouteLap.started_at, RouteLap.due_at, CaseCard.lead_id, paper.label("paper"))
        .join(CaseCard, CaseCard.case_id == RouteLap.case_id)
        .where(RouteLap.case_id.in_(newest), RouteLap.ended_at.is_(None), RouteLap.started_at.is_not(None),
               RouteLap.step.in_(spoken))
        .order_by(RouteLap.case_id, RouteLap.step, RouteLap.number)
    ))


def _say(dice: Dice, lap: Any, last: datetime) -> list[StepWord]:
    """In seven of ten cases done in time, else late or skipped where it may be; what is over for long was done."""
    chance, length = dice.rng.random(), (lap.due_at - lap.started_at) if lap.due_at else WITHOUT_LIMIT
    over_at = lap.started_at + length
    evidence = _step(lap).evidence
    if Evidence.WORD not in evidence and Evidence.DOCUMENT in evidence and not lap.paper:
        return []
    if SAYABLE.isdisjoint(evidence):  # what the records did not show for long did not take place
        is_old, at = over_at < last - LONG, over_at + DAY
        return [_word(dice, lap, Word.SKIPPED, at, at, None, dice.one(list(SkipReason)[:4]))] if is_old else []
    if chance < 0.7:
        return _done(dice, lap, lap.started_at + length * (0.2 + 0.75 * dice.rng.random()), last)
    if chance < 0.76 and _step(lap).may_be_skipped:
        at = min(lap.started_at + length * 0.5, last)
        return [_word(dice, lap, Word.SKIPPED, at, at, None, dice.one(list(SkipReason)[:4]))]
    late = _done(dice, lap, over_at + min(length, LONG) * (0.1 + dice.rng.random()), last)
    if chance < 0.85 or over_at < last - LONG:
        return [*_why(dice, lap, over_at, last), *late]
    return _why(dice, lap, over_at, last) if chance < 0.93 else []


def _done(dice: Dice, lap: Any, at: datetime, last: datetime) -> list[StepWord]:
    if at >= last:
        return []
    said = _word(dice, lap, Word.DONE, at, at, dice.one(NOTES))
    said.document_id = lap.paper if Evidence.DOCUMENT in _step(lap).evidence else None
    return [said]


def _why(dice: Dice, lap: Any, over_at: datetime, last: datetime) -> list[StepWord]:
    is_late = lap.due_at is not None and over_at + DAY < last
    return [_word(dice, lap, Word.CAUSE, lap.started_at, over_at + DAY, None, dice.one(CAUSES))] if is_late else []


def _step(lap: Any) -> Step:
    return next(book for book in protocol.books() if book.version_id == lap.version_id).by_key[lap.step]


def _word(
    dice: Dice, lap: Any, word: Word, at: datetime, said_at: datetime, note: str | None, reason: Any = None,
) -> StepWord:
    return StepWord(id=dice.id(), foundation_id=lap.foundation_id, case_id=lap.case_id, step=lap.step, word=word, at=at,
                    reason=reason, note=note, by_id=lap.lead_id, entered_at=said_at)
