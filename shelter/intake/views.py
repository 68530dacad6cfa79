"""An arrival, page by page: safety, person, situation, consent, review."""

from __future__ import annotations

from typing import Any

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows, houses_of
from shelter.calendar import local, today
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case, Person
from shelter.codes.people import Unanswered
from shelter.db import db
from shelter.partners import queries as partners
from shelter.partners.models import House
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, page, submit
from shelter.web.panels import case_panel, day_card

from . import actions, queries, rules
from .forms import ArrivalForm, ConsentsForm, FinishForm, PersonForm, SafetyForm, SituationForm
from .models import Intake

intake = Section("intake", __name__)
PERSON = ("name_used", "names", "surnames", "birth", "sex", "nationality", "document_kind", "document", "phone")


@intake.route("/ingresos/nuevo", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("An arrival"))
def arrive() -> ResponseReturnValue:
    """Somebody is at the door. Three questions, and she is in."""
    houses = partners.houses(houses_of(me(), P.INTAKE_WRITE))
    form = ArrivalForm(house_id=houses[0][0] if len(houses) == 1 else None)
    form.house_id.choices = houses
    done = submit(
        form,
        "intake.arrive",
        lambda: _arrive(form),
        to=lambda case: url_for("intake.tasks", case=case.id),
        said=_("Welcome her. The rest can wait."),
    )
    return done or page("intake/safety.html", form=form, case=None)


def _arrive(form: ArrivalForm) -> Case:
    values = form.values
    return actions.arrive(db.session.get_one(House, values.pop("house_id")), by=me().id, **values)


@intake.get("/ingresos/<uuid:case>", needs=P.INTAKE_WRITE)
def tasks(case: Case) -> ResponseReturnValue:
    """What is done of this arrival, and what comes next."""
    found = queries.of_case(case)
    return page("intake/tasks.html", case=case, intake=found, tasks=_tasks(case, found))


def _tasks(case: Case, found: Intake | None) -> list[dict[str, Any]]:
    stay = cases.open_stay(case)
    rows = [
        ("intake.safety", _("Safety, doctor, language"), found and found.safety_at),
        ("residence.assign", _("A bed for tonight"), stay and stay.arrived_at),
        ("intake.person", _("Who she is"), found and found.person_at),
        ("cases.team", _("Who cares for her"), len(case.team_ids) > 1),
        ("intake.consent", _("What she agrees to"), found and found.consent_at),
        ("intake.situation", _("What she wants, and her situation"), found and found.situation_at),
        ("intake.review", _("Review and finish"), found and found.finished_at),
    ]
    return [
        {
            "title": title,
            "url": url_for(endpoint, case=case.id),
            "state_text": _("Completed") if done else _("Not started"),
            "state_kind": "plain" if done else "info",
        }
        for endpoint, title, done in rows
    ]


@intake.route("/ingresos/<uuid:case>/seguridad", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("Safety, doctor, language"))
def safety(case: Case) -> ResponseReturnValue:
    """The three questions of a case that came by a referral, or their correction."""
    found = queries.of_case(case)
    form = SafetyForm(record=found or case.card, language=case.person.language, version=found.version if found else 0)
    done = submit(
        form,
        "intake.safety",
        lambda: actions.check_safety(hold(case), by=me().id, version=form.version_number, **form.values),
        to=url_for("intake.tasks", case=case.id),
        on=case,
    )
    return done or page("intake/safety.html", form=form, case=case)


@intake.route("/ingresos/<uuid:case>/persona", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("Who she is"))
def person(case: Case) -> ResponseReturnValue:
    """Who she is. A doubtful document number is kept, marked, and said."""
    form = PersonForm(version=case.person.version, **_known(case.person))
    to = url_for("intake.tasks", case=case.id)
    done = submit(form, "intake.person", lambda: actions.identify(
        hold(case), by=me().id, version=form.version_number, **form.values), to=to, on=case)
    if done and case.person.document_is_doubtful:
        flash(_("The check digit of the cédula does not match. "
                "It was kept and marked: look at it again when you can."), "notice")
    return done or page("intake/person.html", form=form, case=case)


