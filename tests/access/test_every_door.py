"""Every address × method × role × kind of case, against the hand-written oracle; nobody passes without signing in."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.approvals import Approval
from shelter.audit import AuditEntry, head, operator, work
from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.codes.cases import Answer, CaseState, ConsentAnswer, ConsentPurpose, Stage
from shelter.codes.cases import Channel as HerChannel
from shelter.codes.documents import FileKind
from shelter.codes.door import Approach, Asker, Paper
from shelter.codes.interviews import InterviewPurpose
from shelter.codes.leaving import InstructionKind, Outcome
from shelter.codes.outgoing import Basis, Shared
from shelter.codes.places import Channel, Rank
from shelter.codes.protocol import DelayCause
from shelter.codes.referrals import Urgency
from shelter.codes.route import Word
from shelter.codes.services import Discipline, Modality, ServiceType
from shelter.db import db
from shelter.desk.pairs import RECOVERY
from shelter.documents.models import Document
from shelter.door import actions as door
from shelter.followup.models import FollowUp
from shelter.interviews import actions as interviews
from shelter.jobs import Job
from shelter.outgoing import actions as outgoing
from shelter.partners import actions as partner_actions
from shelter.partners import queries as partners
from shelter.partners.models import CalendarDay, Post
from shelter.referrals import actions as referrals
from shelter.register.models import ImportedFile, Register, Upload
from shelter.reports.models import Release
from shelter.residence import actions as residence
from shelter.residence import queries as beds
from shelter.route.models import StepWord
from shelter.services.models import Service
from shelter.web import gate
from shelter.web.leaving import DECLARED
from tests.access.oracle import DOORS, KINDS, PUBLIC
from tests.protocol.made import a_protocol, a_published_protocol

OPEN, REFUSED, HIDDEN = "o", "f", "n"


@pytest.fixture
def world(programme, staff, case):
    """One case of each kind, with a record of every sort under it, and a referral beside it."""
    lead = staff(Role.CASEWORKER, name="Otra persona")
    a_published_protocol()
    houses = {
        "T": programme.house,
        "H": programme.house,
        "A": programme.house,
        "O": programme.other_house,
        "F": programme.far_house,
    }
    made = {kind: case(house=house, name=f"Canario{kind}") for kind, house in houses.items()}
    found = {}
    for kind, each in made.items():
        with work("test.records", by=operator):
            if kind == "A":
                cases.move_to(each, Stage.FOLLOW_UP, state=CaseState.FOLLOW_UP)
            else:
                bed = beds.free_beds(each.house_id)[0]
                residence.give_bed(each, by=lead.id, bed_id=bed.id, arrived_at=now() - timedelta(hours=1))
            service = Service(
                foundation_id=each.foundation_id,
                case_id=each.id,
                discipline=Discipline.SOCIAL,
                type=ServiceType.BASIC_KIT,
                modality=Modality.IN_PERSON,
                minutes=30,
                occurred_at=now(),
                by_id=lead.id,
                headline="x",
                body="y",
            )
            db.session.add(service)
            document = Document(
                foundation_id=each.foundation_id, case_id=each.id, discipline=Discipline.SOCIAL, number=1,
                kind=FileKind.PDF, size=5, by_id=lead.id, title="Canario", content=b"%PDF-",
            )
            db.session.add(document)
            consent = cases.ask_consent(
                each,
                by=lead.id,
                purpose=ConsentPurpose.FIGURES,
                answer=ConsentAnswer.GIVEN,
                language=None,
                ends_on=None,
            )
            instruction = residence.instruct(
                each, by=lead.id, kind=InstructionKind.DO, text="luz", from_on=today(), to_on=today()
            )
            referral = referrals.receive(
                houses[kind],
                by=lead.id,
                received_at=now(),
                institution_id=programme.institutions[0].id,
                urgency=Urgency.TODAY,
                is_safe=Answer.YES,
                needs_doctor=Answer.NO,
                language=None,
            )
            referrals.begin_waiting(referral, by=lead.id, lodging="Hotel")
            asked = door.record(
                houses[kind], by=lead.id, asker=Asker.POLICE, approach=Approach.CALL, paper=Paper.NONE,
                came_at=now(), who="Canario",
            )
            interview = interviews.plan(
                each, by=lead.id, occurs_at=now() + timedelta(days=1), again=None, reason=None,
                discipline=Discipline.LEGAL, purpose=InterviewPurpose.FIRST,
            )
            contact = FollowUp(
                foundation_id=each.foundation_id,
                case_id=each.id,
                month=1,
                occurred_at=now(),
                by_id=lead.id,
                channel=HerChannel.CALL,
                outcome=Outcome.STABLE,
            )
            db.session.add(contact)
            word = StepWord(foundation_id=each.foundation_id, case_id=each.id, step="report", word=Word.CAUSE, at=now(),
                            by_id=lead.id, reason=DelayCause.NO_ANSWER)
            db.session.add(word)
            db.session.flush()
            sent = outgoing.prepare(
                each, by=lead.id, institution=programme.institutions[0], post=None, fields=[Shared.NAME_USED],
                service=ServiceType.PROTECTION, urgency=Urgency.TODAY, basis=Basis.VITAL, needs="x",
                grounds="Perdió el conocimiento.", reply_to="02 000 1234",
            )
            outgoing.send(each, sent, by=lead.id, was_told=True)
        found[kind] = {
            "sent": sent.id,
            "contact": contact.id,
            "case": each.id,
            "service": service.id,
            "document": document.id,
            "consent": consent.id,
            "instruction": instruction.id,
            "referral": referral.id,
            "petition": asked.id,
            "step": "report",
            "word": word.id,
            "interview": interview.id,
        }
    concerned = staff(Role.LAWYER)
    with work("test.release", by=operator):
        release = Release(
            foundation_id=programme.foundations[0].id,
            starts_on=today(),
            ends_on=today(),
            audience="government",
            language="es",
            figures=[],
            pdf=b"%PDF-",
            sha256="0" * 64,
            made_by_id=lead.id,
        )
        published = Release(
            foundation_id=programme.foundations[0].id,
            starts_on=today(),
            ends_on=today(),
            audience="government",
            language="es",
            figures=[],
            pdf=b"%PDF-",
            sha256="0" * 64,
            made_by_id=lead.id,
            published_at=now(),
        )
        db.session.add_all([release, published])
        register = Register(name="Registro", source="x")
        file = ImportedFile(register_id=register.id, digest="0" * 64, finished_at=now(), name="x")
        upload = Upload(by_id=lead.id, register="Registro", source="x", digest="1" * 64, name="x", content=b"year\n20")
        job = Job(kind="report.make", by_id=lead.id, language="es")
        db.session.add_all([register, file, upload, job])
        approval = Approval(
            what=RECOVERY, subject_id=concerned.id, asked_by_id=lead.id, reason="x",
            foundation_id=programme.house.foundation_id, house_id=programme.house.id,
        )
        db.session.add(approval)
    for ids in found.values():
        ids.update(
            file=file.id, upload=upload.id, job=job.id,
            approval=approval.id, release=release.id, publication=published.id, staff=lead.id,
            assignment=lead.assignments[0].id,
        )
    return found, made


def doors(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            if rule.endpoint not in PUBLIC:
                yield rule, method


def test_every_door_stands_in_the_oracle_and_nothing_else_does(app):
    there = {(rule.endpoint, method) for rule, method in doors(app)}
    assert there - DOORS.keys() == set(), "doors that the oracle does not know"
    assert DOORS.keys() - there == set(), "doors of the oracle that are not there"
    assert {name for name, needs in gate.needs.items() if str(needs) == "Special.PUBLIC"} == PUBLIC


def address(app, rule, ids):
    values = {name: ids.get(name) or uuid.uuid4() for name in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def answer_of(client, method, url):
    answer = client.open(url, method=method, data={} if method == "POST" else None)
    if answer.status_code in {301, 302, 303}:
        assert not answer.location.startswith(("/entrar?", "/bloqueo")), f"{url}: {answer.location}"
    return answer


def letter(status):
    return {403: REFUSED, 404: HIDDEN}.get(status, OPEN)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_at_every_door(app, programme, world, staff, sign_in, role):
    ids, made = world
    member = staff(Role(role))
    with work("test.team", by=operator):
        cases.join_team(made["T"], member.id, Discipline.SOCIAL)
    client = sign_in(member)
    here = places(programme)
    free_bed = next(bed for bed in partners.beds(programme.house.id) if bed.name == "3")
    wrong = []
    for rule, method in doors(app):
        if rule.endpoint in {"accounts.sign_out", "accounts.code", "own.end_all"}:
            continue
        expected = DOORS[rule.endpoint, method][role]
        kinds = KINDS if len(expected) > 1 else "T"
        for place, kind in enumerate(kinds):
            url = address(app, rule, {**ids[kind], "bed": free_bed.id, **here})
            before = head().seq
            answer = answer_of(client, method, url)
            assert answer.status_code < 500, f"{method} {url}: {answer.status_code}"
            assert not carries_a_file(answer) or rule.endpoint in DECLARED, f"{url} must say what leaves the house"
            wrong += [f"{role} {method} {rule.endpoint} {kind}: {each}" for each in untraced(answer, member, before)]
            if letter(answer.status_code) != expected[place]:
                wrong.append(f"{role} {method} {rule.endpoint} {kind}: {answer.status_code}, not {expected[place]}")
            if expected[place] != OPEN:
                assert "Canario" not in answer.text + str(answer.headers), f"{method} {url} tells a name"
    assert not wrong, "\n".join(wrong)


def carries_a_file(answer):
    return answer.mimetype not in {"text/html", "application/json"} or "Content-Disposition" in answer.headers


def untraced(answer, member, before):
    """What should stand in the trail of this answer, and does not: a refusal, or that somebody's data was shown."""
    found = db.session.scalars(
        sa.select(AuditEntry.decision).where(AuditEntry.seq > before, AuditEntry.actor_id == member.id)
    ).all()
    db.session.rollback()
    if answer.status_code in {403, 404} and "refused" not in found:
        yield "a refusal that leaves no trace"
    if answer.status_code < 300 and b"Canario" in answer.data and "allowed" not in found:
        yield "somebody's data shown without a trace"


def places(programme):
    """Records that doors without a case name."""
    day = CalendarDay(day=today())
    post = Post(institution_id=programme.institutions[0].id, name="Enlace")
    with work("test.places", by=operator):
        db.session.add_all([day, post])
        db.session.flush()
        holder = partner_actions.name_holder(
            post, rank=Rank.HOLDER, name="Zoila", phone="022000000", email=None, channel=Channel.CALL, from_on=today(),
            note=None,
        )
    return {
        **a_protocol(),
        "day": day.id,
        "post": post.id,
        "holder": holder.id,
        "name": "destinos",
        "foundation": programme.foundations[0].id,
        "house": programme.house.id,
        "institution": programme.institutions[0].id,
    }


def test_nobody_passes_without_signing_in(app, world):
    ids, _made = world
    client = app.test_client()
    for rule, method in doors(app):
        answer = client.open(address(app, rule, ids["T"]), method=method, data={} if method == "POST" else None)
        assert answer.status_code == 302, f"{method} {rule}: {answer.status_code}"
        assert answer.location.startswith("/entrar"), f"{method} {rule}: {answer.location}"
