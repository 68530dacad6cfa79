"""My day, the case page made of what features put on it, and the pages for everybody."""

from __future__ import annotations

from flask import jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from shelter.access import PUBLIC, SIGNED_IN
from shelter.web import Section, me, menu, page

home = Section("home", __name__)
menu(10, "home.my_day", _("My day"), "day", on_phone=True)


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
    return page("home/my_day.html", cards=[], person=me())


@home.get("/ayuda", needs=PUBLIC)
def help() -> ResponseReturnValue:  # noqa: A001 (the page's name)
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
