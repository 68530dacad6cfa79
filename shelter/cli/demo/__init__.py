"""`shelter demo`: an invented programme to look at, to learn with and to measure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from shelter.audit import operator, work
from shelter.cli.demo import programme, standing
from shelter.cli.demo.loading import MUCH, Demonstration
from shelter.cli.demo.standing import Standing
from shelter.cli.plain import Refused, application, check_version, plainly, settings
from shelter.cli.setup import bring_up_to_date, close_to_others, is_prepared, prepare
from shelter.config import Settings
from shelter.factors.passwords import check_new_password
from shelter.texts import say as _


@click.command("demo")
@click.option("--cases", default=60, show_default=True, type=click.IntRange(1, 1_000_000), help="How many cases.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data on the same day.")
@click.option("--years", default=2, show_default=True, type=click.IntRange(1, 20), help="How many years until today.")
@click.option("--if-empty", is_flag=True, help="Keep what is there, without an error.")
def demo_command(cases: int, seed: int, years: int, if_empty: bool) -> None:
    """Load an invented programme: two foundations, staff of every role, cases at every point of the walk."""
    found = settings()
    with plainly():
        check_new_password(found.demo_password or programme.new_password())
    if not is_prepared(found):
        _without_second_factor(found)
        prepare(found)
    bring_up_to_date(found)
    with _inside():
        state = standing.look()
        if state is Standing.EMPTY:
            _make(found, Demonstration(cases=cases, seed=seed, years=years), cases)
        elif if_empty:
            _keep(found, state)
        else:
            raise Refused(_("%(what)s; nothing was changed", what=state.value))
    close_to_others(found)


@contextmanager
def _inside() -> Iterator[None]:
    app = application()
    check_version(app)
    with app.test_request_context(), plainly():
        yield


def _without_second_factor(found: Settings) -> None:
    """The demonstration's accounts have no telephone; an operator's own setting stands."""
    found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = found.instance / "config.toml"
    written = file.read_text("utf-8") if file.exists() else ""
    if "mfa_required" not in written:
        reason = "the demonstration's accounts have no second factor"
        file.write_text(f"mfa_required = false  # {reason}\n{written}", "utf-8")
        file.chmod(0o600)


def _make(found: Settings, demonstration: Demonstration, cases: int) -> None:
    password = found.demo_password or programme.new_password()
    with click.progressbar(length=cases, label="Cases", hidden=cases <= MUCH) as bar:
        rows = demonstration.load(password, bar.update)
    click.echo(_("The demonstration is ready: %(cases)s cases, %(services)s services, all of them invented.",
                 cases=rows["case"], services=rows["service"]) + "\n")
    _say_how(found, _("the one in SHELTER_DEMO_PASSWORD") if found.demo_password else
             _("%(password)s (shown this once)", password=password))


def _keep(found: Settings, state: Standing) -> None:
    if state is Standing.REAL and not programme.staff():
        click.echo(_("Kept as it is: %(what)s.", what=state.value))
        return
    if found.demo_password and not programme.is_password(found.demo_password):
        with work("demo.password", by=operator):
            programme.set_password(found.demo_password)
    click.echo(_("Kept as it is.") + "\n")
    _say_how(found, _("the one in SHELTER_DEMO_PASSWORD") if found.demo_password else
             _("as it was shown at first (to set another: SHELTER_DEMO_PASSWORD='…' shelter demo --if-empty)"))


def _say_how(found: Settings, password: str) -> None:
    """The accounts as a short table, the password, the address."""
    for role, *addresses in programme.table():
        click.echo(f"  {role:<22}" + "".join(f"{each:<44}" for each in addresses).rstrip())
    click.echo("\n  " + _("Password for all of them: %(password)s", password=password))
    if Settings.load().mfa_required:
        click.echo("  " + _("SHELTER_MFA_REQUIRED is on, and they have no second factor: set it to false for a "
                          "demonstration."))
    port = os.environ.get("PORT", "")
    click.echo(f"  http://127.0.0.1:{port if port.isdigit() else 8000}")
