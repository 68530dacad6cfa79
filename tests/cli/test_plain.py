"""Every command: help, one sentence when refused, 0 / 1 / 2, never a trace."""

import subprocess
import sys

import pytest

from shelter.cli import Commands


def test_help_lists_every_command(shelter):
    done = shelter("--help")
    assert done.status == 0
    assert all(name in done.out for name in Commands.places)


@pytest.mark.parametrize("command", [("init",), ("run",), ("staff",), ("staff", "add"), ("staff", "list"), ("doctor",),
                                     ("staff", "disable"), ("audit",), ("audit", "verify")])
def test_every_command_explains_itself(shelter, command):
    done = shelter(*command, "--help")
    assert done.status == 0
    assert done.out.startswith("Usage: ")


def test_the_version_is_told(shelter):
    assert shelter("--version").status == 0


@pytest.mark.parametrize("arguments", [
    (), ("nonsense",), ("init", "--nonsense"), ("staff", "add"), ("staff", "add", "a@b.invalid", "--role", "queen"),
    ("run", "--port", "99999"), ("run", "--workers", "many"), ("audit",),
])
def test_wrong_usage_is_status_2(refuses, instance, arguments):
    assert "Usage: " in refuses(*arguments, status=2)
    assert not instance.exists()


@pytest.mark.parametrize("command", [("audit", "verify"), ("staff", "list"), ("doctor",), ("run",)])
def test_without_an_instance_the_way_out_is_told(refuses, instance, command):
    assert "run `shelter init`" in refuses(*command)
    assert not instance.exists()


@pytest.mark.parametrize(("name", "value"), [
    ("DATABASE_URL", "mysql://me:hunter2@h/n"), ("TIMEZONE", "Mars"), ("LOCALE", "zz_ZZ"), ("MFA_REQUIRED", "quizá"),
    ("IDLE_MINUTES", "x"), ("IDLE_MINUTES", "241"), ("SESSION_HOURS", "25"), ("SESSION_HOURS", "9" * 14),
])
@pytest.mark.parametrize("command", ["init", "run"])
def test_a_bad_setting_is_refused_before_anything_is_made(refuses, instance, monkeypatch, name, value, command):
    monkeypatch.setenv(f"SHELTER_{name}", value)
    said = refuses(command)
    assert f"SHELTER_{name}" in said
    assert "hunter2" not in said
    assert not instance.exists()


def test_a_database_that_does_not_answer_is_one_sentence(refuses, shelter, instance, monkeypatch, tmp_path):
    assert shelter("init").status == 0
    monkeypatch.setenv("SHELTER_DATABASE_URL", f"postgresql://me:hunter2@/n?host={tmp_path}")
    said = refuses("staff", "list")
    assert "does not answer" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("content", [b"this is no database at all, whatever its name says" * 100,
                                     b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_broken_database_is_one_sentence(refuses, shelter, instance, content):
    assert shelter("init").status == 0
    for name in ("shelter.db", "shelter.db-wal", "shelter.db-shm"):
        (instance / name).unlink(missing_ok=True)
    (instance / "shelter.db").write_bytes(content)
    assert "database" in refuses("audit", "verify")
    assert "database" in refuses("init")


def test_the_wrong_key_file_is_refused_in_one_sentence(refuses, shelter, instance):
    assert shelter("init").status == 0
    key = instance / "senda.key"
    kept = key.read_bytes()
    from shelter.crypto import KeyRing

    key.unlink()
    KeyRing.create(key)
    for command in (("staff", "list"), ("audit", "verify"), ("run",)):
        assert "is not the key with which this database was sealed" in refuses(*command)
    key.write_bytes(kept)
    assert shelter("staff", "list").status == 0


def test_an_open_key_file_is_refused(refuses, shelter, instance):
    assert shelter("init").status == 0
    (instance / "senda.key").chmod(0o644)
    assert "chmod 600" in refuses("staff", "list")


def test_the_installed_command_ends_with_these_statuses(instance):
    """Once for real: another process, its own interpreter."""
    def status(*arguments):
        return subprocess.run([sys.executable, "-c", "from shelter.cli import main; main()", *arguments],
                              capture_output=True, text=True, check=False)

    refused, usage = status("audit", "verify"), status("nonsense")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("shelter: there is no key file")
    assert usage.returncode == 2
