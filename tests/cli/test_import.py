"""`shelter import`: historic cases from a file, once, with what cannot be read told by line and column."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from shelter.audit import AuditEntry
from shelter.calendar import today
from shelter.db import db
from shelter.register import actions
from shelter.register.models import ImportedFile, RegisterCase

HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"
NO_OPTION = "No option is called so: choose one, or let the mapping say what the word means"
LINES = ["2002,Female,18--20,CO,0,1,EC", "2002,Female,18--20,CO,0,1,EC", "2003,Male,,0,1,1,", "2003,,,,0,0,"]


@pytest.fixture
def file(tmp_path):
    """file("2002,…", name="old.csv") -> the path of a file with these lines"""

    def write(*lines, name="file.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
        return str(path)

    return write


@pytest.fixture
def english(running, monkeypatch):
    monkeypatch.setenv("SHELTER_LOCALE", "en")
    return running


def rows():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(RegisterCase))


def by_year(shelter):
    found = json.loads(shelter("indicators", "2000..2010", "--json").out)
    return next(each for each in found if each["code"] == "cases.registered")["breakdowns"]["year"]


def test_right_after_init_a_file_is_imported_and_counted(instance, shelter, file, monkeypatch):
    monkeypatch.setenv("SHELTER_LOCALE", "en")
    assert shelter("init").status == 0
    done = shelter("import", file(*LINES))
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Entered 4 cases into the register CTDC, Global K-Anonymised Dataset (")
    assert "had been in before" not in done.out
    assert by_year(shelter) == {"2002": 2, "2003": 2, "unknown": 0}


def test_before_init_it_says_what_to_do(instance, refuses, file):
    assert "shelter init" in refuses("import", file(*LINES))


def test_a_second_import_says_that_nothing_was_changed(english, shelter, file):
    shelter("import", file(*LINES))
    done = shelter("import", file(*LINES))
    assert (done.status, done.err) == (0, "")
    assert done.out == "file.csv is in the register CTDC, Global K-Anonymised Dataset already; nothing was changed\n"
    assert rows() == 4


def test_a_dry_run_says_what_would_happen_and_writes_nothing(english, shelter, file, tmp_path):
    done = shelter("import", file(*LINES, "x,,,,,,"), "--dry-run", "--rejects", str(tmp_path / "out.csv"))
    assert done.status == 0
    assert done.out == "Would enter 4 cases into the register CTDC, Global K-Anonymised Dataset; nothing was written\n"
    assert (tmp_path / "out.csv").exists()
    assert rows() == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportedFile)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_what_cannot_be_read_is_told_and_written_with_line_column_and_reason(english, shelter, file, tmp_path):
    out = tmp_path / "out.csv"
    done = shelter("import", file(*LINES, "2004,Frau,,COLO,,,", "20x4,,,,,,"), "--rejects", str(out))
    assert done.status == 0
    assert "Entered 4 cases" in done.out
    assert "2 lines cannot be read:" in done.err
    assert "line 6, gender: No option is called so: choose one, or let" in done.err
    assert list(csv.reader(out.read_text("utf-8").splitlines())) == [
        ["line", "column", "reason"],
        ["6", "gender", NO_OPTION],
        ["6", "citizenship", NO_OPTION],
        ["7", "yearOfRegistration", f"Write a year from 1900 to {today().year}, in four digits"],
    ]
    assert "Frau" not in done.err + out.read_text("utf-8")


def test_ten_reasons_are_shown_and_the_others_announced(english, shelter, file):
    done = shelter("import", file(*LINES, *["x,,,,,,"] * 12, *LINES))
    assert done.err.count("yearOfRegistration") == 10
    assert "--rejects OUT.csv writes them all" in done.err


def test_a_file_of_which_no_line_can_be_read_is_refused(english, shelter, file):
    done = shelter("import", file("x,,,,,,"))
    assert done.status == 1
    assert done.err.splitlines()[-1] == "shelter: no line of file.csv could be read; nothing was imported"
    assert rows() == 0


@pytest.mark.parametrize(("arguments", "said"), [
    (["no.csv"], "there is no file no.csv"),
    (["{file}", "--mapping", "no.toml"], "there is no file no.toml"),
    (["{file}", "--mapping", "{file}"], "file.csv is not a mapping in TOML"),
    (["{file}", "--replaces", "no.csv"], "the file to be replaced is not in the register"),
    (["{file}", "--replaces", "{file}"], "the file to be replaced is not in the register"),
    (["{file}", "--rejects", "{file}"], "the rejects cannot be written over file.csv"),
    (["{file}", "--rejects", "/proc/no/out.csv"], "/proc/no/out.csv cannot be written"),
])
def test_what_cannot_be_done_is_refused_in_one_sentence_and_nothing_is_saved(english, refuses, file, arguments, said):
    path = file(*LINES)
    assert said in refuses("import", *(each.format(file=path) for each in arguments))
    assert rows() == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_what_a_spreadsheet_would_carry_out_is_written_so_that_it_does_not(english, shelter, tmp_path):
    (tmp_path / "m.toml").write_text("""register = "r"
