"""The class of every field of findings and runs. Evidence is masked piece by piece (`apps.crosschecks.evidence`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high, sensitive
from apps.crosschecks.models import Finding, FindingLog, LinkCandidate, RuleParameter, RuleState, Run, RunUnit

CHECK = _("核查疑点数据")
WORK = _("分派、核查和复核疑点")
RUN = _("运行数据比对")
LINK = _("查找没有可用证件号码的人员的户籍记录，由人判断")


def declare_all() -> None:
    """Declare the fields of cross-checking; once, when the app is ready."""
    declare(
        Finding,
        general(CHECK, "rule object_kind object_id side household person run severity found_on"),
        sensitive(CHECK, "evidence"),
        general(
            WORK,
            "acting_level department due_on state state_since verdict verdict_reason verdict_by verdict_by_name"
            " verdict_at review_needed",
        ),
    )
    declare(
        FindingLog,
        general(WORK, "finding household run at by by_name by_level from_state to_state note"),
        sensitive(WORK, "file evidence"),
    )
    declare(
        LinkCandidate,
        general(LINK, "household person dataset score found_on"),
        high(LINK, "key"),
        sensitive(LINK, "name_there born_there sex_there place_there cancelled_on explanation"),
        general(WORK, "state reason decided_by decided_by_name decided_at"),
    )
    declare(RuleParameter, general(RUN, "name value basis set_by set_by_name", Basis.PUBLIC))
    declare(RuleState, general(RUN, "rule state reason date year finished_at", Basis.PUBLIC))
    declare(
        Run,
        general(
            RUN, "kind night date year rules state requested_by requested_by_name started_at finished_at", Basis.PUBLIC
        ),
    )
    declare(
        RunUnit,
        general(
            RUN,
            "run rule state attempt lease_until rung_at started_at finished_at hits added reopened changed cleared"
            " reason",
            Basis.PUBLIC,
        ),
    )
