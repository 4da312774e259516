"""The class of every field of visits: what is said of a family, and where somebody stood, is masked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, sensitive
from apps.visits.models import (
    LastVisit,
    Visit,
    VisitConflict,
    VisitCorrection,
    VisitMark,
    VisitPhoto,
    VisitReceipt,
    VisitTask,
)

DIARY = _("记录入户走访和帮扶")
ONCE = _("保证同一篇日记只保存一次")
FOLLOW = _("跟踪走访中发现的问题")
SETTLE = _("核定同一编号下的不同内容")
PROOF = _("核实走访是否真实")


def declare_all() -> None:
    """Declare the fields of visits; once, when the app is ready."""
    declare(VisitReceipt, general(ONCE, "client_id household author digest visited_on received_at", Basis.AUDIT))
    declare(
        Visit,
        general(DIARY, "household author author_name visited_on visited_at problem_solved"),
        general(ONCE, "client_id received_at offline", Basis.AUDIT),
        sensitive(DIARY, "text situation help_given policies persons_met problem"),
        general(PROOF, "clock_off accuracy datum no_position distance"),
        sensitive(PROOF, "lon lat"),
    )
    declare(
        VisitConflict,
        general(ONCE, "client_id visit household author author_name digest visited_at received_at", Basis.AUDIT),
        sensitive(DIARY, "text content"),
        general(SETTLE, "settled_at settled_by settled_by_name kept settled_reason", Basis.AUDIT),
    )
    declare(LastVisit, general(DIARY, "household author visited_on"))
    declare(
        VisitTask,
        general(FOLLOW, "visit household author raised_on owner owner_name due_on state solved_on closed_on"),
        general(FOLLOW, "solved_by solved_by_name closed_by_name"),
        sensitive(FOLLOW, "problem solution remark"),
    )
    declare(
        VisitCorrection,
        general(DIARY, "visit household author author_name at reason"),
        sensitive(DIARY, "text"),
    )
    declare(
        VisitPhoto,
        general(ONCE, "visit household author slot size part received state refusal announced_at", Basis.AUDIT),
        general(PROOF, "sha256 finished_at width height hash_0 hash_1 hash_2 hash_3"),
        sensitive(PROOF, "taken_at lon lat image thumbnail"),
    )
    declare(VisitMark, general(PROOF, "visit household author kind value other photo at"))
