"""Bringing a file into the register: once, in portions, counted only when whole, replaced in one step."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from shelter.audit import AuditEntry, operator, verify, work
from shelter.calendar import Period
from shelter.cases import indicators as _cases
from shelter.cases.models import Case
from shelter.db import db
from shelter.db.base import is_sqlite
from shelter.indicators import INDICATORS, Scope
from shelter.partners import actions as partners
from shelter.register import actions, queries
from shelter.register import indicators as _register
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.register.reading import Mapping, Reading, Sheet
from shelter.rules import RuleBroken

COUNTED = (_cases, _register)
LINES = [
    "2002,Female,18--20,CO,0,1,", "2002,Female,18--20,CO,0,1,", "2003,Male,,0,1,1,EC", "2003,,,,,,", "2003,,,,0,0,",
]

OTHER = "register = 'r'\nsource = 's'\nyear = {column = 'yearOfRegistration'}\n"


@pytest.fixture(autouse=True)
def _in_app(app):
    """Everything here needs the database."""


def bring_in(reading, replaces=None):
    return sum(actions.carry_out(actions.plan(reading, replaces), by=operator))


def registered(period="2002..2019", foundation=None):
    return INDICATORS["cases.registered"].count(Period.read(period), Scope(foundation))


def stored():
    return list(db.session.execute(sa.select(RegisterCase.__table__).order_by(sa.text("line"))))


def test_every_line_is_a_case_equal_lines_too_and_its_key_is_the_file_and_the_line(read):
    reading = read(*LINES)
    assert bring_in(reading) == 5
    file = queries.file_of(reading.sheet.digest)
    assert [(row.file_id, row.line) for row in stored()] == [(file.id, line) for line in (2, 3, 4, 5, 6)]
    register = db.session.get_one(Register, file.register_id)
    assert (register.name, register.source) == (reading.mapping.register, reading.mapping.source)


EVERYTHING = """
register = "Casa"
source = "Archivo"
registered_on = {column = "fecha"}
birth = {column = "nacimiento"}
province = {column = "provincia"}
exploitation = {column = "forma", words = {laboral = "labour"}}
"""


def test_day_province_and_the_band_of_the_birth_are_stored_of_a_text_as_of_a_workbook(mapping_file, write):
    lines = [["fecha", "nacimiento", "provincia", "forma"], ["5/3/2014", "6/3/1996", "los ríos", "sexual, laboral"],
             ["2015-12-31", "1998", "9", ""]]
    made = Workbook()
    made.active.append(lines[0])
    made.active.append([date(2014, 3, 5), datetime(1996, 3, 6), *lines[1][2:]])
    made.active.append([date(2015, 12, 31), 1998, 9])
    made.save(write(b"", name="book.xlsx"))
    text = write("\n".join("|".join(line) for line in [*lines, [""]]).encode(), name="text.csv")
    for path in (text, text.with_name("book.xlsx")):
        bring_in(Reading.of(Sheet.open(path), Mapping.load(mapping_file(EVERYTHING))))
    cases = db.session.scalars(sa.select(RegisterCase).order_by(RegisterCase.file_id, RegisterCase.line)).all()
    assert [(case.line, case.year, case.registered_on, case.age_band, case.province, case.exploitation)
            for case in cases] == 2 * [
        (2, 2014, date(2014, 3, 5), "9-17", "12", {"sexual": "yes", "labour": "yes"}),
        (3, 2015, date(2015, 12, 31), "9-17", "09", {}),
    ]


def test_a_second_import_changes_nothing(read):
    bring_in(read(*LINES))
    before, files = stored(), db.session.scalars(sa.select(ImportedFile.digest)).all()
    trail = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    again = actions.plan(read(*LINES, name="another-name.csv"))
    assert again.changes_nothing
    assert (stored(), db.session.scalars(sa.select(ImportedFile.digest)).all()) == (before, files)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == trail


def test_the_register_never_shows_among_the_cases_of_a_house(read):
    bring_in(read(*LINES))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_an_import_that_is_broken_off_counts_nothing_and_continues(read, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 2)
    reading = read(*LINES)
    portions = actions.carry_out(actions.plan(reading), by=operator)
    assert next(portions) == 2
    portions.close()
    assert len(stored()) == 2
    assert registered().value == 0
    plan = actions.plan(reading)
    assert [row.line for row in plan.missing] == [4, 5, 6]
    assert not plan.changes_nothing
    assert list(actions.carry_out(plan, by=operator)) == [2, 1]
    assert registered().value == 5
    assert actions.plan(reading).changes_nothing


def test_a_failing_portion_leaves_the_portions_before_it_and_nothing_of_its_own(read, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 2)
    reading = read(*LINES)
    reading.rows[3] = reading.rows[3]._replace(sex="nobody's word")
    with pytest.raises(sa.exc.StatementError):
        bring_in(reading)
    assert [row.line for row in stored()] == [2, 3]
    assert registered().value == 0
    bring_in(read(*LINES))
    assert registered().value == 5


def test_somebody_who_imports_the_same_file_at_the_same_time_is_told(read):
    reading = read(*LINES)
    first, second = actions.plan(reading), actions.plan(reading)
    list(actions.carry_out(first, by=operator))
    with pytest.raises(RuleBroken, match="by somebody else at this moment"):
        list(actions.carry_out(second, by=operator))
    assert registered().value == 5


def test_each_portion_is_a_transaction_of_its_own_with_its_row_in_the_trail(read, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 2)
    bring_in(read(*LINES))
    trail = db.session.execute(sa.select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.seq)).all()
    assert [row.action for row in trail] == ["register.begin", *["register.fill"] * 3, "register.finish"]
    lines = [json.loads(row.detail) for row in trail if row.action == "register.fill"]
    assert [(each["first"], each["last"], each["cases"]) for each in lines] == [(2, 3, 2), (4, 5, 2), (6, 6, 1)]
    assert verify().is_sound


def test_on_sqlite_others_get_as_long_to_write_as_each_portion_took(read, monkeypatch):
    pauses = []
    monkeypatch.setattr(actions, "PORTION", 2)
    monkeypatch.setattr(actions, "sleep", pauses.append)
    bring_in(read(*LINES))
    assert len(pauses) == (3 if is_sqlite() else 0)
    assert all(0 < pause <= actions.LONGEST_PAUSE for pause in pauses)


def test_a_better_mapping_lets_in_the_lines_that_could_not_be_read_and_only_them(read, mapping_file):
    text = OTHER + "sex = {column = 'gender', words = {%s}}\n"
    lines = ["2002,F,,,,,", "2002,M,,,,,", "2003,F,,,,,"]
    assert bring_in(read(*lines, mapping=mapping_file(text % "F = 'female'"))) == 2
    better = read(*lines, mapping=mapping_file(text % "F = 'male', M = 'male'"))
    assert [row.line for row in actions.plan(better).missing] == [3]
    assert bring_in(better) == 1
    assert registered().breakdowns["sex"] == {"female": 2, "male": 1, "unknown": 0}


def test_a_corrected_file_takes_the_place_of_the_old_one_in_one_step(read, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 2)
    old, new = read(*LINES), read("2004,Female,,,,,", "2004,Female,,,,,", "2004,,,,,,", name="new.csv")
    bring_in(old)
    portions = actions.carry_out(actions.plan(new, old.sheet.digest), by=operator)
    next(portions)
    portions.close()
    assert registered().breakdowns["year"] == {"2002": 2, "2003": 3, "unknown": 0}
    assert bring_in(new) == 1, "it continues, and still knows which file it replaces"
    assert registered().breakdowns["year"] == {"2004": 3, "unknown": 0}
    assert len(stored()) == 8, "what the old file said is kept"
    assert actions.plan(new, old.sheet.digest).changes_nothing
    with pytest.raises(RuleBroken, match="replaced by a corrected one"):
        actions.plan(old)


def test_a_file_that_is_in_already_can_still_take_the_place_of_another(read):
    old, new = read(*LINES), read("2004,Female,,,,,", name="new.csv")
    bring_in(old), bring_in(new)
    assert registered().value == 6
    assert not actions.plan(new, old.sheet.digest).changes_nothing
    assert bring_in(new, old.sheet.digest) == 0
    assert registered().value == 1


def test_only_a_file_of_the_same_register_that_still_counts_can_be_replaced(read, mapping_file):
    one, two, three = (read(f"200{number},Female,,,,,", name=f"{number}.csv") for number in (1, 2, 3))
    bring_in(one)
    elsewhere = read("2009,,,,,,", name="9.csv", mapping=mapping_file(OTHER))
    for new, old in ((elsewhere, one), (one, two)):
        with pytest.raises(RuleBroken, match="the file to be replaced is not in the register"):
            actions.plan(new, old.sheet.digest)
    with pytest.raises(RuleBroken, match="cannot replace itself"):
        actions.plan(one, one.sheet.digest)
    bring_in(two, one.sheet.digest)
    with pytest.raises(RuleBroken, match="replaced already"):
        actions.plan(three, one.sheet.digest)
    bring_in(three)
    with pytest.raises(RuleBroken, match="replaces another one already"):
        actions.plan(two, three.sheet.digest)
    bring_in(three, two.sheet.digest)
    assert registered("2001..2009").breakdowns["year"] == {"2003": 1, "unknown": 0}


def test_the_same_file_in_two_registers_would_count_twice_and_is_refused(read, mapping_file):
    bring_in(read(*LINES))
    with pytest.raises(RuleBroken, match="would count twice"):
        actions.plan(read(*LINES, mapping=mapping_file(OTHER)))


def test_a_register_of_a_foundation_counts_for_it_and_the_programmes_only_for_all(read):
    bring_in(read(*LINES))
    with work("test.foundation", by=operator):
        north, south = partners.add_foundation("Norte"), partners.add_foundation("Sur")
    assert [registered(foundation=each).value for each in (None, north.id, south.id)] == [5, 0, 0]
    with work("test.register", by=operator):
        db.session.scalars(sa.select(Register)).one().foundation_id = north.id
    assert [registered(foundation=each).value for each in (None, north.id, south.id)] == [5, 5, 0]


def test_a_historic_case_counts_where_the_period_holds_its_whole_year(read):
    bring_in(read(*LINES))
    expected = {
        "2002": 2, "2003": 3, "2002..2003": 5, "2002-Q1": 0, "2002-01-01..2002-12-31": 2, "2002-01-02..2003-12-31": 3,
        "2002-01-01..2003-12-30": 2, "2001-06-01..2003-06-01": 2, "2002-06-01..2003-06-01": 0, "2004": 0,
    }
    assert {period: registered(period).value for period in expected} == expected


def test_unknown_is_its_own_row_and_neither_form_is_known(read):
    bring_in(read(*LINES))
    figure = registered()
    assert figure.value == figure.numerator == 5
    assert figure.denominator is None
    assert figure.breakdowns["sex"] == {"female": 2, "male": 1, "unknown": 2}
    assert figure.breakdowns["exploitation"] == {"labour": 1, "sexual": 3, "unknown": 1}
    assert figure.breakdowns["nationality"] == {"CO": 2, "unknown": 3}
    assert figure.breakdowns["country_of_exploitation"] == {"EC": 1, "unknown": 4}
    assert figure.breakdowns["sex×exploitation"] == {
        "female×sexual": 2, "male×labour": 1, "male×sexual": 1, "unknown×unknown": 1,
    }
    assert figure.known == {
        "sex": 3, "age_band": 2, "nationality": 2, "exploitation": 4, "country_of_exploitation": 1, "year": 5,
        "province": 0,
    }
