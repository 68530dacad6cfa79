"""Beds: one person each, for the day she came, and what the night shift is told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import local, now, today
from shelter.cases.records import Stay
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.places import OutOfUse
from shelter.db import db
from shelter.partners.models import BedOutage
from shelter.residence import actions, queries
from shelter.transition.actions import leave
from tests.client import Page


@pytest.fixture
def worker(staff, sign_in):
    return sign_in(staff(Role.SHELTER_COORDINATOR))


def arrived(ago=timedelta(0)):
    at = local(now() - ago)
    return {"arrived_at-date": at.date().isoformat(), "arrived_at-time": f"{at:%H:%M}"}


def url(case):
    return f"/casos/{case.id}/estancia"


def stays():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Stay))


def test_two_people_and_one_bed(app, programme, case, worker):
    bed = queries.free_beds(programme.house.id)[0]
    one, other = case(), case()
    page = Page(worker.get(url(other)).text)
    assert worker.fill(url(one), bed_id=str(bed.id), **arrived()).status_code == 303
    answer = worker.post(url(other), data={"submit_key": page.hidden("submit_key"), "bed_id": str(bed.id), **arrived()})
    assert answer.status_code == 422
    assert stays() == 1


def test_two_at_once_and_one_bed_in_the_database_itself(app, programme, case, staff):
    bed = queries.free_beds(programme.house.id)[0]
    lead = staff(Role.CASEWORKER)
    one, other = case(), case()
    with work("test.bed", by=operator):
        actions.give_bed(one, by=lead.id, bed_id=bed.id, arrived_at=now())
    with pytest.raises(sa.exc.IntegrityError), work("test.bed", by=operator):
        db.session.add(
            Stay(
                foundation_id=other.foundation_id,
                house_id=other.house_id,
                case_id=other.id,
                bed_id=bed.id,
                arrived_at=now(),
            )
        )


@pytest.mark.parametrize("when", [timedelta(days=-1), timedelta(days=10)])
def test_an_arrival_in_the_future_or_before_the_referral_is_refused(app, programme, case, worker, when):
    bed = queries.free_beds(programme.house.id)[0]
    answer = worker.fill(url(case(opened=3)), bed_id=str(bed.id), **arrived(when))
    assert answer.status_code == 422
    assert any(attrs.get("href") == "#arrived_at" for attrs in Page(answer.text).all("a"))
    assert stays() == 0


def test_a_bed_is_not_given_for_a_day_on_which_somebody_else_was_still_in_it(app, programme, case, worker, staff):
    bed, lead = queries.free_beds(programme.house.id)[0], staff(Role.CASEWORKER)
    before, after = case(opened=9), case(opened=9)
    with work("test.stay", by=operator):
        actions.give_bed(before, by=lead.id, bed_id=bed.id, arrived_at=now() - timedelta(days=8))
    with work("test.exit", by=operator):
        leave(before, by=lead.id, left_at=now() - timedelta(days=3), reason=ExitReason.OWN_DECISION,
              destination=Destination.FAMILY)
    answer = worker.fill(url(after), bed_id=str(bed.id), **arrived(timedelta(days=5)))
    assert answer.status_code == 422
    assert any(attrs.get("href") == "#arrived_at" for attrs in Page(answer.text).all("a"))
    assert worker.fill(url(after), bed_id=str(bed.id), **arrived(timedelta(days=2))).status_code == 303


def test_a_bed_of_another_house_is_not_offered_and_not_taken(app, programme, case, worker):
    bed = queries.free_beds(programme.far_house.id)[0]
    assert worker.fill(url(case()), bed_id=str(bed.id), **arrived()).status_code == 422
    assert stays() == 0


def test_a_bed_in_use_cannot_be_taken_out_of_use(app, programme, case, worker):
    bed = queries.free_beds(programme.house.id)[0]
    one = case()
    worker.fill(url(one), bed_id=str(bed.id), **arrived())
    refused = worker.fill(f"/camas/{bed.id}/fuera-de-uso", reason="repair")
    assert refused.status_code == 422
    db.session.expire_all()
    assert bed.is_usable
    free = queries.free_beds(programme.house.id)[0]
    assert worker.fill(f"/camas/{free.id}/fuera-de-uso", reason="repair").status_code == 303
    assert free.id not in {each.id for each in queries.free_beds(programme.house.id)}
    answer = worker.fill(url(case()), bed_id=str(free.id), **arrived())
    assert answer.status_code == 422


def test_why_a_bed_is_out_of_use_and_until_when_is_said_and_kept(app, programme, worker):
    bed, until = queries.free_beds(programme.house.id)[0], today() + timedelta(days=9)
    address = f"/camas/{bed.id}/fuera-de-uso"
    assert worker.fill(address).status_code == 422
    assert worker.fill(address, reason="repair", until_on=str(today() - timedelta(days=1))).status_code == 422
    assert worker.fill(address, reason="repair", until_on=str(until)).status_code == 303
    text = Page(worker.get("/camas").text).text
    assert "Reparación o pintura" in text
    assert f"hasta el {until.day}" in text
    assert worker.fill(address, reason="safety").status_code == 422
    worker.post(f"/camas/{bed.id}/uso", data={})
    db.session.expire_all()
    outage = db.session.scalar(sa.select(BedOutage))
    assert (bed.is_usable, outage.reason, outage.from_on, outage.until_on, outage.ended_on) == (
        True, OutOfUse.REPAIR, today(), until, today())
    assert "Reparación" not in Page(worker.get("/camas").text).text


def test_a_bed_of_another_house_is_not_there_and_that_it_was_asked_for_is_noted(app, programme, worker):
    bed = queries.free_beds(programme.far_house.id)[0]
    assert worker.get(f"/camas/{bed.id}/fuera-de-uso").status_code == 404
    assert worker.post(f"/camas/{bed.id}/uso", data={}).status_code == 404
    noted = db.session.scalars(sa.select(AuditEntry.object_id).where(AuditEntry.decision == "refused")).all()
    assert noted == [bed.id, bed.id]


def test_changing_bed_frees_the_old_one(app, programme, case, worker):
    first, second = queries.free_beds(programme.house.id)[:2]
    one = case()
    worker.fill(url(one), bed_id=str(first.id), **arrived())
    assert worker.fill(url(one), bed_id=str(second.id)).status_code == 303
    assert first.id in {each.id for each in queries.free_beds(programme.house.id)}
    assert stays() == 1
    db.session.expire_all()
    assert one.card.bed.endswith(second.name)


def test_tonight_tells_bed_name_and_instructions_and_nothing_else(app, programme, case, worker, staff, sign_in):
    one = case(name="Nube")
    bed = queries.free_beds(programme.house.id)[0]
    worker.fill(url(one), bed_id=str(bed.id), **arrived())
    day = today().isoformat()
    worker.fill(f"/casos/{one.id}/indicaciones", kind="give", text="Sobre A a las 20:00", from_on=day, to_on=day)
    worker.fill(f"/casos/{one.id}/indicaciones", kind="do", text="Dejar la luz", from_on=day, to_on=day)
    far = case(name="Lejana", house=programme.far_house)
    lead = staff(Role.CASEWORKER)
    with work("test.bed", by=operator):
        actions.give_bed(far, by=lead.id, bed_id=queries.free_beds(programme.far_house.id)[0].id, arrived_at=now())
    text = Page(sign_in(staff(Role.HOUSE_STAFF)).get("/esta-noche").text).text
    for words in ("Nube", "Sobre A a las 20:00", "Dejar la luz", bed.room):
        assert words in text
    for words in (one.code, "Lejana"):
        assert words not in text


@pytest.mark.parametrize("days", [(0, -1), (-3, -2)])
def test_an_instruction_ends_after_it_begins_and_not_in_the_past(app, case, worker, days):
    start, end = (today() + timedelta(days=each) for each in days)
    answer = worker.fill(
        f"/casos/{case().id}/indicaciones", kind="do", text="x", from_on=start.isoformat(), to_on=end.isoformat()
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(("text", "status"), [
    ("Diazepam 10 mg por ansiedad", 422), ("5ml de jarabe", 422), ("Sobre A a las 20:00", 303), ("2 mantas", 303),
])
def test_the_shift_is_told_of_envelopes_and_never_of_doses(app, case, worker, text, status):
    day = today().isoformat()
    answer = worker.fill(f"/casos/{case().id}/indicaciones", kind="give", text=text, from_on=day, to_on=day)
    assert answer.status_code == status


def test_somebody_without_a_name_is_not_an_empty_bed(app, programme, case, worker):
    nameless = case(name=None)
    worker.fill(url(nameless), bed_id=str(queries.free_beds(programme.house.id)[0].id), **arrived())
    assert "Aún sin nombre" in Page(worker.get("/esta-noche").text).text