source = "s"
[year]
column = "=cmd()"
""", "utf-8")
    (tmp_path / "f.csv").write_text("=cmd(),b\nx,\n2014,\n", "utf-8")
    shelter("import", str(tmp_path / "f.csv"), "--mapping", str(tmp_path / "m.toml"), "--rejects", str(tmp_path / "r"))
    found = list(csv.reader((tmp_path / "r").read_text("utf-8").splitlines()))
    assert found[1][:2] == ["2", "'=cmd()"]


def test_more_reasons_than_are_kept_are_counted(english, shelter, file, monkeypatch):
    monkeypatch.setattr("shelter.register.reading.rows.MOST_REJECTS", 12)
    done = shelter("import", file(*LINES, *["x,,,,,,"] * 20, *LINES))
    assert "20 lines cannot be read:" in done.err
    assert "… and more: 8 reasons beyond the first 12 are not kept" in done.err


@pytest.fixture
def own(tmp_path):
    """A file of a house that no shipped mapping fits."""
    (tmp_path / "casa.csv").write_text("fecha de ingreso;sexo;nota\n5/3/2014;Mujer;x\n6/3/2014;Hombre;y\n", "utf-8")
    return str(tmp_path / "casa.csv")


def test_without_a_mapping_it_says_what_it_understands_and_the_way_on(english, refuses, own):
    said = refuses("import", own)
    assert "name it with --mapping (ctdc_kanon), or match the columns on the page of the historic register" in said
    assert "--draft-mapping MAP.toml" in said
    assert said.endswith("Understood so far: fecha de ingreso → registered_on, sexo → sex\n")
    assert rows() == 0


def test_a_draft_of_the_mapping_is_written_and_can_be_used(english, shelter, refuses, own, tmp_path):
    draft = str(tmp_path / "map.toml")
    done = shelter("import", own, "--draft-mapping", draft)
    assert (done.status, done.err) == (0, "")
    assert done.out == "map.toml was written: 2 of the columns were understood; look at it before you use it\n"
    assert rows() == 0
    assert "is there already" in refuses("import", own, "--draft-mapping", draft)
    assert "Entered 2 cases into the register casa (" in shelter("import", own, "--mapping", draft).out
    db.session.rollback()
    days = db.session.scalars(sa.select(RegisterCase.registered_on).order_by(RegisterCase.line)).all()
    assert [str(day) for day in days] == ["2014-03-05", "2014-03-06"]


def test_a_draft_without_what_is_needed_says_so(english, shelter, tmp_path):
    (tmp_path / "f.csv").write_text("sexo\nMujer\n", "utf-8")
    done = shelter("import", str(tmp_path / "f.csv"), "--draft-mapping", str(tmp_path / "m.toml"))
    assert "No column seems to tell the year or the day of registration" in done.out


def test_a_workbook_is_imported_like_a_text(english, shelter, tmp_path):
    book = Workbook()
    for line in [HEADER, *LINES]:
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in line.split(",")])
    book.save(tmp_path / "file.xlsx")
    done = shelter("import", str(tmp_path / "file.xlsx"))
    assert (done.status, done.err) == (0, "")
    assert "Entered 4 cases" in done.out
    assert by_year(shelter) == {"2002": 2, "2003": 2, "unknown": 0}


BAD = {
    "empty.csv": (b"", "is empty", "está vacío"),
    "header.csv": (HEADER.encode() + b"\n", "no line of header.csv could be read", "ninguna línea"),
    "zeros.csv": (b"a\0b", "not a text file", "no es un archivo de texto"),
    "book.xlsx": (b"PK\3\4 and nothing more", "damaged, cut off", "está dañado"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not a workbook of today", "no es un libro de hoy"),
    "quote.csv": (HEADER.encode() + b'\n2002,"Fem', "a value does not end", "un valor no termina"),
    "wide.csv": (b"a," * 1_000_000, "more than 1,000,000 characters", "más de 1.000.000 caracteres"),
    "bytes.csv": (HEADER.encode() + b"\n2002,\xe9,,,,,\n", "this is not UTF-8 text", "este texto no es UTF-8"),
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_in_one_sentence_of_the_readers(
    running, refuses, tmp_path, monkeypatch, language, name,
):
    monkeypatch.setenv("SHELTER_LOCALE", {"en": "en", "es": "es_EC"}[language])
    content, *said = BAD[name]
    (tmp_path / name).write_bytes(content)
    assert said[language == "es"] in refuses("import", str(tmp_path / name), "--mapping", "ctdc_kanon")
    assert rows() == 0


def test_a_file_cut_off_is_refused_and_nothing_is_half_saved(english, refuses, tmp_path):
    (tmp_path / "cut.csv").write_text("\n".join([HEADER, *LINES, "2004,Fem"]), "utf-8")
    assert "cut.csv ends in the middle of line 6" in refuses("import", str(tmp_path / "cut.csv"))
    assert rows() == 0


@pytest.fixture
def broken_off(monkeypatch):
    """with broken_off(error, portion): … -> every import enters one portion and then fails so."""

    @contextmanager
    def breaking(error, portion=3):
        whole = actions.carry_out

        def one_portion(plan, *, by):
            yield next(whole(plan, by=by))
            raise error

        monkeypatch.setattr(actions, "PORTION", portion)
        with monkeypatch.context() as broken:
            broken.setattr(actions, "carry_out", one_portion)
            yield

    return breaking


def test_a_broken_off_import_says_so_and_the_same_command_continues(english, shelter, file, broken_off):
    with broken_off(KeyboardInterrupt()):
        done = shelter("import", file(*LINES))
    assert done.status == 1
    assert done.err == "shelter: broken off after 3 cases, which do not count yet; the same command continues\n"
    assert by_year(shelter) == {"unknown": 0}
    done = shelter("import", file(*LINES))
    assert "Entered 1 case into" in done.out
    assert done.out.endswith("All 4 cases of file.csv are in now; 3 of them had been in before\n")
    assert by_year(shelter) == {"2002": 2, "2003": 2, "unknown": 0}


@pytest.mark.parametrize("why", ["database or disk is full", "could not extend file: No space left on device"])
def test_a_disk_that_fills_up_in_the_middle_keeps_what_is_in_and_says_that_it_does_not_count(
    english, shelter, file, broken_off, why,
):
    with broken_off(sa.exc.OperationalError("INSERT", {}, Exception(why))):
        done = shelter("import", file(*LINES))
    assert (done.status, done.err) == (1, (
        "shelter: the disk is full: make room on it, and the same command continues. Nothing of this file counts yet; "
        "what was entered of it stays (cases: 3)\n"))
    assert by_year(shelter) == {"unknown": 0}
    assert shelter("import", file(*LINES)).out.endswith("3 of them had been in before\n")
    assert by_year(shelter) == {"2002": 2, "2003": 2, "unknown": 0}


def test_one_case_and_one_line_are_said_in_the_singular(english, shelter, file):
    one = file("2002,Female,,,,,", "2003,Femalé,,,,,")
    assert "Would enter 1 case into the register" in shelter("import", one, "--dry-run").out
    done = shelter("import", one)
    assert "1 line cannot be read:" in done.err
    assert "Entered 1 case into the register" in done.out


def test_broken_off_a_second_time_it_says_how_many_are_in(english, shelter, file, broken_off):
    with broken_off(KeyboardInterrupt(), portion=1):
        said = [shelter("import", file(*LINES)).err for _time in range(2)]
    assert [each.partition(" case")[0] for each in said] == [f"shelter: broken off after {count}" for count in (1, 2)]


MANY = [f"20{year:02d},Female,,,,," for year in range(10)]


def test_the_same_cases_in_another_file_are_refused_with_what_to_do(english, shelter, refuses, file):
    shelter("import", file(*MANY, name="old.csv"))
    digest = db.session.scalars(sa.select(ImportedFile.digest)).one()
    for also in ([], ["--dry-run"]):
        said = refuses("import", file(*MANY, "", name="new.csv"), *also)
        assert said.startswith("shelter: 10 of these 10 cases are in this register already, by the file «old.csv» of ")
        assert said.endswith("; nothing was imported. If this one takes its place, "
                             f"add --replaces {digest}; if they are other cases, add --other-cases\n")
    assert rows() == 10


@pytest.mark.parametrize(("answer", "expected"), [
    (["--replaces", "{old}"], 1), (["--replaces", "{digest}"], 1), (["--other-cases"], 2),
])
def test_each_answer_lets_them_in(english, shelter, file, answer, expected):
    old = file(*MANY, name="old.csv")
    shelter("import", old)
    digest = db.session.scalars(sa.select(ImportedFile.digest)).one()
    done = shelter("import", file(*MANY, "", name="new.csv"), *(each.format(old=old, digest=digest) for each in answer))
    assert (done.status, done.err) == (0, "")
    assert "Entered 10 cases" in done.out
    assert by_year(shelter) == {f"20{year:02d}": expected for year in range(10)} | {"unknown": 0}


def test_the_same_cases_for_another_register_are_refused_until_they_are_said_to_be_others(
    english, shelter, refuses, file, tmp_path,
):
    shelter("import", file(*MANY, name="old.csv"))
    draft = tmp_path / "other.toml"
    assert shelter("import", file(*MANY, "", name="new.csv"), "--draft-mapping", str(draft)).status == 0
    again = [file(*MANY, "", name="new.csv"), "--mapping", str(draft)]
    said = refuses("import", *again)
    assert said.startswith("shelter: 10 of these 10 cases are in the register «")
    assert said.endswith("; in two registers they would count twice; nothing was imported. "
                         "If they are other cases, add --other-cases\n")
    assert rows() == 10
    assert shelter("import", *again, "--other-cases").status == 0
    assert rows() == 20


def test_without_a_mapping_what_is_wrong_with_the_file_itself_is_said_first(english, refuses, tmp_path):
    content = f"{HEADER}\n" + "2002,Femalé,,,,,\n" * 5
    (tmp_path / "bytes.csv").write_bytes(content.encode() + b"2002,Femal\xc3,,,,,\n")
    assert "bytes.csv, line 7: it cannot be read as UTF-8" in refuses("import", str(tmp_path / "bytes.csv"))


@pytest.mark.parametrize("by", ["path", "digest"])
def test_a_corrected_file_replaces_the_old_one_named_by_path_or_digest(english, shelter, file, by):
    old = file(*LINES, name="old.csv")
    shelter("import", old)
    digest = db.session.scalars(sa.select(ImportedFile.digest)).one()
    new = file("2005,Female,,,,,", name="new.csv")
    done = shelter("import", new, "--replaces", old if by == "path" else digest.upper())
    assert (done.status, done.err) == (0, "")
    assert by_year(shelter) == {"2005": 1, "unknown": 0}
