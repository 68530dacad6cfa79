"""The report as printed: valid, protected, the same in words, data and ledger; readable with many rows."""

import csv
import io
import re
import uuid

import page
import pypdf
import pytest
import time_machine
from flask_babel import force_locale

from shelter.audit import Actor, operator, work
from shelter.audit.chain import head
from shelter.calendar import Period
from shelter.db import db
from shelter.reports import actions
from shelter.reports.actions import Order
from shelter.statistics.rules import FACTS, LEVELS, Audience
from shelter.statistics.tables import LONG, label, say
from shelter.texts import LANGUAGES as LOCALES
from tests.reports.counted import population

QUARTER = Period.read("2026-Q3")
YEARS = Period.read("2002..2018")
HOUSES = {"registered": 63, "admitted": 58, "present": 41, "given": 812, "persons": 96, "exits": 47, "due": 88}
REGISTER = {"registered": 4987}
LEAST = {"government": 5, "donor": 10, "public": 10}
"""Below this nothing is printed, and to this the others are rounded."""


@pytest.fixture
def make(app, monkeypatch):
    """make(period, audience, language="es", people={…}) -> what was printed, as (release, reader, text)."""

    def printed(period, audience, language="es", people=HOUSES, **order):
        counted = population(period, **people)
        monkeypatch.setattr(actions, "figures", lambda *_about: list(counted.values()))
        with app.test_request_context():
            release = actions.make(Order(period, Audience(audience), language, **order))
        reader = pypdf.PdfReader(io.BytesIO(release.pdf))
        return release, reader, "\n".join(each.extract_text() for each in reader.pages)

    return printed


def failures(made: bytes) -> list[str]:
    reports = [page.validate_pdf_bytes(made, profile=profile) for profile in ("3a", "ua1")]
    return [failure.message for report in reports for failure in report.failures if not report.is_compliant]


def data(reader):
    """The data file: (indicator, breakdown, word) -> what is printed."""
    (content,) = reader.attachments["datos.csv"]
    lines = list(csv.reader(io.StringIO(content.decode())))
    assert lines[0] == ["indicator", "breakdown", "word", "figure"]
    return {(code, name, word): figure for code, name, word, figure in lines[1:]}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("audience", list(Audience))
def test_it_is_an_archive_and_accessible(make, audience, language):
    release, reader, _text = make(QUARTER, audience, language)
    assert failures(release.pdf) == []
    assert reader.trailer["/Root"]["/Lang"] == {"es": "es-EC", "en": "en"}[language]


@pytest.mark.parametrize("audience", ["government", "internal"])
def test_a_period_with_nothing_in_it_is_printed_too(make, audience):
    release, reader, _text = make(QUARTER, audience, people={})
    assert failures(release.pdf) == []
    assert len(reader.pages) <= 4


@pytest.mark.parametrize(("audience", "language", "people", "period"), [
    ("government", "es", HOUSES, QUARTER), ("public", "en", HOUSES, QUARTER), ("donor", "es", REGISTER, YEARS),
    ("internal", "es", REGISTER, YEARS),
])
def test_words_data_and_ledger_say_the_same(app, make, audience, language, people, period):
    release, reader, text = make(period, audience, language, people)
    found = data(reader)
    ledger = {(each["code"], "", ""): each["value"] for each in release.figures}
    ledger |= {
        (each["code"], name, word): token
        for each in release.figures for name, rows in each["breakdowns"].items() for word, token in rows.items()
    }
    assert found == ledger
    flat = " ".join(text.split())
    with app.test_request_context(), force_locale(LOCALES[language]):
        shown = actions.as_seen(population(period, **people), period, LEVELS.get(Audience(audience)))
        for code, each in shown.items():
            if not each.total.number or not each.tables or code == "followup.done":
                continue
            for name, cells in each.tables.items():
                is_cut = len(cells) > LONG and FACTS[name].words is not None
                hidden = all(not cell.number for cell in cells.values()) and audience != "internal"
                for word, cell in cells.items():
                    assert found[code, name, word] == cell.token
                    if not hidden and (cell.number or not is_cut):
                        assert f" {label(name, word)} {say(cell)}" in flat, (name, word)


