"""Every text of the program has its Spanish, says what the house says, and no page has a bare word."""

import ast
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import nodes

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "shelter/translations/es/LC_MESSAGES/messages"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = [file for file in sorted((ROOT / "shelter").rglob("*.py")) if "__pycache__" not in file.parts]
KEYWORDS = {
    **DEFAULT_KEYWORDS, "_later": None, "_now": None, "say_many": (1, 2),
}
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd%]|\{n?\}")

FORBIDDEN = {
    "menor (say: niña, niño, adolescente)":
        r"\bmenor(es)? de edad\b|\b(el|la|los|las|un|una|es|son) menor(es)?\b",
    "ilegal": r"\bilegal(es|mente)?\b", "rescate": r"\brescat\w+", "víctima": r"\bv[ií]ctimas?\b",
    "tráfico (say: trata)": r"\btr[aá]fico\b", "beneficiaria": r"\bbeneficiari\w+",
    "clienta, usuaria": r"\b(client|usuari)as?\b",
    "prostitución": r"\bprostitu\w+", "clandestina": r"\bclandestin\w+", "sufre, padece": r"\b(sufre|padece)n?\b",
    "fuga": r"\b(fug[aó]|se escapó)\b",
}
SAID_BY_LAW = {
    "Illegal adoption": "the offence of COIP art. 91",
    "Admission to the victim and witness protection system": "the name of the system (SPAVT)",
}
"""Messages in which a forbidden word is the law's or an institution's own."""
NAMES_OF_THE_LAW = re.compile(
    r"Sistema (Nacional )?de Protección y Asistencia a Víctimas y Testigos|protección a víctimas y testigos"
    r"|visa por condición de víctima de trata", re.IGNORECASE,
)
TUTEO = re.compile(r"\b(tú|tu|tus|contigo|tienes|puedes|quieres|debes|eres|estás|te)\b", re.IGNORECASE)
SAME_IN_BOTH = {"%(count)s min", "%(number)s min"}


@cache
def collected():
    """Every message of code and templates: id -> where it stands first."""
    methods = [("**.py", "python"), ("**.html", "jinja2"), ("**.svg", "jinja2"), ("**.txt", "jinja2")]
    found = {}
    for folder in ("shelter", "templates"):
        for file, line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), methods, {"**": {"encoding": "utf-8"}}, KEYWORDS
        ):
            if message:
                found.setdefault(message, f"{folder}/{file}:{line}")
    return found


@cache
def spanish():
    with CATALOGUE.with_suffix(".po").open("rb") as file:
        return read_po(file, locale="es")


def one_or_more(text):
    return list(text) if isinstance(text, tuple | list) else [text]


def translations():
    """(id, its first spelling, each Spanish text)"""
    for message in spanish():
        if message.id:
            for text in one_or_more(message.string):
                yield message, one_or_more(message.id)[0], text


# --- the catalogue is whole -------------------------------------------------------------------------------------------

def test_every_text_has_its_spanish():
    missing = []
    for message, where in collected().items():
        there = spanish().get(message)
        if there is None or not all(one_or_more(there.string)) or there.fuzzy:
            missing.append(f"{where}: {message!r}")
    assert not missing, f"{len(missing)} texts without Spanish (make words):\n" + "\n".join(missing[:60])


def test_the_catalogue_holds_nothing_that_is_said_nowhere():
    said = collected()
    assert [message.id for message in spanish() if message.id and message.id not in said] == []


def test_the_compiled_catalogue_is_in_step():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = as_pairs(read_mo(file))
    assert compiled == as_pairs(message for message in spanish() if not message.fuzzy)


def as_pairs(messages):
    return {tuple(one_or_more(each.id)): one_or_more(each.string) for each in messages if each.id}


def test_each_spanish_text_has_the_placeholders_of_its_english():
    wrong = [
        f"{english!r}: {text!r}" for message, english, text in translations()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(english))
        and not (isinstance(message.id, tuple) and "%(num)" in english)
    ]
    assert wrong == []


def test_each_spanish_text_begins_and_ends_as_its_english():
    """A sentence stays a sentence, a label a label; nothing hangs over."""
    wrong = []
    for _message, english, text in translations():
        if text != text.strip() or (english[-1:] in ".:…") != (text[-1:] in ".:…") or "  " in text:
            wrong.append(f"{english!r}: {text!r}")
    assert wrong == []


def test_questions_and_exclamations_are_opened():
    wrong = [text for _message, _english,
             text in translations() if text.count("?") != text.count("¿") or text.count("!") != text.count("¡")]
    assert wrong == []


def test_no_english_is_left_in_the_spanish():
    same = {
        text for _message, english, text in translations()
        if text == english and re.search(r"[A-Za-z]{3}", PLACEHOLDER.sub("", text)) and " " in text
    }
    assert same - SAME_IN_BOTH == set()
    words = r"\b(the|and|of|with|for|this|that|her|she|is|are|not|you|your)\b"
    assert [text for _message, _english, text in translations() if re.search(words, text)] == []


