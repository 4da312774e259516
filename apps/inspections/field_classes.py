"""The class of every field of inspections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general
from apps.inspections.models import Inspection, InspectionTarget, InspectionTeam, TeamMember

INSPECT = _("督查巡查扶贫工作")
TOLD = _("向受检地区反馈和通报督查情况")


def declare_all() -> None:
    """Declare the fields of inspections; once, when the app is ready."""
    declare(
        Inspection,
        general(
            INSPECT,
            "number title kind from_on until_on basis subject state state_since round drafted_by drafted_by_name"
            " approved_on started_on report reported_on feedback fed_back_on notice notice_no notified_on closed_on",
            Basis.PUBLIC,
        ),
    )
    declare(
        InspectionTarget,
        general(
            TOLD,
            "inspection place run_by team number title kind from_on until_on opened_on inspected_on feedback"
            " fed_back_on notice_no notice notified_on",
            Basis.PUBLIC,
        ),
    )
    declare(InspectionTeam, general(INSPECT, "inspection number name", Basis.PUBLIC))
    declare(TeamMember, general(INSPECT, "inspection team account name unit leader", Basis.PUBLIC))
