"""A form with a field of each kind."""

import uuid

from shelter.codes.cases import Answer
from shelter.web import (
    ChoiceField,
    CodeField,
    DateField,
    EmailField,
    Form,
    ManyField,
    MomentField,
    NumberField,
    OneTimeCodeField,
    PartialDateField,
    PasswordField,
    PhoneField,
    RecordField,
    TextArea,
    TextField,
    TickField,
)

RECORD, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


class Everything(Form):
    """One field of each kind; none is required."""

    line = TextField("Línea", required=False)
    area = TextArea("Texto", required=False)
    email = EmailField("Correo", required=False)
    phone = PhoneField("Teléfono", required=False)
    password = PasswordField("Clave", required=False)
    code = OneTimeCodeField("Código", required=False)
    number = NumberField("Número", least=1, most=600, required=False)
    day = DateField("Día", required=False)
    moment = MomentField("Momento", required=False)
    partial = PartialDateField("Fecha", required=False)
    choice = ChoiceField("Una", choices=[("a", "A"), ("b", "B")], required=False)
    word = CodeField("Palabra", Answer, unanswered=True, required=False)
    record = RecordField("Registro", required=False, choices=[(RECORD, "Este")])
    many = ManyField("Varias", choices=[("a", "A"), ("b", "B")])
    tick = TickField("Sí")


class Required(Form):
    """The same, and each must say something."""

    line = TextField("Línea")
    area = TextArea("Texto")
    email = EmailField("Correo")
    phone = PhoneField("Teléfono")
    password = PasswordField("Clave")
    code = OneTimeCodeField("Código")
    number = NumberField("Número")
    day = DateField("Día")
    moment = MomentField("Momento")
    partial = PartialDateField("Fecha")
    choice = ChoiceField("Una", choices=[("a", "A")])
    word = CodeField("Palabra", Answer)
    record = RecordField("Registro", choices=[(RECORD, "Este")])
    tick = TickField("Sí", required=True)
