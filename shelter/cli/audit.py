"""`shelter audit verify`: is the trail whole?"""

from __future__ import annotations

import click

from shelter.audit import verify
from shelter.cli.plain import Refused, in_app
from shelter.texts import say as _


@click.group("audit")
def audit_command() -> None:
    """The audit trail."""


@audit_command.command("verify")
@click.option("--head", default=None, help="A head printed on a report (hexadecimal): it must be in the chain.")
@in_app
def verify_command(head: str | None) -> None:
    """Walk the chain and compare it with the signed heads that are kept outside the database."""
    verdict = verify(None if head is None else head.strip().lower())
    if verdict.is_sound and verdict.doubtful:
        raise Refused(_("audit trail: whole, but %(count)s lines in the file of signed heads are not ours",
                        count=verdict.doubtful))
    if not verdict.is_sound:
        raise Refused(_("audit trail: %(why)s", why=verdict.problem))
    click.echo(_("%(rows)s rows, whole, as %(anchors)s signed heads say; head %(seq)s %(hash)s", rows=verdict.rows,
                 anchors=verdict.anchors, seq=verdict.head.seq, hash=verdict.head.hash))
    if verdict.steps_back:
        click.echo(_("The clock went back %(count)s times in between: order is told by the numbers, not by the hours",
                     count=verdict.steps_back), err=True)
