"""`shelter run`: the production server and the jobs beside it; `shelter jobs`: the jobs alone."""

from __future__ import annotations

import errno
import gc
import ipaddress
import os
import signal
import socket
import sys
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from gunicorn.app.base import BaseApplication

from shelter.audit import anchor_the_end, clock, head, note, operator
from shelter.cli import tls
from shelter.cli.doctor import folders
from shelter.cli.plain import Refused, application, check_version, plainly, settings
from shelter.cli.process import keep_private, keep_small
from shelter.cli.setup import bring_up_to_date, close_to_others
from shelter.cli.supervise import Part, Supervisor
from shelter.config import Settings
from shelter.db import db
from shelter.jobs.worker import working
from shelter.rounds import is_somebody_working, stand_by
from shelter.texts import say as _

CLOCK = click.option("--clock-right", is_flag=True, help="The clock was wrong before and is right now: go on.")


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 16))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 32))
@click.option("--tls", "with_tls", is_flag=True, help="Serve HTTPS with a certificate that this machine makes itself.")
@CLOCK
def run_command(host: str, port: int, workers: int, threads: int, with_tls: bool, clock_right: bool) -> None:
    """Serve. Without TLS only on this machine: a phone in the house needs TLS."""
    found = settings()
    if not (found.tls or with_tls) and not _is_loopback(host):
        raise Refused(_("%(host)s can be reached from outside and there is no TLS: use --tls, or put a proxy with TLS "
                        "before it and set SHELTER_TLS=true", host=repr(host)))
    _check_port(host, port)
    bring_up_to_date(found)
    door = tls.door(found, host, with_tls=with_tls)
    app = _ready(found, clock_right=clock_right, **door.settings)
    click.echo(_("%(brand)s: %(address)s (Ctrl+C stops it)", brand=found.brand,
                 address=f"{door.scheme}://{host}:{port}"))
    if with_tls:
        tls.explain(found)
    serve(app, {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}", "workers": workers, "threads": threads,
        "worker_class": "gthread", "preload_app": True, "accesslog": None, "loglevel": "warning", "keepalive": 5,
        "timeout": 60, "limit_request_line": 8190, "umask": 0o077, "post_fork": _own_connections,
        "post_worker_init": _settle, "control_socket_disable": True, "forwarder_headers": "", "graceful_timeout": 10,
        **door.options,
    })


@click.command("jobs")
@CLOCK
def jobs_command(clock_right: bool) -> None:
    """Do the long work that people ask for and the hourly and nightly rounds, where `shelter run` does not."""
    found = settings()
    bring_up_to_date(found)
    app = _ready(found, clock_right=clock_right)
    with app.app_context(), plainly():
        if is_somebody_working():
            raise Refused(_("the jobs of this database are being done already, by `shelter run` or `shelter jobs`"))
        db.engine.dispose()
    do_jobs(app)


def _ready(found: Settings, *, clock_right: bool, **given: Any) -> Flask:
    """The application on a database of today's version."""
    app = application(**given)
    check_version(app)
    close_to_others(found)
    for each in folders(found):  # told, not refused: a house goes on without the disk that holds its backups
        click.echo(each, err=True)
    _check_clock(app, is_right=clock_right)
    return app


def _check_clock(app: Flask, *, is_right: bool) -> None:
    """A clock that was set back would write a trail whose hours lie."""
    with app.test_request_context(), plainly():
        back = clock.behind()
        if not back:
            return
        minutes = int(back.total_seconds() // 60)
        if not is_right:
            raise Refused(_("the clock lies %(minutes)s minutes behind what was written last: set it, `timedatectl "
                            "set-ntp true`; if it is right now and was wrong then: --clock-right", minutes=minutes))
        note(clock.CORRECTED, by=operator, minutes=minutes)


def _check_port(host: str, port: int) -> None:
    """Before anything is touched: another server may be at work here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(_("cannot listen on %(host)s, port %(port)s: %(why)s", host=host, port=port,
                                why=error.strerror)) from None
            raise Refused(_("port %(port)s is taken: does `shelter run` run already? Another one: --port %(next)s",
                            port=port, next=port + 1)) from None


def serve(app: Flask, options: dict[str, Any]) -> None:
    """Web server and jobs, until told to stop; both end together."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # no process uses a connection that another opened
        sa.orm.configure_mappers()
    keep_private()
    keep_small()
    status = Supervisor([
        Part("web", lambda: Server(app, options).run(), is_vital=True), Part("jobs", lambda: do_jobs(app)),
    ]).run()
    with app.app_context(), suppress(sa.exc.SQLAlchemyError):
        anchor_the_end(head())
    sys.exit(status)


def do_jobs(app: Flask) -> None:
    """Until told to stop; a job is broken off then, undone and done again another time."""
    stop = Event()

    def end(*_: Any) -> None:
        stop.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    os.nice(10)  # whoever waits for a page comes first
    stand_by(app, stop, working)


class Server(BaseApplication):
    """Gunicorn with settings given here."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.application, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Ours alone: no files, no environment."""
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application that was made already."""
        return self.application


def _own_connections(server: Any, _worker: Any) -> None:
    """A worker never uses a connection that its parent opened."""
    with server.app.application.app_context():
        db.engine.dispose(close=False)


def _settle(worker: Any) -> None:
    """What the worker made at its start is not garbage either; then it reads the names."""
    from shelter.cases.search import read_names

    gc.freeze()
    gc.set_threshold(5_000, 20, 50)  # a thousand objects cost 0.5 ms to look through: often and short
    Thread(target=read_names, args=(worker.app.application,), daemon=True).start()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
