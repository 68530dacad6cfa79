"""Words about places in Ecuador: the provinces, by the code of the statistics institute (INEC, DPA)."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class Province(Code):
    """A province. Its name is the same in every language."""

    AZUAY = "01", "Azuay"
    BOLIVAR = "02", "Bolívar"
    CANAR = "03", "Cañar"
    CARCHI = "04", "Carchi"
    COTOPAXI = "05", "Cotopaxi"
    CHIMBORAZO = "06", "Chimborazo"
    EL_ORO = "07", "El Oro"
    ESMERALDAS = "08", "Esmeraldas"
    GUAYAS = "09", "Guayas"
    IMBABURA = "10", "Imbabura"
    LOJA = "11", "Loja"
    LOS_RIOS = "12", "Los Ríos"
    MANABI = "13", "Manabí"
    MORONA_SANTIAGO = "14", "Morona Santiago"
    NAPO = "15", "Napo"
    PASTAZA = "16", "Pastaza"
    PICHINCHA = "17", "Pichincha"
    TUNGURAHUA = "18", "Tungurahua"
    ZAMORA_CHINCHIPE = "19", "Zamora Chinchipe"
    GALAPAGOS = "20", "Galápagos"
    SUCUMBIOS = "21", "Sucumbíos"
    ORELLANA = "22", "Orellana"
    SANTO_DOMINGO = "23", "Santo Domingo de los Tsáchilas"
    SANTA_ELENA = "24", "Santa Elena"

    @classmethod
    def by_name(cls) -> list[Province]:
        """In the order of the alphabet."""
        return sorted(cls, key=lambda province: str(province.name))


class OutOfUse(Code):
    """Why nobody can sleep in a bed."""

    REPAIR = "repair", _("Repair or painting")
    CLEANING = "cleaning", _("Deep cleaning or disinfection")
    ISOLATION = "isolation", _("Room kept apart for health reasons")
    SAFETY = "safety", _("The room is not safe now")
    STAFF = "staff", _("Not enough people on shift")
    OTHER = "other", _("Another reason")


class Rank(Code):
    """Whether somebody holds a post or stands in for its holder."""

    HOLDER = "holder", _("Holds the post")
    ALTERNATE = "alternate", _("Stands in")


class Channel(Code):
    """How somebody at an institution prefers to be reached."""

    CALL = "call", _("Telephone call")
    MESSAGE = "message", _("Text message")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Official letter")
