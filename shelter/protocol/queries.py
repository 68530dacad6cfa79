"""Versions and what is in them; which one is in force on a day; who answers for a step where; what was said of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from shelter.calendar import local, today
from shelter.cases.models import Case
from shelter.codes.cases import CaseState
from shelter.codes.protocol import ValidatedBy, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.db import db, rows_of, unseal
from shelter.jobs import Job
from shelter.partners import queries as partners
from shelter.partners.models import Institution
from shelter.texts import say as _

from .models import (
    ProtocolComment,
    ProtocolPhase,
    ProtocolStep,
    ProtocolVersion,
    ProtocolWriter,
    StepValidation,
    ValidationRequest,
)
from .rules import Book, Step, followed, here

# --- in force ---------------------------------------------------------------------------------------------------------


def in_force(day: date) -> Book | None:
    """The version that a case opened on that day follows; before the first one starts, the first; None without any."""
    return followed(books(), day)


def book(version_id: uuid.UUID) -> Book | None:
    """A published version, by its id."""
    return next((each for each in books() if each.version_id == version_id), None)


def followed_still() -> list[Book]:
    """The published versions that open cases follow."""
    there, opened = books(), db.session.scalars(sa.select(Case.opened_at).where(Case.state != CaseState.CLOSED))
    days = {local(each).date() for each in opened}
    return [each for each in there if any(followed(there, day) is each for day in days)]


def books() -> list[Book]:
    """Every published version in the order of time. One query; what they hold is read once per process and stamp.

    The stamp changes with what is said of a version; who answers for its steps, with the institutions and the day.
    """
    day = today()
    return [_kept(row.id, row.stamp, row.institutions, row.changes, day) for row in rows_of(_PUBLISHED)]


_PUBLISHED = (
    sa.select(
        ProtocolVersion.id, ProtocolVersion.stamp,
        sa.select(sa.func.count()).select_from(Institution).scalar_subquery().label("institutions"),
        sa.select(sa.func.sum(Institution.version)).scalar_subquery().label("changes"),
    )
    .where(ProtocolVersion.state == VersionState.PUBLISHED).order_by(ProtocolVersion.starts_on)
)


@lru_cache(maxsize=64)
def _kept(version_id: uuid.UUID, *_stamps: Any) -> Book:
    return as_book(db.session.get_one(ProtocolVersion, version_id))


def as_book(version: ProtocolVersion) -> Book:
    """Any version, a draft too, in plain values; a draft starts on the day it was begun as long as it has none."""
    phases, steps, words, directory = phases_of(version), steps_of(version), last_words(version), partners.directory()
    by_phase = {key: list(found) for key, found in groupby(steps, key=lambda each: each.phase_id)}
    return Book(
        version_id=version.id, number=version.number, starts_on=version.starts_on or version.made_at.date(),
        cut_off=version.cut_off, phases=tuple(phase.as_value() for phase in phases),
        steps=tuple(
            step.as_value(phase.key, f"{phase.number}.{place}", **_agreement(step, words[step.digest], directory))
            for phase in phases for place, step in enumerate(by_phase.get(phase.id, ()), 1)
        ),
    )


# --- versions ---------------------------------------------------------------------------------------------------------

def versions() -> list[ProtocolVersion]:
    """All of them, the newest first."""
    return list(db.session.scalars(sa.select(ProtocolVersion).order_by(ProtocolVersion.number.desc())))


def unpublished() -> ProtocolVersion | None:
    """The one that is being written, if one is."""
    ended = (VersionState.PUBLISHED, VersionState.DISCARDED)
    return db.session.scalar(sa.select(ProtocolVersion).where(ProtocolVersion.state.not_in(ended)))


def newest_published() -> ProtocolVersion | None:
    """The one that starts last."""
    published = sa.select(ProtocolVersion).where(ProtocolVersion.state == VersionState.PUBLISHED)
    return db.session.scalar(published.order_by(ProtocolVersion.starts_on.desc()).limit(1))


def latest_start() -> date | None:
    """The day on which the last of the published versions starts; None before the first one."""
    newest = newest_published()
    return newest.starts_on if newest else None


def hold(version: ProtocolVersion) -> None:
    """As it stands now, and nobody else changes it until this transaction ends."""
    db.session.flush()
    db.session.refresh(version, with_for_update=True)


def phases_of(version: ProtocolVersion) -> list[ProtocolPhase]:
    """Its phases in order."""
    its = sa.select(ProtocolPhase).where(ProtocolPhase.protocol_id == version.id)
    return list(db.session.scalars(its.order_by(ProtocolPhase.number)))


def steps_of(version: ProtocolVersion) -> list[ProtocolStep]:
    """Its steps, phase by phase in order."""
    its = sa.select(ProtocolStep).join(ProtocolPhase, ProtocolPhase.id == ProtocolStep.phase_id)
    its = its.where(ProtocolStep.protocol_id == version.id)
    return list(db.session.scalars(its.order_by(ProtocolPhase.number, ProtocolStep.place)))


def step(version: ProtocolVersion, key: str) -> ProtocolStep | None:
    """One of its steps."""
    its = sa.select(ProtocolStep).where(ProtocolStep.protocol_id == version.id, ProtocolStep.key == key)
    return db.session.scalar(its)


def writers(version: ProtocolVersion) -> list[uuid.UUID]:
    """Who wrote some of it."""
    return list(db.session.scalars(
        sa.select(ProtocolWriter.staff_id).where(ProtocolWriter.protocol_id == version.id)
    ))


def last_print(version: ProtocolVersion, kind: str, by: uuid.UUID) -> Job | None:
    """The newest of the booklets that somebody asked for, which is kept for a week."""
    hers = sa.select(Job).where(Job.about_id == version.id, Job.kind == kind, Job.by_id == by)
    return db.session.scalar(hers.order_by(Job.asked_at.desc(), Job.id).limit(1))


# --- what was said of it ----------------------------------------------------------------------------------------------

def comments(version: ProtocolVersion, key: str | None = None) -> list[dict[str, Any]]:
    """What the team says of it, or of one step: step_key, by_id, at, text; the oldest first."""
    columns = (ProtocolComment.id, ProtocolComment.step_key, ProtocolComment.by_id, ProtocolComment.at,
               ProtocolComment.text_sealed.label("text"))
    query = sa.select(*columns).where(ProtocolComment.protocol_id == version.id)
    query = query if key is None else query.where(ProtocolComment.step_key == key)
    rows = db.session.execute(query.order_by(ProtocolComment.at, ProtocolComment.id)).all()
    return unseal(rows, text=(ProtocolComment.text, "id"))


def comment_counts(version: ProtocolVersion) -> dict[str, int]:
    """How much was said of each step of which something was."""
    counted = sa.select(ProtocolComment.step_key, sa.func.count()).where(ProtocolComment.protocol_id == version.id)
    return {key: count for key, count in db.session.execute(counted.group_by(ProtocolComment.step_key)) if key}


def last_words(version: ProtocolVersion) -> defaultdict[str, dict[uuid.UUID, bool]]:
    """By digest of a step what each institution said of it last: yes, or no."""
    said: defaultdict[str, dict[uuid.UUID, bool]] = defaultdict(dict)
    its = sa.select(ProtocolStep.digest).where(ProtocolStep.protocol_id == version.id)
    for digest, institution, agrees in db.session.execute(
        sa.select(StepValidation.digest, StepValidation.institution_id, StepValidation.agrees)
        .where(StepValidation.digest.in_(its)).order_by(StepValidation.at, StepValidation.id)
    ):
        said[digest][institution] = agrees
    return said


def _agreement(step: ProtocolStep, said: Mapping[uuid.UUID, bool], directory: partners.Directory) -> dict[str, Any]:
    """What institutions said of a step, as its value has it.

    Somebody said yes, and nobody no: that of one that has ended is over when what follows it has answered, or when
    nothing follows it.
    """
    day, yes = today(), [directory.by_id[each] for each, agrees in said.items() if agrees]
    silent = _silent(step, yes, directory)
    speaking = (directory.standing(directory.by_id[each], day) for each, agrees in said.items() if not agrees)
    stands = any(each and not said.get(each.id) for each in speaking)
    return {"is_validated": bool(yes) and not stands, "silent": frozenset(each.id for each in silent),
            "is_awaited": any(partners.exists_on(each, day) for each in silent)}


def _silent(step: ProtocolStep, yes: Collection[Institution], directory: partners.Directory) -> list[Institution]:
    """Of all that ever have to act at a step, who has not said yes to it; nor did whom it followed."""
    named = directory.by_id[step.institution_id] if step.institution_id else None
    acting = directory.line(named) if named else directory.by_id.values()
    bound = {heir for each in yes for heir in (directory.line(each) if named else directory.heirs(each))}
    return [each for each in acting if each not in bound and not each.has_ended
            and (named or each.kind == step.responsible)]


_ANSWER = (StepValidation.id, StepValidation.digest, StepValidation.step_key, StepValidation.institution_id,
           StepValidation.agrees, StepValidation.answered_on, StepValidation.way, StepValidation.act,
           ValidationRequest.id.label("request_id"))
_REQUEST = sa.and_(StepValidation.way == ValidatedBy.ANSWER,
                   ValidationRequest.protocol_id == StepValidation.protocol_id,
                   ValidationRequest.institution_id == StepValidation.institution_id)
"""What an answer by slip answers."""


def answers(digests: Collection[str]) -> dict[str, list[Any]]:
    """What institutions answered about steps, by digest, the newest first: agrees, answered_on, way, act, institution;
    `request_id`: the request that was answered by its slip.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(*_ANSWER, Institution.name.label("institution"))
        .join(Institution, Institution.id == StepValidation.institution_id).outerjoin(ValidationRequest, _REQUEST)
        .where(StepValidation.digest.in_(digests)).order_by(StepValidation.at.desc(), StepValidation.id)
    ):
        found[row.digest].append(row)
    return found


