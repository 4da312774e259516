"""受益户: which registered households a project is to help."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.funds.choices import ProjectKind
from apps.funds.models.base import YEARS, FundsModel
from apps.funds.models.library import LibraryItem
from apps.funds.models.project import Project
from apps.funds.project_querysets import BeneficiaryQuerySet


class Beneficiary(FundsModel):
    """受益户 of an item of the library, and of the project that is made from it.

    It lies where the household lies (the database keeps it there), not where the project is built. Code and head stand
    beside the key, because who sees money need not see the register; kind and year, because who asks whether the same
    help comes twice need not see the other project. What was withdrawn or stopped is no longer active.
    """

    household = models.ForeignKey(
        "households.Household", on_delete=models.PROTECT, related_name="benefits", verbose_name=_("贫困户")
    )
    household_code = models.CharField(_("户编码"), max_length=17, editable=False)
    head = models.CharField(_("户主"), max_length=50, blank=True, default="", editable=False)
    item = models.ForeignKey(
        LibraryItem, on_delete=models.PROTECT, related_name="beneficiaries", null=True, verbose_name=_("入库项目")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="beneficiaries", null=True, verbose_name=_("扶贫项目")
    )
    kind = models.CharField(_("项目类别"), max_length=20, choices=ProjectKind.choices, editable=False)
    year = models.PositiveSmallIntegerField(_("年度"), validators=YEARS, editable=False)
    is_active = models.BooleanField(_("有效"), default=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(BeneficiaryQuerySet)()

    class Meta:
        verbose_name = _("受益户")
        constraints = [
            models.UniqueConstraint(fields=["item", "household"], name="beneficiary_of_an_item_once"),
            models.UniqueConstraint(fields=["project", "household"], name="beneficiary_of_a_project_once"),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(project__isnull=False), name="beneficiary_of_something"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="beneficiary_division"),
            models.Index(fields=["household", "year", "kind"], name="beneficiary_help"),
        ]

    def __str__(self) -> str:
        return self.head or self.household_code
