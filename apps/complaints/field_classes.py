"""The class of every field of complaints."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import declare, general, high
from apps.complaints.models import Complainant, Complaint, ComplaintLog, ComplaintPhoto, Statement

HANDLE = _("受理和办理扶贫领域信访举报")
REACH = _("答复反映人")


def declare_all() -> None:
    """Declare the fields of complaints; once, when the app is ready."""
    declare(
        Complaint,
        general(
            HANDLE,
            "number kind channel sender concerned named state state_since round due_on received_on registered_on"
            " accepted_on answered_on closed_on result confirmed satisfaction reopened sent_to sent_on document_no"
            " returned_on reported_on leader leader_post dispatched_on problem",
        ),
    )
    declare(Complainant, general(HANDLE, "complaint"), high(REACH, "name contact"))
    declare(Statement, general(HANDLE, "complaint"), high(HANDLE, "text findings answer secret_hash"))
    declare(ComplaintPhoto, general(HANDLE, "complaint at width height"), high(HANDLE, "image"))
    declare(
        ComplaintLog,
        general(HANDLE, "complaint round at by by_name step apart from_state to_state"),
        high(HANDLE, "note"),
    )
