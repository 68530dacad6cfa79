"""What institutions are asked about the steps that are their own, and what they answer: by letter, or by a slip."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from shelter import answers
from shelter.access import Permission
from shelter.accounts import queries as accounts
from shelter.calendar import local, today
from shelter.codes.protocol import ValidatedBy, VersionState
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.partners.models import Institution
from shelter.partners.queries import exists_on
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import queries
from .models import ProtocolStep, ProtocolVersion, StepValidation, ValidationRequest
from .queries import hold
from .rules import answered_between, is_as_seen

SLIP = "protocol.validate"
SLIP_LASTS = timedelta(days=60)
ANSWERED = notice_kind("protocol.answered", _later("An institution answered about the protocol"),
                       "protocol.validations", "edition")


def record_answer(
    version: ProtocolVersion, institution: Institution, by: uuid.UUID | None, *, keys: Collection[str], agrees: bool,
    answered_on: date, way: ValidatedBy, officer: str, post: str, act: str, remark: str, seen: int | None = None,
) -> list[StepValidation]:
    """What an institution answered about steps that are its own: yes, or what it wants changed. `seen`: the version of
    the record that stood on the page.
    """
    hold(version)
    is_as_seen(version.version, seen)
    if version.state not in {VersionState.VALIDATION, VersionState.PUBLISHED}:
        raise RuleBroken(_("It is not with the institutions: its words may still change"))
    _may_speak(institution)
    answered_between(answered_on, local(version.made_at).date(), today())
    if not agrees and not remark:
        raise RuleBroken(_("Write what it wants changed"), "remark")
    own = {each.key for each in queries.steps_for(institution, queries.as_book(version))}
    steps = [each for each in queries.steps_of(version) if each.key in own.intersection(keys)]
    if not steps:
        raise RuleBroken(_("Choose at least one step"), "keys")
    said = [
        StepValidation(
            protocol_id=version.id, step_key=each.key, digest=each.digest, institution_id=institution.id,
            agrees=agrees, answered_on=answered_on, way=way, by_id=by, act=act, officer=officer, post=post,
            remark=remark or None,
        )
        for each in steps
    ]
    db.session.add_all(said)
    alike = sa.select(ProtocolStep.protocol_id).where(ProtocolStep.digest.in_([each.digest for each in steps]))
    db.session.execute(sa.update(ProtocolVersion).where(ProtocolVersion.id.in_(alike))
                       .values(stamp=ProtocolVersion.stamp + 1))
    return said


def ask(version: ProtocolVersion, institution: Institution, by: uuid.UUID) -> ValidationRequest:
    """A letter with a slip for its answer; an earlier slip works no more."""
    hold(version)
    if version.state not in {VersionState.VALIDATION, VersionState.PUBLISHED}:
        raise RuleBroken(_("It is not with the institutions: its words may still change"))
    _may_speak(institution)
    if not queries.steps_for(institution, queries.as_book(version)):
        raise RuleBroken(_("None of the steps of this version is its own: there is nothing to ask it"))
    asked = queries.request(version, institution.id)
    if asked is None:
        asked = ValidationRequest(protocol_id=version.id, institution_id=institution.id, by_id=by)
        db.session.add(asked)
    answers.issue(SLIP, asked.id, lasts=SLIP_LASTS, by=by)
    return asked


def _may_speak(institution: Institution) -> None:
    if not exists_on(institution, today()):
        raise RuleBroken(_("It does not exist today: ask the one that does this now"))


def take_back(version: ProtocolVersion) -> None:
    """Its words may change: no slip about them works any more."""
    asked = sa.select(ValidationRequest.id).where(ValidationRequest.protocol_id == version.id)
    for request in db.session.scalars(asked).all():
        answers.revoke(SLIP, request)


def take_answer(
    asked: ValidationRequest, *, keys: Collection[str], remark: str, officer: str, post: str, act: str,
) -> None:
    """What was answered by the slip: yes to the steps that are ticked, changes wanted in the others."""
    version = db.session.get_one(ProtocolVersion, asked.protocol_id)
    institution = db.session.get_one(Institution, asked.institution_id)
    own = {each.key for each in queries.steps_for(institution, queries.as_book(version))}
    signed: dict[str, Any] = {"officer": officer, "post": post, "act": act, "answered_on": today(),
                              "way": ValidatedBy.ANSWER}
    if yes := own & set(keys):
        record_answer(version, institution, None, keys=yes, agrees=True, remark="", **signed)
    if no := own - set(keys):
        record_answer(version, institution, None, keys=no, agrees=False, remark=remark, **signed)
    tell(accounts.holding(Permission.PROTOCOL_WRITE), ANSWERED, about=version)