@pytest.mark.parametrize(("audience", "people", "period"), [
    ("government", HOUSES, QUARTER), ("public", HOUSES, QUARTER), ("donor", REGISTER, YEARS),
    ("government", REGISTER, YEARS),
])
def test_no_exact_figure_leaves_the_house(make, audience, people, period):
    _release, reader, text = make(period, audience, "es", people)
    least, counted = LEAST[audience], population(period, **people)
    years = {str(year) for year in period.years}
    for line in text.splitlines():
        if re.fullmatch(r"[\d.]+", line.strip()) and line.strip() not in years:
            assert int(line.replace(".", "")) % least == 0, line
    for (code, name, word), token in data(reader).items():
        count = counted[code].breakdowns[name].get(word, 0) if name and word != "others" else None
        assert token in {"", f"<{least}"} or int(token.lstrip("~")) % (least * (1 + ("~" in token))) == 0
        assert count is None or (count < least) == (token == f"<{least}") or token == ""
    for figure in counted.values():
        if figure.value % least and figure.value > 40:
            assert not re.search(rf"\b{figure.value // 1000 or ''}\.?{figure.value % 1000:03d}\b", text)


def test_for_others_no_table_has_two_facts_and_none_tells_more_by_its_rows(make):
    """Every word of a vocabulary has its row; of the countries only those that are printed."""
    _release, reader, text = make(YEARS, "government", "en", REGISTER)
    rows = {(name, word) for _code, name, word in data(reader)}
    assert not [name for name, _word in rows if "×" in name]
    assert {word for name, word in rows if name == "sex"} == {
        "female", "male", "trans_woman", "trans_man", "non_binary", "unknown",
    }
    small = {word for (_code, name, word), token in data(reader).items() if name == "nationality" and token == "<5"}
    assert small <= {"others", "unknown"}
    assert "Age and sex" not in text
    assert "%" not in text


def test_equal_printed_figures_do_not_stand_by_their_exact_size(make):
    """Two countries print the same rounded figure: the alphabet decides, not who is larger."""
    _release, _reader, text = make(YEARS, "donor", "en", REGISTER)
    lines = text[text.index("By nationality"):text.index("By country of exploitation")].splitlines()
    found = [match.groups() for line in lines if (match := re.fullmatch(r"([A-Z][^\d<]+) ([\d,]+)", line.strip()))]
    no_country = {"Total", "Not known", "Other countries"}
    found = [(name, int(figure.replace(",", ""))) for name, figure in found if name not in no_country]
    assert len(found) > 10
    assert found == sorted(found, key=lambda row: (-row[1], row[0]))


def test_the_programme_itself_reads_exact_figures_by_two_facts(make):
    _release, _reader, text = make(YEARS, "internal", "en", REGISTER, name="Ana Coordinadora")
    counted = population(YEARS, **REGISTER)["cases.registered"]
    assert "4,987" in text
    assert "Ana Coordinadora" in text
    table = counted.breakdowns["sex×age_band"]
    row = [table.get(f"{sex}×18-20", 0) for sex in ("female", "male", "trans_woman", "unknown")]
    assert f"18 to 20 {' '.join(map(str, row))}" in text
    women, known = counted.breakdowns["sex"]["female"], counted.known["sex"]
    assert f"Woman {women:,} {100 * women / known:.1f} %" in text


@pytest.mark.parametrize("audience", ["government", "internal"])
def test_a_chart_that_leaves_out_countries_says_so_under_it(make, monkeypatch, audience):
    assert "in the table only" not in make(YEARS, audience, "en", REGISTER)[2]
    monkeypatch.setattr("shelter.statistics.tables.MOST_BARS", 18)
    _release, reader, text = make(YEARS, audience, "en", REGISTER)
    flat, is_protected = " ".join(text.split()), audience == "government"
    for name in ("nationality", "country_of_exploitation"):
        words = {word for _code, fact, word in data(reader) if fact == name} - {"others", "unknown"}
        bars = 16 if is_protected else 17  # the others are those of other countries and of whom nothing is known
        assert f"The {bars} with the most cases; {len(words) - bars} more are in the table only." in flat
    assert ("“Other countries” are not these: of each of them there are less than 5." in flat) is is_protected


