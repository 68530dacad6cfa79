"""The facts of a historic case mean the same in a file and in a form, and what cannot be true together is refused."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from shelter.calendar import PartialDate, today
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.register.forms import name_of
from shelter.register.reading import Column, Mapping, Reading, Sheet
from shelter.register.reading.facts import FACTS, reader
from shelter.register.rules import case_of
from shelter.rules import RuleBroken
from shelter.web import Form

pytestmark = pytest.mark.usefixtures("english")

MAPPING = Mapping("all", "r", "s", tuple(Column(fact, fact) for fact in FACTS))
CaseForm = type("CaseForm", (Form,), {name_of(fact): field for fact, field in FACTS.items()})


# --- spellings --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "2014-03-05", "2014-3-5", "05/03/2014", "5/3/2014", "5-3-2014", "5.3.2014", "5 3 2014", "2014/03/05", "2014.3.5",
    "5 mar 2014", "5 mar. 2014", "5-mar-2014", "5 de marzo de 2014", "5 de Marzo del 2014", "05 March 2014", "5mar2014",
    "2014-03-05T10:22:33", "2014-03-05 10:22:33.123", "2014-03-05T10:22:33-05:00", "05/03/2014 9:15", " 5/3/2014 ",
    "5/3/2014 12:00 a. m.", "5/3/2014, 12:00:00 PM", "5 de marzo de 2014 00:00", "5/3-2014",
])
def test_a_day_is_read_as_people_write_it_the_day_before_the_month(text):
    assert reader("registered_on")(text) == date(2014, 3, 5)


@pytest.mark.parametrize(("text", "expected"), [
    ("03/05/2014", date(2014, 3, 5)), ("3-25-2014", date(2014, 3, 25)), ("3/5-2014", date(2014, 3, 5)),
    ("2014-03-05", date(2014, 3, 5)), ("5 mar 2014", date(2014, 3, 5)), ("12.31.2013 23:59", date(2013, 12, 31)),
])
def test_a_mapping_may_say_that_the_month_comes_first(text, expected):
    assert reader("registered_on", "mdy")(text) == expected


@pytest.mark.parametrize(("text", "said"), [
    ("5/3/14", "Write the year with four digits"), ("5 mar 14", "Write the year with four digits"),
    ("31/2/2014", "no such day"), ("2014-02-31", "Write a real date"), ("31 de febrero de 2014", "no such day"),
    ("3/25/2014", "month first"), ("0/3/2014", "no such day"), ("5/3/1899", "Write a real date"),
    ("5/3/014", "Write a real date"), ("41703", "number of a spreadsheet"),
    ("2014", "only a year"), ("5 brumario 2014", "Write a real date"),
    ("marzo 2014", "Write a real date"), ("ayer", "Write a real date"),
    (str(today() + timedelta(days=1)), "has not come yet"), ("1/1/2199", "has not come yet"),
])
def test_what_is_no_day_is_refused_with_the_reason(text, said):
    with pytest.raises(RuleBroken, match=said):
        reader("registered_on")(text)


def test_the_present_day_has_come():
    assert reader("registered_on")(str(today())) == today()


@pytest.mark.parametrize(("text", "code"), [
    ("EC", "EC"), ("ec", "EC"), ("ECU", "EC"), ("Ecuador", "EC"), ("PERÚ", "PE"), ("peru", "PE"), ("España", "ES"),
    ("espana", "ES"), ("Spain", "ES"), ("United States", "US"), ("Estados Unidos", "US"), ("EE. UU.", "US"),
    ("República Dominicana", "DO"), ("dominican  republic", "DO"), ("NA", "NA"), ("Namibia", "NA"), ("VEN", "VE"),
    ("Côte d’Ivoire", "CI"), ("Costa de Marfil", "CI"), ("DEU", "DE"), ("COL", "CO"),
])
def test_a_country_is_known_by_its_letters_and_its_names_in_both_languages(text, code):
    assert reader("nationality")(text) == reader("country_of_exploitation")(text) == code


@pytest.mark.parametrize("text", ["ZZ", "XYZ", "Gran Colombia", "EU", "593", "?", "-"])
def test_what_is_no_country_is_refused(text):
    with pytest.raises(RuleBroken, match="No option is called so"):
        reader("nationality")(text)


@pytest.mark.parametrize(("text", "expected"), [
    ("09", Province.GUAYAS), ("9", Province.GUAYAS), ("Guayas", Province.GUAYAS), ("LOS RÍOS", Province.LOS_RIOS),
    ("los rios", Province.LOS_RIOS), ("Cañar", Province.CANAR), ("canar", Province.CANAR), ("24", Province.SANTA_ELENA),
    ("Santo Domingo de los Tsáchilas", Province.SANTO_DOMINGO), ("Provincia de Napo", Province.NAPO),
])
def test_a_province_is_known_by_its_code_and_its_name(text, expected):
    assert reader("province")(text) is expected


@pytest.mark.parametrize("text", ["0", "25", "00", "090", "Antioquia", "Quito"])
def test_what_is_no_province_is_refused(text):
    with pytest.raises(RuleBroken, match="No option is called so"):
        reader("province")(text)


@pytest.mark.parametrize(("fact", "text", "value"), [
    ("age", "17", 17), ("age", "0", 0), ("age", "120", 120), ("sex", "FEMALE", Sex.FEMALE), ("age_band", "48+",
    AgeBand.FROM_48), ("birth", "1998", PartialDate(1998)), ("birth", "5/3/1998", PartialDate(1998, 3, 5)),
    ("exploitation.sexual", "Yes", Answer.YES), ("exploitation", "begging", Exploitation.BEGGING), ("age", "", None),
])
def test_the_other_facts_are_read_too(fact, text, value):
    assert reader(fact)(text) == value


@pytest.mark.parametrize(("fact", "text"), [
    ("age", "121"), ("age", "-1"), ("age", "17.5"), ("age", "diecisiete"), ("birth", "98"), ("birth", "2999"),
    ("birth", "31/2/1998"), ("sex", "mujer"), ("exploitation.sexual", "sí"), ("exploitation", "sexual; begging"),
])
def test_and_refused(fact, text):
    with pytest.raises(RuleBroken):
        reader(fact)(text)


# --- several facts together -------------------------------------------------------------------------------------------

def test_a_day_gives_its_year_and_a_year_alone_is_enough():
    assert case_of({"registered_on": date(2014, 3, 5)})["year"] == 2014
    assert case_of({"registered_on": date(2014, 3, 5), "year": 2014})["registered_on"] == date(2014, 3, 5)
    assert (case_of({"year": 2014})["year"], case_of({"year": 2014})["registered_on"]) == (2014, None)


@pytest.mark.parametrize(("facts", "field", "said"), [
    ({}, "year", "cannot be counted"),
    ({"year": 2013, "registered_on": date(2014, 3, 5)}, "year", "not that of the day"),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(2014, 3, 6)}, "birth", "after the registration"),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(2015)}, "birth", "after the registration"),
    ({"year": 2014, "birth": PartialDate(2015, 1, 1)}, "birth", "after the registration"),
    ({"year": 2014, "birth": PartialDate(2015), "age": 12}, "birth", "after the registration"),
    ({"year": 2026, "birth": PartialDate(1901)}, "birth", "older than 120"),
    ({"year": 2014, "age": 18, "birth": PartialDate(1980)}, "age", "more than a year apart"),
    ({"year": 2014, "age": 18, "birth": PartialDate(1980), "age_band": AgeBand.TO_20}, "age", "more than a year apart"),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1996, 3, 6), "age": 15}, "age", "more than a year apart"),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1996, 3, 6), "age": 19}, "age", "more than a year apart"),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1998), "age": 13}, "age", "more than a year apart"),
    ({"year": 2014, "birth": PartialDate(1998), "age": 18}, "age", "more than a year apart"),
])
def test_what_cannot_be_true_together_is_refused_at_its_field(facts, field, said):
    with pytest.raises(RuleBroken, match=said) as refused:
        case_of(facts)
    assert refused.value.field == field


@pytest.mark.parametrize(("facts", "band"), [
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1996, 3, 5)}, AgeBand.TO_20),
    ({"registered_on": date(2014, 3, 4), "birth": PartialDate(1996, 3, 5)}, AgeBand.TO_17),
    ({"registered_on": date(2014, 12, 31), "birth": PartialDate(1996)}, AgeBand.TO_20),
    ({"registered_on": date(2014, 12, 30), "birth": PartialDate(1996)}, AgeBand.TO_17),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(2014)}, AgeBand.TO_8),
    ({"year": 2014, "birth": PartialDate(1996)}, AgeBand.TO_17),
    ({"year": 2014, "birth": PartialDate(1996, 1, 1)}, AgeBand.TO_20),
    ({"year": 2014, "birth": PartialDate(1996, 1, 2)}, AgeBand.TO_17),
    ({"year": 2014, "birth": PartialDate(2014, 6, 1)}, AgeBand.TO_8),
    ({"year": 2014, "age": 18}, AgeBand.TO_20),
    ({"year": 2014, "age": 18, "birth": PartialDate(1997)}, AgeBand.TO_20),
    ({"year": 2014, "age_band": AgeBand.TO_23, "age": 18, "birth": PartialDate(1997)}, AgeBand.TO_23),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1996, 3, 6), "age": 18}, AgeBand.TO_20),
    ({"registered_on": date(2014, 3, 5), "birth": PartialDate(1996, 3, 6), "age": 16}, AgeBand.TO_17),
    ({"year": 2014, "birth": PartialDate(1998), "age": 14}, AgeBand.TO_17),
    ({"year": 2014, "birth": PartialDate(1998), "age": 17}, AgeBand.TO_17),
    ({"year": 2014, "age_band": None, "age": None, "birth": PartialDate(1980)}, AgeBand.TO_38),
    ({"year": 2014, "age": 48}, AgeBand.FROM_48),
    ({"year": 2014}, None),
])
def test_the_band_that_is_told_counts_then_the_age_then_the_birth_and_the_younger_in_doubt(facts, band):
    assert case_of(facts)["age_band"] is band


# --- one meaning ------------------------------------------------------------------------------------------------------

def from_file(texts):
    """The sentences of refusal, and what would be stored, of a file of one line."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["id", *texts], ["1", *texts.values()]])
    reading = Reading.of(Sheet.of("one.csv", out.getvalue().encode()), MAPPING)
    row = reading.rows[0]._asdict() if reading.rows else {}
    return {each.reason for each in reading.rejects}, {name: row[name] for name in row if name != "line"}


