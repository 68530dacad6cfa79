"""The life of a version: begun, written, commented, answered by the institutions, published by a second person."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any

import sqlalchemy as sa

from shelter.calendar import now, today
from shelter.codes.places import Province
from shelter.codes.protocol import ReadingKind, Standing, Unit, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.partners import actions as partners
from shelter.partners import queries as institutions
from shelter.procedures import ask_to_read
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import first, queries, rules, validating
from .models import ProtocolComment, ProtocolPhase, ProtocolStep, ProtocolVersion, ProtocolWriter
from .queries import hold
from .rules import Fault, Step

OF_A_STEP = (
    "name", "procedure", "responsible", "institution_id", "start", "starts_with", "starts_detail", "after",
    "limit_amount", "limit_unit", "standing", "basis", "evidence", "happening", "happening_detail", "applies_to",
    "is_beside", "may_be_skipped",
)
"""What a step asks: all that an institution agrees to when it agrees to it."""
LAST = 10_000
"""A place after every other, until the steps of a phase are numbered again."""


# --- a version --------------------------------------------------------------------------------------------------------

def begin(by: uuid.UUID) -> ProtocolVersion:
    """A new draft: as the version that starts last has it; else as the program brings it. One at a time."""
    if queries.unpublished():
        raise RuleBroken(_one_at_a_time())
    before = queries.newest_published()
    shipped = first.read(queries.known_today())
    version = ProtocolVersion(
        number=max((each.number for each in queries.versions()), default=0) + 1, by_id=by,
        title=before.title if before else shipped["title"], note=None if before else shipped["note"],
        cut_off=before.cut_off if before else time(17), based_on_id=before.id if before else None,
    )
    db.session.add(version)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:  # somebody else did at the same moment
        raise RuleBroken(_one_at_a_time()) from None
    for number, (key, name, steps) in enumerate(_of(before) if before else shipped["phases"], 1):
        phase = ProtocolPhase(protocol_id=version.id, key=key, number=number, name=name)
        db.session.add(phase)
        db.session.add_all(_step(version, phase, place, **told) for place, told in enumerate(steps, 1))
    db.session.flush()
    _wrote(version, by)
    return version


def _one_at_a_time() -> str:
    return _("A version is being written already: go on with that one")


def _of(version: ProtocolVersion) -> Iterator[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    steps = queries.steps_of(version)
    for phase in queries.phases_of(version):
        here = [each for each in steps if each.phase_id == phase.id]
        yield phase.key, phase.name, [{"key": each.key, **_content(each)} for each in here]


def _content(step: ProtocolStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in OF_A_STEP}


def _step(version: ProtocolVersion, phase: ProtocolPhase, place: int, **told: Any) -> ProtocolStep:
    return ProtocolStep(protocol_id=version.id, phase_id=phase.id, place=place, digest="", **told)


def sign(version: ProtocolVersion) -> None:
    """Give every step the digest of all that it asks; only of steps that still have theirs an institution's yes holds.

    SHA-256, in one spelling, with the step of its phase for which it waits, and the hour at which working days end
    where it counts them. Its number is no part of it.
    """
    db.session.flush()
    before = dict(rules.in_phase_before(queries.as_book(version).steps))
    for step in queries.steps_of(version):
        told = {**_content(step), "waits_for": before[step.key].key if step.key in before else ""}
        if step.limit_unit is Unit.WORKING_DAYS:
            told["cut_off"] = f"{version.cut_off:%H:%M}"
        spelled = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
        step.digest = hashlib.sha256(spelled.encode()).hexdigest()


def describe(
    version: ProtocolVersion, by: uuid.UUID, *, expected: int, title: dict[str, str], note: dict[str, str] | None,
    cut_off: time,
) -> None:
    """Its title, what is new in it, and the hour at which a working day ends."""
    _may_write(version)
    version.expect(expected, title_es=version.title["es"], title_en=version.title.get("en"),
                   note_es=(version.note or {}).get("es"), note_en=(version.note or {}).get("en"),
                   cut_off=f"{version.cut_off:%H:%M}")
    rules.check_cut_off(cut_off)
    version.title, version.note, version.cut_off = title, note, cut_off
    _wrote(version, by)


def turn(version: ProtocolVersion, state: VersionState) -> None:
    """On to the next part of its life, or back to being written. Only what is in order goes to the institutions.

    Who looks at it now looks at words that may change: what was opened before does not publish or validate it, and the
    slips of the institutions work no more.
    """
    hold(version)
    rules.may_become(version.state, state)
    if version.state is VersionState.VALIDATION:
        validating.take_back(version)
    if state is VersionState.VALIDATION and (wrong := faults(version, today())):
        raise RuleBroken(_("It cannot go to the institutions yet: %(reason)s", reason=_told(version, wrong[0])))
    version.state = state
    version.version += 1


def publish(version: ProtocolVersion, by: uuid.UUID, *, starts_on: date, seen: int | None = None) -> None:
    """A second person lets it hold from a day on; the team is asked to read it. `seen`: the version of the record that
    stood on her page.
    """
    hold(version)
    rules.is_as_seen(version.version, seen)
    if reason := rules.reason_not_to_publish(version.state, queries.writers(version), by):
        raise RuleBroken(reason)
    rules.may_start(starts_on, today(), queries.latest_start())
    if wrong := faults(version, starts_on):
        raise RuleBroken(_("It cannot be published yet: %(reason)s", reason=_told(version, wrong[0])))
    version.state, version.starts_on = VersionState.PUBLISHED, starts_on
    version.published_at, version.published_by_id = now(), by
    title = rules.numbered(version.title, version.number)
    ask_to_read(ReadingKind.PROTOCOL, version.id, title, by=by, starts_on=starts_on)


def refusal(version: ProtocolVersion, by: uuid.UUID) -> str:
    """Why this person may not publish it; empty when she may."""
    return rules.reason_not_to_publish(version.state, queries.writers(version), by)


def faults(version: ProtocolVersion, day: date) -> list[Fault]:
    """All that is wrong with it were it to start on that day; at a step whose field it concerns."""
    book = queries.as_book(version)
    baseless = [Fault(each.key, "basis_es", _no_basis()) for each in queries.steps_of(version) if _lacks_basis(each)]
    empty = [
        Fault("", "", _("The phase “%(name)s” has no steps", name=phase.name["es"]))
        for phase in book.phases if not any(step.phase == phase.key for step in book.steps)
    ]
    return [*rules.faults(book), *_unanswered(book.steps, day), *baseless, *empty]


def _told(version: ProtocolVersion, fault: Fault) -> str:
    step = queries.as_book(version).by_key.get(fault.key)
    return f"{rules.said(step)}: {fault.message}" if step else fault.message


def _unanswered(steps: Iterable[Step], day: date) -> Iterator[Fault]:
    """Steps for which nobody answers on a day, or somebody of another kind."""
    some = [each for each in steps if each.responsible or each.institution_id]
    directory = institutions.directory()
    lacking = institutions.lacking((each.responsible for each in some if each.responsible), day)
    for step in some:
        if step.institution_id:
            if wrong := queries.unfit(step.institution_id, step.responsible, day, directory):
                yield Fault(step.key, "institution_id", wrong)
        elif step.responsible in lacking:
            yield Fault(step.key, "responsible", _nobody(lacking[step.responsible]))


def _nobody(provinces: list[str]) -> str:
    """Where nobody does it; where that is longer, where alone somebody does."""
    if len(provinces) == len(Province):
        return _("No institution of that kind is on the list")
    others = [each.value for each in Province.by_name() if each.value not in provinces]
    if len(others) < len(provinces):
        return _("Institutions do this in %(provinces)s alone, and in no other province", provinces=_named(others))
    return _("No institution does this in %(provinces)s", provinces=_named(provinces))


def _named(provinces: Iterable[str]) -> str:
    return ", ".join(str(Province(each).label) for each in provinces)


def _lacks_basis(step: ProtocolStep) -> bool:
    return step.standing is Standing.LAW and not step.basis


def _no_basis() -> str:
    return _("Write the law and its article: what has none is a target")


def _may_write(version: ProtocolVersion) -> None:
    hold(version)
    if not version.is_open:
        raise RuleBroken(_("This version is not being written: take it back to the draft first"))


def _wrote(version: ProtocolVersion, by: uuid.UUID) -> None:
    if db.session.get(ProtocolWriter, (version.id, by)) is None:
        db.session.add(ProtocolWriter(protocol_id=version.id, staff_id=by))
    sign(version)


# --- phases -----------------------------------------------------------------------------------------------------------

def add_phase(version: ProtocolVersion, by: uuid.UUID, *, name: dict[str, str]) -> ProtocolPhase:
    """A phase after the others."""
    _may_write(version)
    there = queries.phases_of(version)
    _no_other_phase(there, name)
    phase = ProtocolPhase(protocol_id=version.id, key=_new_key(), number=len(there) + 1, name=name)
    db.session.add(phase)
    _wrote(version, by)
    return phase


def change_phase(
    version: ProtocolVersion, phase: ProtocolPhase, by: uuid.UUID, *, expected: int, name: dict[str, str],
) -> None:
    """Another name."""
    _may_write(version)
    phase.expect(expected, name_es=phase.name["es"], name_en=phase.name.get("en"))
    _no_other_phase([each for each in queries.phases_of(version) if each.id != phase.id], name)
    phase.name = name
    _wrote(version, by)


def _no_other_phase(there: Collection[ProtocolPhase], name: dict[str, str]) -> None:
    if any(each.name["es"].casefold() == name["es"].casefold() for each in there):
        raise RuleBroken(_("There is a phase with this name already"), "name_es")


def move_phase(version: ProtocolVersion, phase: ProtocolPhase, by: uuid.UUID, *, up: bool) -> None:
    """One place up or down, with its steps."""
    _may_write(version)
    phases = queries.phases_of(version)
    _swap(phases, phases.index(phase), up=up)
    for number, each in enumerate(phases, 1):
        each.number = number
    _wrote(version, by)


def remove_phase(version: ProtocolVersion, phase: ProtocolPhase, by: uuid.UUID) -> None:
    """Away with it, when no step is in it any more."""
    _may_write(version)
    if any(each.phase_id == phase.id for each in queries.steps_of(version)):
        raise RuleBroken(_("It has steps: move or remove them first"))
    db.session.delete(phase)
    db.session.flush()
    for number, each in enumerate(queries.phases_of(version), 1):
        each.number = number
    _wrote(version, by)


# --- steps ------------------------------------------------------------------------------------------------------------

def add_step(version: ProtocolVersion, phase: ProtocolPhase, by: uuid.UUID, **told: Any) -> ProtocolStep:
    """A step after the others of its phase."""
    _may_write(version)
    step = _step(version, phase, LAST, key=_new_key(), **told)
    _check(version, step, phase.key)
    db.session.add(step)
    _number(version, phase.id, [step])
    _wrote(version, by)
    return step


def change_step(
    version: ProtocolVersion, step: ProtocolStep, by: uuid.UUID, *, expected: int, was: dict[str, Any], **told: Any,
) -> None:
    """Other words, another clock. `was`: what its form says of it now, by field, should somebody have changed it."""
    _may_write(version)
    step.expect(expected, **was)
    with _no_new_circle(version):
        for name, value in told.items():
            setattr(step, name, value)
        _check(version, step, "")
    _wrote(version, by)


def _check(version: ProtocolVersion, step: ProtocolStep, phase: str) -> None:
    """Refuse what cannot stand among the other steps, and a kind of institution that is missing somewhere."""
    with db.session.no_autoflush:
        others = queries.as_book(version).by_key
    here = others.get(step.key)
    value = step.as_value(here.phase if here else phase, here.number if here else "")
    rules.check(value, others)
    for other in others.values():
        if other.after == step.key and other.key != step.key:
            rules.check(other, {**others, step.key: value})
    if _lacks_basis(step):
        raise RuleBroken(_no_basis(), "basis_es")
    for fault in _unanswered([value], today()):
        raise RuleBroken(fault.message, fault.field)


def move_step(version: ProtocolVersion, step: ProtocolStep, by: uuid.UUID, *, up: bool) -> None:
    """One place up or down; from the end of a phase into the next one."""
    _may_write(version)
    phases = queries.phases_of(version)
    in_phase = [each for each in queries.steps_of(version) if each.phase_id == step.phase_id]
    at, here = in_phase.index(step), [each.id for each in phases].index(step.phase_id)
    with _no_new_circle(version):
        if 0 <= at + (-1 if up else 1) < len(in_phase):
            _swap(in_phase, at, up=up)
            _number(version, step.phase_id, in_phase)
        elif 0 <= here + (-1 if up else 1) < len(phases):
            step.phase_id = phases[here + (-1 if up else 1)].id
            step.place = LAST if up else 0
            _number(version, step.phase_id, [])
    _wrote(version, by)


@contextmanager
def _no_new_circle(version: ProtocolVersion) -> Iterator[None]:
    """Refuse what makes steps wait for each other that did not before."""
    before = queries.as_book(version).by_key
    yield
    rules.no_new_circle(before, queries.as_book(version).by_key)


def remove_step(version: ProtocolVersion, step: ProtocolStep, by: uuid.UUID) -> None:
    """Away with it, when no other step waits for it."""
    _may_write(version)
    waiting = next((each for each in queries.as_book(version).steps if each.after == step.key), None)
    if waiting:
        raise RuleBroken(_("“%(step)s” starts when it is done: change that one first", step=rules.said(waiting)))
    with _no_new_circle(version):
        db.session.delete(step)
        _number(version, step.phase_id, [])
    _wrote(version, by)


def _number(version: ProtocolVersion, phase_id: uuid.UUID, order: list[ProtocolStep]) -> None:
    """Places from one on, in the order given; without one, as they stand."""
    db.session.flush()
    if len(order) < 2:
        order = [each for each in queries.steps_of(version) if each.phase_id == phase_id]
    for place, each in enumerate(order, 1):
        each.place = place
    db.session.flush()


def _swap(rows: list[Any], at: int, *, up: bool) -> None:
    to = at + (-1 if up else 1)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]


def _new_key() -> str:
    return uuid.uuid4().hex[:12]


# --- what is said of it -----------------------------------------------------------------------------------------------

def comment(version: ProtocolVersion, key: str, by: uuid.UUID, *, text: str) -> ProtocolComment:
    """Somebody of the team says something of a step, or of all of it, while it is not published."""
    if version.state in {VersionState.PUBLISHED, VersionState.DISCARDED}:
        raise RuleBroken(_("It is not open to comments any more"), "text")
    said = ProtocolComment(protocol_id=version.id, step_key=key, by_id=by, text=text)
    db.session.add(said)
    return said


# --- institutions that the protocol needs -----------------------------------------------------------------------------

@partners.needs_institutions
def needed(day: date, after: bool) -> dict[InstitutionKind | partners.Meant, str]:
    """The kinds of institution, and the institutions, that the version of a day names; each with a step.

    So do earlier versions that an open case still follows. `after`: those of later versions too.
    """
    books, still = queries.books(), queries.followed_still()
    begun, later = ([each for each in books if (each.starts_on > day) is is_later] for is_later in (False, True))
    running = [*(each for each in begun if each is begun[-1] or each in still), *(later if after else ())]
    return {
        partners.Meant(step.institution_id, step.responsible) if step.institution_id else step.responsible:
        rules.said(step) for book in running for step in book.steps if step.responsible
    }


