"""Four eyes: one asks, another decides, in time, exactly what was asked for; nobody her own."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import queries as accounts
from shelter.approvals import Approval, actions, queries
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.codes.approvals import ApprovalState
from shelter.db import db
from shelter.notices.models import Notice
from shelter.rules import RuleBroken
from tests.client import Page

LINK = re.compile(r"/activar/[\w-]{20,}")
RECOVER = "/aprobaciones/recuperar"
DAY = timedelta(hours=24)


def ask(house, who="admin", whom="lawyer"):
    """Somebody begins the recovery of an account; the request."""
    answer = house.at(who).fill(RECOVER, staff_id=str(getattr(house, whom).id), reason="Perdió el teléfono")
    assert answer.status_code == 303, Page(answer.text).text
    db.session.rollback()
    return db.session.scalars(sa.select(Approval).order_by(Approval.asked_at.desc())).first()


def decide(house, who, request, decision="yes", **more):
    return house.at(who).fill(f"/aprobaciones/{request.id}", decision=decision, **more)


def state(request):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Approval, request.id).standing


def told(member):
    db.session.rollback()
    return set(db.session.scalars(sa.select(Notice.word).where(Notice.staff_id == member.id)))


# --- recovering an account --------------------------------------------------------------------------------------------

def test_two_people_recover_an_account(app, house, enter, again):
    lawyer = house.at("lawyer")
    request = ask(house)
    assert told(house.coordinator) == told(house.second) == {"approval.asked"}
    assert told(house.far) == told(house.lawyer) == set()
    assert lawyer.get("/mi-dia").status_code == 200, "asking changes nothing"
    assert decide(house, "coordinator", request).status_code == 303
    assert lawyer.get("/mi-dia").status_code == 200, "nor does the decision, until the link is made"
    assert "approval.decided" in told(house.admin)
    answer = house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={})
    (link,) = set(LINK.findall(answer.text))
    assert lawyer.get("/mi-dia").location.startswith("/entrar")
    assert enter(house.lawyer).answer.status_code == 422, "the old password is gone"
    assert again(house.lawyer).totp_secret is None
    for each in ("admin", "second", "lawyer"):
        assert "account.recovered" in told(getattr(house, each))
    assert 'name="password"' in app.test_client().get(link).text
    with time_machine.travel(now() + timedelta(hours=72, minutes=1)):
        assert 'name="password"' not in app.test_client().get(link).text


def test_the_link_is_made_once_and_by_the_one_who_asked(house):
    request = ask(house)
    decide(house, "coordinator", request)
    for who in ("coordinator", "second"):
        assert not LINK.search(house.at(who).post(f"/aprobaciones/{request.id}/hacer", data={}).text)
    assert LINK.search(house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={}).text)
    assert not LINK.search(house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={}).text)
    assert state(request) is ApprovalState.DONE


def test_a_link_that_got_lost_is_asked_for_again_by_two(house):
    request = ask(house)
    decide(house, "coordinator", request)
    house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={})
    assert not LINK.search(house.at("admin").post(f"/admin/usuarios/{house.lawyer.id}/enlace", data={}).text)
    again = ask(house)
    assert again.id != request.id
    assert decide(house, "second", again).status_code == 303
    assert LINK.search(house.at("admin").post(f"/aprobaciones/{again.id}/hacer", data={}).text)


def test_nothing_is_done_before_the_decision_nor_after_a_refusal(house):
    request = ask(house)
    assert not LINK.search(house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={}).text)
    assert decide(house, "second", request, "no").status_code == 422, "a refusal says why"
    assert decide(house, "second", request, "no", reason="No era su voz").status_code == 303
    assert not LINK.search(house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={}).text)
    assert "No era su voz" in house.at("admin").get(f"/aprobaciones/{request.id}").text
    assert decide(house, "coordinator", request).status_code == 422, "decided is decided"


def test_nobody_decides_her_own_request_nor_about_herself(house):
    request = ask(house)
    assert 'name="decision"' not in house.at("admin").get(f"/aprobaciones/{request.id}").text
    assert house.at("admin").post(f"/aprobaciones/{request.id}", data=posted(house, "admin")).status_code == 422
    about = ask(house, "admin", "coordinator")
    own = house.at("coordinator").post(f"/aprobaciones/{about.id}", data=posted(house, "coordinator"))
    assert own.status_code == 422
    assert state(request) is state(about) is ApprovalState.WAITING
    assert house.at("admin").fill(RECOVER, staff_id=str(house.admin.id), reason="Yo").status_code == 422


def posted(house, who):
    page = Page(house.at(who).get(RECOVER).text)
    return {"decision": "yes", "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key")}


def test_the_coordinator_of_another_house_neither_sees_nor_decides_nor_asks(house):
    request = ask(house)
    assert house.at("far").get(f"/aprobaciones/{request.id}").status_code == 404
    assert house.at("far").post(f"/aprobaciones/{request.id}", data=posted(house, "far")).status_code == 404
    assert "Ana Paz" not in house.at("far").get(RECOVER).text
    assert house.at("far").fill(RECOVER, staff_id=str(house.lawyer.id), reason="Sí").status_code == 422


def test_a_coordinator_begins_for_her_house_and_an_administrator_decides(house):
    assert "Marta Uno" not in house.at("coordinator").get(RECOVER).text, "administrators are of no house"
    request = ask(house, "coordinator")
    assert decide(house, "admin", request).status_code == 303
    assert LINK.search(house.at("coordinator").post(f"/aprobaciones/{request.id}/hacer", data={}).text)


def test_who_was_added_to_another_house_later_is_still_answered_for_by_the_first(house, programme, person):
    """A coordinator who was invented, in a house that was invented, decides about nobody else's people."""
    with work("test.more", by=operator):
        from shelter.accounts import actions as desk

        desk.assign(house.lawyer, role=Role.CASEWORKER, house_id=programme.far_house.id)
        house.lawyer.assignments[0].from_on -= timedelta(days=100)
    assert ask(house).house_id == programme.house.id