def _known(record: Person) -> dict[str, Any]:
    """What is recorded of her, with the reasons of what is not."""
    reasons = {name: Unanswered(word) for name, word in record.unanswered.items()}
    return {**{name: getattr(record, name) for name in PERSON}, **reasons}


@intake.route("/ingresos/<uuid:case>/situacion", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("What she wants, and her situation"))
def situation(case: Case) -> ResponseReturnValue:
    """What she wants, and the forms of exploitation that were recognised."""
    form = SituationForm(**_situation(case, queries.of_case(case)))
    to = url_for("intake.tasks", case=case.id)
    done = submit(form, "intake.situation", lambda: actions.describe_situation(
        hold(case), version=form.version_number, **form.values), to=to, on=case)
    return done or page("intake/situation.html", form=form, case=case)


def _situation(case: Case, found: Intake | None) -> dict[str, Any]:
    return {
        "version": found.version if found else 0, "wishes": found.wishes if found else None, "story": case.story,
        "exploited_in": case.exploited_in, "found": rules.recognised(case.exploitation),
        "others_ruled_out": rules.ruled_out(case.exploitation),
    }


@intake.route("/ingresos/<uuid:case>/consentimiento", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("What she agrees to"))
def consent(case: Case) -> ResponseReturnValue:
    """What she agrees to: after safety, and never a condition."""
    form = ConsentsForm(language=case.person.language)
    done = submit(
        form,
        "intake.consent",
        lambda: actions.ask_consents(hold(case), by=me().id, **form.values),
        to=url_for("intake.tasks", case=case.id),
        on=case,
    )
    return done or page("intake/consent.html", form=form, case=case)


@intake.route("/ingresos/<uuid:case>/revisar", methods=["GET", "POST"], needs=P.INTAKE_WRITE,
              draft=_later("The end of the intake"))
def review(case: Case) -> ResponseReturnValue:
    """Everything on one page before it is finished."""
    form = FinishForm()
    done = submit(form, "intake.finish", lambda: actions.finish(hold(case), by=me().id),
                  to=url_for("home.case", case=case.id), on=case,
                  said=_("The intake is finished. Everything can still be changed."))
    consents = cases.in_force(cases.consents(case), today())
    return done or page("intake/review.html", form=form, case=case, intake=queries.of_case(case),
                        stay=cases.open_stay(case), consents=consents, twins=_twins(case))


def _twins(case: Case) -> list[dict[str, Any]]:
    """Other cases within reach whose person has the same document; those out of reach stay silent."""
    if case.person.document_lookup is None or not allows(me(), P.PERSON_SEARCH):
        return []
    return [row for row in cases.with_document(me(), case.person.document_lookup) if row["id"] != case.id]


@case_panel(5, P.INTAKE_WRITE, "intake/_case.html")
def intake_panel(case: Case) -> dict[str, Any] | None:
    """While the intake is not finished, the way back to it."""
    return None if _told(case)["finished_at"] else {"opened_on": local(case.opened_at).date()}


@case_panel(30, P.PERSON_READ, "intake/_wishes.html")
def wishes_panel(case: Case) -> dict[str, Any]:
    """What she wants comes first on her page."""
    return _told(case)


def _told(case: Case) -> dict[str, Any]:
    """What was told on arrival, asked for once for both panels of a page."""
    if "intake" not in g:
        g.intake = queries.told(case)
    found: dict[str, Any] = g.intake
    return found


@day_card(15, P.INTAKE_WRITE, "intake/_day.html")
def unfinished_card() -> dict[str, Any] | None:
    """Arrivals that are not finished."""
    rows = queries.unfinished(me())
    return {"rows": rows} if rows else None
