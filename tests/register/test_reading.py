"""What a historic file says through its mapping, and what it cannot say."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.register.reading import Mapping, Reading, Sheet
from shelter.rules import RuleBroken

HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"
LABOUR, SEXUAL, YES, NO = Exploitation.LABOUR, Exploitation.SEXUAL, Answer.YES, Answer.NO


@pytest.fixture(autouse=True)
def _english():
    """Reasons are said in the reader's language; no database is needed."""
    speaking = Flask("speaking")
    Babel(speaking, default_locale="en")
    with speaking.test_request_context():
        yield


def facts(row):
    return row.year, row.sex, row.age_band, row.nationality, row.exploited_in, row.exploitation


@pytest.mark.parametrize(("line", "expected"), [
    ("2002,Female,18--20,CO,0,1,EC", (2002, Sex.FEMALE, AgeBand.TO_20, "CO", "EC", {LABOUR: NO, SEXUAL: YES})),
    ("2016,Male,48+,UA,1,0,RU", (2016, Sex.MALE, AgeBand.FROM_48, "UA", "RU", {LABOUR: YES, SEXUAL: NO})),
    ("2016,Male,0--8,NA,1,1,NA", (2016, Sex.MALE, AgeBand.TO_8, "NA", "NA", {LABOUR: YES, SEXUAL: YES})),
    ("2016,Male,,,,,", (2016, Sex.MALE, None, None, None, {})),
    ("2016,,,0,,,0", (2016, None, None, None, None, {})),
    ("2016,,,00,,,00", (2016, None, None, None, None, {})),
    ("2016,,,-99,-99,-99,-99", (2016, None, None, None, None, {})),
    ("2016,,,,0,0,", (2016, None, None, None, None, {LABOUR: NO, SEXUAL: NO})),
    ("2016,,,,1,,", (2016, None, None, None, None, {LABOUR: YES})),
    (" 2016 , female ,, ua ,0,,", (2016, Sex.FEMALE, None, "UA", None, {LABOUR: NO})),
])
def test_a_line_says_what_it_says_and_blank_is_unknown(read, line, expected):
    assert facts(read(line).rows[0]) == expected


@pytest.mark.parametrize(("line", "column"), [
    ("20O2,Female,,,,,", "yearOfRegistration"),
    (",Female,,,,,", "yearOfRegistration"),
    ("-99,Female,,,,,", "yearOfRegistration"),
    ("1899,Female,,,,,", "yearOfRegistration"),
    ("2999,Female,,,,,", "yearOfRegistration"),
    ("٢٠٠٢,Female,,,,,", "yearOfRegistration"),
    ("2002,Secreto,,,,,", "gender"),
    ("2002,,17,,,,", "ageBroad"),
    ("2002,,,COLO,,,", "citizenship"),
    ("2002,,,ZZ,,,", "citizenship"),
    ("2002,,,,2,,", "isForcedLabour"),
    ("2002,,,,,yes!,", "isSexualExploit"),
    ("2002,,,,,,Ecuadro", "CountryOfExploitation"),
])
def test_what_cannot_be_read_comes_back_with_line_column_and_reason_and_never_the_value(read, line, column):
    found = read("2002,Female,,,,,", line, "2003,Male,,,,,")
    assert [row.line for row in found.rows] == [2, 4]
    assert [(each.line, each.column) for each in found.rejects] == [(3, column)]
    assert found.rejects[0].reason
    assert not any(value in found.rejects[0].reason for value in line.split(",") if len(value) > 1)


def test_every_reason_of_a_line_is_told_and_the_line_counts_once(read):
    found = read("x,y,,,,,", "2002,,,,,,", "2002,,,,,,,,", "2002,,", "2002,,,,,,")
    told = [(each.line, each.column) for each in found.rejects]
    assert told == [(2, "yearOfRegistration"), (2, "gender"), (4, "CountryOfExploitation"), (5, "citizenship")]
    assert found.refused == 3
    assert [row.line for row in found.rows] == [3, 6]


def test_a_line_keeps_its_number_behind_blank_lines_and_values_of_several_lines(read):
    text = f'{HEADER},note\n2002,Female,,,,,,"one\ntwo, three"\n\n2003,Male,,,,,,\n'
    assert [(row.line, row.year) for row in read(text.encode()).rows] == [(2, 2002), (5, 2003)]


