"""Undoing a whole import: one person asks, a second one decides; from that moment none of it counts."""

from __future__ import annotations

import uuid

from shelter import approvals
from shelter.access import Permission
from shelter.accounts import queries as accounts
from shelter.approvals import Approval, Kind, approval_kind
from shelter.approvals.kinds import Facts
from shelter.db import db
from shelter.texts import later as _
from shelter.web import Form, TextArea
from shelter.web.locale import say_moment

from . import actions
from .models import ImportedFile


class UndoForm(Form):
    """Why."""

    reason = TextArea(_("Why is it undone?"), maxlength=500, rows=3, missing=_("Say why, for the person who decides"))


def ask(file: ImportedFile, *, by: uuid.UUID, reason: str) -> Approval:
    """Ask a second person to undo it, in the transaction at hand; RuleBroken when it cannot be undone anyway."""
    actions.check_undo(file)
    return approvals.ask(
        UNDO, subject_id=file.id, by=by, reason=reason, foundation_id=file.foundation_id,
        house_id=accounts.homes([by]).get(by),  # hers, so that she can follow it
    )


def _file(approval: Approval) -> ImportedFile:
    return db.session.get_one(ImportedFile, approval.subject_id)


def _facts(approval: Approval) -> Facts:
    file = _file(approval)
    return [(_("Register"), file.register.name), (_("Cases"), file.cases), (_("Imported"), say_moment(file.begun_at))]


UNDO = approval_kind("register.undo", Kind(
    label=_("Undo an import of historic cases"), decides=Permission.REGISTER_UNDO, facts=_facts,
    do=lambda approval: actions.undo(_file(approval)),
    nobody=_("Nobody else could decide: a second programme coordinator or an administrator is needed"),
))
