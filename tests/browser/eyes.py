"""What is looked at on every page: whether it fits, what axe says of it, which language it speaks."""

from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.screen import names_somebody
from tests.browser.words import strangers

KINDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = json.dumps({"runOnly": KINDS, "resultTypes": ["violations", "incomplete"]})
UNSTUCK = """() => {
  for (const bar of document.querySelectorAll('header.top, nav.bar')) bar.style.position = 'relative';
}"""
"""What a bar covers at the moment is no fault of the page: whoever reads moves it on."""
WIDER = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return null;
  const inside = e => e.closest('.table-scroll, [hidden]');
  const over = e => !inside(e) && e.getBoundingClientRect().right > width + 1;
  const out = [...document.body.querySelectorAll('*')].filter(over);
  return root.scrollWidth + ' px: ' + out.slice(-3).map(e => e.outerHTML.slice(0, 120)).join(' | ');
}"""
SHAPES = """() => {
  const named = e => [e.getAttribute('class'), e.getAttribute('role'), e.getAttribute('type'), e.hidden];
  const one = e => [e.localName, ...named(e)].join(' ').trim();
  const found = new Set(), chains = new Map([[document.querySelector('main'), '']]);
  for (const e of document.querySelectorAll('main *')) {
    chains.set(e, chains.get(e.parentElement) + '>' + one(e));
    found.add(chains.get(e));
  }
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(e => e.localName);
  levels.forEach((level, place) => found.add(levels[place - 1] + ' then ' + level));
  return [...found];
}"""
SEEN = f"""() => ({{
  wider: ({WIDER})(), shapes: ({SHAPES})(), title: document.title, width: innerWidth,
  language: document.documentElement.lang, theme: document.documentElement.dataset.theme,
}})"""


class LookedAt:
    """What axe has looked at, in each look: every element with all that it stands in, every step between two headings.

    A page that has nothing else (more rows, other words, parts that stood on other pages) is not asked about again, by
    none of the processes of a run: what one has looked at stands in a file that all of them read.
    """

    def __init__(self) -> None:
        self.file: Path | None = None
        self.known: set[str] = set()
        self.read_to = 0

    def has_all(self, look: tuple[Any, ...], shapes: list[str]) -> bool:
        """Whether nothing of it is new; what is new counts as looked at from now on."""
        assert self.file is not None
        with self.file.open("a+") as kept:
            kept.seek(self.read_to)
            lines, whole, _part = kept.read().rpartition("\n")
            self.read_to += len(lines + whole)
            self.known.update(lines.split())
            new = {md5(repr((look, each)).encode()).hexdigest() for each in shapes} - self.known
            kept.write("".join(f"{each}\n" for each in new))
        return not new


LOOKED_AT = LookedAt()


def problems(page: Page, language: str) -> list[str]:
    """Everything that is wrong with the page on the screen."""
    seen = page.evaluate(SEEN)
    found = [f"wider than the screen, {seen['wider']}"] if seen["wider"] else []
    found += [f"speaks another language, {each}" for each in strangers(page, language)]
    if seen["language"] != language:
        found.append(f"says that it speaks {seen['language']}")
    if names_somebody(seen["title"]):
        found.append(f"names somebody in its title: {seen['title']}")
    if LOOKED_AT.has_all((language, seen["width"], seen["theme"]), seen["shapes"]):
        return found
    return found + axe(page)


def axe(page: Page) -> list[str]:
    """The violations that axe finds; what it cannot decide is printed only."""
    page.evaluate(UNSTUCK)
    page.evaluate(AXE_SCRIPT)
    answer: dict[str, Any] = page.evaluate(f"axe.run({ASK})")
    for each in answer["incomplete"]:
        print(f"axe cannot decide {each['id']} at {page.url}: {_where(each)}")
    return [f"axe {each['id']} ({each['help']}): {_where(each)}" for each in answer["violations"]]


def _where(rule: dict[str, Any]) -> str:
    return "; ".join(f"{' '.join(map(str, node['target']))} {node['html'][:140]}" for node in rule["nodes"][:3])
