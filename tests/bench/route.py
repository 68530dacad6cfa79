"""`python -m tests.bench.route`: work out anew where 10,000 cases stand, as is done when the calendar was changed."""

from __future__ import annotations

import sys
import time

import sqlalchemy as sa

from shelter.cases.models import Case
from shelter.db import db
from shelter.db.base import in_portions
from shelter.house import create_app
from shelter.route import kept

CASES, SECONDS = 10_000, 30


def main() -> None:
    """Prints one line; the exit status says whether it took too long, or anything was not as it was kept."""
    with create_app().test_request_context():
        cases = list(db.session.scalars(sa.select(Case.id).order_by(Case.opened_at.desc()).limit(CASES)))
        start, used, wrong = time.perf_counter(), time.process_time(), 0
        for some in in_portions(cases, kept.PORTION):
            wrong += kept.renew(some)
            db.session.commit()
        took, cpu = time.perf_counter() - start, time.process_time() - used
        db.session.remove()
    word = "  ABOVE" if wrong or took > SECONDS * len(cases) / CASES else ""
    print(f"{'recount of routes':24}{took:9.1f} s for {len(cases)} cases ({cpu:.1f} s cpu, {wrong} lines were wrong)   "
          f"at most {SECONDS} s for {CASES}{word}", flush=True)
    sys.exit(1 if word else 0)


if __name__ == "__main__":
    main()