def test_a_day_later_it_is_too_late(house):
    request = ask(house)
    with time_machine.travel(now() + DAY + timedelta(minutes=1)):
        with pytest.raises(RuleBroken), work("test.late", by=operator):
            actions.decide(db.session.get(Approval, request.id), by=house.second.id, approved=True)
        assert state(request) is ApprovalState.EXPIRED
        actions.close_late_approvals()
        assert "approval.late" in told(house.admin)
        actions.close_late_approvals()
    assert sum(each == "approval.late" for each in db.session.scalars(sa.select(Notice.word))) == 1


def test_what_was_approved_is_done_within_a_day_too(house):
    request = ask(house)
    decide(house, "second", request)
    with time_machine.travel(now() + DAY + timedelta(minutes=1)), pytest.raises(RuleBroken), \
            work("test.late", by=operator):
        actions.do(db.session.get(Approval, request.id), by=house.admin.id)


@pytest.mark.parametrize("change", ["subject_id", "asked_by_id", "house_id", "parameters"])
def test_what_is_decided_or_done_is_exactly_what_was_asked_for(house, programme, change):
    """Somebody changes the row in the database behind the program's back."""
    for step in ("decide", "do"):
        request = ask(house, "admin", "lawyer" if step == "decide" else "coordinator")
        if step == "do":
            decide(house, "second", request)
        value = {
            "parameters": {"role": "administrator"}, "asked_by_id": house.coordinator.id,
            "house_id": programme.other_house.id,
        }.get(change, house.second.id)
        with db.engine.begin() as connection:
            connection.execute(sa.update(Approval.__table__).where(Approval.id == request.id).values({change: value}))
        db.session.rollback()
        db.session.expire_all()
        found = db.session.get(Approval, request.id)
        by = found.asked_by_id if step == "do" else house.far.id
        with pytest.raises(RuleBroken, match="no es lo que"), work("test.swapped", by=operator):
            actions.do(found, by=by) if step == "do" else actions.decide(found, by=by, approved=True)


def test_the_one_who_asked_takes_it_back_and_nobody_else(house):
    request = ask(house)
    house.at("second").post(f"/aprobaciones/{request.id}/retirar", data={})
    assert state(request) is ApprovalState.WAITING
    house.at("admin").post(f"/aprobaciones/{request.id}/retirar", data={})
    assert state(request) is ApprovalState.WITHDRAWN
    assert decide(house, "second", request).status_code == 422


def test_the_same_is_not_asked_for_twice_at_once(house):
    ask(house)
    again = house.at("second").fill(RECOVER, staff_id=str(house.lawyer.id), reason="También")
    assert again.status_code == 422
    assert "waits for a second person already" in Page(again.text).text


