"""Eight writers at once: the chain never forks, no row is lost, and it stays quick."""

import os
import threading
import time

import sqlalchemy as sa

from shelter.audit import AuditEntry, head, note, operator, verify, work
from shelter.db import db
from shelter.partners.models import Foundation

WRITERS, EACH = 8, 30
LEAST_PER_SECOND = 200


def at_once(app, do, writers=WRITERS):
    """Run do(number) in threads that begin together; the seconds it took and what went wrong."""
    failures, ready = [], threading.Barrier(writers + 1)

    def write(number):
        with app.app_context():
            db.session.connection()
            db.session.rollback()
            ready.wait(30)
            try:
                do(number)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    ready.wait(30)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, failures


def written():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)), verify()


def test_concurrent_writers_never_fork_the_chain_and_none_is_lost(app, engine_name):
    """The best of three rounds counts; on a machine that others keep busy, by the processor's seconds."""
    def write(number):
        for turn in range(EACH):
            with work("test.write", by=operator, writer=number, turn=turn):
                db.session.add(Foundation(name=f"{number}-{turn}"))

    rates, by_processor = [], []
    while not rates or (max(rates) < LEAST_PER_SECOND and len(rates) < 3):
        before = time.process_time()
        seconds, failures = at_once(app, write)
        assert failures == []
        rates.append(WRITERS * EACH / seconds)
        by_processor.append(WRITERS * EACH / (time.process_time() - before))
        count, verdict = written()
        assert verdict.is_sound, verdict
        assert count == verdict.rows == len(rates) * WRITERS * EACH
        assert verdict.head == head()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Foundation)) == count
    print(f"\n{engine_name}: {max(rates):.0f} changes a second by {WRITERS} writers, "
          f"{max(by_processor):.0f} in a second of the processor")
    is_busy = os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)
    assert max(by_processor if is_busy else rates) >= LEAST_PER_SECOND


def test_changes_reads_and_failures_at_once_leave_one_chain(app):
    """Every third fails after it has written; those who read first and write then are never told that it is locked."""
    def write(number):
        for turn in range(12):
            db.session.scalars(sa.select(Foundation)).all()
            if turn % 3 == 0:
                note("test.read", by=operator)
                continue
            try:
                with work("test.write", by=operator):
                    db.session.add(Foundation(name=f"{number}-{turn}"))
                    db.session.flush()
                    if turn % 3 == 1:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                db.session.rollback()

    _seconds, failures = at_once(app, write)
    assert failures == []
    count, verdict = written()
    assert verdict.is_sound
    assert count == WRITERS * 8
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Foundation)) == WRITERS * 4
