"""What pages, the API and the phone show of inspections beside the rows themselves."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.inspections import raising
from apps.inspections.choices import InspectionState, ProblemLevel
from apps.inspections.models import (
    Inspection,
    InspectionTarget,
    InspectionTeam,
    Sample,
    SampledUnit,
    SiteForm,
    SiteFormConflict,
    TeamMember,
)
from apps.inspections.services import filling
from apps.inspections.services.teams import office
from apps.pages.places import Places

MOST_UNITS = 1000
"""So many units of running inspections are handed to a phone."""


def teams_of(inspection: Inspection, by: User) -> list[dict[str, Any]]:
    """The teams of an inspection that `by` sees, with their members and places."""
    with scopes.activate(office(by)):
        teams = list(InspectionTeam.objects.filter(inspection=inspection).order_by("number"))
        members = list(TeamMember.objects.filter(inspection=inspection).order_by("-leader", "pk"))
        targets = list(InspectionTarget.objects.filter(inspection=inspection).order_by("place_id"))
    places = Places.of(target.place_id for target in targets)
    return [
        {
            "number": team.number,
            "name": team.name,
            "members": [one for one in members if one.team_id == team.pk],
            "places": [places.short(one.place_id) for one in targets if one.team_id == team.pk],
        }
        for team in teams
    ]


def lines_of(inspection: Inspection, by: User) -> list[dict[str, Any]]:
    """The teams as the lines that they are set by, to be changed."""
    with scopes.activate(office(by)):
        members = TeamMember.objects.filter(inspection=inspection).select_related("team")
        rows = list(members.order_by("team__number", "-leader", "pk"))
        targets = list(InspectionTarget.objects.filter(inspection=inspection).order_by("place_id"))
    with scopes.activate(scopes.everywhere("view_accounts")):
        names = dict(User.objects.filter(pk__in=[row.account_id for row in rows]).values_list("pk", "username"))
    return [
        {
            "team": row.team.number,
            "name": row.name,
            "unit": row.unit,
            "account": names.get(row.account_id, ""),
            "leader": row.leader,
            "places": "、".join(str(one.place_id) for one in targets if one.team_id == row.team_id)
            if row.leader
            else "",
        }
        for row in rows
    ]


def targets_of(inspection: Inspection, by: User) -> list[InspectionTarget]:
    """Where an inspection that `by` sees goes to."""
    with scopes.activate(office(by)):
        return list(InspectionTarget.objects.filter(inspection=inspection).order_by("place_id"))


def offered(user: User) -> list[dict[str, Any]]:
    """The running inspections that somebody fills forms of, with what was drawn and what is asked; for the phone."""
    mine = TeamMember.objects.filter(account_id=user.pk).values("inspection_id")
    running = Inspection.objects.visible_to(user).filter(state=InspectionState.RUNNING)
    found = list(running.filter(pk__in=mine).order_by("pk"))
    samples = Sample.objects.visible_to(user).filter(inspection__in=found).order_by("pk")
    rows = list(_units(user, [sample.pk for sample in samples]))
    places = Places.of(row.place_id for row in rows)
    return [
        {
            "id": sample.pk,
            "inspection": sample.inspection_id,
            "title": sample.inspection.title,
            "questions": sample.questions,
            "units": [
                {
                    "id": row.pk,
                    "name": row.head or places.short(row.place_id),
                    "code": row.household_code,
                    "place": places.full(row.place_id),
                    "done": bool(row.done),
                }
                for row in rows
                if row.sample_id == sample.pk
            ],
        }
        for sample in samples.select_related("inspection")
    ]


def has_form() -> Exists:
    """Of a sampled unit, whether a form about it came in time."""
    return Exists(SiteForm.objects.filter(unit=OuterRef("pk"), late=False))


def _units(user: User, samples: list[int]) -> Any:
    rows = SampledUnit.objects.visible_to(user).filter(sample__in=samples, dropped_on=None)
    return rows.annotate(done=has_form()).order_by("sample_id", "position")[:MOST_UNITS]


def choices() -> dict[str, list[dict[str, str]]]:
    """The choices of a problem that a form carries."""
    return {
        "areas": [{"value": value, "label": str(label)} for value, label in raising.areas()],
        "levels": [{"value": value, "label": str(label)} for value, label in ProblemLevel.choices],
    }


def conflicts_of(user: Any, form: SiteForm) -> int:
    """How many other contents came under the id of a form."""
    return SiteFormConflict.objects.visible_to(user).filter(form=form).count()


def may_fill(user: User, inspection: Inspection) -> bool:
    """Whether somebody may fill forms of an inspection now."""
    return inspection.state == InspectionState.RUNNING and filling.may_fill(inspection, user)