@pytest.mark.parametrize("text", [
    "﻿" + HEADER + "\n2002,Female,,,,,\n",
    HEADER + "\r2002,Female,,,,,\r",
    HEADER + "\n2002,Female,,,,,",
    '"' + HEADER.replace(",", '","') + '"\n2002,"Female",,,,,\n',
    ",".join(["more ", *reversed(HEADER.split(","))]) + "\nx,,,,,,Female,2002\n",
])
def test_byte_order_mark_line_ends_quotes_and_the_order_of_columns_do_not_matter(read, text):
    found = read(text.encode(), mapping=None)
    assert [facts(row) for row in found.rows] == [(2002, Sex.FEMALE, None, None, None, {})]
    assert not found.rejects


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"),
    (b" \r\n\r\n", "is empty"),
    (b"PK\x03\x04rest", "not a workbook"),
    (HEADER.encode("utf-16"), "line 1: this is not UTF-8"),
    (HEADER.encode("utf-16-le"), "not a text file"),
    (b"\x89PNG\r\n\0", "not a text file"),
    ((HEADER + "\n2002,Female,,,,,\n2002,F\xe9,,,,,\n").encode("latin-1"), "line 3: this is not UTF-8"),
    ((HEADER + "\n2002,Female,,,,,\n2002,Fem").encode(), "in the middle of line 3"),
    ((HEADER + "\n2002,Female,,,,,\n2002,Fem\n").encode(), "in the middle of line 3"),
    ((HEADER + "\n2002,Female,,,,,\n2002,Female,,,,,U").encode(), "in the middle of line 3"),
    ((HEADER + "\n2002,Female,,,,,\n2002,\"Fem").encode(), "line 3: a value does not end"),
    ((HEADER + "\n2002,Female,,,,,\n\"2002" + ",,,,,,\n2002" * 9).encode(), "line 3: a value does not end"),
    ((HEADER + "\n" + "x" * 200_000 + ",,,,,,\n").encode(), "line 2: a value does not end"),
    (HEADER.replace("gender", "sexo").encode() + b"\n2002,,,,,,\n", "no column gender"),
    (b"\xef\xbb\xbf", "is empty"),
    (b"x" * 200_000, "line 1: a value does not end"),
    (HEADER.encode() + b",gender\n2002,,,,,,,\n", "the column gender twice"),
    (HEADER.replace(",", ";").encode() + b"\n2002;;;;;;\n", "no column yearOfRegistration"),
])
def test_a_file_that_is_not_what_it_should_be_is_refused_in_one_sentence(read, content, said):
    with pytest.raises(RuleBroken) as refused:
        read(content)
    assert said in str(refused.value.message)
    assert "\n" not in str(refused.value.message)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(RuleBroken, match="there is no file"):
            Sheet.open(path)


def test_without_a_name_the_mapping_is_the_one_whose_columns_the_file_has(read):
    assert read("2002,Female,,,,,", mapping=None).mapping.name == "ctdc_kanon"
    with pytest.raises(RuleBroken, match=r"name it with --mapping \(ctdc_kanon\)"):
        read(b"year;sex\n2002;female\n", mapping=None)


OWN = """
register = "Registro propio"
source = "Archivo de la casa"
encoding = "windows-1252"
separator = ";"
year = { column = "año" }
[sex]
column = "género"
words = { Mujer = "female", "Mujer trans" = "trans_woman" }
unknown = ["s/d"]
[nationality]
column = "país"
words = { "Perú" = "PE" }
[exploitation.begging]
column = "mendicidad"
words = { "sí" = "yes" }
"""


def test_a_mapping_of_ones_own_with_its_encoding_separator_and_words(read, mapping_file):
    text = "año;género;país;mendicidad\n2010;MUJER;perú;sí\n2011;mujer trans;ec;no\n2012;S/D;;unknown\n"
    found = read(text.encode("windows-1252"), mapping=mapping_file(OWN))
    assert found.mapping.register == "Registro propio"
    assert [(row.year, row.sex, row.nationality, row.exploitation) for row in found.rows] == [
        (2010, Sex.FEMALE, "PE", {Exploitation.BEGGING: YES}),
        (2011, Sex.TRANS_WOMAN, "EC", {Exploitation.BEGGING: NO}),
        (2012, None, None, {Exploitation.BEGGING: Answer.UNKNOWN}),
    ]


