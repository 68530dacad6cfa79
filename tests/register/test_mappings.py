"""Mappings: written and read again, guessed from what a file says, refused where they say two things."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.register.reading import Column, Mapping, Reading, Shape, Sheet
from shelter.register.reading.facts import FACTS
from shelter.rules import RuleBroken

pytestmark = pytest.mark.usefixtures("english")

YES, NO = Answer.YES, Answer.NO


def guess(text, **more):
    sheet = Sheet.of("file.csv", text.encode() if isinstance(text, str) else text)
    return sheet, Mapping.guess(sheet, register="r", source="s", **more)


def told(mapping):
    return {column.fact: column.name for column in mapping.columns}


# --- the text of a mapping --------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MEANINGS = {
    "year": ["2014"], "registered_on": ["2014-03-05"], "sex": list(Sex), "age_band": list(AgeBand), "age": ["17"],
    "birth": ["1998"], "nationality": ["CO", "Perú"], "country_of_exploitation": ["EC"], "province": list(Province),
    "exploitation": list(Exploitation),
}


def column(fact):
    meanings = st.sampled_from([str(each) for each in MEANINGS.get(fact, list(Answer))])
    words = st.dictionaries(TEXT, meanings, max_size=3)
    return st.builds(Column, TEXT, st.just(fact), words, st.frozensets(TEXT, max_size=3))


@st.composite
def mappings(draw):
    one_by_one = [fact for fact in FACTS if "." in fact]
    others = [fact for fact in FACTS if "." not in fact and fact != "year"]
    facts = ["year", *draw(st.lists(st.sampled_from(others), unique=True)),
             *draw(st.lists(st.sampled_from(one_by_one), unique=True) | st.just(["exploitation"]))]
    return Mapping(
        "m", draw(TEXT.filter(bool)), draw(TEXT.filter(bool)), tuple(draw(column(fact)) for fact in facts),
        draw(st.sampled_from([None, "utf-8", "windows-1252", "iso-8859-1", "utf-16"])),
        draw(st.none() | st.characters(exclude_categories=["Cs"], exclude_characters='"\r\n\0')),
        draw(st.none() | TEXT), draw(st.sampled_from(["dmy", "mdy"])),
    )


@settings(max_examples=150, deadline=None)
@given(mapping=mappings())
def test_a_mapping_that_was_written_is_read_as_it_was(mapping):
    assert Mapping.read("m", mapping.text) == mapping


def test_the_text_is_one_that_a_person_can_change():
    mapping = Mapping(
        "m", "Casa", "Archivo", (Column("forma", "exploitation", {"Laboral": "labour"}, frozenset({"s/d"})),
                                 Column("Año", "year")), separator=";",
    )
    assert mapping.text == """register = "Casa"
source = "Archivo"
separator = ";"
order = "dmy"

[year]
column = "Año"

