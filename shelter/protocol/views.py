"""The protocol: read by everybody, written by the programme, commented by the teams, published by a second person."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from shelter import answers, procedures
from shelter.access import MATRIX, allows
from shelter.access import Permission as P
from shelter.accounts import queries as accounts
from shelter.calendar import today
from shelter.codes.protocol import ReadingKind, VersionState
from shelter.db import db
from shelter.jobs import queries as jobs
from shelter.partners import queries as partners
from shelter.partners.models import Institution
from shelter.procedures import queries as readings
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Leaves, Section, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.page import missing, saved
from shelter.web.prose import prose

from . import actions, booklet, queries, rules, validating, words
from .forms import AnswerForm, CommentForm, PhaseForm, PlaceForm, PublishForm, SlipForm, StepForm, VersionForm, now_says
from .models import ProtocolPhase, ProtocolStep, ProtocolVersion, ValidationRequest

protocol = Section("protocol", __name__)
menu(86, "protocol.index", _later("Protocol"), "route", P.PROTOCOL_READ)
procedures.reading_kind(ReadingKind.PROTOCOL, "protocol.show", "edition")
VERSION = "/protocolo/versiones/<uuid:edition>"


def _version(edition: uuid.UUID) -> ProtocolVersion:
    """A version that this reader may read: what is not published is for the teams."""
    found = db.session.get(ProtocolVersion, edition) or abort(404)
    return found if found.is_published or allows(me(), P.PROTOCOL_COMMENT) else abort(404)


def _to_write(edition: uuid.UUID) -> ProtocolVersion:
    """A version whose words may change. Of another no page to write it is opened, unless with what was kept of it."""
    version = _version(edition)
    if request.method != "POST" and not version.is_open:
        flash(words.say_why_closed(version.state), "error")
        if g.get("draft") is None:
            abort(redirect(_at(version), 303))
    return version


def _phase(version: ProtocolVersion, phase: uuid.UUID) -> ProtocolPhase:
    found = db.session.get(ProtocolPhase, phase)
    return found if found and found.protocol_id == version.id else missing(_at(version))


def _step(version: ProtocolVersion, key: str) -> ProtocolStep:
    return queries.step(version, key) or missing(_at(version))


def _at(version: ProtocolVersion, what: str = "show", **more: Any) -> str:
    return url_for(f"protocol.{what}", edition=version.id, **more)


# --- reading ----------------------------------------------------------------------------------------------------------

@protocol.get("/protocolo", needs=P.PROTOCOL_READ)
def index() -> ResponseReturnValue:
    """The version in force today; where there is none yet, how to come to one."""
    book = queries.in_force(today())
    if book is None:
        return page("protocol/none.html", draft=queries.unpublished())
    return _opened(db.session.get_one(ProtocolVersion, book.version_id))


@protocol.get(VERSION, needs=P.PROTOCOL_READ)
def show(edition: uuid.UUID) -> ResponseReturnValue:
    """One version: its phases and steps; what may be done with it."""
    return _opened(_version(edition))


def _opened(version: ProtocolVersion) -> ResponseReturnValue:
    book, place = queries.book(version.id) or queries.as_book(version), PlaceForm(formdata=request.args)
    province = place.provincia.data if place.validate() else None
    asked, may_comment = readings.asked_about(version.id), allows(me(), P.PROTOCOL_COMMENT)
    comments = queries.comments(version, "") if may_comment else []
    return page(
        "protocol/show.html", version=version, book=book, place=place, words=words, next=rules.NEXT, asked=asked,
        answering=queries.answering(book, province, today()),
        refusal=actions.refusal(version, me().id), has_read=readings.has_read(asked, me().id),
        faults=[] if version.is_published else actions.faults(version, today()), is_current=_is_current(version),
        today=today(),
        names=accounts.names([version.by_id, version.published_by_id, *(each["by_id"] for each in comments)]),
        comments=comments, said_of=queries.comment_counts(version) if may_comment else {},
        job=queries.last_print(version, booklet.BOOKLET, me().id),
    )


def _is_current(version: ProtocolVersion) -> bool:
    current = queries.in_force(today())
    return current is not None and current.version_id == version.id


@protocol.get(f"{VERSION}/pasos/<key>", needs=P.PROTOCOL_READ)
def step(edition: uuid.UUID, key: str) -> ResponseReturnValue:
    """One step: what is done and how, its clock, who said yes to it, what the team says of it."""
    version = _version(edition)
    row, book = _step(version, key), queries.as_book(version)
    comments = queries.comments(version, key) if allows(me(), P.PROTOCOL_COMMENT) else []
    return page(
        "protocol/step.html", version=version, row=row, step=book.by_key[key], book=book, words=words, prose=prose,
        comments=comments, names=accounts.names(each["by_id"] for each in comments),
        answers=queries.answers([row.digest])[row.digest], acting=queries.answering(book, None, today())[key],
    )


@protocol.post(f"{VERSION}/cuadernillo", needs=P.PROTOCOL_READ)
def print_booklet(edition: uuid.UUID) -> ResponseReturnValue:
    """Have the booklet printed: every step with its procedure, and a diagram of the route."""
    version = _version(edition)
    done = saved("protocol.ask_print", lambda: booklet.ask(version, me().id), on=version, to=_at(version),
                 said=_("It is printed beside the pages: it takes a few seconds."))
    job = queries.last_print(version, booklet.BOOKLET, me().id)
    return redirect(url_for("jobs.show", job=job.id), 303) if job else done


@protocol.get("/protocolo/cuadernillos/<uuid:job>.pdf", needs=P.PROTOCOL_READ, leaves=Leaves.AGGREGATE)
def paper(job: uuid.UUID) -> ResponseReturnValue:
    """The booklet that the reader asked for, as it was printed then."""
    found = jobs.one(me().id, job)
    if found is None or found.kind != booklet.BOOKLET or not found.file:
        abort(404)
    version = _version(found.about_id or abort(404))
    reading("protocol.print", version)
    answer = Response(found.file, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="protocolo-{version.number}.pdf"'
    return answer


@protocol.get("/protocolo/versiones", needs=P.PROTOCOL_COMMENT)
def versions() -> ResponseReturnValue:
    """All versions, the newest first."""
    current = queries.in_force(today())
    return page("protocol/versions.html", versions=queries.versions(), current=current and current.version_id,
                draft=queries.unpublished(), today=today())


@protocol.get(f"{VERSION}/comparar/<uuid:other>", needs=P.PROTOCOL_COMMENT)
def compare(edition: uuid.UUID, other: uuid.UUID) -> ResponseReturnValue:
    """What is different in a version from another, phase by phase and step by step."""
    after, before = _version(edition), _version(other)
    named = partners.institution_names()
    told = [words.told(queries.steps_of(each), queries.as_book(each).by_key, named) for each in (before, after)]
    phases = rules.changes(*(words.told_phases(queries.phases_of(each)) for each in (before, after)))
    return page("protocol/compare.html", before=before, after=after, phases=phases, changes=rules.changes(*told),
                words=words)


# --- the life of a version --------------------------------------------------------------------------------------------

@protocol.post("/protocolo/versiones", needs=P.PROTOCOL_WRITE)
def begin() -> ResponseReturnValue:
    """A new draft, from the version that holds or from the one that comes with the program."""
    return saved("protocol.begin", lambda: actions.begin(me().id), to=url_for("protocol.versions"),
                 said=_("The draft is there. Nobody follows it until it is published."))


@protocol.route(f"{VERSION}/datos", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE, draft=_later("A version"))
def describe(edition: uuid.UUID) -> ResponseReturnValue:
    """Its title, what is new, when a working day ends."""
    version = _to_write(edition)
    form = VersionForm(version)
    done = submit(form, "protocol.describe", lambda: actions.describe(version, me().id, **form.told), on=version,
                  to=_at(version))
    return done or page("protocol/describe.html", form=form, version=version)


@protocol.post(f"{VERSION}/estado", needs=P.PROTOCOL_WRITE)
def turn(edition: uuid.UUID) -> ResponseReturnValue:
    """On to the next part of its life, or back to the draft."""
    version, state = _version(edition), request.form.get("state", "")
    if state not in list(VersionState):
        abort(400)
    return saved("protocol.turn", lambda: actions.turn(version, VersionState(state)), on=version, to=_at(version))


@protocol.route(f"{VERSION}/publicar", methods=["GET", "POST"], needs=P.PROTOCOL_PUBLISH, needs_fresh=("POST",),
                draft=_later("A version"))
def publish(edition: uuid.UUID) -> ResponseReturnValue:
    """A second person says from which day it holds."""
    version = _version(edition)
    form = PublishForm(version, queries.latest_start())
    done = submit(form, "protocol.publish", lambda: actions.publish(version, me().id, **form.told), on=version,
                  to=_at(version), said=_("It is published, and the team is asked to read it."))
    book = queries.as_book(version)
    return done or page("protocol/publish.html", form=form, version=version, refusal=actions.refusal(version, me().id),
                        proposals=[each for each in book.steps if words.is_proposal(each)], words=words, book=book,
                        faults=actions.faults(version, today()), names=accounts.names(queries.writers(version)))


# --- phases -----------------------------------------------------------------------------------------------------------

@protocol.route(f"{VERSION}/fases/nueva", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE, draft=_later("A phase"))
def add_phase(edition: uuid.UUID) -> ResponseReturnValue:
    """A phase after the others."""
    version, form = _to_write(edition), PhaseForm()
    done = submit(form, "protocol.add_phase", lambda: actions.add_phase(version, me().id, name=form.name_told),
                  on=version, to=_at(version))
    return done or page("protocol/phase.html", form=form, version=version, phase=None)


@protocol.route(f"{VERSION}/fases/<uuid:phase>", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE,
                draft=_later("A phase"))
def change_phase(edition: uuid.UUID, phase: uuid.UUID) -> ResponseReturnValue:
    """Another name for a phase."""
    version = _to_write(edition)
    found = _phase(version, phase)
    form = PhaseForm(found)
    done = submit(form, "protocol.change_phase", lambda: actions.change_phase(
        version, found, me().id, expected=form.version_number, name=form.name_told), on=version, to=_at(version))
    return done or page("protocol/phase.html", form=form, version=version, phase=found)


@protocol.post(f"{VERSION}/fases/<uuid:phase>/mover", needs=P.PROTOCOL_WRITE)
def move_phase(edition: uuid.UUID, phase: uuid.UUID) -> ResponseReturnValue:
    """One place up or down."""
    version, up = _version(edition), request.form.get("to") == "up"
    found = _phase(version, phase)
    return saved("protocol.move", lambda: actions.move_phase(version, found, me().id, up=up), on=version,
                 to=_at(version, _anchor=f"fase-{found.key}"))


@protocol.post(f"{VERSION}/fases/<uuid:phase>/quitar", needs=P.PROTOCOL_WRITE)
def remove_phase(edition: uuid.UUID, phase: uuid.UUID) -> ResponseReturnValue:
    """Away with an empty phase."""
    version = _version(edition)
    found = _phase(version, phase)
    return saved("protocol.remove", lambda: actions.remove_phase(version, found, me().id), on=version, to=_at(version),
                 said=_("The phase is taken out."))


# --- steps ------------------------------------------------------------------------------------------------------------

@protocol.route(f"{VERSION}/fases/<uuid:phase>/pasos/nuevo", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE,
                draft=_later("A step"))
def add_step(edition: uuid.UUID, phase: uuid.UUID) -> ResponseReturnValue:
    """A step after the others of its phase."""
    version = _to_write(edition)
    found, form = _phase(version, phase), StepForm(queries.as_book(version), queries.nameable(today()))
    done = submit(form, "protocol.add_step", lambda: actions.add_step(version, found, me().id, **form.told),
                  on=version, to=lambda made: _at(version, "step", key=made.key))
    return done or page("protocol/write.html", form=form, version=version, phase=found, row=None, words=words)


@protocol.route(f"{VERSION}/pasos/<key>/cambiar", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE,
                draft=_later("A step"))
def change_step(edition: uuid.UUID, key: str) -> ResponseReturnValue:
    """Other words, another clock."""
    version = _to_write(edition)
    row = _step(version, key)
    form = StepForm(queries.as_book(version), queries.nameable(today()), row)
    done = submit(form, "protocol.change_step", lambda: actions.change_step(
        version, row, me().id, expected=form.version_number, was=now_says(row), **form.told), on=version,
        to=_at(version, "step", key=key))
    return done or page("protocol/write.html", form=form, version=version, phase=None, row=row, words=words)


@protocol.post(f"{VERSION}/pasos/<key>/mover", needs=P.PROTOCOL_WRITE)
def move_step(edition: uuid.UUID, key: str) -> ResponseReturnValue:
    """One place up or down; from the end of a phase into the next."""
    version, up = _version(edition), request.form.get("to") == "up"
    row = _step(version, key)
    return saved("protocol.move", lambda: actions.move_step(version, row, me().id, up=up), on=version,
                 to=_at(version, _anchor=f"paso-{row.key}"))


@protocol.post(f"{VERSION}/pasos/<key>/quitar", needs=P.PROTOCOL_WRITE)
def remove_step(edition: uuid.UUID, key: str) -> ResponseReturnValue:
    """Away with a step that no other waits for."""
    version = _version(edition)
    row = _step(version, key)
    return saved("protocol.remove", lambda: actions.remove_step(version, row, me().id), on=version, to=_at(version),
                 said=_("The step is taken out."))


@protocol.route(f"{VERSION}/pasos/<key>/comentar", methods=["GET", "POST"], needs=P.PROTOCOL_COMMENT,
                draft=_later("A comment on the protocol"))
def comment(edition: uuid.UUID, key: str) -> ResponseReturnValue:
    """Somebody of the team says something of a step."""
    version, form = _version(edition), CommentForm()
    row = _step(version, key)
    done = submit(form, "protocol.comment", lambda: actions.comment(version, key, me().id, **form.values), on=version,
                  to=_at(version, "step", key=key), said=_("Thank you: the comment stands beside the step."))
    return done or page("protocol/comment.html", form=form, version=version, row=row, words=words)


@protocol.route(f"{VERSION}/comentar", methods=["GET", "POST"], needs=P.PROTOCOL_COMMENT,
                draft=_later("A comment on the protocol"))
def comment_all(edition: uuid.UUID) -> ResponseReturnValue:
    """Somebody of the team says something of a whole version."""
    version, form = _version(edition), CommentForm()
    done = submit(form, "protocol.comment", lambda: actions.comment(version, "", me().id, **form.values), on=version,
                  to=_at(version, _anchor="comentarios"), said=_("Thank you: the comment stands below."))
    return done or page("protocol/comment.html", form=form, version=version, row=None, words=words)


# --- what institutions answer -----------------------------------------------------------------------------------------

@protocol.get(f"{VERSION}/validaciones", needs=P.PROTOCOL_COMMENT)
def validations(edition: uuid.UUID) -> ResponseReturnValue:
    """Which steps wait for which institution, and what was answered."""
    version = _version(edition)
    book = queries.as_book(version)
    rows = queries.waiting_for(version, book, today())
    return page("protocol/validations.html", version=version, book=book, words=words, rows=rows,
                faults=[] if version.is_published else actions.faults(version, today()),
                signers=_signers(version, [last.id for _who, steps in rows for _step, last in steps if last]))


def _signers(version: ProtocolVersion, answer_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Who gave each answer, for whoever may record one; that she read it is noted."""
    if not (answer_ids and allows(me(), P.PROTOCOL_WRITE)):
        return {}
    reading(P.PROTOCOL_WRITE, version)
    return queries.signers(answer_ids)


