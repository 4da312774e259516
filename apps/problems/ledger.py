"""What inspections hand over: the problem that an on-site form carries, raised in this ledger."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.inspections.models import SiteForm
from apps.inspections.raising import Ledger
from apps.problems.choices import Area
from apps.problems.services.raising import raise_of_form


def raise_of(form: SiteForm, by: Any) -> int:
    """Raise the problem of a form; its key."""
    return raise_of_form(form, by=by).pk


def url_of(problem: int) -> str:
    """The page of a problem."""
    return reverse("problem-detail", args=[problem])


LEDGER = Ledger(raise_of, Area.choices, url_of)
