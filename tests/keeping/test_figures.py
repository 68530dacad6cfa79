"""`shelter verify` counts every figure that is kept anew and says which differ, never of whom; --rebuild mends them."""

import json
import uuid

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry, operator
from shelter.calendar import Period
from shelter.db import db
from shelter.db.base import is_sqlite
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
    assert told.figures == [f"cases.registered of {bucket}: 1 kept count differs from the records, "
                            "the figure itself by +1"]
    assert told.is_whole
    assert not told.is_sound
    done = shelter("verify")
    assert done.status == 1
    assert f"cases.registered of {bucket}" in done.err
    assert "--rebuild" in done.err
    done = shelter("verify", "--rebuild")
    assert done.status == 0, done.err
    assert "1 page of them was" in done.out
    assert check().figures == []
    last = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert last.count("figures.rebuild") == 1


NOT_A_PAGE = ["{oops", "[1,2]", '{"total":"x"}', '{"":{"":true}}', "", "[" * 200_000]


@pytest.mark.parametrize("page", NOT_A_PAGE, ids=range(len(NOT_A_PAGE)))
def test_kept_figures_that_cannot_be_read_are_told_and_written_anew(house, shelter, page):
    spoil("UPDATE tally SET counts = :now WHERE code = 'cases.registered' AND bucket LIKE '____'", now=page)
    done = shelter("verify")
    assert done.status == 1
    assert "cases.registered of 2026: what is kept cannot be read" in done.err
    assert "--rebuild" in done.err
    assert "Traceback" not in done.err
    done = shelter("verify", "--rebuild")
    assert done.status == 0, done.err
    assert "1 page of them was" in done.out
    assert check().figures == []
    assert kept.is_current()


def test_where_kept_figures_cannot_be_read_the_records_are_counted(house, case):
    period = Period.read("2020..2030")
    for broken in ("{oops", '{"":[2]}'):
        spoil("UPDATE tally SET counts = :now WHERE code = 'cases.registered'", now=broken)
        assert {each.code: each.value for each in kept.figures(period, Scope())}["cases.registered"] == 2
        assert kept.values(period, Scope(), ["cases.registered"]) == {"cases.registered": 2}
    case(name="Flor Canario")  # who writes beside it is not refused, and does not count from nothing
    assert kept.values(period, Scope(), ["cases.registered"]) == {"cases.registered": 3}
    recounting.rebuild(by=operator)
    assert not recounting.compare()
    assert kept.values(period, Scope(), ["cases.registered"]) == {"cases.registered": 3}


def test_a_kept_figure_under_another_foundation_is_told_and_put_back(house, shelter):
    own = db.session.scalars(sa.select(Tally.foundation_id).distinct()).all()
    other = uuid.uuid4()
    spoil("UPDATE tally SET foundation_id = :other WHERE code = 'cases.registered' AND bucket LIKE '____'",
          other=other.hex if is_sqlite() else other)
    assert check().figures == ["cases.registered of 2026: what is kept stands under another foundation"]
    done = shelter("verify", "--rebuild")
    assert done.status == 0, done.err
    assert "1 page of them was" in done.out
    db.session.rollback()
    assert db.session.scalars(sa.select(Tally.foundation_id).distinct()).all() == own
    assert recounting.rebuild(by=operator) == 0


def test_where_only_a_fact_differs_the_figure_itself_is_said_to_be_right(house):
    found = db.session.execute(sa.select(Tally.bucket, Tally.counts).where(
        Tally.code == "cases.registered").order_by(Tally.bucket)).first()
    page = json.loads(found.counts)
    page["sex"] = {"unknown": 7, "male": 1}
    spoil("UPDATE tally SET counts = :now WHERE bucket = :bucket AND code = 'cases.registered'",
          now=json.dumps(page), bucket=found.bucket)
    assert check().figures == [
        f"cases.registered of {found.bucket}: 2 kept counts differ from the records; the figure itself is right"]


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


