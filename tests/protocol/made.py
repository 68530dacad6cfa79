"""A protocol for tests of all houses: a draft with a step, a procedure; and canaries typed into its pages."""

from datetime import date

import sqlalchemy as sa

from shelter.accounts.models import Staff
from shelter.audit import operator, work
from shelter.calendar import now, today
from shelter.codes.protocol import ReadingKind, Standing, Start, Unit, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.partners.models import Foundation
from shelter.procedures.models import Asked, Edition, Procedure
from shelter.protocol.models import ProtocolPhase, ProtocolStep, ProtocolVersion


def a_protocol():
    """A draft with a step that another waits for, and a procedure that the first foundation is asked to read."""
    writer = db.session.scalar(sa.select(Staff.id).limit(1))
    title, foundation = {"es": "Paso"}, db.session.scalar(sa.select(Foundation.id).order_by(Foundation.name).limit(1))
    draft = ProtocolVersion(number=1, state=VersionState.COMMENTS, title=title, by_id=writer)
    phase = ProtocolPhase(protocol_id=draft.id, key="fase", number=1, name=title)
    step = ProtocolStep(protocol_id=draft.id, phase_id=phase.id, key="paso", place=1, name=title, procedure=title,
                        responsible=InstitutionKind.PROSECUTOR, start=Start.ALERT, standing=Standing.TARGET, digest="0")
    later = ProtocolStep(protocol_id=draft.id, phase_id=phase.id, key="otro", place=2, name=title, procedure=title,
                         start=Start.STEP, after="paso", standing=Standing.TARGET, digest="1")
    procedure = Procedure(foundation_id=foundation)
    text = Edition(procedure_id=procedure.id, number=1, title=title, text=title, by_id=writer, published_at=now())
    asked = Asked(kind=ReadingKind.PROCEDURE, about_id=text.id, title=title, by_id=writer, foundation_id=foundation)
    with work("test.protocol", by=operator):
        db.session.add_all([draft, phase, step, later, procedure, text, asked])
    return {"edition": draft.id, "other": draft.id, "phase": phase.id, "key": "paso", "procedure": procedure.id,
            "to_read": asked.id}


def a_published_protocol():
    """A version that every case follows, with one step that a word completes and that may be skipped."""
    writer, title = db.session.scalar(sa.select(Staff.id).limit(1)), {"es": "Denunciar"}
    version = ProtocolVersion(number=99, state=VersionState.PUBLISHED, title=title, by_id=writer,
                              starts_on=date(2020, 1, 1), published_at=now(), published_by_id=writer)
    phase = ProtocolPhase(protocol_id=version.id, key="alerta", number=1, name=title)
    step = ProtocolStep(protocol_id=version.id, phase_id=phase.id, key="report", place=1, name=title, procedure=title,
                        start=Start.ALERT, standing=Standing.TARGET, limit_amount=1, limit_unit=Unit.HOURS,
                        may_be_skipped=True, digest="9")
    with work("test.protocol", by=operator):
        db.session.add_all([version, phase, step])


def speak_of_the_protocol(say, client, send, programme):
    """A comment on a step, and the letter of an institution with who signed it."""
    client.post("/protocolo/versiones", data={})
    version = f"/protocolo/versiones/{db.session.scalar(sa.select(ProtocolVersion.id))}"
    send(client, f"{version}/pasos/safety/comentar", text=say("protocol_comment.text"))
    for state in ("comments", "validation"):
        client.post(f"{version}/estado", data={"state": state})
    office = next(each for each in programme.institutions if each.kind == "prosecutor" and not each.has_ended)
    send(client, f"{version}/validaciones/{office.id}", keys=["report-child"], agrees="no", way="letter", act="O-7",
         remark=say("step_validation.remark"), officer=say("step_validation.officer"),
         post=say("step_validation.post"), answered_on=today().isoformat())
    assert say.typed["step_validation.officer"] in client.get(f"{version}/validaciones/{office.id}").text
