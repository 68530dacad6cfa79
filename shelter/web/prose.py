"""Prose: what a coordinator writes with a few marks (Markdown) becomes HTML; tags, pictures and odd links do not."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_LINK = re.compile(r"(https?://|mailto:)[^\s]+", re.IGNORECASE)
_HIGHEST = 3
"""Of headings: above them stand the title of the page and that of the part."""


class _Reader(MarkdownIt):
    """CommonMark with tables; what looks like HTML is shown as it was typed."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")
        self.disable(["image", "code"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's own word)
        """Only to the web and to a mailbox."""
        return _LINK.fullmatch(url) is not None


@lru_cache(maxsize=1)
def _reader() -> _Reader:
    return _Reader()


@lru_cache(maxsize=500)
def prose(text: str) -> Markup:
    """A text as HTML: paragraphs, lists, tables, bold, headings from the third level down, links that tell nobody."""
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + _HIGHEST - 1)}"
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer")
    reader = _reader()
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 (every letter of the text is escaped)