[exploitation]
column = "forma"
words = { "laboral" = "labour" }
unknown = ["s/d"]
"""


def test_the_shipped_mapping_is_read_again_too():
    shipped = Mapping.named("ctdc_kanon")
    assert Mapping.read("ctdc_kanon", shipped.text) == shipped


WHOLE = "register = 'r'\nsource = 's'\n[year]\ncolumn = 'y'\n"


@pytest.mark.parametrize(("text", "said"), [
    ("register = 'r'\nsource = 's'\n[sex]\ncolumn = 'x'", "year is missing"),
    ("order = 'ymd'\n" + WHOLE, "order is none of 'dmy' 'mdy'"),
    ("separator = 7\n" + WHOLE, "separator is not one single character"),
    ("separator = '\"'\n" + WHOLE, "separator is not one single character"),
    ("separator = ''\n" + WHOLE, "separator is not one single character"),
    ("sheet = 7\n" + WHOLE, "sheet is not a text"),
    ("encoding = 'utf-7'\n" + WHOLE, "encoding is none of"),
    (WHOLE + "[exploitation]\ncolumn = 'f'\n[exploitation.sexual]\ncolumn = 's'", "one column that names them"),
    (WHOLE + "[exploitation]\ncolumn = 'f'\nwords = {x = 'slavery'}", "exploitation.words leads to slavery"),
    (WHOLE + "[exploitation]\ncolum = 'f'", "the key exploitation.colum means nothing"),
    (WHOLE + "[province]\ncolumn = 'p'\nwords = {UIO = 'Quito'}", "province.words leads to Quito"),
    (WHOLE + "[sex]\ncolumn = 'p'\nwords = {F = ''}", "sex.words leads to , which"),
    (WHOLE + "[year]\ncolumn = 'z'", "not a mapping in TOML"),
])
def test_a_mapping_that_is_wrong_is_refused_with_the_place(text, said):
    with pytest.raises(RuleBroken) as refused:
        Mapping.read("m.toml", text)
    assert said in str(refused.value.message)
    assert str(refused.value.message).startswith("m.toml")
    assert "\n" not in str(refused.value.message)


def test_two_columns_for_one_fact_are_refused_wherever_a_mapping_comes_from():
    with pytest.raises(RuleBroken, match="sex is told by two columns, a and b"):
        Mapping("m", "r", "s", (Column("a", "sex"), Column("y", "year"), Column("b", "sex")))
    with pytest.raises(RuleBroken, match="the key colour means nothing here"):
        Mapping("m", "r", "s", (Column("a", "colour"),))


def test_a_day_of_registration_is_enough_and_the_order_of_its_numbers_is_the_mappings():
    text = "order = 'mdy'\nregister = 'r'\nsource = 's'\n[registered_on]\ncolumn = 'd'\n"
    found = Reading.of(Sheet.of("f", b"d\n3/5/2014\n25/3/2014\n\n5 mar 2014\n"), Mapping.read("m", text))
    assert [(row.year, row.registered_on) for row in found.rows] == [(2014, date(2014, 3, 5))] * 2
    assert [(each.line, each.column) for each in found.rejects] == [(3, "d")]


def test_a_reject_of_several_facts_stands_at_the_column_of_the_one_that_is_wrong():
    mapping = Mapping("m", "r", "s", (Column("d", "registered_on"), Column("n", "birth"), Column("a", "year")))
    found = Reading.of(Sheet.of("f", b"a,d,n\n2013,2014-03-05,\n,2014-03-05,2015\n,,1998\n"), mapping)
    assert [(each.line, each.column) for each in found.rejects] == [(2, "a"), (3, "n"), (4, "a")]
    only = Reading.of(Sheet.of("f", b"d,n\n,1998\n"), Mapping("m", "r", "s", mapping.columns[1:2]))
    assert [each.column for each in only.rejects] == ["d"]


def test_one_column_may_name_the_forms_and_the_others_stay_unknown():
    column = Column("forma", "exploitation", {"laboral": "labour", "sexual / laboral": "other"}, frozenset({"s/d"}))
    text = "a|forma\n1|Laboral; begging\n2|sexual,LABORAL\n3|sexual/begging\n4|\n5|S/D\n6|Sexual / Laboral\n7|a;?\n"
    mapping = Mapping("m", "r", "s", (Column("a", "year", {str(n): "2014" for n in range(8)}), column))
    found = Reading.of(Sheet.of("f", text.encode()), mapping)
    assert [{form.value: answer for form, answer in row.exploitation.items()} for row in found.rows] == [
        {"labour": YES, "begging": YES}, {"sexual": YES, "labour": YES}, {"sexual": YES, "begging": YES}, {}, {},
        {"other": YES},
    ]
    assert [(each.line, each.column) for each in found.rejects] == [(8, "forma")]


# --- guessing ---------------------------------------------------------------------------------------------------------

HOUSE = """Código;Fecha de ingreso;SEXO;Edad;Nacionalidad;Provincia;País de explotación;Explotación sexual;Laboral;Nota
1;5/3/2014;Mujer;17;Colombiana;Pichincha;Ecuador;Sí;x;una nota
2;5 de marzo de 2015;F;21;perú;9;;no;;"otra
nota"
3;6.7.2016;Hombre trans;;s/d;Guayas;N/A;1;0;
"""


def test_a_mapping_is_guessed_from_header_and_values_and_reads_the_file():
    sheet, mapping = guess(HOUSE)
    assert told(mapping) == {
        "registered_on": "Fecha de ingreso", "sex": "SEXO", "age": "Edad", "nationality": "Nacionalidad",
        "province": "Provincia", "country_of_exploitation": "País de explotación",
        "exploitation.sexual": "Explotación sexual", "exploitation.labour": "Laboral",
    }
    assert (mapping.register, mapping.source, mapping.is_whole) == ("r", "s", True)
    found = Reading.of(sheet, mapping)
    assert not found.rejects
    assert [tuple(row) for row in found.rows] == [
        (2, 2014, date(2014, 3, 5), Sex.FEMALE, AgeBand.TO_17, "CO", "EC", "17",
         {Exploitation.SEXUAL: YES, Exploitation.LABOUR: YES}),
        (3, 2015, date(2015, 3, 5), Sex.FEMALE, AgeBand.TO_23, "PE", None, "09", {Exploitation.SEXUAL: NO}),
        (5, 2016, date(2016, 7, 6), Sex.TRANS_MAN, None, None, None, "09",
         {Exploitation.SEXUAL: YES, Exploitation.LABOUR: NO}),
    ]
    assert Mapping.read("guess", mapping.text) == mapping


@pytest.mark.parametrize(("header", "value", "fact"), [
    ("Año", "2014", "year"), ("fecha", "2014", "year"), ("year", "2014-03-05", "registered_on"),
    ("yearOfRegistration", "2014", "year"), ("year_of_registration", "2014", "year"), ("Género", "M", "sex"),
    ("Edad", "9 a 17 años", "age_band"), ("Edad", "17", "age"), ("Grupo de edad", "48 y más", "age_band"),
    ("ageBroad", "9--17", "age_band"), ("Fecha de nacimiento", "1/2/1999", "birth"), ("ciudadanía", "E", "nationality"),
    ("CountryOfExploitation", "EC", "country_of_exploitation"), ("Tipo de explotación", "sexual", "exploitation"),
    ("Forma de explotación (según informe)", "laboral", "exploitation"), ("isSexualExploit", "", "exploitation.sexual"),
    ("Mendicidad", "no", "exploitation.begging"), ("provincia de ingreso", "Napo", "province"),
])
def test_headers_are_known_in_both_languages(header, value, fact):
    _sheet, mapping = guess(f"id\t{header}\n1\t{value}\n")
    assert told(mapping) == {fact: header}


def test_what_nobody_understands_is_left_out_and_nothing_is_told_twice():
    _sheet, mapping = guess("Nombre,Sexo,Género,año,año,Forma de explotación,Sexual\nx,F,F,2014,2014,laboral,1\n")
    assert told(mapping) == {"sex": "Sexo", "exploitation.sexual": "Sexual"}
    assert not mapping.is_whole


def test_a_column_that_names_the_forms_has_its_words():
    text = "año;forma de explotación\n2014;Laboral, Mendicidad\n2015;trabajo forzado/sexual\n2016;s/d\n"
    sheet, mapping = guess(text)
    assert {each.fact: each.words for each in mapping.columns}["exploitation"] == {
        "laboral": "labour", "mendicidad": "begging", "trabajo forzado": "labour",
    }
    assert [sorted(row.exploitation) for row in Reading.of(sheet, mapping).rows] == [
        ["begging", "labour"], ["labour", "sexual"], [],
    ]


def test_what_the_guess_is_told_of_the_shape_stays_in_the_mapping():
    _sheet, mapping = guess("año;sexo\n2014;F\n".encode(), shape=Shape("utf-8", ";"))
    assert (mapping.encoding, mapping.separator, told(mapping)) == ("utf-8", ";", {"year": "año", "sex": "sexo"})


@settings(max_examples=150, deadline=None)
@given(content=st.binary(min_size=1, max_size=200) | st.text(
    st.sampled_from("año;sexo,edad\n\"fecha 2014/Fm-"), min_size=1, max_size=80).map(str.encode))
def test_a_guess_never_raises_and_is_read_again(content):
    try:
        sheet = Sheet.of("file", content)
    except RuleBroken:
        return
    mapping = Mapping.guess(sheet, register="r", source="s")
    if mapping.is_whole:
        assert Mapping.read("guess", mapping.text) == mapping
