"""Outgoing referrals of a case: the list, a new one, what would leave, sending, the letter, its answer, the review."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter import answers
from shelter.access import Permission as P
from shelter.access import allows
from shelter.access.disciplines import READERS, may_read
from shelter.accounts import queries as accounts
from shelter.calendar import now, today
from shelter.cases import returning
from shelter.cases.models import Case
from shelter.codes.cases import AnsweredBy, CaseState
from shelter.codes.outgoing import Basis, OutgoingState, Screening, Through
from shelter.db import db
from shelter.partners import queries as partners
from shelter.partners.models import Foundation, Institution
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Form, Leaves, Section, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.page import saved
from shelter.web.panels import case_tab, day_card, institution_panel

from . import actions, letter, queries, rules
from .forms import HerAnswerForm, OutgoingForm, ReplyForm, ScreeningForm, SendForm, SlipForm, WithdrawForm
from .models import Outgoing

outgoing = Section("outgoing", __name__)
menu(31, "outgoing.index", _later("Referrals sent"), "arrow", P.OUTGOING_READ)
case_tab(55, "outgoing.of_case", _later("Referrals"), P.OUTGOING_READ)
QUICK = {"received": OutgoingState.RECEIVED, "attended": OutgoingState.ATTENDED}
OF_CASE, ONE = "/casos/<uuid:case>/derivaciones", "/casos/<uuid:case>/derivaciones/<uuid:sent>"


@outgoing.get("/derivaciones-enviadas", needs=P.OUTGOING_READ)
def index() -> ResponseReturnValue:
    """What waits for an answer, the longest silent first; what left without consent, to be reviewed or to be told."""
    reading(P.OUTGOING_READ)
    unseen = _said(queries.to_review(me())) if allows(me(), P.OUTGOING_REVIEW) else []
    return page("outgoing/index.html", waiting=_said(queries.waiting(me())), unseen=unseen,
                untold=_said(queries.untold(me())))


@outgoing.get(OF_CASE, needs=P.OUTGOING_READ)
def of_case(case: Case) -> ResponseReturnValue:
    """All of a case, newest first, and where the two screenings stand."""
    return page("outgoing/of_case.html", case=case, rows=_said(map(_as_dict, queries.of_case(case))),
                screened=returning.screened(case), screenings=list(Screening))


@outgoing.route(f"{OF_CASE}/nueva", methods=["GET", "POST"], needs=P.OUTGOING_WRITE,
                draft=_later("An outgoing referral"))
def new(case: Case) -> ResponseReturnValue:
    """What is asked for, from whom, and what they would be told."""
    form, addressees = OutgoingForm(), queries.addressees(partners.institutions(today()))
    form.to.choices = [(key, _name(each) + (f" · {post.name}" if post else "")) for key, each, post in addressees]
    to: dict[Any, Any] = {key: {"institution": each, "post": post} for key, each, post in addressees}
    done = submit(form, "outgoing.prepare", lambda: _prepare(case, form, to[form.to.data]), on=case,
                  to=lambda made: _of(case, made), said=_("Nothing has left yet: look at it first."))
    return done or page("outgoing/new.html", case=case, form=form)


def _prepare(case: Case, form: OutgoingForm, to: dict[str, Any]) -> Outgoing:
    values = {name: value for name, value in form.values.items() if name not in {"to", "fields"}}
    return actions.prepare(case, by=me().id, fields=form.chosen, **to, **values)


@outgoing.get(ONE, needs=P.OUTGOING_READ)
def show(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """One of them: what would leave or what left, on what basis, and what was answered."""
    return _page(case, _found(case, sent), _asking(case))


@outgoing.post(f"{ONE}/consentimiento", needs=P.CONSENT_WRITE)
def ask(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """What she answers to exactly this."""
    found, form = _found(case, sent), _asking(case)
    done = submit(form, "consent.ask", lambda: actions.ask_her(case, found, by=me().id, **form.said), on=case,
                  to=_of(case, found), said=_("Her answer is recorded."))
    return done or _page(case, found, form)


@outgoing.post(f"{ONE}/enviar", needs=P.OUTGOING_WRITE)
def send(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """Now it leaves."""
    found = _found(case, sent)
    form = SendForm(found.basis)
    done = submit(form, "outgoing.send", lambda: actions.send(case, found, by=me().id, **form.told), on=found,
                  to=_of(case, found), said=_("It is sent. Print the letter, or read it out to them."))
    return done or _page(case, found, form)


@outgoing.get(f"{ONE}/carta.pdf", needs=P.OUTGOING_WRITE, leaves=Leaves.BY_ITS_RECORD)
def paper(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """The letter. Each time it is asked again whether it may leave, and written down that it was printed."""
    found = _found(case, sent)
    if not _may_print(case, found):
        abort(403)
    reading("outgoing.print", found)
    signed = accounts.names([found.sent_by_id, me().id])
    sheet = letter.Sheet(found, _foundation(case), signed.get(found.sent_by_id or me().id, ""), me().name,
                         answers.printed(answers.latest(actions.ANSWER, found.id)),
                         queries.consent_for(case, found),
                         partners.holder_of(found.post_id, today()) if found.post_id else None)
    answer = Response(letter.printed(sheet), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.reference}.pdf"'
    return answer


@outgoing.post(f"{ONE}/llamada", needs=P.OUTGOING_WRITE)
def quick(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """The usual answer, heard on the telephone: one button."""
    found, state = _found(case, sent), QUICK.get(request.form.get("state", "")) or abort(400)
    return saved("outgoing.reply", on=found, to=_of(case, found), said=_("The answer is recorded."),
                 do=lambda: actions.reply(case, found, by=me().id, state=state, through=Through.CALL,
                                            is_tap=True))


@outgoing.route(f"{ONE}/respuesta", methods=["GET", "POST"], needs=P.OUTGOING_WRITE,
                draft=_later("The answer of an institution"))
def reply(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """The answer in full: why not, who answered, the counter-referral."""
    found, form = _found(case, sent), ReplyForm(through=Through.CALL)
    done = submit(form, "outgoing.reply", lambda: actions.reply(case, found, by=me().id, **form.values), on=found,
                  to=_of(case, found), said=_("The answer is recorded."))
    return done or page("outgoing/reply.html", case=case, form=form, outgoing=found, before=queries.last_reply(found),
                        readers=READERS[found.service.of])


@outgoing.route(f"{ONE}/retirar", methods=["GET", "POST"], needs=P.OUTGOING_WRITE,
                draft=_later("An outgoing referral"))
def withdraw(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """It is taken back; its slip works no more."""
    found, form = _found(case, sent), WithdrawForm()
    done = submit(form, "outgoing.withdraw", lambda: actions.withdraw(case, found, by=me().id, **form.values), on=found,
                  to=_of(case, found), said=_("It is withdrawn, and its slip works no more."))
    return done or page("outgoing/withdraw.html", case=case, form=form, outgoing=found)


@outgoing.post(f"{ONE}/hoja", needs=P.OUTGOING_WRITE)
def slip(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """A new slip for one that got lost."""
    found = _found(case, sent)
    return saved("outgoing.slip", lambda: actions.new_slip(case, found, by=me().id), on=found, to=_of(case, found),
                 said=_("There is a new slip; the earlier one works no more. Print the letter again."))


@outgoing.post(f"{ONE}/avisada", needs=P.OUTGOING_WRITE)
def tell(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """She was told by now."""
    found = _found(case, sent)
    return saved("outgoing.tell", lambda: actions.was_told(found), on=found, to=_of(case, found))


@outgoing.post(f"{ONE}/revisar", needs=P.OUTGOING_REVIEW)
def review(case: Case, sent: uuid.UUID) -> ResponseReturnValue:
    """Another person looked at it."""
    found = _found(case, sent)
    return saved("outgoing.review", lambda: actions.review(found, by=me().id), on=found, to=_of(case, found),
                 said=_("The review is recorded."))


@outgoing.route(f"{OF_CASE}/retorno", methods=["GET", "POST"], needs=P.OUTGOING_WRITE,
                draft=_later("Refuge and return"))
def screen(case: Case) -> ResponseReturnValue:
    """The two questions before anybody of her country is told and before she returns."""
    form = ScreeningForm()
    done = submit(form, "outgoing.screen", lambda: actions.screen(case, by=me().id, **form.values), on=case,
                  to=url_for("outgoing.of_case", case=case.id))
    return done or page("outgoing/screen.html", case=case, form=form, screened=returning.screened(case))


# --- what the pages need ----------------------------------------------------------------------------------------------

def _found(case: Case, outgoing_id: uuid.UUID) -> Outgoing:
    return queries.one(case, outgoing_id) or abort(404)


def _of(case: Case, found: Outgoing) -> str:
    return url_for("outgoing.show", case=case.id, sent=found.id)


def _asking(case: Case) -> HerAnswerForm:
    """Of a child it has to be said who answers."""
    is_child = queries.is_child(case)
    form = HerAnswerForm(language=case.person.language, given_by=None if is_child else AnsweredBy.HERSELF)
    form.given_by.required = is_child
    return form


def _foundation(case: Case) -> str:
    return db.session.get_one(Foundation, case.foundation_id).name


def _name(institution: Institution) -> str:
    return institution.name.get(language()) or institution.name["es"]


def _page(case: Case, found: Outgoing, form: Form) -> ResponseReturnValue:
    """What stands on it depends on how far it has come, and on who reads it."""
    replies, consent = queries.replies(found), queries.consent_for(case, found)
    sees, reviews = allows(me(), P.PERSON_READ, case), _reviews(case, found)
    if sees or reviews:
        reading(P.OUTGOING_READ if sees else P.OUTGOING_REVIEW, found)
    asking = form if isinstance(form, HerAnswerForm) else _asking(case)
    sending = form if isinstance(form, SendForm) else SendForm(found.basis)
    asking.seen.data = sending.seen.data = letter.mark(case, found)
    people = [found.by_id, found.sent_by_id, found.reviewed_by_id, *(each.by_id for each in replies)]
    return page(
        "outgoing/show.html", case=case, outgoing=found, institution=_name(found.institution), sees=sees,
        reviews=reviews, form=form, asking=asking, sending=sending,
        lines=_lines(case, found) if sees else letter.for_review(found) if reviews else [], said=letter.label,
        consent=consent, replies=replies, names=accounts.names(people),
        reads=_reads(case, found), readers=READERS[found.service.of],
        may_print=_may_print(case, found), is_open=case.state is not CaseState.CLOSED,
        slip=answers.latest(actions.ANSWER, found.id) if actions.still_holds(case, found) else None,
        has_address=answers.has_address(),
        by_consent=found.basis is Basis.CONSENT,
        is_child=queries.is_child(case), is_adult=bool(case.person.birth) and not queries.is_child(case),
        may_review=found.sent_by_id is not None and me().id not in {found.sent_by_id, found.by_id},
        may_be_told=actions.may_still_be_told(case, found),
    )


def _may_print(case: Case, found: Outgoing) -> bool:
    """Asked each time: it left, what it says still holds, and the case goes on."""
    return letter.may_be_printed(found) and actions.still_holds(case, found) and case.state is not CaseState.CLOSED


def _reads(case: Case, found: Outgoing) -> bool:
    """What an institution says of her is read by those who read that discipline, and by whoever wrote to it."""
    return may_read(me(), found.service.of, case) or me().id in {found.by_id, found.sent_by_id}


def _reviews(case: Case, found: Outgoing) -> bool:
    """Whoever may say that it was right must see what left, and why."""
    is_one = found.basis is not Basis.CONSENT and queries.is_sent(found)
    return is_one and allows(me(), P.OUTGOING_REVIEW, case)


def _lines(case: Case, found: Outgoing) -> letter.Lines:
    """What would leave, or what left; nothing left of what was withdrawn before."""
    if found.state is OutgoingState.PREPARED:
        return letter.lines(case, found)
    return found.left if queries.is_sent(found) else []


def _as_dict(row: Any) -> dict[str, Any]:
    return dict(row._mapping)


def _said(rows: Any) -> list[dict[str, Any]]:
    """Rows of a list as the pages show them."""
    return [_line(row) for row in rows]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    heard = row["heard_at"] or row["sent_at"]
    waits = row["state"] in rules.WAITING
    held = waits and row["withdrawn_at"] is not None
    silent = not held and heard is not None and rules.is_silent(row["state"], heard, row["urgency"], now())
    unseen = row["basis"] is not Basis.CONSENT and row["sent_at"] and not row["reviewed_at"]
    tags = [(row["state"].label, "done" if row["state"] is OutgoingState.ATTENDED else "info")]
    tags += [(_("No answer for too long"), "due")] if silent else []
    tags += [(_("Taken back, or no longer valid"), "protection")] if held else []
    tags += [(_("Without consent, to be reviewed"), "protection")] if unseen else []
    return {
        **row, "institution": row["institution"].get(language()) or row["institution"]["es"], "tags": tags,
        "url": url_for("outgoing.show", case=row["case_id"], sent=row["id"]), "heard": heard,
        "title": row.get("name") or row.get("code"), "silent": silent, "held": held, "waits": waits and not held,
        "answer_url": url_for("outgoing.quick", case=row["case_id"], sent=row["id"]),
    }


# --- answers without an account ---------------------------------------------------------------------------------------

def _slip_form(about_id: uuid.UUID) -> SlipForm:
    return SlipForm(db.session.get_one(Outgoing, about_id).state)


def _asked_about(about_id: uuid.UUID) -> tuple[Case, Outgoing]:
    found = db.session.get_one(Outgoing, about_id)
    return db.session.get_one(Case, found.case_id), found


def _take(about_id: uuid.UUID, form: Form) -> int | None:
    case, found = _asked_about(about_id)
    assert isinstance(form, SlipForm)
    actions.reply(case, found, by=None, **form.reply)
    is_over = found.state is not OutgoingState.RECEIVED or case.state is CaseState.CLOSED
    return None if is_over else actions.slip_lasts(queries.consent_for(case, found)).days


def _shown(about_id: uuid.UUID) -> dict[str, Any]:
    return {"reference": db.session.get_one(Outgoing, about_id).reference}


answers.answer_kind(actions.ANSWER, answers.Kind(
    asks=_later("What became of what we asked you for?"), form=_slip_form,
    template="outgoing/_answer.html", take=_take, shown=_shown,
    holds=lambda about_id: actions.still_holds(*_asked_about(about_id)),
))


# --- on other pages ---------------------------------------------------------------------------------------------------

@day_card(12, P.OUTGOING_READ, "outgoing/_day.html")
def day() -> dict[str, Any] | None:
    """What waits for an answer too long, what does not hold any more, what is to be reviewed or told, on my day."""
    waiting = _said(queries.waiting(me(), most=20))
    found = {
        "late": [each for each in waiting if each["silent"]][:3],
        "held": [each for each in waiting if each["held"]][:3],
        "unseen": _said(queries.to_review(me(), most=3)) if allows(me(), P.OUTGOING_REVIEW) else [],
        "untold": _said(queries.untold(me(), most=3)),
    }
    return found if any(found.values()) else None


@institution_panel(15, P.FOCAL_WRITE, "outgoing/_institution.html")
def open_with(institution: Institution) -> dict[str, Any] | None:
    """How much waits with an institution: numbers, no names."""
    waiting, lately = queries.open_with(institution.id)
    return {"waiting": waiting, "lately": lately} if waiting or lately else None
