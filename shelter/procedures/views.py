"""Operating procedures: reading them, saying that one has, writing and publishing them; who has not read."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import foundations_of
from shelter.codes.protocol import ReadingKind
from shelter.db import db
from shelter.partners import queries as partners
from shelter.texts import Given
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, menu, page, submit
from shelter.web.page import saved
from shelter.web.panels import day_card
from shelter.web.prose import prose

from . import actions, kinds, queries
from .forms import NewProcedureForm, ProcedureForm
from .models import Asked, Procedure

procedures = Section("procedures", __name__)
menu(87, "procedures.index", _later("Procedures"), "file", P.PROCEDURE_READ)
kinds.reading_kind(ReadingKind.PROCEDURE, "procedures.show", "procedure")


def _procedure(procedure: uuid.UUID, permission: P = P.PROCEDURE_READ) -> Procedure:
    return queries.visible(me(), procedure, permission) or abort(404)


def _asked(asked: uuid.UUID) -> Asked:
    """Something that is asked of this reader's foundation, or of everybody."""
    found, reach = db.session.get(Asked, asked) or abort(404), foundations_of(me(), P.PROCEDURE_READ)
    return found if found.foundation_id is None or reach is None or found.foundation_id in reach else abort(404)


def place(asked: Any) -> str:
    """Where something that is asked can be read."""
    where = kinds.PLACES[asked.kind]
    return url_for(where.endpoint, **{where.argument: asked.series_id or asked.about_id})


@procedures.get("/procedimientos", needs=P.PROCEDURE_READ)
def index() -> ResponseReturnValue:
    """What waits for the reader; then every procedure that she may read."""
    names = {each.id: each.name for each in partners.foundations()}
    return page("procedures/index.html", waiting=queries.waiting(me()), rows=queries.listing(me()), said=Given,
                place=place, names=names)


@procedures.get("/procedimientos/<uuid:procedure>", needs=P.PROCEDURE_READ)
def show(procedure: uuid.UUID) -> ResponseReturnValue:
    """One procedure as it is done now; for those who write it, the draft of what comes."""
    found = _procedure(procedure)
    may_write = queries.visible(me(), procedure, P.PROCEDURE_WRITE) is not None
    rows = queries.editions(found)
    current = next((each for each in rows if each.published_at), None)
    draft = rows[0] if may_write and rows[0].published_at is None else None
    if current is None and draft is None:
        abort(404)
    asked = queries.asked_about(current.id) if current else None
    return page("procedures/show.html", procedure=found, current=current, draft=draft, may_write=may_write,
                asked=asked, is_asked=queries.is_asked(me(), found.foundation_id),
                has_read=queries.has_read(asked, me().id), said=Given, prose=prose)


@procedures.route("/procedimientos/nuevo", methods=["GET", "POST"], needs=P.PROCEDURE_WRITE,
                  draft=_later("An operating procedure"))
def write() -> ResponseReturnValue:
    """A new procedure, as a draft."""
    reach = foundations_of(me(), P.PROCEDURE_WRITE)
    choices = [(each.id, each.name) for each in partners.foundations() if reach is None or each.id in reach]
    form = NewProcedureForm(choices, is_for_all=reach is None)
    done = submit(form, "procedure.draft", lambda: actions.write(
        me().id, **form.told, foundation_id=form.foundation_id.data, reach=reach),
        to=lambda made: url_for("procedures.show", procedure=made.id),
        said=_("The draft is kept. Nobody else sees it until it is published."))
    return done or page("procedures/write.html", form=form, procedure=None)


@procedures.route("/procedimientos/<uuid:procedure>/cambiar", methods=["GET", "POST"], needs=P.PROCEDURE_WRITE,
                  draft=_later("An operating procedure"))
def rewrite(procedure: uuid.UUID) -> ResponseReturnValue:
    """Other words, as a draft until they are published."""
    found = _procedure(procedure, P.PROCEDURE_WRITE)
    form = ProcedureForm(queries.editions(found)[0])
    done = submit(form, "procedure.rewrite", lambda: actions.rewrite(
        found, me().id, expected=form.version_number, **form.told), on=found,
        to=url_for("procedures.show", procedure=procedure))
    return done or page("procedures/write.html", form=form, procedure=found)


@procedures.post("/procedimientos/<uuid:procedure>/publicar", needs=P.PROCEDURE_WRITE)
def publish(procedure: uuid.UUID) -> ResponseReturnValue:
    """It holds from now on, and those whom it concerns are asked to read it."""
    found = _procedure(procedure, P.PROCEDURE_WRITE)
    return saved("procedure.publish", lambda: actions.publish(found, me().id), on=found,
                 to=url_for("procedures.show", procedure=procedure),
                 said=_("It is published, and the team is asked to read it."))


@procedures.post("/procedimientos/<uuid:procedure>/terminar", needs=P.PROCEDURE_WRITE)
def end(procedure: uuid.UUID) -> ResponseReturnValue:
    """It is done so no longer."""
    found = _procedure(procedure, P.PROCEDURE_WRITE)
    return saved("procedure.end", lambda: actions.end(found), on=found, to=url_for("procedures.index"),
                 said=_("It does not hold any more."))


# --- reading ----------------------------------------------------------------------------------------------------------

@procedures.post("/lecturas/<uuid:to_read>", needs=P.PROCEDURE_READ)
def acknowledge(to_read: uuid.UUID) -> ResponseReturnValue:
    """She has read it and will keep it in mind."""
    found = _asked(to_read)
    return saved("reading.acknowledge", lambda: actions.acknowledge(found, me().id), on=found,
                 to=url_for("procedures.index"), said=_("Thank you. It is written down that you have read it."))


@procedures.get("/lecturas", needs=P.PROCEDURE_WRITE)
def all_readers() -> ResponseReturnValue:
    """What the team is asked to read, how many have, and who has not read what."""
    within = foundations_of(me(), P.PROCEDURE_WRITE)
    asked = [each for each in queries.open_ones()
             if within is None or each.foundation_id is None or each.foundation_id in within]
    readings = queries.all_readings(asked, within)
    return page("procedures/all_readers.html", readings=readings, people=queries.by_person(readings), said=Given)


@procedures.get("/lecturas/<uuid:to_read>", needs=P.PROCEDURE_WRITE)
def readers(to_read: uuid.UUID) -> ResponseReturnValue:
    """Who has read it, and who has not yet: of one's own foundation, or of all."""
    found = _asked(to_read)
    missing, read = queries.readings(found, foundations_of(me(), P.PROCEDURE_WRITE))
    return page("procedures/readers.html", asked=found, missing=missing, read=read, said=Given)


@day_card(8, P.PROCEDURE_READ, "procedures/_day.html")
def to_read_card() -> dict[str, Any] | None:
    """What waits to be read, on my day."""
    waiting = queries.waiting(me())
    return {"waiting": waiting, "said": Given, "place": place} if waiting else None
