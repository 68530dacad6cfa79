"""`shelter audit verify`: is the trail whole?"""

from __future__ import annotations

import click

from shelter.audit import verify
from shelter.cli.plain import Refused, in_app


@click.group("audit")
def audit_command() -> None:
    """The audit trail."""


@audit_command.command("verify")
@click.option("--head", default=None, help="A head printed on a report (hexadecimal): it must be in the chain.")
@in_app
def verify_command(head: str | None) -> None:
    """Walk the chain and compare it with the signed heads that are kept outside the database."""
    verdict = verify(None if head is None else head.strip().lower())
    if not verdict.is_sound:
        raise Refused(f"audit trail: {verdict.problem}")
    click.echo(f"{verdict.rows} rows, whole, as {verdict.anchors} signed heads say; "
               f"head {verdict.head.seq} {verdict.head.hash}")
