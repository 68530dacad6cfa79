"""Whether a page speaks one language: no text of the catalogue and no other sentence stands there in the other."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import Page

import shelter
from shelter.codes.places import Province
from shelter.partners import territory

CATALOGUE = Path(shelter.__file__).parent / "translations/es/LC_MESSAGES/messages.po"
GAP = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
NAMES = {
    "Español", "English", *(str(each.label) for each in Province), *territory.CANTONS.values(),
    *(str(label) for _code, label in territory.canton_choices()),
}
"""Names of places, and of the languages in themselves, are the same in every language."""
LITTLE = {
    "en": "the and you she her with when who is are was of to in for not this that it what how from by at be or your",
    "es": "el la los las que con para una del ella es son de en no se su sus por como cuando está fue un y lo más qué",
}
"""Words that stand in nearly every sentence of a language, and in none of the other."""
TEXTS = """() => {
  const found = [document.title];
  const foreign = node => node.closest('[lang]') !== document.documentElement;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!foreign(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
  const spoken = ['aria-label', 'alt', 'title', 'placeholder'].concat(
    ['today', 'other', 'now', 'left', 'over', 'show', 'hide'].map(name => `data-${name}`));
  for (const each of document.querySelectorAll(spoken.map(name => `[${name}]`).join()))
    if (!foreign(each)) found.push(...spoken.map(name => each.getAttribute(name) || ''));
  return found.map(text => text.replace(/\\s+/g, ' ').trim()).filter(text => text);
}"""


def texts(page: Page) -> list[str]:
    """Everything that can be read or heard, piece by piece, but what is marked as another language."""
    found: list[str] = page.evaluate(TEXTS)
    return [text for text in found if text not in NAMES]


def strangers(page: Page, language: str) -> list[str]:
    """What stands on the page in the other language."""
    other = "en" if language == "es" else "es"
    return sorted({wrong for text in texts(page) for wrong in _wrong(text, other, language)})


@cache
def _wrong(text: str, other: str, language: str) -> list[str]:
    """What of one text is in the other language. Most texts stand on many pages."""
    wrong = [f"{phrase!r} in {text!r}" for phrase in _phrases(other) if _says(text, phrase)]
    return [*wrong, *([f"{other}: {text!r}"] if _is_of(text, other, language) else [])]


def _says(text: str, phrase: str) -> bool:
    if phrase not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


def _is_of(text: str, other: str, language: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    there, here = (sum(word in _little(each) for word in words) for each in (other, language))
    return there > here and there >= 2


@cache
def _little(language: str) -> frozenset[str]:
    return frozenset(LITTLE[language].split())


@cache
def _catalogue() -> list[tuple[str, str]]:
    """(English, Spanish) of every text; the Spanish is empty where nobody has said it yet."""
    if not CATALOGUE.is_file():
        return []
    with CATALOGUE.open("rb") as file:
        entries = [each for each in read_po(file, locale="es") if each.id]
    pairs = []
    for each in entries:
        ids, said = (tuple(part) if isinstance(part, list | tuple) else (part,) for part in (each.id, each.string))
        pairs += [(id_, said[min(place, len(said) - 1)] or "") for place, id_ in enumerate(ids)]
    return pairs


@cache
def _phrases(language: str) -> list[str]:
    """The texts of one language that are none of the other: two words or six letters at least, between the gaps."""
    mine, theirs = set(), set()
    for english, spanish in _catalogue():
        if english != spanish:
            own, other = (english, spanish) if language == "en" else (spanish, english)
            mine.update(_pieces(own))
            theirs.update(_pieces(other))
        else:
            theirs.update(_pieces(english))
    said = "\n".join(theirs)
    return sorted(phrase for phrase in mine if not _says(said, phrase))


def _pieces(text: str) -> list[str]:
    pieces = (piece.strip(" .,;:()·?¿!¡") for piece in GAP.split(re.sub(r"\s+", " ", text)))
    return [piece for piece in pieces if len(piece.split()) >= 2 or len(piece) >= 6]
