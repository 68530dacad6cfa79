"""A chart of many bars on a narrow screen: its words stay large enough to be read, and it moves in its own frame."""

import pytest

from shelter.config import HERE
from shelter.web.charts import Mark, Series, bars, columns, grouped
from tests.browser.conftest import PHONE

YEARS = [Mark(str(year), year, f"{year / 1000:.3f}") for year in range(2005, 2027)]
LOOK = """() => ({
  letters: Math.min(...[...document.querySelectorAll('text')].map(e => e.getBoundingClientRect().height)),
  frame: document.querySelector('figure').scrollWidth > document.querySelector('figure').clientWidth,
  page: document.documentElement.scrollWidth,
})"""


@pytest.mark.parametrize("drawn", [
    columns("x", YEARS), grouped("x", [Series("s", YEARS), Series("t", YEARS)], height=160),
    bars("x", YEARS[:12], width=380, pitch=22.4),
], ids=["years", "two facts", "bars"])
def test_the_words_of_a_chart_are_read_on_a_phone(chromium, drawn):
    framed = f'<figure class="table-scroll" role="region" tabindex="0">{drawn}</figure>'
    sheet = (HERE / "static" / "app.css").read_text("utf-8")
    page = chromium.new_context(**PHONE).new_page()
    page.set_content(f'<!doctype html><html lang="es"><head><meta name="viewport" content="width=device-width">'
                     f"<style>{sheet}</style></head><body><section class=card>{framed}</section></body></html>")
    seen = page.evaluate(LOOK)
    page.context.close()
    assert seen["letters"] >= 9
    assert seen["frame"]
    assert seen["page"] <= PHONE["viewport"]["width"]
