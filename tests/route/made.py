"""A small protocol, in plain values."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit
from shelter.codes.referrals import InstitutionKind
from shelter.protocol.rules import Book, Happening, Limit, Phase, Step
from tests.door.made import when

SHOWN, SPOKEN = frozenset({Evidence.MILESTONE}), frozenset({Evidence.WORD})


def step(key, phase, start=Start.ALERT, standing=Standing.TARGET, **more):
    name = {"es": f"Paso {key}", "en": f"Step {key}"}
    return Step(key, key, phase, name, more.pop("responsible", None), start, standing, **more)


def small_book():
    """Six steps in three phases: a report, an arrival, health, what children and foreigners need, leaving."""
    admitted, exited = Happening(Milestone.ADMITTED), Happening(Milestone.EXITED)
    steps = (
        step("report", "alert", standing=Standing.LAW, is_validated=True, limit=Limit(24, Unit.HOURS),
             responsible=InstitutionKind.PROSECUTOR, is_beside=True),
        step("arrive", "alert", limit=Limit(72, Unit.HOURS), happening=admitted, evidence=SHOWN),
        step("health", "house", Start.MILESTONE, starts_with=admitted, limit=Limit(2, Unit.WORKING_DAYS),
             happening=Happening(Milestone.SERVICE_GIVEN, "medical"), evidence=SHOWN | SPOKEN, is_beside=True,
             responsible=InstitutionKind.HEALTH, standing=Standing.PROTOCOL, may_be_skipped=True),
        step("board", "house", Start.MILESTONE, starts_with=admitted, limit=Limit(3, Unit.WORKING_DAYS),
             applies_to=frozenset({Condition.CHILD, Condition.DOUBTFUL_MAJORITY}), is_beside=True,
             responsible=InstitutionKind.PROTECTION),
        step("refuge", "house", Start.STEP, after="report", applies_to=frozenset({Condition.FOREIGN}), is_beside=True),
        step("after", "out", Start.MILESTONE, starts_with=exited, limit=Limit(30 * 24, Unit.HOURS),
             happening=Happening(Milestone.FOLLOWED_UP), evidence=SHOWN),
    )
    names = {"alert": ("Alerta", "Alert"), "house": ("En la casa", "In the house"), "out": ("Salida", "Leaving")}
    phases = tuple(Phase(key, {"es": es, "en": en}, place + 1) for place, (key, (es, en)) in enumerate(names.items()))
    return Book(uuid.UUID(int=7), 1, date(2020, 1, 1), phases=phases, steps=steps)


def paper_book():
    """The same, and an order that nothing but a document shows."""
    book = small_book()
    order = step("order", "house", evidence=frozenset({Evidence.DOCUMENT}), is_beside=True)
    return replace(book, steps=(*book.steps, order))


def speak_of_a_step(say, client, send, case):
    """What somebody says of a step of the route of a case, and what is declared of her."""
    send(client, f"/casos/{case}/ruta/report/cumplido", note=say("step_word.note"), **when("at"))
    assert say.typed["step_word.note"] in client.get(f"/casos/{case}/ruta").text
    send(client, f"/casos/{case}/ruta/condiciones", declared=["doubtful_majority"])
