"""My day, the case page made of what features put on it, and the pages for everybody."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from shelter.access import PUBLIC, SIGNED_IN, Permission
from shelter.calendar import today
from shelter.cases.models import Case
from shelter.codes.cases import Stage
from shelter.texts import later as _
from shelter.web import Section, me, menu, page
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
    return page("home/my_day.html", cards=rendered(DAY_CARDS), person=me(), today=today())


@home.get("/casos/<uuid:case>", needs=Permission.CASE_READ)
def case(case: Case) -> ResponseReturnValue:
    """The case page, made of the panels that features put on it."""
    return page("home/case.html", case=case, panels=rendered(CASE_PANELS, case=case), stages=_stages(case))


def _stages(case: Case) -> list[dict[str, Any]]:
    now = list(Stage).index(case.card.stage)
    states = ["done"] * now + ["current"] + ["next"] * (len(Stage) - now - 1)
    return [{"title": stage.label, "state": state} for stage, state in zip(Stage, states, strict=True)]


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
