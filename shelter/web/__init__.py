"""What every screen shares: sections, the gate, forms and fields, pages, paper."""

from .choices import ChoiceField as ChoiceField
from .choices import CodeField as CodeField
from .choices import CountryField as CountryField
from .choices import ManyField as ManyField
from .choices import RecordField as RecordField
from .fields import DateField as DateField
from .fields import EmailField as EmailField
from .fields import MomentField as MomentField
from .fields import NumberField as NumberField
from .fields import OneTimeCodeField as OneTimeCodeField
from .fields import PartialDateField as PartialDateField
from .fields import PasswordField as PasswordField
from .fields import PhoneField as PhoneField
from .fields import TextArea as TextArea
from .fields import TextField as TextField
from .fields import TickField as TickField
from .forms import EditForm as EditForm
from .forms import Form as Form
from .gate import gate as gate
from .gate import me as me
from .gate import require as require
from .navigation import menu as menu
from .page import page as page
from .section import Section as Section
from .submit import submit as submit
