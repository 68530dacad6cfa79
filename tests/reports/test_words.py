"""Periods and figures in words, in both languages."""

import pytest
from flask_babel import force_locale

from shelter.calendar import Period
from shelter.reports.rules import file_name
from shelter.statistics.queries import say_period
from shelter.statistics.tables import say_token


@pytest.mark.parametrize(("written", "spanish", "english"), [
    ("2026", "2026", "2026"), ("2026-Q3", "3.º trimestre de 2026", "3rd quarter 2026"),
    ("2026-09", "septiembre de 2026", "September 2026"), ("2002..2018", "2002–2018", "2002–2018"),
])
def test_a_period_is_said(app, written, spanish, english):
    period = Period.read(written)
    with app.test_request_context():
        with force_locale("es_EC"):
            assert say_period(period) == spanish
        with force_locale("en"):
            assert say_period(period) == english


def test_days_that_are_no_quarter_are_said_one_by_one(app):
    with app.test_request_context(), force_locale("en"):
        assert say_period(Period.read("2026-01-01..2026-06-15")) == "1 Jan 2026 to 15 Jun 2026"


@pytest.mark.parametrize(("written", "name"), [
    ("2026-Q3", "informe-2026-Q3.pdf"), ("2002..2018", "informe-2002-2018.pdf"),
    ("2026-01-01..2026-06-15", "informe-2026-01-01-2026-06-15.pdf"),
])
def test_a_file_is_named_after_its_period_alone(written, name):
    assert file_name(Period.read(written)) == name


@pytest.mark.parametrize(("token", "said"), [
    ("48770", "48,770"), ("<5", "<5"), ("0", "0"), ("~40", "≈ 40"), ("", "Protected figure"),
])
def test_a_figure_is_said(app, token, said):
    with app.test_request_context(), force_locale("en"):
        assert say_token(token) == said