def test_of_two_who_decide_at_once_one_has_decided(app, house):
    request, together, found = ask(house), threading.Barrier(2), []

    def try_it(by, approved):
        with app.app_context(), app.test_request_context():
            together.wait()
            try:
                with work("test.decide", by=operator):
                    actions.decide(db.session.get(Approval, request.id), by=by, approved=approved, reason="x")
                found.append(approved)
            except RuleBroken:
                pass
            db.session.remove()

    pairs = ((house.second.id, True), (house.coordinator.id, False))
    threads = [threading.Thread(target=try_it, args=each) for each in pairs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 1
    assert state(request) is (ApprovalState.APPROVED if found[0] else ApprovalState.REFUSED)


def test_alone_with_the_machine_its_operator_is_the_second_person(programme, person, sign_in, case):
    case()
    admin, lawyer = person(Role.ADMINISTRATOR), person(Role.LAWYER)
    answer = sign_in(admin).fill(RECOVER, staff_id=str(lawyer.id), reason="Perdió el teléfono")
    assert answer.status_code == 422
    assert "shelter staff recover" in Page(answer.text).text


# --- giving roles -----------------------------------------------------------------------------------------------------

def held(member):
    db.session.rollback()
    db.session.expire_all()
    return {each.role for each in accounts.assignments(member.id)}


def give(house, programme, role, whom="lawyer", reason="Entra al turno", **more):
    wide = role in {"administrator", "programme_coordinator", "auditor"}
    place = {} if wide else {"house_id": str(programme.house.id)}
    url = f"/admin/usuarios/{getattr(house, whom).id}"
    return house.at("admin").fill(url, role=role, reason=reason, **place, **more)


@pytest.mark.parametrize("role", ["caseworker", "house_staff", "shelter_coordinator"])
def test_a_role_that_reads_about_residents_holds_when_the_coordinator_says_so(house, programme, role):
    assert give(house, programme, role).status_code == 303
    assert Role(role) not in held(house.lawyer)
    (request,) = queries.waiting_for(reader(house.coordinator))
    assert decide(house, "coordinator", request).status_code == 303
    assert Role(role) in held(house.lawyer)
    assert state(request) is ApprovalState.DONE
    assert "account.role" in told(house.lawyer)


def reader(member):
    from shelter.access import Asker, Grant

    grants = tuple(Grant(each.role, each.foundation_id, each.house_id) for each in member.assignments)
    return Asker(member.id, grants)


@pytest.mark.parametrize("role", ["administrator", "programme_coordinator"])
def test_a_role_of_the_whole_programme_needs_another_administrator(house, programme, role):
    assert give(house, programme, role).status_code == 303
    assert queries.waiting_for(reader(house.coordinator)) == []
    (request,) = queries.waiting_for(reader(house.second))
    assert Role(role) not in held(house.lawyer)
    assert decide(house, "second", request).status_code == 303
    assert Role(role) in held(house.lawyer)
    assert ("account.administrator" in told(house.admin)) == (role == "administrator")


def test_what_opens_no_case_is_given_at_once(house, programme):
    assert give(house, programme, "auditor", reason="").status_code == 303
    assert Role.AUDITOR in held(house.lawyer)


def test_an_invented_person_reads_nothing(app, house, programme):
    """An administrator invites somebody who is not there and opens the account herself."""
    answer = house.at("admin").fill(
        "/admin/usuarios/nuevo", name="Nadie", email="nadie@prueba.invalid", role="caseworker",
        house_id=str(programme.house.id), reason="Empieza hoy",
    )
    link, nobody = LINK.search(answer.text)[0], app.test_client()
    phrase = "otra frase larga y tranquila"
    assert nobody.fill(link, password=phrase, again=phrase, promise="y").status_code == 303
    assert nobody.get("/mi-dia").status_code == 200
    assert nobody.get("/casos").status_code == 403
    assert nobody.get(f"/casos/{house.case.id}").status_code == 404
    (request,) = queries.waiting_for(reader(house.coordinator))
    decide(house, "coordinator", request)
    assert nobody.get("/casos").status_code == 200


def test_at_the_very_beginning_one_administrator_sets_up_the_house(programme, person, sign_in):
    """No case, nobody else: there is nothing to be read yet."""
    desk = sign_in(person(Role.ADMINISTRATOR))
    body = {"name": "Elsa", "email": "elsa@prueba.invalid", "role": "shelter_coordinator",
            "house_id": str(programme.house.id)}
    assert LINK.search(desk.fill("/admin/usuarios/nuevo", **body).text)
    assert {each.role for each in accounts.by_email("elsa@prueba.invalid").assignments} == {Role.SHELTER_COORDINATOR}


def test_as_soon_as_there_is_a_coordinator_or_a_case_it_takes_two(programme, person, sign_in, case):
    desk, lawyer = sign_in(person(Role.ADMINISTRATOR)), person(Role.LAWYER)
    url, body = f"/admin/usuarios/{lawyer.id}", {"role": "caseworker", "house_id": str(programme.house.id)}
    case()
    alone = desk.fill(url, **body, reason="Falta gente")
    assert alone.status_code == 422
    assert "shelter staff add" in Page(alone.text).text
    elsewhere = {**body, "house_id": str(programme.far_house.id)}
    assert desk.fill(url, **elsewhere).status_code == 303, "nothing is there to be read"
    person(Role.SHELTER_COORDINATOR, house=programme.other_house)
    valley = {**body, "house_id": str(programme.other_house.id)}
    assert desk.fill(url, **valley).status_code == 422, "somebody may decide: then a reason is needed"
    assert desk.fill(url, **valley, reason="Falta gente").status_code == 303
    assert {str(each.house) for each in accounts.assignments(lawyer.id)} == {"Casa Norte", "Casa Sur"}


def test_every_step_is_in_the_trail_and_names_nobody(house):
    request = ask(house)
    decide(house, "coordinator", request)
    house.at("admin").post(f"/aprobaciones/{request.id}/hacer", data={})
    db.session.rollback()
    rows = db.session.execute(sa.select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.seq)).all()
    steps = [row.action for row in rows if row.action.startswith("approval.")]
    assert [each for each in steps if each != "approval.read"] == ["approval.ask", "approval.decide", "approval.do"]
    for name in ("Ana Paz", "Marta", "teléfono"):
        assert name not in str(rows)
