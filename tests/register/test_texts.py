"""Text files: any separator, the usual encodings, values over several lines; and what is no such file."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shelter.register.reading import Column, Mapping, Reading, Shape, Sheet, values_of
from shelter.rules import RuleBroken

pytestmark = pytest.mark.usefixtures("english")

MEGABYTE = 1024 * 1024
ROWS = [["año", "sexo", "país"], ["2014", "Mujer", "Perú"], ["2015", "Niña; niño, otra|s", "línea\ncon \"comillas\""]]


def lines(content, **shape):
    return [cells for _line, cells in Sheet.of("file.csv", content).lines(Shape(**shape))]


def written(separator, encoding, rows=ROWS):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def refusal(act):
    with pytest.raises(RuleBroken) as refused:
        act()
    assert "\n" not in str(refused.value.message)
    return str(refused.value.message)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", ":", "~", "^", "\x1f"])
def test_separator_and_encoding_are_found(separator, encoding):
    assert lines(written(separator, encoding)) == ROWS


def test_a_mapping_may_name_both():
    assert lines(written("x", "iso-8859-1", [["a", "é"]]), separator="x", encoding="iso-8859-1") == [["a", "é"]]
    assert lines(b"a;b,c\n1;2,3\n", separator=",") == [["a;b", "c"], ["1;2", "3"]]


def test_a_separator_that_stands_in_the_header_by_chance_does_not_part_it():
    assert lines(b"id;edad, en cifras, o grupo, o nada;sexo\n1;17;F\n2;18;M\n") == [
        ["id", "edad, en cifras, o grupo, o nada", "sexo"], ["1", "17", "F"], ["2", "18", "M"],
    ]


def test_one_column_is_one_column():
    assert lines(b"fecha de ingreso\n5 de marzo de 2014\n10:30\n") == [
        ["fecha de ingreso"], ["5 de marzo de 2014"], ["10:30"],
    ]


def test_quotes_run_across_lines_and_lines_keep_their_number():
    sheet = Sheet.of("f", b'year;note\n2014;"one\r\ntwo; ""three"""\n\n;;\n2015;x\n')
    assert list(sheet.lines()) == [
        (1, ["year", "note"]), (2, ["2014", 'one\r\ntwo; "three"']), (6, ["2015", "x"]),
    ]


WIDE = ",".join(["a"] * 1_000_000).encode()


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"), (b"\n \n", "is empty"),
    (b"year\n2014\n\x81\n", "neither UTF-8 nor Windows-1252"),
    (b"year\0\n2014\n", "not a text file"),
    ("year\n2014\n".encode("utf-16")[:-1], "line 2: this is not UTF-16"),
    (b'year,sex\n2014,"Female\n2015,Male\n', "line 2: a value does not end"),
    (b'year,sex\n2014,"Fem"ale\n', "line 2: a value does not end"),
    (b'year,sex\n2014,"Female\n2015,"Male"\n', "line 2: a value does not end that begins there with a quotation"),
    (b'year,note\n2014,"one\ntwo"\n2015,"three\n"\n2016,"four\nfive', "line 6: a value does not end that begins"),
    (b'year;a;b\n"2014";"one\r\n""two""";"x\r\n', "line 3: a value does not end that begins there with"),
    (b'year,note\n2014,"' + b"x\n" * 100_000, "line 2: a value does not end that begins there with a quotation mark"),
    (b"year,note\n2014," + b"x" * 200_000 + b"\n", "line 2: a value does not end within 131,072 characters"),
    (b'year,note\n2014,"' + b"x" * 200_000 + b'",y\n', "line 2: a value does not end within 131,072 characters"),
    (b"year,note\n2014," + b"x" * 10 * MEGABYTE + b"\n", "line 2: it has more than 1,000,000 characters"),
    (b'year,note\n2014,"' + b"x" * 200_000 + b'"\n', "line 2: a value does not end within 131,072 characters"),
    (WIDE + b"\n" + WIDE, "line 1: it has more than 1,000,000 characters"),
    (b"a," * 16_384 + b"\n", "line 1: more than 16,384 columns"),
])
def test_what_is_no_such_file_is_refused_in_one_sentence(content, said):
    assert said in refusal(lambda: lines(content))


def test_a_named_encoding_that_it_is_not_is_refused_with_the_line():
    content = "año\n2014\nPerú\n".encode("windows-1252")
    assert "line 1: this is not UTF-8 text" in refusal(lambda: lines(content, encoding="utf-8"))
    assert "line 3: this is not UTF-8" in refusal(lambda: lines(b"year\n2014\nPer\xfa\n", encoding="utf-8"))
    assert "line 3: this is not UTF-8" in refusal(lambda: lines(b"\xef\xbb\xbfa\nb\n\xfa\n", encoding="utf-8"))
    late = b"year\n" + b"2014\n" * 300_000 + b"\xfa\n"
    assert "line 300002: this is not UTF-8" in refusal(lambda: lines(late, encoding="utf-8"))
    assert "line 2: this is not WINDOWS-1252" in refusal(lambda: lines(b"a\n\x81\n", encoding="windows-1252"))