# --- how the house speaks ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_the_house_does_not_say_is_nowhere_in_its_spanish(word):
    pattern = re.compile(FORBIDDEN[word], re.IGNORECASE)
    assert [
        text for _message, english, text in translations()
        if pattern.search(NAMES_OF_THE_LAW.sub("", text)) and english not in SAID_BY_LAW
    ] == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_the_house_does_not_say_is_nowhere_in_code_and_templates(word):
    pattern, found = re.compile(FORBIDDEN[word], re.IGNORECASE), []
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                text = NAMES_OF_THE_LAW.sub("", node.value)
                if pattern.search(text) and not re.search(r"\b(the|of|and|is|to|a)\b", text):
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert found == []


def test_people_are_addressed_as_usted():
    assert [text for _message, _english, text in translations() if TUTEO.search(text)] == []


@pytest.mark.parametrize("word", [r"\billegal(?! adoption)\w*", r"\brescued?\b", r"\bvictims?\b(?! and witness)",
                                  r"\bminors?\b", r"\bbeneficiar"])
def test_the_english_is_as_careful(word):
    assert [where for message, where in collected().items() if re.search(word, str(one_or_more(message)[0]),
                                                                         re.IGNORECASE)] == []


# --- nothing stands bare ----------------------------------------------------------------------------------------------

class Bare(HTMLParser):
    """Letters between tags, and in the attributes that are read out or shown."""

    SHOWN = {"title", "alt", "aria-label", "placeholder", "aria-description", "label"}
    NAMED_IN_THEMSELVES = {"Español", "English", "PDF", "SHA-256"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style"}
        for name, value in attrs:
            if name in self.SHOWN or (name == "value" and ("type", "submit") in attrs):
                self._note(value or "")

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent:
            self._note(data)

    def _note(self, text):
        text = ATTRIBUTES.sub(" ", text)
        if re.search(r"[^\W\d_]", text) and text.strip() not in self.NAMED_IN_THEMSELVES:
            self.found.append(text.strip())


ATTRIBUTES = re.compile(r'[\w-]+="[^"]*"?>?|(?<![\w])-[a-z]+|\b(autofocus|checked|selected)\b')
"""What macros write into a tag: parts of ids, attributes."""


def without_jinja(text):
    text = re.sub(r"\{%-? block body_class -?%\}.*?\{%-? endblock", "{% endblock", text)
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: str(each.relative_to(ROOT / "templates")))
def test_no_bare_text_in_a_template(template):
    parser = Bare()
    parser.feed(without_jinja(template.read_text("utf-8")))
    parser.close()
    assert parser.found == []


ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
LOOKS_LIKE_TEXT = re.compile(r"^[A-ZÁÉÍÓÚÑ¿¡][a-záéíóúñ]+( |$|[.:?!])")
NO_TEXT = {"English", "Español"}


def untold(tree):
    """Texts inside expressions that go past `_()`."""
    told = {id(each) for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") in {"_", "gettext",
                                                                                                 "ngettext"}
            for each in call.find_all(nodes.Const)}
    return [each.value for each in tree.find_all(nodes.Const)
            if isinstance(each.value,
                str) and id(each) not in told and LOOKS_LIKE_TEXT.match(each.value) and each.value not in NO_TEXT]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: str(each.relative_to(ROOT / "templates")))
def test_no_bare_text_in_an_expression(template):
    assert untold(ENVIRONMENT.parse(template.read_text("utf-8"))) == []


SAY = {"RuleBroken", "flash", "refuse"}
LABELLED = re.compile(r"^[A-Z]\w*(Field|Area)$")
SHOWN = {"hint", "missing", "readers", "said"}


def calls():
    """Every call in the code: (where, name, call)."""
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                yield f"{file.relative_to(ROOT)}:{node.lineno}", name, node


def is_text(node):
    return isinstance(node, ast.JoinedStr) or bool(getattr(node, "value", "") and isinstance(node.value, str))


def test_no_bare_text_is_said_to_the_reader_by_the_code():
    found = []
    for where, name, call in calls():
        if name in SAY or LABELLED.match(name):
            said = [*call.args[:1], *(each.value for each in call.keywords if each.arg in SHOWN)]
            found += [where for each in said if is_text(each)]
    assert found == []


def test_no_message_is_put_together_at_run_time():
    """`_(f"…")` or `_(word)` would never be found by whoever collects the texts."""
    found = [
        where for where, name, call in calls()
        if name in {"_", "_later", "_now"} and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    for template in TEMPLATES:
        for call in ENVIRONMENT.parse(template.read_text("utf-8")).find_all(nodes.Call):
            if getattr(call.node, "name", "") == "_" and not (call.args and isinstance(call.args[0], nodes.Const)):
                found.append(f"{template.relative_to(ROOT)}:{call.lineno}")
    assert found == []