WHOLE = "register = 'r'\nsource = 's'\nyear = {column = 'y'}\n"


@pytest.mark.parametrize(("text", "said"), [
    ("register = ", "not a mapping in TOML"),
    (WHOLE.replace("register = 'r'", ""), "register is missing"),
    (WHOLE.replace("source = 's'", ""), "source is missing"),
    (WHOLE.replace("year = {column = 'y'}", ""), "year is missing"),
    (WHOLE.replace("{column = 'y'}", "'y'"), "year is not a table"),
    (WHOLE.replace("column = 'y'", "words = {}"), "year.column is missing"),
    (WHOLE.replace("'y'", "'y', name = 'z'"), "year.name means nothing"),
    (WHOLE.replace("'r'", "7"), "register is not a text"),
    (WHOLE.replace("'r'", "'" + 81 * "r" + "'"), "register is not a text of 80"),
    (WHOLE + "colour = 'red'", "colour means nothing"),
    (WHOLE + "encoding = 'hex'", "encoding is none of"),
    (WHOLE + "separator = '--'", "separator is not one single character"),
    (WHOLE + "sex = {column = 'g', words = {M = 'mujer'}}", "sex.words leads to mujer"),
    (WHOLE + "sex = {column = 'g', words = {M = 1}}", "is not text"),
    (WHOLE + "sex = {column = 'g', unknown = 'x'}", "is not text"),
    (WHOLE + "[exploitation.slavery]\ncolumn = 's'", "exploitation.slavery means nothing"),
])
def test_a_mapping_that_is_wrong_is_refused_with_the_place(mapping_file, text, said):
    with pytest.raises(RuleBroken) as refused:
        Mapping.named(str(mapping_file(text)))
    assert said in str(refused.value.message)
    assert "\n" not in str(refused.value.message)


def test_a_mapping_that_is_not_there_is_refused():
    with pytest.raises(RuleBroken, match=r"there is no file no\.toml"):
        Mapping.named("no.toml")


PIECES = st.lists(st.sampled_from([b",", b'"', b"\n", b"\r", b"2002", b"\xe9"]))


@given(content=st.binary(min_size=1, max_size=300) | PIECES.map(lambda them: b"".join([HEADER.encode(), b"\n", *them])))
def test_whatever_the_bytes_are_they_are_read_or_refused_in_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "file.csv"
    path.write_bytes(content)
    for choose in (Mapping.fitting, lambda _sheet: Mapping.named("ctdc_kanon")):
        with suppress(RuleBroken):
            sheet = Sheet.open(path)
            Reading.of(sheet, choose(sheet))


LINES = st.lists(st.tuples(
    st.sampled_from(["2002", "2010", "2019"]), st.sampled_from(["Female", "Male", ""]),
    st.sampled_from(["", "0--8", "18--20", "48+"]), st.sampled_from(["", "0", "00", "CO", "NA"]),
    st.sampled_from(["", "0", "1"]), st.sampled_from(["", "0", "1"]), st.sampled_from(["", "0", "EC", "PE"]),
), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(lines=LINES, keep=st.floats(0, 1))
def test_a_file_cut_anywhere_is_refused_or_says_nothing_that_the_whole_does_not(tmp_path_factory, lines, keep):
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), *lines])
    whole = out.getvalue().encode()
    path = tmp_path_factory.mktemp("cut") / "file.csv"

    def rows(content):
        path.write_bytes(content)
        return Reading.of(Sheet.open(path), Mapping.named("ctdc_kanon")).rows

    everything = rows(whole)
    try:
        found = rows(whole[: int(len(whole) * keep)])
    except RuleBroken:
        return
    assert found[:-1] == everything[: len(found)][:-1]
    if found:  # of a last line without its end the last value may be lost: it is unknown then, never another
        last = everything[len(found) - 1]
        assert found[-1] in [last, last._replace(exploited_in=None)]
