"""The walk of one person through the house, as the people who work there do it."""

import re
from datetime import timedelta

import sqlalchemy as sa

from shelter.access import Role
from shelter.calendar import local, now
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Milestone
from shelter.db import db
from tests.client import Page


def last(url):
    return re.search(r"[0-9a-f-]{36}", url)[0]


def moment(ago=timedelta(0)):
    at = local(now() - ago)
    return {"date": at.date().isoformat(), "time": f"{at:%H:%M}"}


def refer(client, programme, **more):
    at = moment(timedelta(hours=2))
    return client.fill(
        "/derivaciones/nueva",
        house_id=str(programme.house.id),
        institution_id=str(programme.institutions[0].id),
        is_safe="no",
        safety="La esperan afuera.",
        needs_doctor="yes",
        language="spa",
        urgency="today",
        children="0",
        name="Marisol",
        **{"received_at-date": at["date"], "received_at-time": at["time"]},
        **more,
    )


def test_from_referral_to_bed(app, programme, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    answer = refer(worker, programme)
    assert answer.status_code == 303, Page(answer.text).text
    referral = last(answer.location)
    assert "Marisol" in worker.get("/derivaciones").text
    answer = worker.fill(f"/derivaciones/{referral}", state="accepted")
    assert answer.status_code == 303, Page(answer.text).text
    case_id = last(answer.location)
    assert (
        worker.fill(f"/ingresos/{case_id}/seguridad", is_safe="yes", needs_doctor="no", language="que").status_code
        == 303
    )
    assert (
        worker.fill(
            f"/ingresos/{case_id}/persona",
            **{
                "name_used": "Marisol",
                "names": "María Soledad",
                "surnames": "Guamán Quispe",
                "birth-year": "2001",
                "sex": "prefers_not",
                "nationality": "EC",
                "document_kind": "cedula",
                "document": "1714307104",
            },
        ).status_code
        == 303
    )
    assert (
        worker.fill(
            f"/ingresos/{case_id}/consentimiento", language="que", referral="given", follow_up="later"
        ).status_code
        == 303
    )
    assert (
        worker.fill(
            f"/ingresos/{case_id}/situacion", wishes="Estudiar costura", found=["labour"], exploited_in="EC"
        ).status_code
        == 303
    )
    page = Page(worker.get(f"/casos/{case_id}/estancia").text)
    bed = next(each["value"] for each in page.all("input") if each.get("name") == "bed_id")
    at = moment()
    answer = worker.fill(
        f"/casos/{case_id}/estancia", bed_id=bed, **{"arrived_at-date": at["date"], "arrived_at-time": at["time"]}
    )
    assert answer.status_code == 303, Page(answer.text).text
    assert worker.fill(f"/ingresos/{case_id}/revisar").status_code == 303
    assert (
        worker.fill(
            f"/casos/{case_id}/indicaciones",
            kind="give",
            text="Sobre A a las 20:00",
            from_on=local(now()).date().isoformat(),
            to_on=local(now()).date().isoformat(),
        ).status_code
        == 303
    )
    shift = sign_in(staff(Role.HOUSE_STAFF))
    tonight = shift.get("/esta-noche").text
    assert "Marisol" in tonight
    assert "Sobre A a las 20:00" in tonight
    assert "Guamán" not in tonight
    for url in ("", "/historial", "/consentimientos", "/consentimientos/nuevo", "/equipo"):
        assert worker.get(f"/casos/{case_id}{url}").status_code == 200, url
    for url in ("", "/seguridad", "/persona", "/situacion", "/consentimiento", "/revisar"):
        assert worker.get(f"/ingresos/{case_id}{url}").status_code == 200, url
    for url in ("/mi-dia", "/camas", "/casos", "/esta-noche", "/derivaciones", f"/derivaciones/{referral}"):
        assert worker.get(url).status_code == 200, url
    case = db.session.scalar(sa.select(Case))
    assert case.person.document_is_doubtful
    assert case.person.unanswered == {"sex": "prefers_not"}
    reached = set(db.session.scalars(sa.select(TimelineEntry.milestone)))
    assert reached == {
        Milestone.OPENED,
        Milestone.REFERRED,
        Milestone.SAFETY_CHECKED,
        Milestone.IDENTIFIED,
        Milestone.CONSENTED,
        Milestone.ADMITTED,
        Milestone.INTAKE_DONE,
    }


def test_somebody_at_the_door_needs_three_answers_and_no_name(app, programme, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    page = worker.get("/ingresos/nuevo").text
    assert page.index("is_safe") < page.index("needs_doctor") < page.index('id="language"')
    answer = worker.fill("/ingresos/nuevo", house_id=str(programme.house.id), is_safe="yes", needs_doctor="no")
    assert answer.status_code == 303, Page(answer.text).text
    assert worker.get(answer.location).status_code == 200
