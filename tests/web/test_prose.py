"""Prose: a few marks become HTML, and nothing else that somebody typed does."""

import pytest

from shelter.web.prose import prose
from tests.client import Page


def test_marks_become_paragraphs_lists_tables_and_headings_from_the_third_level_down():
    html = prose("# Uno\n\n## Dos\n\nHola **ya** *aquí*\n\n1. a\n2. b\n\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    assert html == (
        "<h3>Uno</h3>\n<h4>Dos</h4>\n<p>Hola <strong>ya</strong> <em>aquí</em></p>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"
        "<ul>\n<li>c</li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>x</th>\n<th>y</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
        "<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
    )


@pytest.mark.parametrize("typed", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b>b</b>", "<!-- x -->", "<style>*{}</style>",
    "![una foto](https://malo.invalid/x.png)", "[x](javascript:alert(1))", "[x](data:text/html,hola)",
    "[x](vbscript:x)", "[x](/salir)", "[x](//malo.invalid)", "<javascript:alert(1)>", "[x](&#106;avascript:alert(1))",
    "[a]\n\n[a]: javascript:alert(1)", '**<i onclick="x">**', "`<script>`", "    <script>x</script>",
])
def test_what_was_typed_opens_no_tag_shows_no_picture_and_leads_nowhere_odd(typed):
    tags = Page(prose(typed)).tags
    assert {name for name, _attrs in tags} <= {"p", "strong", "em", "code", "pre", "a"}
    for name, attrs in tags:
        assert set(attrs) <= ({"href", "rel"} if name == "a" else set()), typed
        assert name != "a" or attrs["href"].startswith(("https://", "mailto:")), typed


def test_a_link_to_the_web_or_a_mailbox_tells_nobody_where_it_was_followed():
    html = prose("[ley](https://www.ejemplo.invalid/ley?a=1&b=2) y <mailto:ana@ejemplo.invalid>")
    links = Page(html).all("a")
    assert [each["href"] for each in links] == ["https://www.ejemplo.invalid/ley?a=1&b=2", "mailto:ana@ejemplo.invalid"]
    assert {each["rel"] for each in links} == {"noopener noreferrer"}
