"""What a confirmed complaint raises in the ledger of problems, which is told neither that somebody complained by which
number, nor who, nor a word of his: the kind and the way of handling alone, at the place concerned.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.choices import Kind
from apps.complaints.models import Complaint
from apps.problems.choices import Area, Gravity
from apps.problems.services.raising import raise_of_complaint

AREAS: dict[str, Area] = {
    Kind.FUNDS: Area.FUNDS,
    Kind.PROJECTS: Area.PROJECTS,
    Kind.MISUSE: Area.FUNDS,
    Kind.POLICY: Area.HELP,
    Kind.IDENTIFICATION: Area.IDENTIFICATION,
    Kind.OTHER: Area.OTHER,
}


def problem_of(found: Complaint, by: User) -> int:
    """Raise the problem of a complaint whose result is said; its key. Raises PermissionDenied for whoever is of no desk
    above the place concerned."""
    fact = _("信访举报查实：%(kind)s；%(result)s。") % {
        "kind": found.get_kind_display(),
        "result": found.get_result_display(),
    }
    level = Gravity.SERIOUS if found.kind == Kind.MISUSE else Gravity.GENERAL
    return raise_of_complaint(division=found.concerned_id, area=AREAS[found.kind], fact=fact, level=level, by=by).pk
