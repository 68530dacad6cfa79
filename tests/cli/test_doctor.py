"""`shelter doctor` and the clock: each thing that is unsafe, with its way out, in the language of the house."""

from datetime import timedelta

import pytest
import time_machine

from shelter.audit import operator, verify, work
from shelter.calendar import now
from shelter.cli import server
from shelter.db import db
from shelter.rounds import LastRound


def test_it_speaks_the_houses_language(running, shelter, monkeypatch):
    monkeypatch.setenv("SHELTER_LOCALE", "es_EC")
    done = shelter("doctor")
    assert "Último ensayo de recuperación: nunca" in done.out
    assert "no hay respaldos" in done.out
    assert "nadie hace los trabajos" in done.out


def test_every_refusal_speaks_it_too(instance, shelter, monkeypatch):
    monkeypatch.setenv("SHELTER_LOCALE", "es_EC")
    assert "todavía no hay base de datos" in shelter("verify").err or "no hay archivo de llave" in shelter("verify").err
    monkeypatch.setenv("SHELTER_TIMEZONE", "Luna/Mar")
    assert "no es una zona horaria" in shelter("doctor").err


def test_an_old_backup_is_told(running, shelter, tmp_path, monkeypatch):
    (tmp_path / "backups").mkdir(mode=0o700)
    assert shelter("backup", str(tmp_path / "backups")).status == 0
    assert "newest backup" not in shelter("doctor").out
    with time_machine.travel(now() + timedelta(hours=27)):
        assert "the newest backup is of" in shelter("doctor").out


def test_a_round_that_keeps_failing_is_told_by_its_kind(running, shelter):
    with work("test.job", by=operator):
        db.session.add(LastRound(name="keeping.back_up", due_at=now(), failures=3, problem="NoRoom"))
    assert "keeping.back_up failed 3 times (NoRoom)" in shelter("doctor").out


def test_full_disks_open_files_and_settings_that_weaken_are_told(running, shelter, tmp_path, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr("shelter.cli.doctor.shutil.disk_usage", lambda _place: SimpleNamespace(free=1))
    (tmp_path / "senda.key").chmod(0o600)
    (tmp_path / "config.toml").write_text('brand = "Casa"\n')
    (tmp_path / "config.toml").chmod(0o644)
    monkeypatch.setenv("SHELTER_TLS", "true")
    monkeypatch.setenv("SHELTER_READ_ONLY", "true")
    said = shelter("doctor").out
    for part in ("500 MB", f"chmod 600 {tmp_path / 'config.toml'}", "SHELTER_TRUSTED_HOSTS", "SHELTER_READ_ONLY",
                 "SHELTER_PROXY", "SHELTER_MFA_REQUIRED"):
        assert part in said


@pytest.mark.parametrize("name", ["SHELTER_BACKUP_FOLDER", "SHELTER_ANCHOR_FOLDER"])
def test_a_folder_that_takes_nothing_is_told_also_when_a_server_starts(running, shelter, monkeypatch, name):
    monkeypatch.setattr(server, "serve", lambda app, options: None)
    assert "nothing can be written" not in shelter("doctor").out
    monkeypatch.setenv(name, "/proc/none")
    assert "nothing can be written in /proc/none" in (said := shelter("doctor").out)
    assert name in said
    started = shelter("run")
    assert (started.status, "nothing can be written in /proc/none" in started.err) == (0, True)


# --- the clock --------------------------------------------------------------------------------------------------------

@pytest.fixture
def ahead(running, monkeypatch):
    """Two hours were written ahead of the true time: the clock was wrong then."""
    monkeypatch.setattr(server, "serve", lambda app, options: None)
    with time_machine.travel(now() + timedelta(hours=2)), work("test.ahead", by=operator):
        pass


def test_a_clock_behind_the_trail_is_told_and_no_server_starts(ahead, refuses, shelter):
    said = refuses("run")
    assert "119 minutes behind" in said or "120 minutes behind" in said
    assert "--clock-right" in said
    assert "minutes behind" in shelter("doctor").out


def test_who_says_that_it_is_right_now_goes_on_and_leaves_a_trace(ahead, shelter):
    assert shelter("run", "--clock-right").status == 0
    verdict = verify()
    assert verdict.is_sound
    assert verdict.steps_back == 1
    assert "went back 1 times" in shelter("audit", "verify").err
    assert shelter("run").status == 0, "once said, it is not asked again"


def test_a_few_minutes_are_nothing(running, shelter, monkeypatch):
    monkeypatch.setattr(server, "serve", lambda app, options: None)
    with time_machine.travel(now() + timedelta(minutes=4)), work("test.ahead", by=operator):
        pass
    assert shelter("run").status == 0
    assert verify().steps_back == 0


def test_a_trail_that_was_cut_does_not_hide_the_step(ahead, refuses):
    """The signed head outside the database knows the hour too."""
    from shelter.audit import anchors

    text = anchors.file.path.read_text()
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        connection.exec_driver_sql("DELETE FROM audit_entry")
    assert "seq" in text
    assert "minutes behind" in refuses("run")
