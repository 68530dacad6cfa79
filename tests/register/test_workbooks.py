"""Workbooks: read as a person reads them, never carried out, and refused in a sentence where they are not sound."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from shelter.register.reading import Mapping, Reading, Shape, Sheet, values_of
from shelter.rules import RuleBroken

pytestmark = pytest.mark.usefixtures("english")

HEADER = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "isForcedLabour", "isSexualExploit",
          "CountryOfExploitation"]
MEGABYTE = 1024 * 1024


def book(*rows, others=(), hidden=()):
    """The bytes of a workbook; `others` are worksheets before it: (name, rows)."""
    made = Workbook(write_only=True)
    for name, content in [*others, ("Casos", rows)]:
        worksheet = made.create_sheet(name)
        worksheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in content:
            worksheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(content, parts=None, **also):
    """The same workbook with the text of some parts replaced: name -> function of the text, or bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = (parts or {}).get(name)
            text = old.read(name)
            new.writestr(name, text if change is None else change(text) if callable(change) else change)
        for name, text in also.items():
            new.writestr(name, text)
    return out.getvalue()


def cells(content, **shape):
    return list(Sheet.of("file.xlsx", content).lines(Shape(**shape)))


def read(content, name="file.xlsx"):
    return Reading.of(Sheet.of(name, content), Mapping.named("ctdc_kanon"))


def refusal(content, act=read):
    with pytest.raises(RuleBroken) as refused:
        act(content)
    assert "\n" not in str(refused.value.message)
    return str(refused.value.message)


SHEET = "xl/worksheets/sheet1.xml"
NS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"


