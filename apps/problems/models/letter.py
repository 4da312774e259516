"""督办函: what an office writes to the unit that is late with a problem."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.divisions.models import Division
from apps.inspections.models.base import SupervisionModel
from apps.pages.steplogs import person
from apps.problems.models.problem import LONGEST_TEXT, Problem, name_of
from apps.problems.querysets import LetterQuerySet


class SupervisionLetter(SupervisionModel):
    """督办函: numbered by year and issuing place, with a new date; its receipt is recorded by who gets it.

    It lies where its problem lies. Nothing of it changes but the receipt, and that once.
    """

    change_capability: ClassVar[str] = "review_rectification"

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="letters", verbose_name=_("问题"))
    issuer = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("发函地区")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    sequence = models.PositiveIntegerField(_("序号"))
    number = models.CharField(_("文号"), max_length=60)
    unit = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("收函地区")
    )
    department = models.CharField(_("收函单位"), max_length=100)
    text = models.TextField(_("督办内容"), max_length=LONGEST_TEXT)
    old_due_on = models.DateField(_("原整改期限"))
    due_on = models.DateField(_("新的整改期限"))
    issued_on = models.DateField(_("发函日期"))
    issued_at = models.DateTimeField(_("发函时间"), default=timezone.now)
    issued_by = person(_("签发人"))
    issued_by_name = name_of(_("签发人姓名"))
    received_on = models.DateField(_("签收日期"), null=True)
    received_by = person(_("签收人"))
    received_by_name = name_of(_("签收人姓名"))

    objects: ClassVar = ScopedManager.from_queryset(LetterQuerySet)()

    class Meta:
        verbose_name = _("督办函")
        verbose_name_plural = _("督办函")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "sequence"], name="letter_numbered_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="letter_due_after_issue"),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("issued_on")), name="letter_received_after_issue"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="letter_division"),
            models.Index(fields=["division", "issued_on"], name="letter_open", condition=Q(received_on=None)),
        ]

    def __str__(self) -> str:
        return self.number