def answers_with_officers(digests: Collection[str], institution_id: uuid.UUID) -> list[dict[str, Any]]:
    """What one institution answered, the newest first, with who signed it, the post, and what it wants changed."""
    rows = db.session.execute(
        sa.select(*_ANSWER, StepValidation.officer_sealed.label("officer"), StepValidation.post_sealed.label("post"),
                  StepValidation.remark_sealed.label("remark"))
        .select_from(StepValidation).outerjoin(ValidationRequest, _REQUEST)
        .where(StepValidation.digest.in_(digests), StepValidation.institution_id == institution_id)
        .order_by(StepValidation.at.desc(), StepValidation.id)
    ).all()
    return unseal(rows, officer=(StepValidation.officer, "id"), post=(StepValidation.post, "id"),
                  remark=(StepValidation.remark, "id"))


def signers(answer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Who gave an answer and with which post, by the id of the answer."""
    rows = db.session.execute(
        sa.select(StepValidation.id, StepValidation.officer_sealed.label("officer"),
                  StepValidation.post_sealed.label("post")).where(StepValidation.id.in_(answer_ids))
    ).all()
    opened = unseal(rows, officer=(StepValidation.officer, "id"), post=(StepValidation.post, "id"))
    return {each["id"]: each for each in opened}


def request(version: ProtocolVersion, institution_id: uuid.UUID) -> ValidationRequest | None:
    """That an institution was asked about a version."""
    asked = sa.select(ValidationRequest).where(ValidationRequest.protocol_id == version.id)
    return db.session.scalar(asked.where(ValidationRequest.institution_id == institution_id))


def steps_for(institution: Institution, book: Book, directory: partners.Directory | None = None) -> list[Step]:
    """The steps that are its own, in order: those of its kind that name no other institution."""
    directory, found = directory or partners.directory(), []
    for step in book.steps:
        named = directory.standing(directory.by_id[step.institution_id], today()) if step.institution_id else None
        if named is institution or (step.institution_id is None and step.responsible == institution.kind):
            found.append(step)
    return found


def waiting_for(version: ProtocolVersion, book: Book, day: date) -> list[tuple[Institution, list[Any]]]:
    """The institutions of the day that are asked about steps, each with those steps and its last answer or None."""
    digests = {row.key: row.digest for row in steps_of(version)}
    last: dict[tuple[str, uuid.UUID], Any] = {}
    for digest, rows in answers(list(digests.values())).items():
        last.update({(digest, row.institution_id): row for row in reversed(rows)})
    found, directory = [], partners.directory()
    for institution in partners.institutions(day):
        if steps := steps_for(institution, book, directory):
            found.append((institution, [(each, last.get((digests[each.key], institution.id))) for each in steps]))
    return found


# --- who answers for a step -------------------------------------------------------------------------------------------

def responsible_for(
    step: Step, province: str | None, on: date, directory: partners.Directory,
) -> Institution | None:
    """Who must act on a day: the institution that the step names, or what followed it; else the one of its kind."""
    if step.responsible is None:
        return None
    if step.institution_id:
        return directory.standing(directory.by_id[step.institution_id], on)
    return directory.institution_for(step.responsible, province, on, after=step.silent)


def unfit(named: uuid.UUID, kind: InstitutionKind | None, day: date, directory: partners.Directory) -> str:
    """Why the institution that a step names, or what followed it, cannot answer for it on a day; empty: it can."""
    acts = directory.standing(directory.by_id[named], day)
    shown = acts or directory.by_id[named]
    if shown.kind is not kind:
        return _("What it does is “%(kind)s”: choose that above, or another one", kind=shown.kind.label)
    if acts is None:
        return _("It does not exist then, and nothing follows it")
    if acts.province:
        return _("It acts in one province alone: leave it empty, or choose one of the whole country")
    return ""


def answering(book: Book, province: str | None, day: date) -> dict[str, list[str]]:
    """By step who may answer for it on a day, by name: the one it names; else who is of its kind in that province, or,
    where it has none, in the whole country.
    """
    directory, found = partners.directory(), {}
    there = sorted((here(each.name), each.kind, each.province) for each in partners.institutions(day))
    for step in book.steps:
        if step.institution_id:
            named = responsible_for(step, province, day, directory)
            found[step.key] = [here(named.name)] if named else []
        else:
            of = [(name, where) for name, kind, where in there
                  if kind == step.responsible and where in (None, province)]
            found[step.key] = [name for name, where in of if where] or [name for name, where in of if not where]
    return found


def known_today() -> dict[str, uuid.UUID]:
    """The institutions of today by their names in Spanish."""
    return {each.name["es"]: each.id for each in partners.institutions(today())}


def nameable(day: date) -> list[tuple[uuid.UUID, str]]:
    """The institutions of the whole country that a step may name, by name, as choices."""
    there = (each for each in partners.institutions(day) if each.province is None)
    return sorted(((each.id, here(each.name)) for each in there), key=lambda choice: choice[1].casefold())
