"""Who did what, when: the one place that commits, and a chain that shows tampering."""

from .anchors import anchor as anchor
from .anchors import anchor_the_end as anchor_the_end
from .chain import Head as Head
from .chain import head as head
from .models import Actor as Actor
from .models import AuditEntry as AuditEntry
from .models import machine as machine
from .models import operator as operator
from .verify import Verdict as Verdict
from .verify import verify as verify
from .work import ReadOnly as ReadOnly
from .work import Written as Written
from .work import afterwards as afterwards
from .work import enter as enter
from .work import last as last
from .work import note as note
from .work import work as work
