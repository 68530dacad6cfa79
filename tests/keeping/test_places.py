"""Which backups are kept how long, by hand; and the hourly and nightly rounds that make and forget them."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine

from shelter.audit import anchors, head
from shelter.calendar import now
from shelter.cases.models import Person
from shelter.crypto import chest
from shelter.db import DataKey, db
from shelter.keeping import rounds
from shelter.keeping.backup import private_folder
from shelter.keeping.places import artefacts, backups, made_at, named, to_forget
from shelter.rounds import ROUNDS, run_due

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # in Quito


def every(step, many, start=NOON):
    moments = [start - step * number for number in range(many)]
    return {named(Path("/x"), moment).data: moment for moment in moments}


def kept(found):
    gone = set(to_forget(found))
    return [moment for file, moment in found.items() if file not in gone]


def test_a_name_says_when():
    pair = named(Path("/x"), NOON)
    assert pair.data.name == "senda-20261120T170000Z.age"
    assert pair.keys.name == "senda-20261120T170000Z.keys.age"
    assert made_at(pair.data) == NOON
    assert made_at(pair.keys) is None
    assert made_at(Path("senda-yesterday.age")) is None
    assert artefacts(Path("/x/whatever")).keys.name == "whatever.keys"


def test_after_two_years_of_hours_there_are_twenty_four_hours_fourteen_days_and_twelve_months():
    moments = kept(every(timedelta(hours=1), 24 * 730))
    assert moments[:24] == [NOON - timedelta(hours=number) for number in range(24)]
    # the last of each day in Quito (23:00 there is 04:00 UTC): today's and yesterday's are hours already
    days = [datetime(2026, 11, day, 4, tzinfo=UTC) for day in range(19, 7, -1)]
    assert moments[24:24 + 12] == days
    months = [datetime(2026, month, 1, 4, tzinfo=UTC) for month in range(11, 0, -1)]  # the last of the month before
    assert moments[36:] == months
    assert len(moments) == 24 + 12 + 11


def test_a_machine_that_was_off_for_long_keeps_what_it_has():
    found = every(timedelta(days=40), 6)
    assert len(kept(found)) == 6


def test_two_in_an_hour_leave_the_newer():
    found = every(timedelta(minutes=20), 7)
    hours = [(moment.hour, moment.minute) for moment in kept(found)]
    assert hours == [(17, 0), (16, 40), (15, 40)]


@pytest.fixture
def settings(app, tmp_path):
    return SimpleNamespace(backups=tmp_path / "backups", app=app, folder=tmp_path)


def done(app, name):
    with app.test_request_context():
        ROUNDS[name].do()


def test_each_hour_there_is_a_backup_and_wrapped_keys_go_after_35_days(settings):
    with time_machine.travel(NOON, tick=False) as clock:
        for days in (0, 30, 6):  # day 0, 30, 36
            clock.shift(timedelta(days=days))
            done(settings.app, "keeping.back_up")
    there = sorted(each.name for each in settings.backups.iterdir())
    assert [name for name in there if "keys" not in name] == [
        "senda-20261120T170000Z.age", "senda-20261220T170000Z.age", "senda-20261226T170000Z.age"]
    assert [name for name in there if "keys" in name] == [
        "senda-20261220T170000Z.keys.age", "senda-20261226T170000Z.keys.age"]


def test_keys_without_their_data_do_not_stay(settings):
    done(settings.app, "keeping.back_up")
    orphan = settings.backups / "senda-20261120T170000Z.keys.age"
    orphan.write_text("x")
    rounds.forget_old(settings.app.extensions["settings"])
    assert not orphan.exists()
    assert len(backups(settings.backups)) == 1


def test_with_little_room_nothing_more_is_written_and_the_round_says_why(settings, monkeypatch, caplog):
    monkeypatch.setattr(rounds.shutil, "disk_usage", lambda _place: SimpleNamespace(free=400 * 1024 * 1024))
    with pytest.raises(rounds.NoRoom):
        done(settings.app, "keeping.back_up")
    assert list(settings.backups.iterdir()) == []


def test_the_head_is_signed_now_and_then_and_once_is_enough(settings, case):
    case(name="Rosa Canario")
    before = anchors.heads()
    for _again in range(3):
        done(settings.app, "keeping.sign_head")
    assert anchors.heads() == [*before, head()]


def test_the_nightly_look_logs_where_damage_is_and_fails(settings, case, caplog):
    case(name="Rosa Canario")
    done(settings.app, "keeping.look_at_everything")
    with db.engine.begin() as connection:
        connection.execute(sa.delete(DataKey).where(DataKey.owner_kind == Person.name_used.owner_kind))
    with caplog.at_level(logging.ERROR), pytest.raises(rounds.SomethingDamaged):
        done(settings.app, "keeping.look_at_everything")
    assert "person, name_used" in caplog.text
    assert "Canario" not in caplog.text


def test_all_that_the_house_does_by_itself_goes_well(settings, case):
    """Every round there is, as the jobs process calls it, on a house with something in it."""
    case()
    with time_machine.travel(now() + timedelta(days=2)):  # nightly ones included
        run_due(settings.app)
    with time_machine.travel(now() + timedelta(days=4)):
        tried = run_due(settings.app)
    assert set(tried) == set(ROUNDS)
    assert db.session.execute(sa.text("SELECT name, problem FROM last_round WHERE failures > 0")).all() == []


def test_the_recovery_key_is_written_once_and_opens_what_is_made_from_then_on(settings):
    done(settings.app, "keeping.back_up")
    secret = settings.folder / "recovery-key.txt"
    assert secret.stat().st_mode & 0o777 == 0o600
    identity = chest.read_identity(secret.read_text())
    assert (settings.folder / "recovery.pub").read_text().strip() == str(identity.to_public())
    secret.unlink()
    done(settings.app, "keeping.back_up")
    assert not secret.exists()


def test_what_a_killed_process_left_open_is_thrown_away(tmp_path):
    left = tmp_path / ".keeping-999999999-abc"
    left.mkdir()
    (left / "shelter.db").write_text("x")
    with private_folder(tmp_path) as folder:
        assert not left.exists()
        assert folder.stat().st_mode & 0o777 == 0o700
        with private_folder(tmp_path):
            assert folder.exists()
    assert list(tmp_path.iterdir()) == []
