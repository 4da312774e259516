"""The class of every field of public notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general
from apps.notices.models import NoticeLog, NoticeObjection, NoticePhoto, Publication, PublicNotice

OPEN = _("公告公示扶贫对象、资金和项目")
PROOF = _("核实公示是否到位")


def declare_all() -> None:
    """Declare the fields of notices; once, when the app is ready."""
    said = "kind level title text lines place ways posted_on ends_on"
    declare(
        PublicNotice,
        general(OPEN, said, Basis.DUTY),
        general(
            OPEN,
            "subject days state state_since prepared_by prepared_by_name approved_by approved_by_name closed_on"
            " postings",
            Basis.PUBLIC,
        ),
    )
    declare(
        NoticeObjection,
        general(
            OPEN,
            "notice received_on text received_by received_by_name due_on answer answered_on answered_by"
            " answered_by_name",
        ),
    )
    declare(NoticePhoto, general(PROOF, "notice posting at by by_name taken_at width height image thumbnail"))
    declare(NoticeLog, general(OPEN, "notice at by by_name by_level step from_state to_state note"))
    declare(Publication, general(OPEN, f"notice {said}", Basis.PUBLIC))
