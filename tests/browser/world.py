"""The programme of the browser tests: an instance on disk, a house, people of every role, some residents."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.accounts import rules as passwords
from shelter.accounts.actions import HOUSE_ROLES
from shelter.accounts.models import Staff, StaffSession
from shelter.approvals import actions as approvals
from shelter.audit import anchors, operator, work
from shelter.calendar import PartialDate, Period, now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import Stay
from shelter.codes.cases import Answer, Channel, ConsentAnswer, ConsentPurpose, Exploitation
from shelter.codes.door import Approach, Asker, Given, Paper, Told
from shelter.codes.interviews import Again, InterviewPurpose
from shelter.codes.jobs import JobState
from shelter.codes.leaving import Destination, ExitReason, InstructionKind, Outcome
from shelter.codes.outgoing import Basis, OutgoingState, Shared, Through
from shelter.codes.people import DocumentKind, SpokenLanguage
from shelter.codes.places import Channel as PartnerChannel
from shelter.codes.places import Rank
from shelter.codes.protocol import DelayCause, VersionState
from shelter.codes.referrals import HowSheIs, Urgency
from shelter.codes.services import Discipline, ServiceType
from shelter.crypto import KeyRing
from shelter.db import db, migrate, vault
from shelter.desk import pairs
from shelter.documents import actions as documents
from shelter.door import actions as door
from shelter.factors.models import Passkey
from shelter.followup import actions as followup
from shelter.house import create_app
from shelter.indicators import Scope, figures
from shelter.intake import actions as intake
from shelter.interviews import actions as interviews
from shelter.jobs import Job, worker
from shelter.outgoing import actions as outgoing
from shelter.partners import actions as partners
from shelter.partners.models import CalendarDay, House, Institution
from shelter.procedures import actions as procedures
from shelter.protocol import actions as protocol
from shelter.protocol import queries as protocols
from shelter.protocol import validating
from shelter.referrals import actions as referrals
from shelter.register import undoing, uploads
from shelter.register.models import ImportedFile
from shelter.register.reading import Column, Mapping
from shelter.reports import actions as reports
from shelter.reports.models import Release
from shelter.residence import actions as residence
from shelter.residence.queries import free_beds
from shelter.route import actions as route
from shelter.services import actions as services
from shelter.statistics.rules import LEVELS, Audience, as_seen
from shelter.transition import actions as transition

SPANISH = SpokenLanguage.SPANISH
PASSWORD = "una frase larga y tranquila"
DISCIPLINES = {
    Role.CASEWORKER: Discipline.SOCIAL, Role.PSYCHOLOGIST: Discipline.PSYCHOLOGY, Role.LAWYER: Discipline.LEGAL,
    Role.MEDICAL: Discipline.MEDICAL,
}
GIVEN = {
    Role.CASEWORKER: ServiceType.BASIC_KIT, Role.PSYCHOLOGIST: ServiceType.INDIVIDUAL, Role.LAWYER: ServiceType.RIGHTS,
    Role.MEDICAL: ServiceType.TRIAGE,
}
CALLING, ARRIVING, STAYING, GONE, LEFT, CLOSED = "Killari", "Ñustita", "Quillahua", "Illariq", "Wawaki", "Sumakta"
CANARIES = (CALLING, ARRIVING, STAYING, GONE, LEFT, CLOSED)
"""Names of residents, no words of either language. They stand in no address, no title and no store of a browser."""


@dataclass(frozen=True)
class Member:
    """Somebody who can sign in."""

    id: uuid.UUID
    email: str
    name: str
    role: Role


class World:
    """An instance of its own. What a test adds here, the server that runs on it sees at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ring = KeyRing.create(folder / "senda.key")
        self.app = create_app(instance=folder, mfa_required=False)
        self.hashed = passwords.hash_password(PASSWORD)
        self.residents: dict[str, uuid.UUID] = {}
        self.written: dict[Role, str] = {}
        self.papers: dict[Role, str] = {}
        self.drafted = ""
        with self.inside():
            migrate.upgrade(db.engine)
            with work("foundation.add", by=operator):
                self.house = self._house()
            with work("staff.invite", by=operator):
                self.crew = {role: self._member(role) for role in Role}
                for member in self.crew.values():
                    db.session.add(Passkey(staff_id=member.id, name="Xico", site="localhost",
                                           credential=member.id.bytes, public_key=b"none"))
        self._people()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """In this programme: another test of this process may have opened another one meanwhile."""
        vault.use(self.ring)
        anchors.file.folder = self.folder / "anchors"
        with self.app.app_context(), self.app.test_request_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def keep_fresh(self, member: Member) -> None:
        """For the next hour she is asked for no factor again, whatever she does."""
        fresh = sa.update(StaffSession).where(StaffSession.staff_id == member.id)
        with self.inside(), work("test.fresh", by=operator):
            db.session.execute(fresh.values(fresh_at=now() + timedelta(hours=1)))

    def ask(self, question: str, *values: Any) -> Any:
        """One value, as the database has it now; ids are written as in addresses."""
        reader = sqlite3.connect(f"file:{self.folder / 'shelter.db'}?mode=ro", uri=True)
        try:
            found = reader.execute(question, [each.hex if isinstance(each, uuid.UUID) else each for each in values])
            return found.fetchone()[0]
        finally:
            reader.close()

    def _house(self) -> uuid.UUID:
        first, second = partners.add_foundation("Kawsay"), partners.add_foundation("Inti")
        rooms = {"Jazmín": 90, "Azucena": 2}
        house = partners.add_house(first, "Quinti", canton="1701", address="Calle Inventada 1", rooms=rooms)
        partners.add_house(second, "Pacari", canton="0701", address="Calle Inventada 2", rooms={"Rosal": 4})
        institution = partners.seed_institutions()[0]
        self.institution = institution.id
        db.session.flush()
        post = partners.add_post(institution, name="Zaguán", unit=None)
        db.session.flush()
        partners.name_holder(post, rank=Rank.HOLDER, name="Zoe Anchundia", phone="022345678", email=None,
                             channel=PartnerChannel.CALL, from_on=today(), note=None)
        db.session.add(CalendarDay(day=today(), name={"es": "Zambo", "en": "Zambo"}))
        return house.id

    def member(self, role: Role, **settings: Any) -> Member:
        """A new account with a role in the house, and the password of everybody here."""
        with self.inside(), work("staff.invite", by=operator):
            return self._member(role, **settings)

    def _member(self, role: Role, **settings: Any) -> Member:
        mark = uuid.uuid4().hex[:4]
        email, name = f"{role.value.replace('_', '-')}-{mark}@prueba.invalid", f"Zoe Anchundia {mark}"
        house_id = self.house if role in HOUSE_ROLES else None
        staff, _token = accounts.invite(email=email, name=name, role=role, house_id=house_id)
        for setting, value in {"password_hash": self.hashed, **settings}.items():
            setattr(staff, setting, value)
        db.session.flush()
        return Member(staff.id, email, name, role)

    def of(self, member: Member, setting: str) -> Any:
        """What the programme remembers of somebody."""
        with self.inside():
            return getattr(db.session.get_one(Staff, member.id), setting)

    def resident(self, name: str, *, team: tuple[Member, ...] = (), days: int = 60, bed: bool = True) -> uuid.UUID:
        """Somebody who came so many days ago; everybody who works in the house is on her team."""
        with self.inside(), work("intake.arrive", by=operator):
            return self._case(name, team, days, bed).id

    def _case(self, name: str, team: tuple[Member, ...] = (), days: int = 60, bed: bool = True) -> Case:
        lead, came = self.crew[Role.CASEWORKER].id, now() - timedelta(days=days)
        case = cases.open_case(db.session.get_one(House, self.house), by=lead, name_used=name, opened_at=came)
        for member in (*self.crew.values(), *team):
            if member.role in DISCIPLINES:
                cases.join_team(case, member.id, DISCIPLINES[member.role])
        db.session.flush()
        intake.check_safety(case, by=lead, version=0, is_safe=Answer.YES, needs_doctor=Answer.NO, language=SPANISH)
        if bed:
            free = free_beds(self.house)[0].id
            last_left = db.session.scalar(sa.select(sa.func.max(Stay.left_at)).where(Stay.bed_id == free))
            residence.give_bed(case, by=lead, bed_id=free, arrived_at=max(came, last_left or came))
        return case

    def _people(self) -> None:
        """One person at each point of the walk."""
        with self.inside(), work("intake.arrive", by=operator):
            lead = self.crew[Role.CASEWORKER].id
            for lodging in ("Zafiro", None):
                referral = referrals.receive(
                    db.session.get_one(House, self.house), by=lead, received_at=now(), name=CALLING, is_safe=Answer.NO,
                    needs_doctor=Answer.YES, urgency=Urgency.TODAY, institution_id=self.institution, children=0,
                )
                if lodging:
                    waiting = referrals.begin_waiting(referral, by=lead, lodging=lodging)
                    db.session.flush()
                    referrals.check(waiting, by=lead, checked_at=now(), how=HowSheIs.SAFE, done=None, lodging=None)
            self._at_the_door()
            found = {name: self._case(name, bed=name != ARRIVING) for name in (ARRIVING, STAYING, GONE, LEFT, CLOSED)}
            self.residents = {name: case.id for name, case in found.items()}
            interviews.record(found[STAYING], by=lead, occurs_at=now() - timedelta(days=9), was_before=False,
                              again=None, reason=None, discipline=Discipline.SOCIAL, purpose=InterviewPurpose.FIRST)
            interviews.plan(found[STAYING], by=lead, occurs_at=now() + timedelta(days=1), reason=None,
                            again=Again.OTHER_QUESTION, discipline=Discipline.LEGAL, purpose=InterviewPurpose.FIRST)
            for name in (STAYING, LEFT):
                self._cared_for(found[name], lead, name)
            for name, outcome in ((GONE, None), (LEFT, Outcome.PROGRESS), (CLOSED, Outcome.DECLINED)):
                self._left(found[name], lead, outcome)
            self._reports(found[STAYING].foundation_id)
            approvals.ask(
                pairs.RECOVERY, subject_id=self.crew[Role.LAWYER].id, by=self.crew[Role.ADMINISTRATOR].id,
                reason="Zozobra", foundation_id=found[STAYING].foundation_id, house_id=self.house,
            )
        self._history()
        with self.inside():
            self._protocol()
            self._said_of_the_route()

    def _protocol(self) -> None:
        """A version in force, the next one open to comments, and a procedure of the foundation."""
        writer, second = self.crew[Role.PROGRAMME_COORDINATOR].id, self.crew[Role.SHELTER_COORDINATOR].id
        for states in ((VersionState.COMMENTS, VersionState.VALIDATION), (VersionState.COMMENTS,)):
            with work("protocol.begin", by=operator):
                version = protocol.begin(writer)
                for state in states:
                    protocol.turn(version, state)
                if VersionState.VALIDATION in states:
                    protocol.publish(version, second, starts_on=today())
                    version.starts_on = today() - timedelta(days=90)  # what was late is late by it
                    validating.ask(version, db.session.get_one(Institution, self.institution), writer)
        self.drafted = f"/protocolo/versiones/{version.id}/pasos/safety"
        with work("procedure.draft", by=operator):
            foundation = db.session.get_one(House, self.house).foundation_id
            procedures.publish(procedures.write(writer, title={"es": "Zaguán"}, text={"es": "Zumbido."}, reach=None,
                                                foundation_id=foundation), writer)

    def _said_of_the_route(self) -> None:
        """That one step was done, and why the same step of another case is late."""
        done, late = (db.session.get_one(Case, self.residents[name]) for name in (LEFT, STAYING))
        step = protocols.books()[-1].by_key["identify"]
        with work("route.say", by=operator):
            route.done(done, step, by=self.crew[Role.CASEWORKER].id, at=now() - timedelta(days=50), note="Zozobra")
            route.explain(late, step, by=self.crew[Role.CASEWORKER].id, cause=DelayCause.NO_ANSWER, note="Zaguán")

    def _at_the_door(self) -> None:
        """Twice somebody asked with an official letter, last night; on one of them the coordinator has decided."""
        asked = [door.record(
            db.session.get_one(House, self.house), by=self.crew[Role.HOUSE_STAFF].id, asker=Asker.POLICE,
            approach=Approach.IN_PERSON, paper=Paper.OFICIO, came_at=now() - timedelta(hours=9), number="DNP-1",
            deadline_at=now() + timedelta(days=1), who="Sargento", scope="Zozobra",
        ) for _time in range(2)]
        db.session.flush()
        door.decide(asked[0], by=self.crew[Role.SHELTER_COORDINATOR].id, given=Given.REFUSED, number=None, scope=None,
                    answer="Zaguán", told=Told.NOT_HERS, told_at=None, why_not_told=None)

    def _reports(self, foundation_id: uuid.UUID) -> None:
        """Two reports that were made before; one of them is published. What they say on paper is of no matter here."""
        period, maker = Period.read("2026-Q1"), self.crew[Role.PROGRAMME_COORDINATOR].id
        second = self.crew[Role.SHELTER_COORDINATOR].id
        for place, published in ((None, now()), (foundation_id, None)):
            order = reports.Order(period, Audience.GOVERNMENT, "es", place, maker)
            counted = {each.code: each for each in figures(period, Scope(place))}
            shown = as_seen(counted, period, LEVELS[order.audience])
            reports.keep(Release(
                foundation_id=place, starts_on=period.start, ends_on=period.end, audience=order.audience.value,
                language="es", figures=reports.as_ledger(shown), pdf=b"%PDF-1.7",
                sha256="0" * 64, made_by_id=maker, published_at=published, published_by_id=published and second,
            ))

    def _history(self) -> None:
        """What was asked for and not done; and of those who may, one file that came in and one on its way."""
        with self.inside(), work("test.jobs", by=operator):
            db.session.add_all(Job(kind="report.make", by_id=each.id, language="es", state=JobState.FAILED,
                                   problem="Zócalo") for each in self.crew.values())
            foundation = db.session.get_one(House, self.house).foundation_id
        for role, place in ((Role.SHELTER_COORDINATOR, foundation), (Role.PROGRAMME_COORDINATOR, None)):
            by = self.crew[role].id
            self._file(by, place, uploads.CHECK)
            file = self._file(by, place, uploads.IMPORT)
            with self.inside(), work("approval.ask", by=operator):
                undoing.ask(db.session.get_one(ImportedFile, file), by=by, reason="Zozobra")

    def _file(self, by: uuid.UUID, foundation: uuid.UUID | None, kind: str) -> uuid.UUID:
        lines = "".join(f"2{number:03d};Zutano\n" if number < 3 else f"2014;{kind}{by}\n" for number in range(4))
        with self.inside(), work("test.file", by=operator):
            upload = uploads.take_in(
                by=by, name="zafra.csv", content=f"year;sex\n2015;female\n2016;male\n{lines}".encode(),
                register=f"Zaruma {by.hex[:4]}", source="Zumba", foundation_id=foundation, replaces=None,
            )
            columns = (Column("year", "year"), Column("sex", "sex"))
            upload.mapping = Mapping("upload", upload.register, upload.source, columns).text
            uploads.keep_mapping(Mapping.read("x", upload.mapping), by=by, name="Zamba", foundation_id=foundation)
            job = Job(kind=kind, by_id=by, about_id=upload.id, language="es", order="{}")
            db.session.add(job)
        with self.inside():
            worker.do(job.id)
        return upload.id

    def prefer(self, member: Member, **settings: Any) -> Member:
        """What somebody chose in her account."""
        with self.inside(), work("staff.prefer", by=operator):
            for setting, value in settings.items():
                setattr(db.session.get_one(Staff, member.id), setting, value)
        return member

    def _cared_for(self, case: Case, lead: uuid.UUID, name: str) -> None:
        intake.identify(
            case, by=lead, version=case.person.version, name_used=name, birth=PartialDate(1999), nationality="CO",
            document_kind=DocumentKind.CEDULA, document="1714307104",
        )
        intake.describe_situation(
            case, version=1, found=[Exploitation.LABOUR], others_ruled_out=Answer.NO, exploited_in="EC",
            wishes="Xyloteca", story=None,
        )
        for purpose in ConsentPurpose:
            cases.ask_consent(case, by=lead, purpose=purpose, answer=ConsentAnswer.GIVEN, language=SPANISH)
        for role, given in GIVEN.items():
            made = services.log(case, by=self.crew[role].id, type=given, was_held=True, minutes=45,
                                headline="Xerografía", body="Xilófono", occurred_at=now() - timedelta(days=20))
            self.written[role] = f"/casos/{case.id}/servicios/{made.id}"
            paper = documents.attach(case, by=self.crew[role].id, discipline=given.of, title="Xenón", name="x.pdf",
                                     content=b"%PDF-1.7")
            self.papers[role] = f"/casos/{case.id}/documentos/{paper.id}"
        intake.finish(case, by=lead)
        self._referred(case, lead)
        if case.is_present:
            day = today()
            residence.instruct(case, by=lead, kind=InstructionKind.GIVE, text="Ziploc 20:00", from_on=day, to_on=day)

    def _referred(self, case: Case, lead: uuid.UUID) -> None:
        """One that waits for her answer, and two that left in an emergency; one of them was received."""
        institution = db.session.get_one(Institution, self.institution)
        made = [outgoing.prepare(
            case, by=lead, institution=institution, post=None, fields=[Shared.NAME_USED], basis=basis,
            service=ServiceType.PROTECTION, urgency=Urgency.TODAY, needs="Zozobra", reply_to="02 000 1234",
            grounds="Zarza: perdió el conocimiento.",
        ) for basis in (Basis.CONSENT, Basis.VITAL, Basis.VITAL)]
        db.session.flush()
        for each in made[1:]:
            self.sent = outgoing.send(case, each, by=lead, was_told=True).id
        outgoing.reply(case, made[1], by=lead, state=OutgoingState.RECEIVED, through=Through.CALL)

    @staticmethod
    def _left(case: Case, lead: uuid.UUID, outcome: Outcome | None) -> None:
        transition.leave(
            case, by=lead, left_at=now() - timedelta(days=40), reason=ExitReason.PLAN_DONE,
            destination=Destination.INDEPENDENT, was_her_decision=Answer.YES, plan="Zaguán",
            consent=ConsentAnswer.GIVEN, contact=SAFE,
        )
        at = now() - timedelta(days=9)
        if outcome:
            followup.record(case, by=lead, month=1, occurred_at=at, channel=Channel.CALL, outcome=outcome)


SAFE = {
    "channel": Channel.CALL, "number": "0991234567", "hours": "10-12", "code_word": "Jacarandá", "pretext": "Zumba",
    "never": "Zapping",
}
