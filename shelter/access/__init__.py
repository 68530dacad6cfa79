"""Who may do what, to which record: one catalogue, one matrix, one question."""

from .matrix import MATRIX as MATRIX
from .permissions import PUBLIC as PUBLIC
from .permissions import SIGNED_IN as SIGNED_IN
from .permissions import Needs as Needs
from .permissions import Permission as Permission
from .permissions import Role as Role
from .policy import allows as allows
from .policy import foundations_of as foundations_of
from .policy import grants as grants
from .policy import houses_of as houses_of
from .policy import parts_within_reach as parts_within_reach
from .policy import reaches as reaches
from .policy import within_reach as within_reach
from .reach import Asker as Asker
from .reach import Grant as Grant
from .reach import Part as Part
from .reach import Reach as Reach
from .reach import Reader as Reader
from .reach import Subject as Subject
from .reach import SubjectColumns as SubjectColumns
