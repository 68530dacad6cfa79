"""Every page on which something that happened is told with its moment refuses one that lies ahead, or before her case.

The alert comes first of all (tests/route/test_alert.py); so nothing that these pages write lies before it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.cases.models import TimelineEntry
from shelter.cases.records import Stay
from shelter.codes.cases import CaseState, Milestone, Stage
from shelter.codes.leaving import Destination, ExitReason
from shelter.db import db
from shelter.partners.models import Bed
from shelter.transition.actions import leave
from tests.client import Page

HOUR = timedelta(hours=1)
PAGES = {
    "a bed": ("/casos/{case}/estancia", "arrived_at", {"bed_id": "{bed}"}),
    "a service": ("/casos/{case}/servicios/nuevo", "occurred_at", {
        "type": "social.escort", "was_held": "yes", "minutes": "30", "modality": "in_person"}),
    "an arrival that is corrected": ("/casos/{case}/estancia/llegada", "arrived_at", {}),
    "an exit that is corrected": ("/casos/{case}/egreso/cuando", "left_at", {}),
    "leaving": ("/casos/{case}/egreso", "left_at", {
        "reason": "plan_done", "destination": "family", "was_her_decision": "yes", "confirmed": "y"}),
    "a follow-up": ("/casos/{case}/seguimiento/nuevo", "occurred_at", {
        "month": "1", "channel": "call", "outcome": "stable"}),
    "an interview": ("/casos/{case}/entrevistas/nueva", "occurs_at", {
        "discipline": "psychology", "purpose": "care", "trace": "nothing"}),
    "a step": ("/casos/{case}/ruta/report/cumplido", "at", {"note": "Con oficio"}),
    "the alert": ("/casos/{case}/ruta/alerta", "at", {}),
}
IN_THE_HOUSE = {"leaving", "an arrival that is corrected", "an exit that is corrected"}


@pytest.fixture
def her(case, staff, request):
    """Opened ten days ago; who leaves is in the house, who is followed up has left."""
    member = staff(Role.CASEWORKER)
    made = case(team=[member], opened=10)
    what = request.node.callspec.params["what"]
    with work("test.stay", by=operator):
        if what in IN_THE_HOUSE:
            bed = db.session.scalars(sa.select(Bed).where(Bed.house_id == made.house_id)).first()
            db.session.add(Stay(foundation_id=made.foundation_id, house_id=made.house_id, case_id=made.id,
                                bed_id=bed.id, arrived_at=made.opened_at))
            cases.move_to(made, Stage.SHELTER, is_present=True)
            db.session.flush()
        if what == "an exit that is corrected":
            leave(made, by=member.id, left_at=now(), reason=ExitReason.PLAN_DONE, destination=Destination.FAMILY)
        if what == "a follow-up":
            cases.reached(made, Milestone.EXITED, at=made.opened_at, by=member.id, detail="plan_done")
            cases.move_to(made, Stage.FOLLOW_UP, state=CaseState.FOLLOW_UP)
    return made, member


@pytest.mark.parametrize("shift", [HOUR, None], ids=["ahead", "before her case"])
@pytest.mark.parametrize("what", PAGES)
def test_a_moment_that_cannot_be_is_refused_at_its_field(her, book, sign_in, what, shift):
    made, member = her
    if what == "the alert" and shift is None:
        return  # the alert is what lies before it
    path, field, answers = PAGES[what]
    bed = db.session.scalars(sa.select(Bed.id).where(Bed.house_id == made.house_id)).first()
    at = local(now() + shift if shift else made.opened_at - 2 * HOUR)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry))
    answer = sign_in(member).fill(path.format(case=made.id), **{
        **{name: value.format(bed=bed) for name, value in answers.items()},
        f"{field}-date": at.date().isoformat(), f"{field}-time": f"{at:%H:%M}",
    })
    assert answer.status_code == 422
    page = Page(answer.text)
    links = {each.get("href", "")[1:] for each in page.all("a") if each.get("href", "").startswith("#")} - {"main"}
    assert field in links, page.text
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry)) == before
