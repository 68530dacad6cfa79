"""One's own jobs: how far each is, breaking one off, trying once more."""

from __future__ import annotations

import uuid

from flask import abort, redirect
from flask.typing import ResponseReturnValue

from shelter.access import SIGNED_IN
from shelter.codes.jobs import JobState
from shelter.texts import say as _
from shelter.web import Section, gate, me, page
from shelter.web.page import saved
from shelter.web.quick import url_for

from . import actions, queries
from .models import Job

jobs = Section("jobs", __name__)
gate.touch_nothing("jobs.show")


@jobs.get("/trabajos", needs=SIGNED_IN)
def index() -> ResponseReturnValue:
    """The newest first, those that are being done above all."""
    return page("jobs/index.html", jobs=queries.latest(me().id))


@jobs.get("/trabajos/<uuid:job>", needs=SIGNED_IN)
def show(job: uuid.UUID) -> ResponseReturnValue:
    """How far it is; once it is done, what came of it."""
    found = _mine(job)
    if found.state is JobState.DONE:
        return redirect(found.what.url(found))
    return page("jobs/show.html", job=found)


@jobs.post("/trabajos/<uuid:job>/cancelar", needs=SIGNED_IN)
def cancel(job: uuid.UUID) -> ResponseReturnValue:
    """Not any more, please."""
    found = _mine(job)
    return saved("job.cancel", lambda: actions.cancel(found), to=url_for("jobs.show", job=job), on=found,
                 said=_("It ends at its next step; nothing of it counts."))


@jobs.post("/trabajos/<uuid:job>/repetir", needs=SIGNED_IN)
def again(job: uuid.UUID) -> ResponseReturnValue:
    """Once more."""
    found = _mine(job)
    return saved("job.again", lambda: actions.again(found), to=url_for("jobs.show", job=job), on=found,
                 said=_("It is tried once more, from where it stopped."))


def _mine(job: uuid.UUID) -> Job:
    return queries.one(me().id, job) or abort(404)
