"""Reports: the list, a new one, its preview, its paper; publishing; and what observers read."""

from __future__ import annotations

from flask import Response, abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.accounts import queries as accounts
from shelter.statistics.queries import periods, say_period, years
from shelter.statistics.rules import CONTENTS, Audience
from shelter.statistics.tables import say_token
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Leaves, Section, gate, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.page import saved

from . import actions, queries
from .forms import ReportForm
from .models import Release
from .rules import file_name

reports = Section("reports", __name__)
gate.loads("release", queries.by_id)
gate.loads("publication", queries.published)
menu(80, "reports.index", _later("Reports"), "report", P.REPORT_READ)
menu(85, "reports.publications", _later("Published reports"), "book", P.RELEASE_READ)


@reports.get("/reportes", needs=P.REPORT_READ)
def index() -> ResponseReturnValue:
    """What was printed, newest first."""
    return page("reports/index.html", releases=queries.made(me()))


@reports.route("/reportes/nuevo", methods=["GET", "POST"], needs=P.REPORT_READ,
               draft=_later("A report"))
def new() -> ResponseReturnValue:
    """Ask for one: it is counted and printed beside the pages, for that takes seconds."""
    form = ReportForm(queries.scopes(me()) or abort(403), periods(), years(), language=language())
    done = submit(form, "report.ask", lambda: actions.ask(form.order(me().id, me().name)), said=None,
                  to=lambda job: url_for("jobs.show", job=job.id))
    return done or page("reports/new.html", form=form)


@reports.get("/reportes/<uuid:release>/vista-previa", needs=P.REPORT_READ)
def preview(release: Release) -> ResponseReturnValue:
    """What it says, who made it, and what may be done with it."""
    return page(
        "reports/preview.html", release=release, period=say_period(release.period),
        audience=Audience(release.audience), scope=queries.scope_name(release.foundation_id), contents=CONTENTS,
        names=accounts.names([release.made_by_id, release.published_by_id]),
        figures={each["code"]: say_token(each["value"]) for each in release.figures},
        refusal=actions.refusal(release, me().id),
    )


@reports.get("/reportes/<uuid:release>.pdf", needs=P.REPORT_READ, leaves=Leaves.AGGREGATE)
def paper(release: Release) -> ResponseReturnValue:
    """The paper as it was printed."""
    reading("report.download", release)
    return _paper(release)


@reports.post("/reportes/<uuid:release>/publicar", needs=P.REPORT_PUBLISH, needs_fresh=("POST",))
def publish(release: Release) -> ResponseReturnValue:
    """A second person lets it out."""
    to, said = url_for("reports.preview", release=release.id), _("The report is published.")
    return saved("report.publish", lambda: actions.publish(release, me().id), to=to, on=release, said=said)


@reports.get("/publicaciones", needs=P.RELEASE_READ)
def publications() -> ResponseReturnValue:
    """What was published."""
    return page("reports/publications.html", releases=queries.all_published())


@reports.get("/publicaciones/<uuid:publication>", needs=P.RELEASE_READ, leaves=Leaves.AGGREGATE)
def publication(publication: Release) -> ResponseReturnValue:
    """A published paper."""
    reading("release.download", publication)
    return _paper(publication)


def _paper(release: Release) -> Response:
    answer = Response(release.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(release.period)}"'
    return answer
