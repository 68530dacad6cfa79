"""Charts: what they say, that they are read without colour, and that many rows stay apart."""

from xml.etree import ElementTree

import pytest

from shelter.web.charts import COLOURS, Mark, Series, bars, columns, grouped, nice, sentence_of, stacked

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawn):
    return ElementTree.fromstring(str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def texts(picture):
    return [each.text for each in picture.iter(f"{SVG}text")]


def boxes(picture):
    """Where each text stands: x of its left end, height of its line, about how wide and tall it is."""
    found = []
    for each in picture.iter(f"{SVG}text"):
        size = float(each.get("font-size"))
        long = len(each.text) * size * 0.5
        left = float(each.get("x")) - {"start": 0, "middle": long / 2, "end": long}[each.get("text-anchor")]
        found.append((left, float(each.get("y")) - size * 0.7, long, size * 0.7))
    return found


def overlapping(found):
    return [
        (one, two) for at, one in enumerate(found) for two in found[at + 1 :]
        if all(one[i] < two[i] + two[i + 2] and two[i] < one[i] + one[i + 2] for i in (0, 1))
    ]


def people(size, name="Country"):
    return [Mark(f"{name} {number}", 1 + (size - number) ** 2, f"{1 + (size - number) ** 2}") for number in range(size)]


def test_a_chart_says_a_whole_sentence_and_labels_every_bar():
    marks = [Mark("Mujer", 12, "12"), Mark("Hombre", 3, "3")]
    picture = parsed(bars(sentence_of("Casos por sexo", marks), marks))
    assert picture.find(f"{SVG}title").text == "Casos por sexo: Mujer 12; Hombre 3."
    assert texts(picture) == ["Mujer", "12", "Hombre", "3"]


def test_a_hidden_value_has_the_same_dashed_stub_whatever_it_is():
    picture = parsed(bars("x", [Mark("a", 40, "40"), Mark("b", 0, "<5", True), Mark("c", 4, "<5", True)]))
    stubs = [each.attrib for each in picture.iter(f"{SVG}rect") if each.get("stroke-dasharray")]
    assert len(stubs) == 2
    assert stubs[0]["width"] == stubs[1]["width"]
    assert stubs[0]["fill"] == "none"


def test_a_long_bar_never_covers_its_figure():
    picture = parsed(bars("x", [Mark("a", 1000, "1.000"), Mark("b", 0, "Cifra protegida", True)], width=380))
    assert all(left + long <= 380 for left, _top, long, _tall in boxes(picture))


@pytest.mark.parametrize("size", [1, 9, 24, 25, 45, 60])
def test_rows_of_bars_do_not_touch(size):
    assert overlapping(boxes(parsed(bars("x", people(size))))) == []


@pytest.mark.parametrize("size", [2, 17, 25])
def test_columns_of_years_do_not_touch(size):
    marks = [Mark(str(2000 + number), 10_000 + number, f"{10 + number / 1000:.3f}") for number in range(size)]
    picture = parsed(columns("x", marks))
    assert overlapping(boxes(picture)) == []
    assert {str(2000 + number) for number in range(size)} <= set(texts(picture))


@pytest.mark.parametrize("drawn", [grouped, stacked])
def test_series_differ_by_pattern_too(drawn):
    series = [Series(f"Form {number}", people(17, "")) for number in range(5)]
    picture = parsed(drawn("x", series))
    woven = {each.get("fill") for each in picture.iter(f"{SVG}rect") if each.get("fill").startswith("url(")}
    patterns = {each.find(f"{SVG}path").get("d") for each in picture.iter(f"{SVG}pattern")}
    assert len(woven) == len(patterns) == 4  # the first is plain
    assert [f"Form {number}" for number in range(5)] == texts(picture)[:5]


def test_more_than_five_series_are_refused():
    with pytest.raises(ValueError, match="5 series"):
        grouped("x", [Series(str(number), people(2)) for number in range(6)])


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_are_told_apart_from_paper(colour):
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) > 4.5


@pytest.mark.parametrize("most", [1, 3, 4, 17, 90, 100, 9000, 16_399])
def test_grid_lines_are_few_and_round(most):
    assert 1 <= most / nice(most) <= 4.01


@pytest.mark.parametrize("drawn", [grouped, stacked])
@pytest.mark.parametrize(("sizes", "levels"), [
    ((9_300, 40), ["0", "2.500", "5.000", "7.500", "10.000"]), ((1_000, 7), ["0", "250", "500", "750", "1.000"]),
    ((2, 1), ["0", "1", "2"]),
])
def test_the_axis_reaches_above_the_highest_bar_and_says_thousands_as_tables_do(make_app, drawn, sizes, levels):
    with make_app(locale="es").app_context():
        picture = parsed(drawn("x", [Series("s", [Mark(str(at), size, f"n{at}") for at, size in enumerate(sizes)])]))
    axis = [each.text for each in picture.iter(f"{SVG}text") if each.get("text-anchor") == "end"]
    assert axis == levels
    highest = min(float(each.get("y")) for each in picture.iter(f"{SVG}rect") if float(each.get("height")) > 12)
    assert min(float(each.get("y1")) for each in picture.iter(f"{SVG}line")) <= highest + 1


def test_bars_beside_each_other_all_have_their_figure_or_none_has():
    def figures(series, labels, size):
        rows = [Series(f"s{each}", [Mark(f"l{at}", size if at else 7, f"{size:,}" if at else "7")
                                    for at in range(labels)]) for each in range(series)]
        return [text for text in texts(parsed(grouped("x", rows))) if text in {"7", f"{size:,}"}]

    assert len(figures(2, 9, 1_234)) == 18, "above a thousand too"
    assert figures(5, 22, 1_234) == []


def test_nothing_to_draw_is_no_error():
    for drawn in (bars("x", []), columns("x", []), grouped("x", [Series("a", [])]), bars("x", [Mark("a", 0, "0")])):
        parsed(drawn)


def test_what_is_written_is_escaped():
    assert "<script>" not in bars("<script>", [Mark("<script>", 1, "<script>")])
