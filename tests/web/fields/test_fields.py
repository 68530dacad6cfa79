"""Fields: what they take, what they refuse, and that each refusal is one sentence in the reader's language."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from shelter.calendar import PartialDate
from shelter.codes.cases import Answer
from shelter.codes.people import Unanswered
from tests.web.fields.every_field import OTHER, RECORD, Everything, Required

SEVERAL = settings(max_examples=150)


# --- nothing and too much ---------------------------------------------------------------------------------------------

def test_nothing_is_nothing(sent):
    made = sent()
    assert made.errors == {}
    assert {name: data for name, data in made.values.items() if data not in (None, "", [], False)} == {}


def test_a_required_field_says_what_is_missing(app, sent):
    made = sent(Required)
    assert made.errors.keys() == {field.name for field in made} - {"submit_key", "draft"}
    with app.test_request_context():
        for name in ("line", "day", "moment", "partial", "choice"):
            assert made.errors[name][0] == str(made[name].missing)


def test_blanks_alone_are_nothing(sent):
    blank = dict.fromkeys(("line", "area", "email", "phone", "number", "day"), "  \t ")
    assert sent(Required, **blank).errors.keys() >= blank.keys()


def test_a_megabyte_is_refused_with_its_length_and_kept(sent):
    text = "á" * 1_000_000
    for name, most in (("line", 120), ("area", 20_000), ("email", 120), ("phone", 120)):
        made = sent(**{name: text})
        assert "1000000" in made.errors[name][0]
        assert str(most) in made.errors[name][0]
        assert made[name].text == text


@pytest.mark.parametrize("name", ["number", "day", "moment__date", "moment__time", "partial__year", "choice", "word",
                                  "record", "many"])
def test_a_megabyte_is_no_answer_to_any_question(sent, name):
    assert sent(**{name: "9" * 1_000_000}).errors.keys() == {name.partition("__")[0]}


def test_lengths_count_letters_as_they_are_read(value, refusal):
    assert len(value("line", line="n\u0303" * 120)) == 120
    assert "121" in refusal("line", line="ñ" * 121)


# --- text -------------------------------------------------------------------------------------------------------------

INVISIBLE = [
    "\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\u00ad", "\u034f", "\u061c",
    "\u180e",
    "\u200b", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202d", "\u202e", "\u2060", "\u2066",
    "\u2069",
    "\u3164", "\ufeff", "\ufff9", "\U000e0041",
]


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda each: f"U+{ord(each):04X}")
@pytest.mark.parametrize("name", ["line", "area", "email", "phone"])
def test_what_nobody_sees_and_what_turns_the_writing_is_refused(sent, name, character):
    made = sent(**{name: f"Ana{character}Rosa"})
    assert len(made.errors[name]) == 1
    assert "invisibles" in made.errors[name][0]


def test_names_of_every_writing_are_welcome(value):
    for name in ("Ñusta", "Zoë O’Hara-Núñez", "王小明", "علي", "שרה", "Ngọc Trân", "N'Dri", "Ana (la de Quito), 2.ª"):
        assert value("line", line=name) == name


def test_text_is_trimmed_and_composed(value):
    assert value("line", line="  Jose\u0301 \n") == "José"


@pytest.mark.parametrize("typed", ["una\ndos", "una\r\ndos", "una\rdos", "una\tdos", "una\n\n\tdos"])
def test_a_line_is_one_line(value, typed):
    assert value("line", line=typed) == "una dos"


def test_several_lines_keep_their_ends(value):
    assert value("area", area="una\r\n\r\ndos\rtres\tcuatro") == "una\n\ndos\ntres\tcuatro"


@given(typed=some.text(max_size=200))
@SEVERAL
@example(typed="\ud7ff\ue000")
def test_any_text_is_understood_or_refused_in_one_sentence(sent, typed):
    made = sent(line=typed, area=typed, email=typed, phone=typed, password=typed, code=typed)
    if "line" not in made.errors:
        assert made.line.data == made.line.data.strip()
        assert not set(made.line.data) & {"\n", "\r", "\t", "\x00"}


@given(typed=some.text(max_size=30))
@SEVERAL
def test_any_text_is_no_surprise_where_a_choice_or_a_date_is_asked(sent, typed):
    made = sent(
        number=typed, day=typed, moment__date=typed, moment__time=typed, partial__day=typed, partial__month=typed,
        partial__year=typed, choice=typed, word=typed, record=typed, many=typed,
    )
    for name, kind in (("number", int), ("day", date), ("moment", datetime), ("partial", PartialDate)):
        assert made.errors.get(name) or made[name].data is None or isinstance(made[name].data, kind)


@pytest.mark.parametrize("typed", ["ana", "ana@", "@b.ec", "ana@b", "a b@c.ec", "ana@b..ec", "ana@b.ec, eva@b.ec",
                                   "a" * 65 + "@b.ec"])
def test_what_is_no_email_is_refused(refusal, typed):
    assert "ana@example.org" in refusal("email", email=typed)


def test_an_email_is_in_small_letters(value):
    assert value("email", email=" Ana.Torres+x@Casa.ORG.ec ") == "ana.torres+x@casa.org.ec"


@pytest.mark.parametrize("typed", ["099 123 4567", "+593 99-123-4567", "(02) 234 5678"])
def test_a_telephone_is_taken_as_people_write_it(value, typed):
    assert value("phone", phone=typed) == typed


@pytest.mark.parametrize("typed", ["12345", "no tiene", "099+1234567", "1" * 26, "٠٩٩١٢٣٤٥٦٧", "099.123.4567"])
def test_what_is_no_telephone_is_refused(refusal, typed):
    assert "099 123 4567" in refusal("phone", phone=typed)


def test_secrets_never_come_back_to_the_page(sent):
    made = sent(password="abracadabra", code="123 456")
    assert (made.password.text, made.code.text) == ("", "")
    assert (made.password.data, made.code.data) == ("abracadabra", "123456")


# --- choices ----------------------------------------------------------------------------------------------------------

def test_a_choice_is_one_of_those_offered(value):
    assert value("choice", choice="b") == "b"
    assert value("word", word="yes") is Answer.YES
    assert value("word", word="prefers_not") is Unanswered.PREFERS_NOT
    assert value("record", record=str(RECORD).upper()) == RECORD
    assert value("many", many=["b", "a", "b"]) == ["b", "a"]


@pytest.mark.parametrize(("name", "typed"), [
    ("choice", "c"), ("choice", "A"), ("choice", "a "), ("word", "YES"), ("word", "Answer.YES"), ("word", "maybe"),
    ("record", str(OTHER)),
    ("record", "1"), ("record", "' OR 1=1 --"), ("many", ["a", "c"]), ("many", ""),
])
def test_what_was_not_offered_is_refused(refusal, name, typed):
    refusal(name, **{name: typed})


def test_choices_that_are_set_later_are_what_counts(app):
    with app.test_request_context(method="POST", data={"record": str(OTHER)}):
        form = Everything()
        form.record.choices = [(OTHER, "Otro")]
        assert form.validate()
        assert form.record.data == OTHER
        form.record.choices = [(RECORD, "Este")]
        assert not form.validate()


def test_what_a_field_says_of_another_version_is_in_words(app):
    with app.test_request_context():
        form = Everything()
        said = {
            "line": ("Rosa", "Rosa"), "word": (Answer.NO, "No"), "many": (["a", "b"], "A, B"), "tick": (True, "Sí"),
            "partial": (PartialDate(2001, 4), "abril 2001"), "record": (RECORD, "Este"), "number": (0, 0),
        }
        assert {name: str(form[name].shown(value)) for name, (value, _words) in said.items()} == {
            name: str(words) for name, (_value, words) in said.items()
        }
        nothing = {str(form[name].shown(None)) for name in ("line", "word", "many", "partial", "record", "number",
                                                            "day", "moment")}
        assert len(nothing) == 1


# --- a form made from a record ----------------------------------------------------------------------------------------

class Record:
    line, number, day, word = "Rosa", 7, date(2026, 1, 2), Answer.YES
    moment, partial = datetime(2026, 3, 27, 19, 30, tzinfo=UTC), PartialDate(2001, 4)


def test_a_form_shows_its_record_and_given_values_win(app):
    with app.test_request_context():
        form = Everything(record=Record(), line="Ana")
        assert (form.line.text, form.number.text, form.day.text) == ("Ana", "7", "2026-01-02")
        assert (form.moment.date_text, form.moment.time_text) == ("2026-03-27", "14:30")
        assert (form.partial.day_text, form.partial.month_text, form.partial.year_text) == ("", "4", "2001")
        assert [option[0] for option in form.word.options if option[2]] == ["yes"]


def test_what_was_sent_wins_over_the_record_even_when_it_is_empty(app):
    with app.test_request_context(method="POST", data={"line": "", "submit_key": "x"}):
        form = Everything(record=Record())
        assert form.line.data == ""
        assert form.number.data is None
        assert form.word.data is None


def test_only_what_the_form_has_is_among_its_values(app):
    with app.test_request_context(method="POST", data={"line": "Rosa", "is_admin": "y", "id": "1", "submit_key": "x"}):
        assert Everything().values.keys() == set(Everything()._fields) - {"submit_key", "draft"}