@pytest.mark.parametrize("audience", ["government", "internal"])
def test_forms_of_exploitation_are_not_said_to_add_up_to_more(make, audience):
    """Who answered no to all of them stands in none of the rows."""
    _release, _reader, text = make(YEARS, audience, "en", REGISTER)
    flat = " ".join(text.split())
    assert "in none where none applies: the rows need not add up to the people" in flat
    assert "add up to more" not in flat


@pytest.mark.parametrize("audience", ["government", "internal"])
def test_seventeen_years_and_forty_five_countries_stay_under_twelve_pages(make, audience):
    release, reader, text = make(YEARS, audience, "es", REGISTER)
    assert failures(release.pdf) == []
    assert len(reader.pages) < 12
    shown = {word for _code, name, word in data(reader) if name == "nationality"}
    assert len(shown) >= (40 if audience == "internal" else 20)
    assert all(str(year) in text for year in YEARS.years)


def test_who_printed_stands_only_on_what_stays_inside(make):
    for audience in ("government", "donor", "public"):
        _release, _reader, text = make(QUARTER, audience, "en", name="Ana Coordinadora", by=uuid.uuid4())
        assert "Ana Coordinadora" not in text


def test_the_head_of_the_audit_trail_stands_on_the_paper(make):
    with work("test.entry", by=operator):
        pass
    _release, _reader, text = make(QUARTER, "government", "en")
    here = head()
    assert f"Digest {here.hash}" in " ".join(text.split())
    assert f"Row {here.seq}" in " ".join(text.split())


def test_a_total_that_is_rounded_more_coarsely_is_marked_and_explained(make, monkeypatch):
    """36 people, 28 and 8 of them by sex: with `35` the others would be one at most."""
    counted = population(QUARTER, registered=36)
    counted["cases.registered"].breakdowns["sex"] = {"female": 28, "male": 8, "unknown": 0}
    monkeypatch.setattr("tests.reports.test_report.population", lambda *_period, **_people: counted)
    _release, reader, text = make(QUARTER, "government", "en")
    assert data(reader)["cases.registered", "", ""] == "~40"
    assert "≈ 40" in text
    assert "rounded to the nearest multiple of 10" in " ".join(text.split())


@time_machine.travel("2026-08-15", tick=False)
def test_a_period_that_is_not_over_is_called_provisional(make):
    _release, _reader, text = make(QUARTER, "government", "en")
    assert "provisional" in text


def test_what_somebody_named_a_foundation_is_no_markup(make, programme):
    foundation = programme.foundations[0]
    with work("test.name", by=operator):
        foundation.name = '<img src="http://127.0.0.1:9/x.png"> <b>Norte & Sur</b>'
        db.session.add(foundation)
    release, reader, text = make(QUARTER, "government", "en", foundation_id=foundation.id)
    assert '<img src="http://127.0.0.1:9/x.png"> <b>Norte & Sur</b>' in " ".join(text.split())
    assert failures(release.pdf) == []
    assert not reader.pages[0].images


def test_kept_contacts_are_protected_together_with_those_due(app):
    counted = population(QUARTER, due=6)
    counted["followup.due"].breakdowns["month"] = {"1": 0, "3": 1, "6": 0, "12": 5, "unknown": 0}
    counted["followup.done"].value = 3
    with app.test_request_context():
        shown = actions.as_seen(counted, QUARTER, LEVELS[Audience.GOVERNMENT])
    assert shown["followup.done"].tables == {}
    assert shown["followup.done"].total.token in {"<5", ""}


def test_an_actor_is_no_part_of_the_figures(make):
    """The same figures, whoever prints them."""
    one = make(QUARTER, "public", "en", by=Actor("staff", uuid.uuid4()).id)[0]
    two = make(QUARTER, "public", "en")[0]
    assert one.figures == two.figures