@protocol.route(f"{VERSION}/validaciones/<uuid:institution>", methods=["GET", "POST"], needs=P.PROTOCOL_WRITE,
                draft=_later("The answer of an institution"))
def answer(edition: uuid.UUID, institution: uuid.UUID) -> ResponseReturnValue:
    """What an institution answered by letter or in a meeting; what it answered before; its slip."""
    version, found, book = _asked(edition, institution)
    digests = {row.key: row.digest for row in queries.steps_of(version)}
    own, asked = queries.steps_for(found, book), queries.request(version, found.id)
    form = AnswerForm(version, [(each.key, rules.said(each)) for each in own])
    reading(P.PROTOCOL_WRITE, found)
    done = submit(form, "protocol.answer", lambda: validating.record_answer(version, found, me().id, **form.told),
                  on=version, to=_at(version, "validations"), said=_("The answer is recorded."))
    earlier = queries.answers_with_officers([digests[each.key] for each in own], found.id)
    return done or page("protocol/answer.html", form=form, version=version, institution=found, words=words, book=book,
                        earlier=earlier, asked=asked, slip=answers.latest(validating.SLIP, asked.id) if asked else None,
                        has_address=answers.has_address())


def _asked(edition: uuid.UUID, institution: uuid.UUID) -> tuple[ProtocolVersion, Institution, rules.Book]:
    version = _version(edition)
    return version, db.session.get(Institution, institution) or abort(404), queries.as_book(version)


