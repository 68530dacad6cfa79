"""Finding outgoing referrals: of a case, those that wait within reach, their answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from shelter.access import Permission, Reader, within_reach
from shelter.calendar import now, today
from shelter.cases import queries as cases
from shelter.cases import rules as spine
from shelter.cases.models import Case, CaseCard, Person
from shelter.cases.queries import CASE_COLUMNS, PAGE, may_name
from shelter.codes.cases import CaseState
from shelter.codes.outgoing import Basis, NotTold, OutgoingState
from shelter.codes.referrals import Urgency
from shelter.db import db, unseal
from shelter.partners.models import Institution, Post

from . import letter, rules
from .models import Outgoing, Reply
from .rules import WAITING

READ = Permission.OUTGOING_READ
_LISTED = (
    Outgoing.id, Outgoing.reference, Outgoing.case_id, Outgoing.service, Outgoing.urgency, Outgoing.basis,
    Outgoing.state, Outgoing.made_at, Outgoing.sent_at, Outgoing.heard_at, Outgoing.reviewed_at,
    Outgoing.withdrawn_at,
    Institution.name.label("institution"),
)


def one(case: Case, outgoing_id: uuid.UUID) -> Outgoing | None:
    """An outgoing referral of this case."""
    return db.session.scalar(
        sa.select(Outgoing).where(Outgoing.id == outgoing_id, Outgoing.case_id == case.id)
        .options(joinedload(Outgoing.post), joinedload(Outgoing.consent))
    )


def of_case(case: Case) -> Sequence[Any]:
    """All of a case, newest first, with what is needed to say whether they wait."""
    query = sa.select(*_LISTED).join(Institution, Institution.id == Outgoing.institution_id)
    return db.session.execute(query.where(Outgoing.case_id == case.id).order_by(Outgoing.made_at.desc())).all()


def replies(outgoing: Outgoing) -> list[Reply]:
    """What was answered, newest first."""
    of_it = sa.select(Reply).where(Reply.outgoing_id == outgoing.id)
    return list(db.session.scalars(of_it.order_by(Reply.entered_at.desc(), Reply.id)))


def last_reply(outgoing: Outgoing) -> Reply | None:
    """The answer that stands."""
    return next(iter(replies(outgoing)), None)


def waiting(reader: Reader, *, most: int = PAGE) -> list[dict[str, Any]]:
    """Those within reach that wait for an answer, the longest silent first; names for those who may read them."""
    return _within(reader, Outgoing.state.in_(WAITING), sa.func.coalesce(Outgoing.heard_at, Outgoing.sent_at), most)


def to_review(reader: Reader, *, most: int = PAGE) -> list[dict[str, Any]]:
    """Those within reach that left without consent and that nobody reviewed, the oldest first."""
    unseen = sa.and_(Outgoing.basis != Basis.CONSENT, Outgoing.reviewed_at.is_(None), Outgoing.sent_at.is_not(None))
    return _within(reader, unseen, Outgoing.sent_at, most)


def untold(reader: Reader, *, most: int = PAGE) -> list[dict[str, Any]]:
    """Those that left without her knowledge and that this reader sent, or whose case she leads, until she is told.

    Of a child too young for it her representative was told instead; who has left the programme is not looked for.
    """
    leads = sa.exists().where(CaseCard.case_id == Outgoing.case_id, CaseCard.lead_id == reader.id)
    is_hers = sa.or_(Outgoing.sent_by_id == reader.id, leads)
    unknowing = sa.and_(
        Outgoing.basis != Basis.CONSENT, Outgoing.sent_at.is_not(None), Outgoing.told_at.is_(None),
        Outgoing.not_told.is_distinct_from(NotTold.TOO_YOUNG), Case.state != CaseState.CLOSED,
    )
    return _within(reader, sa.and_(unknowing, is_hers), Outgoing.sent_at, most)


def _within(reader: Reader, which: Any, order: Any, most: int) -> list[dict[str, Any]]:
    named = sa.case((may_name(reader, READ), Person.name_used_sealed)).label("name")
    query = (
        sa.select(*_LISTED, Case.code, Case.person_id, named)
        .join(Institution, Institution.id == Outgoing.institution_id)
        .join(Case, Case.id == Outgoing.case_id).join(Person, Person.id == Case.person_id)
        .where(which, within_reach(reader, READ, CASE_COLUMNS)).order_by(order, Outgoing.id).limit(most)
    )
    return unseal(db.session.execute(query).all(), name=(Person.name_used, "person_id"))


def open_with(institution_id: uuid.UUID) -> tuple[int, int]:
    """Of an institution, in all houses: how many wait for its answer, and how many were sent in 90 days."""
    found = db.session.execute(sa.select(
        sa.func.count().filter(Outgoing.state.in_(WAITING)),
        sa.func.count().filter(Outgoing.sent_at >= now() - timedelta(days=90)),
    ).where(Outgoing.institution_id == institution_id)).one()
    return found[0], found[1]


def silent() -> list[Outgoing]:
    """Those that have waited too long without a word, and nobody was reminded since."""
    heard, at = sa.func.coalesce(Outgoing.heard_at, Outgoing.sent_at), now()
    too_long = sa.or_(*(
        sa.and_(Outgoing.urgency == urgency, heard <= at - rules.SILENCE[urgency]) for urgency in Urgency
    ))
    return list(db.session.scalars(
        sa.select(Outgoing).where(Outgoing.state.in_(WAITING), Outgoing.reminded_at.is_(None), too_long)
    ))


def consent_for(case: Case, outgoing: Outgoing) -> cases.Asked | None:
    """The consent by which it may leave, asked anew each time: hers to this very referral, and to no other.

    None: it ended, she took it back or said no to them since, or the text is not the one that was read to her. To what
    has left already a no to another text of theirs is no answer: it stands as she said it. That she takes back another
    yes to them counts: who regrets one is asked anew about all.
    """
    if outgoing.consent_id is None or (not is_sent(outgoing) and letter.as_read(case, outgoing) != outgoing.left):
        return None
    day, age = today(), cases.age_of(case, today())
    asked = [each for each in cases.consents(case)
             if each.id == outgoing.consent_id or not (each.is_in_force(day) or _of_another_text(each, outgoing))]
    hers = (each for each in cases.in_force(asked, day) if each.id == outgoing.consent_id)
    return next((each for each in hers if spine.speaks_for_her(each.given_by, age)), None)


def _of_another_text(asked: cases.Asked, sent: Outgoing) -> bool:
    return is_sent(sent) and bool(asked.fields) and not asked.withdrawn_at


def is_child(case: Case) -> bool:
    """Whether she is under 18, or may be by what is known of her birth, or is declared of her."""
    age = cases.age_of(case, today())
    return age is not None and age < spine.OF_AGE


def waiting_of(case: Case) -> list[Outgoing]:
    """What left of a case and waits for an answer."""
    return list(db.session.scalars(
        sa.select(Outgoing).where(Outgoing.case_id == case.id, Outgoing.state.in_(WAITING))
    ))


def addressees(institutions: Sequence[Institution]) -> list[tuple[uuid.UUID, Institution, Post | None]]:
    """Institutions, each followed by its posts: to whom something can be sent."""
    posts: dict[uuid.UUID, list[Post]] = {}
    for post in db.session.scalars(sa.select(Post).order_by(Post.name)):
        posts.setdefault(post.institution_id, []).append(post)
    return [
        (each.id if post is None else post.id, each, post)
        for each in institutions for post in (None, *posts.get(each.id, ()))
    ]


def is_sent(outgoing: Outgoing) -> bool:
    """Whether it left the house."""
    return outgoing.state not in {OutgoingState.PREPARED} and outgoing.sent_at is not None

