"""What leaves the house: every output says what it is, and a disclosure is answered only while she agrees."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Response

from shelter.access import Permission, Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import today
from shelter.cases import actions, queries
from shelter.cases.records import Consent
from shelter.codes.cases import ConsentAnswer, ConsentPurpose
from shelter.db import db
from shelter.web import Section
from shelter.web.leaving import DECLARED

TO = ConsentPurpose.PROSECUTION


@pytest.fixture
def ask(case, staff):
    """ask(answer, recipient) -> the case, after she answered."""
    made, by = case(), staff(Role.CASEWORKER)

    def answer(said=ConsentAnswer.GIVEN, recipient=None, purpose=TO, **more):
        with work("test.consent", by=operator):
            actions.ask_consent(made, by=by.id, purpose=purpose, answer=said, recipient=recipient, **more)
        return made

    answer.case = made
    return answer


def test_nothing_leaves_of_somebody_who_was_not_asked(ask):
    assert queries.may_leave(ask.case, TO) is None


def test_it_leaves_for_that_purpose_and_to_that_recipient_alone(ask):
    made = ask(recipient="Fiscalía  de Pichincha")
    assert queries.may_leave(made, TO)
    assert queries.may_leave(made, TO, "fiscalía de pichincha")
    assert queries.may_leave(made, TO, "Fiscalía del Azuay") is None
    assert queries.may_leave(made, ConsentPurpose.REFERRAL) is None


def test_a_consent_that_names_nobody_opens_nothing_to_a_recipient(ask):
    assert queries.may_leave(ask(), TO, "Fiscalía") is None


def test_after_its_end_or_when_she_takes_it_back_nothing_leaves(ask):
    made = ask(ends_on=today())
    assert queries.may_leave(made, TO)
    assert queries.may_leave(made, TO, day=today() + timedelta(days=1)) is None
    with work("test.withdraw", by=operator):
        actions.withdraw_consent(db.session.get_one(Consent, queries.may_leave(made, TO).id))
    assert queries.may_leave(made, TO) is None


@pytest.fixture
def output(app):
    """An address that discloses, as a later feature would write it."""
    made = Section("salida", __name__)

    @made.get("/casos/<uuid:case>/salida", needs=Permission.CASE_READ, leaves=TO)
    def out(case):
        return Response("datos", mimetype="application/octet-stream")

    app.register_blueprint(made)
    yield "/casos/{}/salida"
    DECLARED.pop("salida.out")


def test_an_output_is_shut_until_she_agrees_and_again_when_she_does_not(output, ask, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    url = output.format(ask.case.id)
    assert worker.get(url).status_code == 403
    ask()
    assert worker.get(url).text == "datos"
    ask(ConsentAnswer.REFUSED)
    assert worker.get(url).status_code == 403
    refused = sa.select(sa.func.count()).where(AuditEntry.object_id == ask.case.id, AuditEntry.decision == "refused")
    assert db.session.scalar(refused) == 2
