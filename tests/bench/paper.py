"""`python -m tests.bench.paper PERIOD AUDIENCE …`: how long reports take, beside WeasyPrint alone on the same HTML.

In turns, in one process, on the instance of SHELTER_INSTANCE; nothing is kept in its ledger. Ends with status 1 when a
report for readers outside takes more than 1.2 times as long.
"""

from __future__ import annotations

import io
import resource
import statistics
import sys
import time
from collections.abc import Callable
from unittest.mock import patch

import weasyprint
from pypdf import PdfReader

from shelter.calendar import Period
from shelter.house import create_app
from shelter.reports import actions
from shelter.statistics.rules import Audience
from shelter.web import paper

TURNS, MOST, BESIDE = 3, 1.2, float("inf")


def main() -> None:
    """One line for each report asked for."""
    asked = list(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    app = create_app(jobs="inline")
    with app.app_context(), app.test_request_context():
        slow = [f"report {period}" for period, audience in asked if not measured(Period.read(period), audience)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'reports, memory':24}{memory:9.0f} MB at most")
    sys.exit(", ".join(slow) or 0)


def measured(period: Period, audience: str) -> bool:
    """Print its line; whether it is quick enough. The programme's own have two-way tables, which are counted live."""
    order = actions.Order(period, Audience(audience), "es")
    with patch.object(actions, "pdf", wraps=paper.pdf) as printed:
        pages = len(PdfReader(io.BytesIO(actions.make(order).pdf)).pages)
    html = printed.call_args.args[0]
    ours, alone = in_turns(lambda: actions.make(order), lambda: by_weasyprint(html))
    most = BESIDE if audience == Audience.INTERNAL else MOST
    print(f"{f'report {period}':24}{ours:9.2f} s, {pages} pages for {audience}; WeasyPrint alone {alone:.2f} s: "
          f"{ours / alone:.2f}× (at most {most})", flush=True)
    return ours / alone <= most


def in_turns(*each: Callable[[], object]) -> list[float]:
    """Seconds of the middle turn of each."""
    turns = [[seconds(do) for do in each] for _turn in range(TURNS)]
    return [statistics.median(times) for times in zip(*turns, strict=True)]


def seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def by_weasyprint(html: str) -> bytes:
    """The same document, as anybody would print it: of the same kind, with the collector on."""
    fetcher = paper._closed()()
    return weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True)


if __name__ == "__main__":
    main()
