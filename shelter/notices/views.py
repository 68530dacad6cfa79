"""The list of one's notices; opening one; all of them read."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue

from shelter.access import SIGNED_IN
from shelter.audit import work
from shelter.texts import say as _
from shelter.web import Section, gate, me, page
from shelter.web.page import saved
from shelter.web.quick import url_for

from . import actions, queries

notices = Section("notices", __name__)


@notices.get("/avisos", needs=SIGNED_IN)
def index() -> ResponseReturnValue:
    """Newest first."""
    return page("notices/index.html", notices=queries.latest(me().id), unread=queries.unread(me().id))


@notices.post("/avisos/<uuid:notice>", needs=SIGNED_IN)
def read(notice: uuid.UUID) -> ResponseReturnValue:
    """Read it, and go where it leads if that is still part of the reader's work."""
    found = queries.one(me().id, notice) or abort(404)
    with work("notice.read", by=me().actor):
        actions.read(found)
    endpoint, record = found.place
    if not gate.would_admit(endpoint, **record):
        flash(_("That is no longer part of your work here."), "notice")
        endpoint, record = "notices.index", {}
    return redirect(url_for(endpoint, **record), 303)


@notices.post("/avisos/leidos", needs=SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """All of them at once."""
    return saved("notice.read", lambda: actions.read_all(me().id), to=url_for("notices.index"),
                 said=_("There is nothing left to read."))