@protocol.post(f"{VERSION}/validaciones/<uuid:institution>/pedir", needs=P.PROTOCOL_WRITE)
def ask(edition: uuid.UUID, institution: uuid.UUID) -> ResponseReturnValue:
    """A slip with which the institution answers without an account."""
    version, found, _book = _asked(edition, institution)
    return saved("protocol.ask", lambda: validating.ask(version, found, me().id), on=version,
                 to=_at(version, "answer", institution=institution), said=_("The letter can be printed now."))


@protocol.get(f"{VERSION}/validaciones/<uuid:institution>/oficio.pdf", needs=P.PROTOCOL_WRITE, leaves=Leaves.AGGREGATE)
def letter(edition: uuid.UUID, institution: uuid.UUID) -> ResponseReturnValue:
    """The letter that asks it: its steps, and the slip."""
    version, found, book = _asked(edition, institution)
    asked = queries.request(version, found.id) or abort(404)
    slip = answers.printed(answers.latest(validating.SLIP, asked.id)) or abort(404)
    reading("protocol.print", version)
    steps = queries.steps_for(found, book)
    return Response(booklet.letter(version, found, steps, asked.reference, slip, _signature()),
                    mimetype="application/pdf")


def _signature() -> tuple[str, str, str]:
    """Name, post and e-mail of the reader, who signs what she prints."""
    post = next(str(each.role.label) for each in me().grants if P.PROTOCOL_WRITE in MATRIX[each.role])
    return me().name, post, current_user.staff.email


# --- the answer without an account ------------------------------------------------------------------------------------

def _slip_form(asked_id: uuid.UUID) -> SlipForm:
    asked = db.session.get_one(ValidationRequest, asked_id)
    book = queries.as_book(db.session.get_one(ProtocolVersion, asked.protocol_id))
    steps = queries.steps_for(db.session.get_one(Institution, asked.institution_id), book)
    return SlipForm([(each.key, rules.said(each), words.say_clock(each, book.by_key)) for each in steps])


def _take(asked_id: uuid.UUID, form: Any) -> None:
    validating.take_answer(db.session.get_one(ValidationRequest, asked_id), **form.values)


def _shown(asked_id: uuid.UUID) -> dict[str, Any]:
    return {"reference": db.session.get_one(ValidationRequest, asked_id).reference}


answers.answer_kind(validating.SLIP, answers.Kind(
    asks=_later("Does your institution agree with these steps of the route?"), form=_slip_form,
    template="protocol/_slip.html", take=_take, shown=_shown,
))
