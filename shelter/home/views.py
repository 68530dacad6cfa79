"""My day, the case page made of what features put on it, and the pages for everybody."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from shelter.access import PUBLIC, SIGNED_IN, Permission, reaches
from shelter.audit import Actor
from shelter.calendar import today
from shelter.cases.models import Case
from shelter.codes.cases import Stage
from shelter.texts import later as _
from shelter.texts import say as _now
from shelter.web import Section, drafts, gate, me, menu, page
from shelter.web.gate import reading
from shelter.web.locale import say_hour
from shelter.web.page import saved
from shelter.web.panels import CASE_PANELS, DAY_CARDS, rendered

home = Section("home", __name__)
menu(10, "home.my_day", _("My day"), "day", on_phone=1)


@home.get("/", needs=PUBLIC)
def beginning() -> ResponseReturnValue:
    """To my day (and from there to the sign-in page)."""
    return redirect(url_for("home.my_day"))


@home.get("/salud", needs=PUBLIC)
def health() -> ResponseReturnValue:
    """For a watcher: nothing but that it runs."""
    return jsonify(estado="ok")


@home.get("/mi-dia", needs=SIGNED_IN)
def my_day() -> ResponseReturnValue:
    """What today asks of this person."""
    reading("day.read")
    return page("home/my_day.html", cards=rendered(DAY_CARDS), person=me(), today=today(), drafts=_drafts(3))


@home.get("/casos/<uuid:case>", needs=Permission.CASE_READ)
def case(case: Case) -> ResponseReturnValue:
    """The case page, made of the panels that features put on it."""
    return page("home/case.html", case=case, panels=rendered(CASE_PANELS, case=case), stages=_stages(case))


def _stages(case: Case) -> list[dict[str, Any]]:
    now = list(Stage).index(case.card.stage)
    states = ["done"] * now + ["current"] + ["next"] * (len(Stage) - now - 1)
    return [{"title": stage.label, "state": state} for stage, state in zip(Stage, states, strict=True)]


@home.get("/borradores", needs=SIGNED_IN)
def drafts_page() -> ResponseReturnValue:
    """What I typed and did not save."""
    return page("home/drafts.html", drafts=_drafts())


def _drafts(most: int = drafts.MOST) -> list[dict[str, Any]]:
    """A person's drafts as the pages show them: what each is of, whose case, where it goes on."""
    return [{**each, **_of_draft(each["path"], each["id"])} for each in drafts.mine(me().id, most)]


def _of_draft(path: str, draft_id: uuid.UUID) -> dict[str, Any]:
    """Its form and its case; without a way on when the case is out of reach by now."""
    endpoint, values = _form_of(path)
    case = gate.loaders["case"](values["case"]) if "case" in values else None
    is_open = endpoint and (reaches(me(), case) if case else "case" not in values)
    return {
        "title": drafts.labels[endpoint] if endpoint else _now("A form"), "code": case.code if case and is_open else "",
        "url": drafts.address(path, draft_id) if is_open else None,
    }


def _form_of(path: str) -> tuple[str | None, dict[str, Any]]:
    """The endpoint of a form's address, and what stands in it; None when drafts of it are not kept."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path.partition("?")[0], method="POST")
    except HTTPException:
        return None, {}
    return (endpoint, dict(values)) if endpoint in drafts.labels else (None, {})


@home.post("/borradores", needs=PUBLIC)
def keep_draft() -> ResponseReturnValue:
    """What the page sends by itself while somebody types: kept for whoever was given the page, never carried out."""
    author = drafts.whose(request.form.get("csrf_token", "")) or abort(400)
    path = request.args.get("de", "")
    if _form_of(path)[0] is None or not drafts.is_path(path):
        abort(400)
    kept = drafts.keep(author, path, request.form, Actor("staff", author))
    return jsonify(id=kept.id, at=say_hour(kept.saved_at)) if kept else jsonify(id=None)


@home.post("/borradores/<uuid:draft>/descartar", needs=SIGNED_IN)
def discard_draft(draft: uuid.UUID) -> ResponseReturnValue:
    """Throw a draft of one's own away."""
    return saved("draft.discard", lambda: drafts.discard(me().id, draft), to=url_for("home.drafts_page"),
                 said=_now("The draft is gone."))


@home.get("/sesion", needs=SIGNED_IN)
def session_left() -> ResponseReturnValue:
    """How many seconds are left before this session locks by itself. Asking does not lengthen it."""
    return jsonify(left=max(0, round(me().left / timedelta(seconds=1))))


@home.post("/sesion", needs=SIGNED_IN)
def stay() -> ResponseReturnValue:
    """Somebody is still here: the session begins to wait anew."""
    return jsonify(left=round(me().idle / timedelta(seconds=1)))


gate.open_while_locked("home.session_left")
gate.touch_nothing("home.session_left", "home.keep_draft")


@home.get("/ayuda", needs=PUBLIC)
def help() -> ResponseReturnValue:
    """How to do the commonest things."""
    return page("home/help.html")


@home.get("/privacidad", needs=PUBLIC)
def privacy() -> ResponseReturnValue:
    """What is kept, for whom, for how long."""
    return page("home/privacy.html")


@home.get("/accesibilidad", needs=PUBLIC)
def accessibility() -> ResponseReturnValue:
    """What the pages can do for readers who need it."""
    return page("home/accessibility.html")