def from_form(texts):
    """The same of a form that was sent."""
    form = CaseForm(formdata=MultiDict({name_of(fact): text for fact, text in texts.items()}))
    if not form.validate():
        return {str(error) for errors in form.errors.values() for error in errors}, {}
    try:
        return set(), case_of({fact: form[name_of(fact)].data for fact in FACTS})
    except RuleBroken as broken:
        return {str(broken.message)}, {}


WRITTEN = st.sampled_from([
    "", " ", "2014", "2009", "1998", "2014-03-05", "5/3/2014", "5 de marzo de 2014", "31/2/2014", "5/3/14", "1/1/2030",
    "17", "18", "0", "121", "9-17", "48+", "female", "MALE", " female ", "mujer", "yes", "No", "unknown", "1", "sí",
    "EC", "ecu", "Ecuador", "perú", "ZZ", "09", "9", "Guayas", "25", "-99", "٢٠١٤", "2014.0", "\t2014\n",
]) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.dates().map(str)
LIKELY = {
    "year": ["2014", "", "2015"], "registered_on": ["2014-03-05", "", "5/3/2014 10:00"], "sex": ["female", ""],
    "age_band": ["9-17", "", ""], "age": ["17", "", ""], "birth": ["1998", "", "6/3/2014"], "nationality": ["CO", ""],
    "country_of_exploitation": ["Ecuador", ""], "province": ["9", ""],
}
TEXTS = st.fixed_dictionaries({
    fact: st.sampled_from(LIKELY.get(fact, ["yes", "no", ""])) | st.sampled_from(LIKELY.get(fact, [""])) | WRITTEN
    for fact in FACTS
})


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
@example(texts=dict.fromkeys(FACTS, " ") | {"year": " 2014 "})
@example(texts=dict.fromkeys(FACTS, "") | {"year": "2014", "birth": "2015"})
def test_a_value_is_valid_in_a_file_exactly_when_it_is_in_a_form_with_the_same_sentence_and_value(texts):
    assert from_file(texts) == from_form(texts)


def test_both_say_yes_to_something():
    texts = {fact: options[0] for fact, options in LIKELY.items()} | {"exploitation.sexual": "yes"}
    texts = {fact: texts.get(fact, "") for fact in FACTS}
    assert from_file(texts) == from_form(texts) == (set(), {
        "year": 2014, "registered_on": date(2014, 3, 5), "sex": "female", "age_band": "9-17", "nationality": "CO",
        "exploited_in": "EC", "province": "09", "exploitation": {Exploitation.SEXUAL: Answer.YES},
    })
