"""`shelter verify` counts every figure that is kept anew and says which differ, never of whom; --rebuild mends them."""

import json

import sqlalchemy as sa

from shelter.audit import AuditEntry, operator
from shelter.calendar import Period
from shelter.db import db
from shelter.indicators import Scope, kept, recounting
from shelter.indicators.models import Tally, TallyEdition
from shelter.keeping import check
from tests.keeping.test_checking import spoil


def spoil_one():
    """One kept figure of registered cases says one too many; which month it is."""
    found = db.session.execute(sa.select(Tally.bucket, Tally.counts).where(
        Tally.code == "cases.registered").order_by(Tally.bucket)).first()
    page = json.loads(found.counts)
    page[""][""] += 1
    spoil("UPDATE tally SET counts = :now WHERE bucket = :bucket AND code = 'cases.registered'",
          now=json.dumps(page), bucket=found.bucket)
    return found.bucket


def test_a_kept_figure_that_is_wrong_is_told_and_mended(house, shelter):
    assert check().figures == []
    bucket = spoil_one()
    told = check()
    assert told.figures == [f"cases.registered of {bucket}: 1 kept counts differ from the records, "
                            "the figure itself by +1"]
    assert told.is_whole
    assert not told.is_sound
    done = shelter("verify")
    assert done.status == 1
    assert f"cases.registered of {bucket}" in done.err
    assert "--rebuild" in done.err
    done = shelter("verify", "--rebuild")
    assert done.status == 0, done.err
    assert "1 pages" in done.out
    assert check().figures == []
    last = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert last.count("figures.rebuild") == 1


def test_what_was_counted_in_another_way_is_not_read_until_it_is_counted_anew(house):
    spoil_one()
    spoil("INSERT INTO tally_edition (id, edition) VALUES (1, '0 Europe/Madrid')")
    assert not kept.is_current()
    live = {each.code: each.value for each in kept.figures(Period.read("2020..2030"), Scope())}
    assert live["cases.registered"] == 2
    assert check().figures == []
    recounting.bring_up_to_date(by=operator)
    assert kept.is_current()
    assert not recounting.compare()
    assert db.session.scalar(sa.select(TallyEdition.edition)) == kept.edition()


