"""Words about a person. HTCDS 2.0 `prs_`; age bands as CTDC publishes them."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class Sex(Code):
    """As the person says it (HTCDS prs_Gender)."""

    FEMALE = "female", _("Woman")
    MALE = "male", _("Man")
    TRANS_WOMAN = "trans_woman", _("Trans woman")
    TRANS_MAN = "trans_man", _("Trans man")
    NON_BINARY = "non_binary", _("Non-binary")


class Unanswered(Code):
    """Why a question has no answer: every sensitive question accepts these."""

    PREFERS_NOT = "prefers_not", _("Prefers not to say")
    NOT_ASKED = "not_asked", _("Not asked")
    NOT_KNOWN = "not_known", _("Does not know")


class AgeBand(Code):
    """Age bands of the CTDC global dataset, in years."""

    TO_8 = "0-8", _("0 to 8")
    TO_17 = "9-17", _("9 to 17")
    TO_20 = "18-20", _("18 to 20")
    TO_23 = "21-23", _("21 to 23")
    TO_26 = "24-26", _("24 to 26")
    TO_29 = "27-29", _("27 to 29")
    TO_38 = "30-38", _("30 to 38")
    TO_47 = "39-47", _("39 to 47")
    FROM_48 = "48+", _("48 or older")

    @classmethod
    def of(cls, age: int) -> AgeBand:
        """The band of an age in whole years."""
        ends = (8, 17, 20, 23, 26, 29, 38, 47)
        return list(cls)[sum(age > end for end in ends)]


class SpokenLanguage(Code):
    """The language in which the person can talk with us."""

    SPANISH = "spa", _("Spanish")
    KICHWA = "que", _("Kichwa")
    SHUAR = "jiv", _("Shuar")
    ENGLISH = "eng", _("English")
    FRENCH = "fra", _("French")
    PORTUGUESE = "por", _("Portuguese")
    CHINESE = "zho", _("Chinese")
    ARABIC = "ara", _("Arabic")
    SIGN = "sgn", _("Sign language")
    OTHER = "other", _("Another language")


class DocumentKind(Code):
    """What identifies the person on paper."""

    CEDULA = "cedula", _("Ecuadorian identity card (cédula)")
    PASSPORT = "passport", _("Passport")
    FOREIGN = "foreign", _("Identity document of another country")
    REFUGEE = "refugee", _("Refugee or applicant document")
    NONE = "none", _("No document with her")
