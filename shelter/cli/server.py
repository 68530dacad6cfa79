"""`shelter run`: the production server."""

from __future__ import annotations

import gc
import ipaddress
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from shelter.cli import tls
from shelter.cli.plain import Refused, application, check_version, settings
from shelter.cli.setup import bring_up_to_date, close_to_others
from shelter.db import db


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 16))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 32))
@click.option("--tls", "with_tls", is_flag=True, help="Serve HTTPS with a certificate that this machine makes itself.")
def run_command(host: str, port: int, workers: int, threads: int, with_tls: bool) -> None:
    """Serve. Without TLS only on this machine: a phone in the house needs TLS."""
    found = settings()
    if not (found.tls or with_tls) and not _is_loopback(host):
        raise Refused(f"{host} can be reached from outside and there is no TLS: use --tls, or "
                      "put a proxy with TLS before it and set SHELTER_TLS=true")
    bring_up_to_date(found)
    door = tls.door(found, host, with_tls=with_tls)
    app = application(**door.settings)
    check_version(app)
    close_to_others(found)
    click.echo(f"{found.brand}: {door.scheme}://{host}:{port}  (Ctrl+C stops it)")
    if with_tls:
        tls.explain(found)
    Server(app, {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}", "workers": workers, "threads": threads,
        "worker_class": "gthread", "preload_app": True, "accesslog": None, "loglevel": "warning", "keepalive": 5,
        "timeout": 60, "umask": 0o077, "post_fork": _own_connections, "post_worker_init": _settle,
        "control_socket_disable": True, **door.options,
    }).run()


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


def _settle(_worker: Any) -> None:
    """What was made at the start is not garbage: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