PEOPLE = "año;país\n" + "2014;Perú\n" * 9


@pytest.mark.parametrize(("ends", "wrong"), [("\n", 7), ("\r\n", 7), ("\r", 7), ("\n", 12)])
def test_one_wrong_byte_in_a_file_of_utf_8_is_told_with_its_line_and_nothing_is_garbled(ends, wrong):
    whole = (PEOPLE + PEOPLE).replace("\n", ends).encode().split(ends.encode())
    whole[wrong - 1] = whole[wrong - 1][:-1]  # half of the ú is gone
    said = refusal(lambda: lines(ends.encode().join(whole)))
    assert f"line {wrong}: it cannot be read as UTF-8, as the rest of the file can; save the file again" in said


def test_a_mapping_that_names_the_encoding_is_believed():
    content = PEOPLE.encode() + b"2014;Per\xfa\n"
    assert lines(content, encoding="windows-1252")[-1] == ["2014", "Perú"]


@pytest.mark.parametrize("text", ["año;país\n2014;Perú\n", "nota\n«PERÚ» y «BOGOTÁ»\n", "n\nPERÚ»\nniña\n"])
def test_what_spreadsheets_write_in_spanish_is_still_windows_1252(text):
    assert lines(text.encode("windows-1252"), separator=";") == [line.split(";") for line in text.splitlines()]


def test_only_a_header_is_a_file_without_cases():
    mapping = Mapping("m", "r", "s", (Column("year", "year"),))
    found = Reading.of(Sheet.of("f", b"year\n"), mapping)
    assert (found.rows, found.rejects) == ([], [])


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(200 * MEGABYTE)
    tracemalloc.start()
    try:
        assert "large.csv is larger than 50 MB: cut it in parts" in refusal(lambda: Sheet.open(tmp_path / "large.csv"))
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()
    assert "larger than 50 MB" in refusal(lambda: Sheet.of("sent.csv", bytes(50 * MEGABYTE + 1)))


def test_the_values_of_a_column_are_counted_up_to_a_number():
    sheet = Sheet.of("f", "sexo;año;sexo \nF;2014;x\nM;2014\n F;2015;x\n;2015;x\n".encode())
    assert values_of(sheet, "año") == {"2014": 2, "2015": 2}
    assert "has no column edad" in refusal(lambda: values_of(sheet, "edad"))
    assert "has the column sexo twice" in refusal(lambda: values_of(sheet, "sexo"))
    many = Sheet.of("f", b"n\n" + b"".join(b"%d\n" % number for number in range(61)))
    assert values_of(many, "n") is None
    assert len(values_of(many, "n", most=61)) == 61


def test_progress_is_told_every_500_lines_and_may_break_off():
    told, mapping = [], Mapping("m", "r", "s", (Column("year", "year"),))
    sheet = Sheet.of("f", b"year\n" + b"2014\n" * 1_234)
    assert len(Reading.of(sheet, mapping, told.append).rows) == 1_234
    assert told == [500, 1000]

    class Enough(Exception):
        pass

    def stop(lines):
        raise Enough

    with pytest.raises(Enough):
        Reading.of(sheet, mapping, stop)


def test_ten_thousand_rejects_are_kept_and_the_others_counted():
    mapping = Mapping("m", "r", "s", (Column("year", "year"), Column("sex", "sex")))
    found = Reading.of(Sheet.of("f", b"year,sex\n" + b"x,y\n" * 6_000 + b"2014,y\n"), mapping)
    assert (len(found.rejects), found.more, found.refused) == (10_000, 2_001, 6_001)
    assert found.rejects[-1][:2] == (5_001, "sex")


def test_what_is_needed_must_be_told_by_a_column():
    mapping = Mapping("m", "r", "s", (Column("sex", "sex"),))
    assert "the year, or the day, of registration" in refusal(
        lambda: Reading.of(Sheet.of("f", b"sex\nfemale\n"), mapping))


def test_a_million_lines_and_no_more(monkeypatch):
    monkeypatch.setattr("shelter.register.reading.sheet.MOST_LINES", 3)
    assert len(lines(b"year\n" + b"2014\n" * 3)) == 4
    assert "more than 3 lines: cut it in parts" in refusal(lambda: lines(b"year\n" + b"2014\n" * 4))


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=6),
       separator=st.characters(exclude_categories=["Cs"], exclude_characters='\0\r\n"'))
def test_what_was_written_with_any_separator_is_read_with_it(rows, separator):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    assume(out.getvalue().strip())
    assert lines(out.getvalue().encode(), separator=separator, encoding="utf-8") == rows
