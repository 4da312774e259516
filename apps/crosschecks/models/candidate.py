"""Candidates: a person without a usable number and a record of the household register that may be his."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.common.fields import BlindIndexField, CodeField, code_constraint
from apps.common.models import Versioned
from apps.datasets.models.base import PlaceField
from apps.households.models import Household, Person


class CandidateState(models.TextChoices):
    """What a person decided; nothing else ever does."""

    OPEN = "open", _("待判断")
    SAME = "same", _("是同一人")
    DIFFERENT = "different", _("不是同一人")


@pghistory.track(
    fields=[
        "id", "division", "household", "person", "state", "reason", "decided_by_name", "decided_at",
    ],
    obj_field=pghistory.ObjForeignKey(related_name="events"),
    model_name="LinkCandidateEvent",
)  # fmt: skip
class LinkCandidate(Versioned, PlacedModel):
    """身份匹配候选. Placed where the person is, and moves with him; of the record what a person needs to decide.

    No rule reads it and nothing is linked by it: who decides that it is the same person enters the number in the
    register himself. Decided once, the same pair is never asked again; one nobody has decided yet disappears when the
    person got a usable number or left, or the record is no longer in force.
    """

    household_lookup = "household_id"
    change_capability = "work_findings"

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        editable=False,
        verbose_name=_("贫困户"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="link_candidates",
        editable=False,
        verbose_name=_("家庭成员"),
    )
    dataset = models.CharField(_("数据集"), max_length=5, editable=False)
    key = BlindIndexField(verbose_name=_("证件号码"), null=False)
    name_there = models.CharField(_("户籍姓名"), max_length=50, editable=False)
    born_there = models.DateField(_("户籍出生日期"), null=True, editable=False)
    sex_there = CodeField("sex", verbose_name=_("户籍性别"), null=True, editable=False)
    place_there = PlaceField(_("户籍所在地"), editable=False)
    cancelled_on = models.DateField(_("注销日期"), null=True, editable=False)
    score = models.DecimalField(_("可能性"), max_digits=5, decimal_places=4, editable=False)
    explanation = models.JSONField(_("比对说明"), default=list, editable=False)
    found_on = models.DateField(_("发现日期"), editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=CandidateState, default=CandidateState.OPEN, editable=False
    )
    reason = models.CharField(_("判断依据"), max_length=500, blank=True, default="", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("判断人"),
    )
    decided_by_name = models.CharField(_("判断人姓名"), max_length=60, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(_("判断时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("身份匹配候选")
        verbose_name_plural = _("身份匹配候选")
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="candidate_once"),
            models.CheckConstraint(condition=Q(state__in=CandidateState.values), name="candidate_state_known"),
            models.CheckConstraint(
                condition=Q(state=CandidateState.OPEN, decided_at=None)
                | (~Q(state=CandidateState.OPEN) & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="candidate_decided_by_somebody",
            ),
            code_constraint("sex_there", "sex"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="candidate_division"),
            models.Index(fields=["state", "division"], name="candidate_state"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"
