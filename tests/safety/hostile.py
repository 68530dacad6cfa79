"""What an attacker types, and what a page's forms would send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote_plus

import sqlalchemy as sa
from hypothesis import strategies as st

from shelter.calendar import today
from shelter.db import Model, db
from tests.client import Page

ODD = [
    "", " ", "\x00", "a\x00b", "\r\nSet-Cookie: x=1", "\u202egnp.exe", "\u2066a\u2069", "\ufeff", "\u200b",
    "ﷺ" * 50, "İ" * 130, "e\u0301" * 200, "\U0001f9d1\u200d\U0001f692", "\ufffd\uffff", "9" * 400, "-1",
    "-" + "9" * 20,
    "1e309", "NaN", "²", "१२", "１２", "0x10", "1,5", "2147483648", "9223372036854775808", "2026-02-30", "9999-12-31",
    "0000-00-00", "1900-01-01", "2199-12-31", "31/2/2026",
    "٢٠٢٦-٠١-٠١", "2026-01-01T00:00", "24:00", "25:61", "23:59:60", "00:00",
    "00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-000000000000", "{}", "[]", "null",
    "true",
    "' OR '1'='1", "'; DROP TABLE person; --", "%", "_", "\\", "<script>alert(1)</script>",
    "\"><img src=x onerror=a>", "{{7*7}}", "{% raw %}", "%(name)s", "%s%n", "${7*7}", "=1+1",
    "../../etc/passwd", "javascript:alert(1)",
    "a" * 30_000,
]
RAW = [b"%ED%A0%80", b"%ED%B0%80x", b"%FF%FE", b"%", b"%zz", b"%u0041", b"%00", b"%C0%80", b"%F4%90%80%80", b"+",
       b"%0D%0A"]
"""Escapes that are no text, as they lie on the wire."""
PLAIN = {"number": "1", "email": "ana@ejemplo.invalid", "tel": "099 123 4567", "time": "10:30",
         "password": "no es esta"}
BACKSTAGE = {"csrf_token", "submit_key"}
"""What the test itself sends with each body."""

hostile = st.one_of(st.sampled_from(ODD), st.sampled_from(RAW), st.text(max_size=60), st.integers().map(str),
                    st.dates().map(str), st.uuids().map(str))


@dataclass
class Asked:
    """A form as a page shows it: where it goes, and by name what it offers."""

    action: str
    method: str = "get"
    offered: dict[str, list[str]] = field(default_factory=dict)


def forms_of(url: str, html: str) -> list[Asked]:
    """The forms of a page."""
    found, select = [], None
    for tag, given in Page(html).tags:
        if tag == "form":
            found.append(Asked((given.get("action") or url).partition("?")[0], given.get("method", "get").lower()))
        elif found and tag in {"input", "textarea", "select"} and given.get("name"):
            select = found[-1].offered.setdefault(given["name"], [])
            if tag != "select":
                select.append(_plausible(given))
        elif found and tag == "option" and select is not None and given.get("value"):
            select.append(given["value"])
    return found


def _plausible(given: dict[str, str | None]) -> str:
    kind = given.get("type") or "text"
    if kind in {"hidden", "radio", "checkbox"}:
        return given.get("value") or ""
    return today().isoformat() if kind == "date" else PLAIN.get(kind, "Texto")


def words_of_addresses(sources: list[str]) -> set[str]:
    """What the program reads from an address, by its own source."""
    return {name for text in sources for name in re.findall(r'request\.args(?:\.get\(|\[)"(\w+)"', text)}


@st.composite
def sent(draw, form: Asked, others: dict[str, str]):
    """A body: mostly what the form offers, some of it hostile, twice or not at all; and what it never asked."""
    pairs = []
    for name, offered in form.offered.items():
        if name in BACKSTAGE:
            continue
        how = draw(st.sampled_from(["as asked"] * 6 + ["hostile", "hostile", "twice", "left out", "other type"]))
        kept = draw(st.sampled_from(offered)) if offered else "x"
        pairs += {
            "as asked": [(name, kept)], "hostile": [(name, draw(hostile))], "left out": [],
            "twice": [(name, kept), (name, draw(hostile))], "other type": [(f"{name}[]", kept), (f"{name}.x", "1")],
        }[how]
    pairs += [(name, value) for name, value in others.items() if name not in form.offered]
    return b"&".join(quote_plus(name).encode() + b"=" + _wired(value) for name, value in pairs)


def _wired(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else quote_plus(value, errors="surrogatepass").encode()


Rows = dict[str, dict[tuple, dict]]


def everything() -> Rows:
    """Every row of every table, as it lies there, by its key."""
    db.session.rollback()
    found: Rows = {}
    for table in Model.metadata.sorted_tables:
        columns = [sa.type_coerce(each, sa.types.NullType()).label(each.key) for each in table.c]
        keys = [each.key for each in table.primary_key]
        rows = [dict(row._mapping) for row in db.session.execute(sa.select(*columns))]
        found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
    db.session.rollback()
    return found


def changes(before: Rows, after: Rows) -> dict[str, set[str]]:
    """By table, the columns in which a row differs; of a row that came or went: all."""
    found: dict[str, set[str]] = {}
    for table in after:
        for key in before[table].keys() | after[table].keys():
            old, new = before[table].get(key), after[table].get(key)
            if old != new:
                differ = {name for name in (new or old) if not old or not new or old[name] != new[name]}
                found.setdefault(table, set()).update({"*"} if not old or not new else differ)
    return found