TEXTS = b"""<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""


def with_rows(xml, texts=b"", **also):
    """A workbook whose worksheet has these rows as they are written, and these texts that its cells refer to."""
    sst = NS[:-11].replace(b"worksheet", b"sst") + texts + b"</sst>"
    parts = {SHEET: NS + xml + END, "[Content_Types].xml": lambda text: text.replace(b"</Types>", TEXTS)}
    return changed(book(["x"]), parts, **{"xl/sharedStrings.xml": sst}, **also)


# --- what it says -----------------------------------------------------------------------------------------------------

def test_values_are_read_as_a_person_reads_them():
    found = cells(book(
        ["número", "medio", "día", "momento", "hora", "sí", "texto", "nada"],
        [2014.0, 0.1 + 0.2, date(2014, 3, 5), datetime(2014, 3, 5, 10, 22, 33), time(9, 5), True, " EC ", None],
        [1e15, -7, datetime(2014, 3, 5), datetime(1900, 1, 1), None, False, "0", None],
    ))
    assert found[1:] == [
        (2, ["2014", "0.3", "2014-03-05", "2014-03-05 10:22:33", "09:05:00", "true", " EC ", ""]),
        (3, ["1000000000000000", "-7", "2014-03-05", "1900-01-01", "", "false", "0", ""]),
    ]


def test_a_workbook_says_what_the_text_of_the_same_cells_says(read, write):
    lines = ["2002,Female,18--20,CO,0,1,EC", "2016,,,00,,,0", "2016,Male,48+,UA,1,0,RU"]
    text = read(*lines)
    book_read = Reading.of(
        Sheet.of("file.xlsx", book(HEADER, *([int(c) if c in {"2002", "2016", "0", "1"} else c or None
                                              for c in line.split(",")] for line in lines))),
        Mapping.named("ctdc_kanon"),
    )
    assert book_read.rows == text.rows
    assert len(text.rows) == 3
    assert book_read.sheet.digest != text.sheet.digest


def test_empty_rows_and_cells_are_no_cases_and_the_number_is_that_of_the_row():
    found = read(book([], HEADER, ["2002"], [None, " "[:0], None], [], ["2003", "Male"], []))
    assert [(row.line, row.year, row.sex) for row in found.rows] == [(3, 2002, None), (6, 2003, "male")]


def test_the_first_worksheet_in_sight_that_says_anything_is_read_unless_one_is_named():
    content = book(["a"], ["1"], others=[("Listas", [["z"]]), ("Vacía", [[]])], hidden=["Listas"])
    assert cells(content) == [(1, ["a"]), (2, ["1"])]
    assert cells(content, sheet="Listas") == [(1, ["z"])]
    assert Sheet.of("f", content).worksheets == ["Listas", "Vacía", "Casos"]
    assert "no worksheet Otra; it has: Listas, Vacía, Casos" in refusal(content, lambda it: cells(it, sheet="Otra"))


def test_what_stands_behind_the_last_column_is_told_and_empty_cells_there_are_not():
    found = read(book(HEADER, ["2002", *[None] * 6, None, ""], ["2003", *[None] * 6, "note"]))
    assert [row.year for row in found.rows] == [2002]
    assert [(each.line, each.reason) for each in found.rejects] == [(3, "the line has 8 values and the header 7")]


def test_of_a_formula_the_stored_result_is_read_and_without_one_the_line_is_refused():
    content = changed(
        book(HEADER, ["=2000+2"], ["=2000+3"], ["#REF!"], ["2005", "=A1"]),
        {SHEET: lambda text: text.replace(b"<f>2000+2</f><v />", b"<f>2000+2</f><v>2002</v>")},
    )
    found = read(content)
    assert [row.year for row in found.rows] == [2002]
    assert [(each.line, each.column, each.reason.split(":")[0]) for each in found.rejects] == [
        (3, "yearOfRegistration", "it holds a formula without a result"),
        (4, "yearOfRegistration", "the spreadsheet says that this is an error, like #REF!"),
        (5, "gender", "it holds a formula without a result"),
    ]


def test_a_formula_in_a_column_that_nobody_maps_does_no_harm():
    assert len(read(book([*HEADER, "nota"], ["2002", *[None] * 6, "=HYPERLINK(A1)"])).rows) == 1


def test_the_values_of_a_column_are_counted():
    sheet = Sheet.of("file.xlsx", book(["sexo"], ["F"], ["M"], ["F "], [None, "x"]))
    assert values_of(sheet, "sexo") == {"F": 2, "M": 1, "": 1}
    assert values_of(sheet, "sexo", most=2) is None


def test_inline_and_shared_texts_and_cells_without_an_address_are_read():
    xml = (b'<row r="2"><c t="inlineStr"><is><t>a</t></is></c><c t="str"><v>b</v></c></row>'
           b'<row><c><v>1</v></c><c t="b"><v>1</v></c></row>')
    assert cells(with_rows(xml)) == [(2, ["a", "b"]), (3, ["1", "true"])]
    xml = b'<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'
    texts = "<si><t>año</t></si><si><r><t>do</t></r><r><t>s </t></r></si>".encode()
    assert cells(with_rows(xml, texts)) == [(1, ["año", "dos "]), (2, ["dos ", ""])]


# --- what is not sound ------------------------------------------------------------------------------------------------

WHOLE = book(HEADER, *[["2002", "Female"]] * 50)


@pytest.mark.parametrize(("content", "said"), [
    (b"PK\3\4", "damaged, cut off or not a workbook"),
    (WHOLE[: len(WHOLE) // 2], "damaged, cut off or not a workbook"),
    (WHOLE[:-10], "damaged, cut off or not a workbook"),
    (changed(WHOLE, {SHEET: lambda text: text[: len(text) // 2]}), "damaged, cut off"),
    (changed(WHOLE, {SHEET: b"no XML at all"}), "damaged, cut off"),
    (changed(WHOLE, {"xl/workbook.xml": b"<x/>"}), "damaged, cut off"),
    (changed(WHOLE, {"[Content_Types].xml": b"<x/>"}), "damaged, cut off"),
    (book(), "is empty"),
    (book(HEADER), "no line"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not a workbook of today (.xlsx)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    (with_rows(b'<row r="1048577"><c><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="99999999999"><c><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="2"/><row r="1"><c><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="-1"><c><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), "damaged"),
    (with_rows(b'<row r="1"><c t="s"><v>7</v></c></row>'), "damaged"),
    (with_rows(b'<row r="1"><c s="x"><v>7</v></c></row>'), "damaged"),
    (changed(WHOLE, {SHEET: lambda text: b'<!DOCTYPE w [<!ENTITY a "aaaa">]>' + text}), "damaged"),
    (changed(WHOLE, {"xl/workbook.xml": lambda text: b'<!DOCTYPE w [<!ENTITY a "a">]>' + text}), "damaged"),
    (changed(WHOLE, {"xl/styles.xml": lambda text: b"<!-- -->" + text}), "damaged"),
])
def test_a_workbook_that_is_not_sound_is_refused_in_one_sentence(content, said):
    def act(it):
        if not read(it).rows:
            raise RuleBroken("no line")
    assert said in refusal(content, act)


def packed(size, part=b" "):
    return part * (size // len(part))


BOMBS = {
    "in all": lambda: changed(
        WHOLE, **{f"xl/media/{number}.bin": packed(61 * MEGABYTE) for number in range(10)}, noise=4 * NOISE,
    ),
    "for its size": lambda: changed(WHOLE, **{"xl/media/1.bin": packed(40 * MEGABYTE)}),
    "of parts": lambda: changed(WHOLE, **{f"xl/media/{number}.bin": b"" for number in range(2_001)}),
    "of styles": lambda: changed(WHOLE, {"xl/styles.xml": NS + packed(3 * MEGABYTE, b"<xf/>")}, noise=NOISE),
    "of the list of parts": lambda: changed(WHOLE, {"[Content_Types].xml": packed(5 * MEGABYTE)}, noise=NOISE),
    "of one row": lambda: changed(
        WHOLE, {SHEET: NS + b'<row r="1">' + packed(6 * MEGABYTE, b"<c/>") + b"</row>" + END}, noise=NOISE,
    ),
    "of one cell": lambda: changed(
        WHOLE, {SHEET: NS + b'<row r="1"><c t="str"><v>' + packed(10 * MEGABYTE, b"x") + b"</v></c></row>" + END},
        noise=NOISE,
    ),
    "before the rows": lambda: changed(WHOLE, {SHEET: NS[:-11] + packed(6 * MEGABYTE, b"<x/>") + END}, noise=NOISE),
}
NOISE = bytes(range(256)) * 4096


@pytest.fixture(scope="module")
def noise():
    """Something that cannot be packed, so that the ratio of the whole is not what is refused."""
    import random
    return random.Random(1).randbytes(MEGABYTE)


@pytest.mark.parametrize("kind", BOMBS)
def test_a_workbook_that_grows_beyond_measure_is_refused_and_little_is_kept(kind, noise, monkeypatch):
    monkeypatch.setitem(globals(), "NOISE", noise)
    content = BOMBS[kind]()
    tracemalloc.start()
    try:
        assert "grow beyond measure" in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 60 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_rows_are_forgotten_when_they_were_read():
    sheet = Sheet.of("file.xlsx", with_rows(packed(1_500_000, b"<row><c><v>1</v></c></row>") + b"<row/>" * 20_000))
    tracemalloc.start()
    try:
        assert sum(1 for _line in sheet.lines()) == 57_692
        assert tracemalloc.get_traced_memory()[1] < 2 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_list_of_texts_without_end_is_refused(noise):
    for texts in (packed(11 * MEGABYTE, b"<si/>"), b"<si><t>" + packed(51 * MEGABYTE, b"x") + b"</t></si>"):
        assert "grow beyond measure" in refusal(with_rows(b"", texts, noise=noise), cells)


def test_a_row_as_wide_as_a_spreadsheet_is_read_and_a_million_rows_too_many_are_refused(monkeypatch):
    wide = [f"c{number}" for number in range(16_384)]
    assert cells(book(wide, ["1"]))[1] == (2, ["1", *[""] * 16_383])
    monkeypatch.setattr("shelter.register.reading.sheet.MOST_LINES", 3)
    assert len(cells(book(["a"], *[["1"]] * 3))) == 4
    assert "more than 3 lines: cut it in parts" in refusal(book(["a"], *[["1"]] * 4), cells)


def test_nothing_warns_of_what_is_not_read():
    sheet = b"<conditionalFormatting><cfRule/></conditionalFormatting><extLst><ext uri='x'/></extLst></worksheet>"
    assert cells(changed(book(["a"]), {SHEET: lambda text: text.replace(b"</worksheet>", sheet)})) == [(1, ["a"])]


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx", "file"])
def test_what_a_file_is_its_content_tells_and_not_its_name(name):
    assert len(read(WHOLE, name).rows) == 50
    assert len(read((",".join(HEADER) + "\n2002,,,,,,\n").encode(), name).rows) == 1


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_workbook_with_bytes_turned_or_lost_is_read_or_refused_in_a_sentence(data):
    content = bytearray(WHOLE)
    for _time in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.sampled_from([len(content), len(content) - 1, len(content) // 3]))]
    with suppress(RuleBroken):
        assert {(row.year, row.sex) for row in read(bytes(content)).rows} <= {(2002, "female")}


@settings(max_examples=150, deadline=None)
@given(xml=st.text(st.sampled_from('<>/="c r1v AZ9st0&;'), max_size=60).map(str.encode))
def test_a_worksheet_with_whatever_in_it_is_read_or_refused_in_a_sentence(xml):
    with suppress(RuleBroken):
        cells(with_rows(xml))
