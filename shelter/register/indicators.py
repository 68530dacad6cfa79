"""The historic register in the figures."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import REGISTERED
from shelter.indicators import Period, Rows, Scope, source

from .models import ImportedFile, Register, RegisterCase
from .queries import in_force


@source(REGISTERED)
def registered(period: Period, scope: Scope) -> Rows:
    """Only its year is known of a historic case: it counts where the period holds the whole year."""
    years = period.whole_years
    return (
        sa.select(
            Register.name.label("register"), RegisterCase.sex, RegisterCase.age_band, RegisterCase.nationality,
            RegisterCase.exploitation, RegisterCase.exploited_in.label("country_of_exploitation"), RegisterCase.year,
        )
        .join(ImportedFile, ImportedFile.id == RegisterCase.file_id)
        .join(Register, Register.id == ImportedFile.register_id)
        .where(RegisterCase.year >= years.start, RegisterCase.year < years.stop)
        .where(ImportedFile.id.in_(in_force()), scope.holds(Register.foundation_id))
    )
