"""Making the rounds that are due, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
from flask import Flask

from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db

from .alone import StillAlone, only_one
from .models import LastRound
from .registry import ROUNDS, Round

log = logging.getLogger("shelter")

LOOK = 15.0  # seconds between two looks at what is due
LONGEST_WAIT = timedelta(hours=1)  # before a failed round is tried again
INTERRUPTED = "interrupted"
_TABLE: Any = LastRound.__table__
Beside = Callable[[Flask, Event], AbstractContextManager[None]]


def _nothing(_app: Flask, _stop: Event) -> AbstractContextManager[None]:
    return nullcontext()


def stand_by(app: Flask, stop: Event, beside: Beside = _nothing) -> None:
    """Make the rounds as soon as nobody else does them, until told to stop; a database that is away is waited for.

    `beside` is what else only one process may do: it goes on while this one makes the rounds.
    """
    while not stop.is_set():
        try:
            with app.app_context(), only_one() as still:
                if still:
                    with beside(app, stop):
                        work_until(app, stop, still)
        except sa.exc.SQLAlchemyError as error:
            log.error("rounds wait: the database does not answer (%s)", type(error).__name__)
        stop.wait(LOOK)


def work_until(app: Flask, stop: Event, still_alone: StillAlone) -> None:
    """Do what is due until told to stop, or until another process may have the right to do it."""
    while not stop.is_set():
        with app.app_context():
            if not still_alone():
                log.error("the right to make the rounds was lost: the database went away")
                return
            try:
                run_due(app, stop)
            except sa.exc.SQLAlchemyError as error:
                log.error("rounds wait: the database does not answer (%s)", type(error).__name__)
                db.session.remove()
        stop.wait(LOOK)


def run_due(app: Flask, stop: Event | None = None) -> list[str]:
    """Make every round that is due now; the names of those that were tried."""
    tried = []
    for each in list(ROUNDS.values()):
        if stop and stop.is_set():
            break
        if _is_due(each):
            tried.append(each.name)
            _run(app, each)
    return tried


def _is_due(each: Round) -> bool:
    moment = now()
    due_at = _due_at(each.name)
    if due_at is None:  # never heard of: what is nightly waits for its night
        due_at = each.after(moment) if each.at else moment
        quietly(lambda connection: connection.execute(sa.insert(_TABLE).values(name=each.name, due_at=due_at)))
    was_set_back = due_at > moment + 2 * each.period  # the clock: nobody waits for a day that was a mistake
    return due_at <= moment or was_set_back


def _due_at(name: str) -> datetime | None:
    with db.engine.connect() as connection:
        due_at: datetime | None = connection.scalar(sa.select(LastRound.due_at).where(LastRound.name == name))
        return due_at


def _run(app: Flask, each: Round) -> None:
    """Before it begins it is noted as failed: should the process die in the middle, it is tried again, not at once."""
    failures = _begin(each)
    problem = ""
    try:
        with app.test_request_context():
            each.do()
    except Exception as error:  # whatever it was, the others go on
        problem = type(error).__name__
        log.error("the round %s failed: %s", each.name, problem)
    finally:
        db.session.remove()
    if problem:
        _keep(each, problem=problem)
    else:
        _keep(each, problem="", failures=0, done_at=now(), due_at=each.after(now()))
        if failures > 1:
            log.warning("the round %s went well again", each.name)


def _begin(each: Round) -> int:
    with db.engine.connect() as connection:
        failures = 1 + (connection.scalar(sa.select(LastRound.failures).where(LastRound.name == each.name)) or 0)
    wait = min(timedelta(minutes=2 ** min(failures - 1, 10)), LONGEST_WAIT, each.period)
    _keep(each, began_at=now(), failures=failures, problem=INTERRUPTED, due_at=now() + wait)
    return failures


def _keep(each: Round, **values: Any) -> None:
    quietly(lambda connection: connection.execute(sa.update(_TABLE).where(_TABLE.c.name == each.name).values(**values)))
