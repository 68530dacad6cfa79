"""Settings: where they come from, which one wins, what is refused in one sentence."""

import re
from pathlib import Path

import pytest

from shelter.config import NAMES, BadSetting, Settings


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(f"SHELTER_{name.upper()}", raising=False)


def written(folder: Path, text: str) -> Path:
    (folder / "config.toml").write_text(text, "utf-8")
    return folder


def test_the_defaults_are_the_ones_of_the_contract(tmp_path):
    found = Settings.load(instance=tmp_path)
    assert (found.brand, found.locale, found.timezone) == ("Senda", "es_EC", "America/Guayaquil")
    assert found.mfa_required is True
    assert found.url == f"sqlite:///{tmp_path}/shelter.db"
    assert found.database_file == tmp_path / "shelter.db"
    assert found.key_path.parent == found.anchors.parent == tmp_path


def test_given_values_win_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    written(tmp_path, 'brand = "file"\nlocale = "en"\nidle_minutes = 7\n')
    monkeypatch.setenv("SHELTER_BRAND", "environment")
    monkeypatch.setenv("SHELTER_LOCALE", "es")
    found = Settings.load(instance=tmp_path, brand="given")
    assert (found.brand, found.locale, found.idle_minutes) == ("given", "es", 7)


def test_the_instance_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("SHELTER_INSTANCE", str(tmp_path))
    assert Settings.load().instance == tmp_path


def test_an_empty_variable_sets_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("SHELTER_DATABASE_URL", "")
    assert Settings.load(instance=tmp_path).url.startswith("sqlite:///")


@pytest.mark.parametrize(("text", "value"), [
    ("true", True), ("1", True), ("Yes", True), ("on", True), ("sí", True), ("Si", True), ("false", False),
    ("0", False), ("no", False), ("OFF", False),
])
def test_yes_and_no_have_several_spellings(tmp_path, monkeypatch, text, value):
    monkeypatch.setenv("SHELTER_MFA_REQUIRED", text)
    assert Settings.load(instance=tmp_path).mfa_required is value


def test_trusted_hosts_are_a_list_in_the_file_or_joined_by_commas(tmp_path, monkeypatch):
    written(tmp_path, 'trusted_hosts = ["a.example", "b.example"]')
    assert Settings.load(instance=tmp_path).trusted_hosts == ("a.example", "b.example")
    monkeypatch.setenv("SHELTER_TRUSTED_HOSTS", " c.example ,, d.example,")
    assert Settings.load(instance=tmp_path).trusted_hosts == ("c.example", "d.example")


def test_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.load(instance="here", key_file="k").key_path == tmp_path / "k"


@pytest.mark.parametrize(("name", "value"), [
    ("mfa_required", "quizá"), ("idle_minutes", "diez"), ("idle_minutes", "0"), ("session_hours", "-1"),
    ("timezone", "Mars/Olympus"), ("timezone", "../../etc/passwd"), ("locale", "zz_QQ"), ("locale", "castellano"),
    ("database_url", "mysql://host/name"), ("database_url", "not an address"), ("database_url", "sqlite:///a.db"),
    ("database_url", "sqlite://"),
])
def test_a_bad_setting_is_refused_by_name(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv(f"SHELTER_{name.upper()}", value)
    with pytest.raises(BadSetting, match=f"^SHELTER_{name.upper()}: ") as refused:
        Settings.load(instance=tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [
    "brand = ", "brand = 5", "key_file = 5", "trusted_hosts = [1]", "mfa_required = 3", "idle_minutes = true",
    'idle_minutes = "x"', 'unheard_of = "x"', '[brand]\nname = "x"',
])
def test_a_bad_file_is_refused_in_one_sentence(tmp_path, text):
    with pytest.raises(BadSetting) as refused:
        Settings.load(instance=written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"brand = '\xff'")
    with pytest.raises(BadSetting, match=r"config\.toml"):
        Settings.load(instance=tmp_path)


def test_a_password_in_the_database_address_is_never_told(tmp_path):
    with pytest.raises(BadSetting) as refused:
        Settings.load(instance=tmp_path, database_url="mysql://me:hunter2@host/name")
    assert "hunter2" not in str(refused.value)


def test_postgresql_has_no_file(tmp_path):
    assert Settings.load(instance=tmp_path, database_url="postgresql://u@h/n").database_file is None


@pytest.mark.parametrize(("name", "value", "said"), [
    ("READONLY", "true", "SHELTER_READ_ONLY"), ("TRUSTED_HOST", "a.example", "SHELTER_TRUSTED_HOSTS"),
    ("TRUSTED_HOSTS", "*", "'*'"), ("TRUSTED_HOSTS", "a b;;", "a b;;"), ("TRUSTED_HOSTS", "https://a.example", "https"),
])
def test_what_is_nearly_a_setting_is_asked_about(tmp_path, monkeypatch, name, value, said):
    monkeypatch.setenv(f"SHELTER_{name}", value)
    with pytest.raises(BadSetting, match=re.escape(said)):
        Settings.load(instance=tmp_path)


def test_what_belongs_to_somebody_else_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SHELTER_CTDC_FILE", "/x.csv")
    assert Settings.load(instance=tmp_path).brand == "Senda"


@pytest.mark.parametrize("name", ["backup_folder", "anchor_folder"])
@pytest.mark.parametrize("place", ["file", "file/within", "file/far/within"])
def test_a_file_is_no_folder(tmp_path, name, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match=f"{name.upper()}.*file"):
        Settings.load(instance=tmp_path, **{name: tmp_path / place})


def test_a_folder_that_is_not_made_yet_is_taken(tmp_path):
    assert Settings.load(instance=tmp_path, backup_folder=tmp_path / "a" / "b").backups == tmp_path / "a" / "b"


@pytest.mark.parametrize("host", ["senda.local", "localhost", "10.0.0.7", "a.example:8443", "[::1]", ".a.example"])
def test_names_of_machines_are_taken(tmp_path, host):
    assert Settings.load(instance=tmp_path, trusted_hosts=(host,)).trusted_hosts == (host,)
