"""The institutions of the route in Ecuador: those that asked for the Protocol in 2007, and those that follow them.

What came after what is told by those who know the sector, and few days of it are documented: days are left open, and
what nobody has confirmed says so (`to_confirm`), until an administrator has checked it.
"""

from __future__ import annotations

from typing import NamedTuple

from .referrals import InstitutionKind as Kind

ASKED = ("Pidió el Protocolo en 2007.", "It asked for the Protocol in 2007.")


class Known(NamedTuple):
    """An institution: its names, what it does, what follows it (`followed_by`: a key), and a note in both languages."""

    key: str
    es: str
    en: str
    kind: Kind
    followed_by: str = ""
    note: tuple[str, str] | None = None
    has_ended: bool = False
    to_confirm: bool = False


def _past(
    key: str, es: str, en: str, kind: Kind, followed_by: str = "", note: tuple[str, str] | None = None,
) -> Known:
    """One of 2007 that is no longer there under that name."""
    return Known(key, es, en, kind, followed_by, note or ASKED, has_ended=True, to_confirm=True)


TODAY = (
    Known("prosecutor", "Fiscalía General del Estado", "Office of the Attorney General", Kind.PROSECUTOR),
    Known("spavt", "Sistema de Protección y Asistencia a Víctimas y Testigos (SPAVT)",
          "Victim and Witness Protection System (SPAVT)", Kind.PROSECUTOR),
    Known("police", "Policía Nacional, unidad contra la trata de personas", "National Police, anti-trafficking unit",
          Kind.POLICE),
    Known("ecu911", "Servicio Integrado de Seguridad ECU 911", "ECU 911 Integrated Security Service", Kind.POLICE),
    Known("board", "Junta Cantonal de Protección de Derechos", "Cantonal Board for the Protection of Rights",
          Kind.PROTECTION),
    Known("mies", "Ministerio de Inclusión Económica y Social", "Ministry of Economic and Social Inclusion",
          Kind.SOCIAL, note=("Se informa de un cambio de nombre en 2025: confírmelo.",
                             "A change of its name in 2025 is reported: confirm it."), to_confirm=True),
    Known("health", "Ministerio de Salud Pública", "Ministry of Public Health", Kind.HEALTH),
    Known("education", "Ministerio de Educación (DECE)", "Ministry of Education (DECE)", Kind.EDUCATION),
    Known("foreign", "Ministerio de Relaciones Exteriores y Movilidad Humana",
          "Ministry of Foreign Affairs and Human Mobility", Kind.FOREIGN_AFFAIRS),
    Known("defender", "Defensoría Pública", "Public Defender's Office", Kind.JUSTICE),
    Known("ombudsman", "Defensoría del Pueblo", "Ombudsman's Office", Kind.OMBUDSMAN),
    Known("municipal", "Gobierno autónomo descentralizado municipal", "Municipal government", Kind.LOCAL),
    Known("iom", "Organización Internacional para las Migraciones (OIM)",
          "International Organization for Migration (IOM)", Kind.INTERNATIONAL),
    Known("interior", "Ministerio del Interior", "Ministry of the Interior", Kind.GOVERNMENT, to_confirm=True),
    Known("migration", "Subsecretaría de Migración", "Undersecretariat for Migration", Kind.MIGRATION, to_confirm=True),
    Known("cnig", "Consejo Nacional para la Igualdad de Género (CNIG)", "National Council for Gender Equality (CNIG)",
          Kind.EQUALITY, to_confirm=True),
    Known("cnii", "Consejo Nacional para la Igualdad Intergeneracional (CNII)",
          "National Council for Intergenerational Equality (CNII)", Kind.EQUALITY, to_confirm=True),
    Known("women", "Ministerio de la Mujer y Derechos Humanos", "Ministry for Women and Human Rights", Kind.EQUALITY,
          note=("Se informa de que en 2025 pasó a otro ministerio: confírmelo.",
                "It is reported to have passed to another ministry in 2025: confirm it."), to_confirm=True),
    Known("labour", "Ministerio del Trabajo", "Ministry of Labour", Kind.LABOUR),
    Known("judiciary", "Consejo de la Judicatura", "Council of the Judiciary", Kind.JUSTICE),
)
"""Those that stand today, as far as is known."""

EARLIER = (
    _past("gobierno", "Ministerio de Gobierno", "Ministry of Government", Kind.GOVERNMENT, "interior"),
    _past("exteriores", "Ministerio de Relaciones Exteriores", "Ministry of Foreign Affairs", Kind.FOREIGN_AFFAIRS,
          "foreign"),
    _past("subpolicia", "Subsecretaría de Policía", "Undersecretariat for Police", Kind.GOVERNMENT, "interior"),
    _past("publico", "Ministerio Público", "Public Ministry", Kind.PROSECUTOR, "prosecutor"),
    _past("cnna", "Consejo Nacional de la Niñez y Adolescencia (CNNA)", "National Council for Children (CNNA)",
          Kind.EQUALITY, "cnii"),
    _past("devif", "Departamento de Violencia Intrafamiliar (DEVIF)", "Domestic Violence Department (DEVIF)",
          Kind.POLICE, "police"),
    _past("judicial", "Policía Judicial", "Judicial Police", Kind.POLICE, "police"),
    _past("migracion", "Dirección Nacional de Migración", "National Directorate for Migration", Kind.MIGRATION,
          "migration"),
    _past("conamu", "Consejo Nacional de las Mujeres (CONAMU)", "National Council of Women (CONAMU)", Kind.EQUALITY,
          "cnig"),
    _past("dinage", "DINAGE (probablemente Dirección Nacional de Género)",
          "DINAGE (probably National Directorate for Gender)", Kind.GOVERNMENT, note=(
              "Pidió el Protocolo en 2007. No se sabe qué institución la sigue.",
              "It asked for the Protocol in 2007. Which institution follows it is not known.")),
    _past("innfa", "Instituto Nacional de la Niñez y la Familia (INNFA)",
          "National Institute for Children and the Family (INNFA)", Kind.SOCIAL, "infa", (
              "Hasta 2008 (Decreto Ejecutivo 1170).", "Until 2008 (Executive Decree 1170).")),
    _past("infa", "MIES-INFA", "MIES-INFA", Kind.SOCIAL, "mies", (
        "Desde 2008 (Decreto Ejecutivo 1170).", "Since 2008 (Executive Decree 1170).")),
)
"""The ten that asked for the Protocol in 2007, and what became of the INNFA."""
