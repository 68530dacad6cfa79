"""`shelter indicators`: one JSON array and nothing else, or a table to read."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry
from shelter.db import db

LINES = ["2002,Female,18--20,CO,0,1,EC", "2002,Male,9--17,CO,1,1,EC", "2002,Female,,0,0,0,"]
HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"


@pytest.fixture
def filled(running, monkeypatch, shelter, tmp_path):
    """A register of three cases, in English."""
    monkeypatch.setenv("SHELTER_LOCALE", "en")
    (tmp_path / "file.csv").write_text("\n".join([HEADER, *LINES, ""]), "utf-8")
    assert shelter("import", str(tmp_path / "file.csv")).status == 0


def test_json_is_one_array_of_every_figure_and_nothing_else(filled, shelter):
    done = shelter("indicators", "2002..2019", "--json")
    assert (done.status, done.err) == (0, "")
    found = {each["code"]: each for each in json.loads(done.out)}
    assert sorted(found) == [
        "cases.registered", "followup.done", "followup.due", "intake.admitted", "outgoing.accepted",
        "outgoing.answered", "outgoing.attended", "outgoing.sent", "outgoing.unmet", "referrals.accepted",
        "referrals.declined", "referrals.received", "referrals.redirected", "referrals.unmet", "residence.present",
        "route.beyond", "route.done", "route.due", "route.in_time", "route.late", "route.open", "route.targets",
        "route.targets_met",
        "services.given", "services.persons", "transition.exits",
    ]
    figure = found["cases.registered"]
    assert {name: figure[name] for name in ("label", "unit", "value", "numerator", "denominator")} == {
        "label": "Registered cases", "unit": "persons", "value": 3, "numerator": 3, "denominator": None,
    }
    tables = figure["breakdowns"]
    assert tables["sex"] == {"female": 2, "male": 1, "unknown": 0}
    assert tables["exploitation"] == {"labour": 1, "sexual": 2, "unknown": 0}
    assert tables["sex×exploitation"] == {"female×sexual": 1, "male×labour": 1, "male×sexual": 1}
    assert figure["known"] == {
        "sex": 3, "age_band": 2, "nationality": 2, "exploitation": 3, "country_of_exploitation": 2, "year": 3,
        "province": 0,
    }
    assert found["followup.done"]["denominator"] == 0


def test_the_table_says_words_in_the_order_of_the_vocabulary_and_how_many_are_known(filled, shelter):
    lines = shelter("indicators", "2002").out.splitlines()
    assert "Registered cases: 3 people" in lines
    age = lines.index("  Age (known of 2)")
    assert [" ".join(line.split()) for line in lines[age + 1 : age + 4]] == [
        "9 to 17 1 50.0 %", "18 to 20 1 50.0 %", "Not known 1 –",
    ]
    country = lines.index("  Country of exploitation (known of 2)")
    assert lines[country + 1].split() == ["Ecuador", "2", "100.0", "%"]
    registered = lines.index("Registered cases: 3 people")
    assert lines[registered + 1] == "  Cases opened in the period. A person who comes a second time has a second case."
    assert "Follow-up contacts kept: 0 of 0 follow-ups" in lines


def test_that_somebody_read_the_figures_is_recorded(filled, shelter):
    shelter("indicators", "2002-Q1")
    db.session.rollback()
    last = db.session.execute(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).scalars().first()
    assert (last.action, last.actor_kind) == ("figures.read", "operator")
    assert json.loads(last.detail) == {"period": "2002-Q1"}


@pytest.mark.parametrize("period", ["x", "2002-13", "2003..2002", "2002-Q5", "1899", "2101", "0001..9999", ""])
def test_a_period_that_is_none_is_a_matter_of_usage(running, refuses, period):
    assert "PERIOD" in refuses("indicators", period, status=2)
