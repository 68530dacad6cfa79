"""Before anybody of her country is told, and before she returns: what was found when she was asked, and assessed."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.codes.cases import Answer
from shelter.codes.outgoing import Screening
from shelter.db import db

from . import rules
from .models import Case
from .records import Screened


def screened(case: Case) -> dict[Screening, Screened]:
    """The last screening of each kind."""
    rows = db.session.scalars(
        sa.select(Screened).where(Screened.case_id == case.id).order_by(Screened.made_at, Screened.id)
    )
    return {each.kind: each for each in rows}


def answers(case: Case) -> dict[Screening, Answer]:
    """What was found last, by kind."""
    return {kind: each.answer for kind, each in screened(case).items()}


def may_return(case: Case, field: str) -> None:
    """Refuse, at that field, unless both screenings stand and say that she may."""
    found = answers(case)
    rules.may_return(found.get(Screening.REFUGE), found.get(Screening.RETURN), field)
