"""`python -m tests.bench.register FILE`: import a CTDC file and compare every figure with a count of the file itself.

FILE may also be named by SHELTER_CTDC_FILE. It is read into an instance of its own, in a temporary folder, on the
database of SHELTER_DATABASE_URL when that is set (it must be empty). Then a workbook of the same cells takes its place,
and every figure is compared again; and once more as a page has it done, by a job, in an instance of its own, while
somebody else goes on writing. The workbook is thrown away; the file is never copied elsewhere.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import combinations, product
from pathlib import Path
from threading import Event, Thread
from typing import Any

from openpyxl import Workbook

from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.db import db
from shelter.house import create_app
from shelter.indicators import figures
from shelter.jobs import Job, worker
from shelter.register import uploads

SHELTER = str(Path(sys.executable).with_name("shelter"))
FACTS = ("sex", "age_band", "nationality", "exploitation", "country_of_exploitation", "year", "province")
UNKNOWN = ("", "0", "00", "-99")
LEAST, MOST, SECONDS = 1_000, 400, 2
People = list[dict[str, list[str]]]
Years = list[tuple[int, int]]


def main() -> None:
    """Seconds, rows a second, memory; then the figures. Ends with status 1 when anything is wrong."""
    file = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SHELTER_CTDC_FILE", "")
    if not Path(file).is_file():
        sys.exit(__doc__)
    if wrong := everything(file):
        sys.exit("\n".join(["WRONG", *wrong]))


def everything(file: str, *, each_year: bool = True) -> list[str]:
    """Import it in three ways, and hold figures and reports against it; what is wrong."""
    with open(file, encoding="utf-8-sig", newline="") as content:
        people = [facts(row) for row in csv.DictReader(content)]
    years = spans(people)[: None if each_year else 1]
    with tempfile.TemporaryDirectory() as folder:
        around = {**os.environ, "SHELTER_INSTANCE": f"{folder}/instance"}
        run(around, "init")
        wrong = imported(around, people, years, file)
        again, said = run(around, "import", file)
        print(f"{said.strip()} ({again:.1f} s)")
        wrong += imported(around, people, years, twin(file, folder), "--replaces", file)
        wrong += on_paper(around, years[0])
        around = {**os.environ, "SHELTER_INSTANCE": f"{folder}/another"}
        around.pop("SHELTER_DATABASE_URL", None)
        run(around, "init")
        wrong += by_a_job(around, people, years, file)
    return wrong


def on_paper(around: dict[str, str], years: tuple[int, int]) -> list[str]:
    """The report of all its years, for government and for the programme itself."""
    period = f"{years[0]}..{years[1]}"
    asked = [sys.executable, "-m", "tests.bench.paper", period, "government", period, "internal"]
    done = subprocess.run(asked, env=around, check=False)
    return ["the report"] if done.returncode else []


def imported(around: dict[str, str], people: People, years: Years, file: str, *options: str) -> list[str]:
    """Import a file and tell how fast; what is wrong with it, or with the figures."""
    seconds, said = run(around, "import", file, *options)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{said.strip()}\n{len(people) / seconds:,.0f} rows a second with start-up, {memory:.0f} MB at most")
    wrong = [f"{Path(file).suffix} too slow"] if len(people) / seconds < LEAST else []
    wrong += [f"{Path(file).suffix} too much memory"] if memory > MOST else []
    return wrong + [problem for each in years for problem in compare(around, people, each)]


def by_a_job(around: dict[str, str], people: People, years: Years, file: str) -> list[str]:
    """As a page has it done: sent, its columns matched by themselves, imported by a job; how long others waited."""
    app = create_app(instance=around["SHELTER_INSTANCE"], jobs="inline", database_url="")
    with app.app_context(), app.test_request_context():
        with work("bench.staff", by=operator):
            member, _token = accounts.invite(email="banco@banco.invalid", name="Banco", role=Role.PROGRAMME_COORDINATOR)
        with work("bench.upload", by=operator):
            upload = uploads.take_in(by=member.id, name=Path(file).name, content=Path(file).read_bytes(),
                                     register="Registro", source="Banco", foundation_id=None, replaces=None)
            upload.mapping = uploads.start(upload, uploads.sheet_of(upload), [], None).text
            job = Job(kind=uploads.IMPORT, by_id=member.id, about_id=upload.id, language="es", order="{}")
            db.session.add(job)
        stop, waits = Event(), [0.0]
        other = Thread(target=write_on, args=(app, stop, waits))
        other.start()
        began = time.monotonic()
        worker.do(job.id)
        seconds = time.monotonic() - began
        stop.set()
        other.join()
    print(f"by a job: {len(people) / seconds:,.0f} rows a second; {len(waits) - 1} saves beside it, the longest waited "
          f"{max(waits):.2f} s (at most 1)")
    wrong = ["by a job: too slow"] if len(people) / seconds < LEAST else []
    wrong += ["others waited too long"] if max(waits) > 1 else []
    wrong += live(app, years[0])
    return wrong + [problem for each in years for problem in compare(around, people, each)]


def live(app: Any, years: tuple[int, int]) -> list[str]:
    """Every figure with all its tables, counted; seconds."""
    with app.app_context():
        began = time.monotonic()
        figures(Period.read(f"{years[0]}..{years[1]}"))
        seconds = time.monotonic() - began
    print(f"every figure of {years[0]}..{years[1]} with all its tables: {seconds:.2f} s (at most {SECONDS})")
    return ["figures too slow"] if seconds > SECONDS else []


def write_on(app: Any, stop: Event, waits: list[float]) -> None:
    """Somebody who saves one thing after the other, and how long each takes."""
    while not stop.is_set():
        with app.app_context():
            began = time.monotonic()
            with work("bench.write", by=operator):
                pass
            waits.append(time.monotonic() - began)
        stop.wait(0.02)


def twin(file: str, folder: str) -> str:
    """A workbook of the same cells, numbers as numbers, as a spreadsheet would save them."""
    made = Workbook(write_only=True)
    worksheet = made.create_sheet("Datos")
    with open(file, encoding="utf-8-sig", newline="") as content:
        for row in csv.reader(content):
            worksheet.append([int(cell) if cell == "0" or (cell.isdecimal() and cell[0] != "0") else cell or None
                              for cell in row])
    made.save(f"{folder}/twin.xlsx")
    return f"{folder}/twin.xlsx"


def run(around: dict[str, str], *arguments: str) -> tuple[float, str]:
    """Seconds and output of a command."""
    began = time.monotonic()
    done = subprocess.run([SHELTER, *arguments], env=around, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return time.monotonic() - began, done.stdout


def facts(row: dict[str, str]) -> dict[str, list[str]]:
    """What a line of the file says, read here on its own."""
    forms = {"labour": row["isForcedLabour"], "sexual": row["isSexualExploit"]}
    known = any(value in {"0", "1"} for value in forms.values())
    return {
        "sex": [row["gender"].lower() or "unknown"],
        "age_band": [row["ageBroad"].replace("--", "-") or "unknown"],
        "nationality": [country(row["citizenship"])],
        "exploitation": [form for form, value in forms.items() if value == "1"] if known else ["unknown"],
        "country_of_exploitation": [country(row["CountryOfExploitation"])],
        "year": [row["yearOfRegistration"]], "province": ["unknown"],
    }


def country(code: str) -> str:
    """Blank and zeros are no country."""
    return "unknown" if code in UNKNOWN else code


def spans(people: People) -> Years:
    """All years together, one more on each side, and each year alone."""
    years = sorted({int(person["year"][0]) for person in people})
    return [(years[0], years[-1]), (years[0] - 1, years[-1] + 1), *((year, year) for year in years)]


def compare(around: dict[str, str], people: People, years: tuple[int, int]) -> list[str]:
    """The tables that differ from the file, by name."""
    period = f"{years[0]}..{years[1]}"
    seconds, said = run(around, "indicators", period, "--json")
    figure: dict[str, Any] = next(each for each in json.loads(said) if each["code"] == "cases.registered")
    counted = [person for person in people if years[0] <= int(person["year"][0]) <= years[1]]
    expected = {name: Counter(word for person in counted for word in person[name]) for name in FACTS}
    for table in expected.values():
        table.setdefault("unknown", 0)
    for one, other in combinations(FACTS, 2):
        pairs = (pair for person in counted for pair in product(person[one], person[other]))
        expected[f"{one}×{other}"] = Counter("×".join(pair) for pair in pairs)
    known = {name: sum(person[name] != ["unknown"] for person in counted) for name in FACTS}
    wrong = [f"{period} {name}" for name, table in expected.items() if figure["breakdowns"].get(name) != dict(table)]
    wrong += [f"{period} {what}" for what, right in (
        ("value", figure["value"] == len(counted)), ("known", figure["known"] == known),
        ("names", figure["breakdowns"].keys() == expected.keys()),
    ) if not right]
    cells = sum(map(len, expected.values()))
    print(f"{period}: {len(counted)} cases, {len(expected)} tables, {cells} cells, {len(wrong)} wrong, {seconds:.1f} s")
    return wrong


if __name__ == "__main__":
    main()
