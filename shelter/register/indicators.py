"""The historic register in the figures."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import REGISTERED
from shelter.indicators import Period, Rows, Scope, source

from .models import ImportedFile, Register, RegisterCase
from .queries import in_force, registered_in


@source(REGISTERED)
def registered(period: Period, scope: Scope) -> Rows:
    """Historic cases of the period; the register's name beside each, for they have no page of their own."""
    return (
        sa.select(
            Register.name.label("register"), RegisterCase.sex, RegisterCase.age_band, RegisterCase.nationality,
            RegisterCase.exploitation, RegisterCase.exploited_in.label("country_of_exploitation"), RegisterCase.year,
            RegisterCase.province,
        )
        .join(ImportedFile, ImportedFile.id == RegisterCase.file_id)
        .join(Register, Register.id == ImportedFile.register_id)
        .where(registered_in(period), ImportedFile.id.in_(in_force()), scope.holds(Register.foundation_id))
    )
