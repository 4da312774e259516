"""The class of every field of inspections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, sensitive
from apps.inspections.models import (
    FormQuestion,
    FormTemplate,
    Inspection,
    InspectionLog,
    InspectionTarget,
    InspectionTeam,
    Sample,
    SampledUnit,
    SiteForm,
    SiteFormConflict,
    SiteFormPhoto,
    TeamMember,
)

INSPECT = _("督查巡查扶贫工作")
ON_SITE = _("现场核查扶贫工作和成效")
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
    declare(
        InspectionLog,
        general(INSPECT, "inspection round at by by_name step apart from_state to_state note", Basis.PUBLIC),
    )
    declare(FormTemplate, general(INSPECT, "title unit is_active", Basis.PUBLIC))
    declare(FormQuestion, general(INSPECT, "template position text kind choices required", Basis.PUBLIC))
    declare(
        Sample,
        general(
            INSPECT,
            "inspection unit method confidence margin strata weighted seed population digest size drawn_on drawn_by"
            " drawn_by_name template_title questions",
            Basis.PUBLIC,
        ),
    )
    declare(
        SampledUnit,
        general(
            INSPECT,
            "inspection sample position place household household_code head stratum weight replaces dropped_on"
            " dropped_reason dropped_by_name",
        ),
    )
    declare(
        SiteForm,
        general(
            ON_SITE,
            "inspection unit client_id digest author author_name written_at received_at offline late place questions"
            " answers remark signed_by lon lat accuracy problem_area problem_fact problem_level problem"
            " settled_at settled_by settled_by_name dismissed_reason",
        ),
        sensitive(ON_SITE, "signature"),
    )
    declare(SiteFormConflict, general(ON_SITE, "inspection form digest author author_name received_at content"))
    declare(
        SiteFormPhoto,
        general(ON_SITE, "inspection form slot sha256 at by by_name taken_at width height"),
        sensitive(ON_SITE, "image thumbnail"),
    )
