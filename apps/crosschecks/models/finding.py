"""Findings: what a rule found on one object, and every step of working it off."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import ENDED, OF_HOUSEHOLD, OF_PLACE, Level, ObjectKind, Severity, State, Verdict
from apps.crosschecks.evidence import sentence
from apps.crosschecks.models.run import Run
from apps.crosschecks.querysets import FindingQuerySet
from apps.households.models import Household, Person

ENDED_VALUES = [str(state) for state in ENDED]


class Finding(Versioned, PlacedModel):
    """疑点. One row per rule and object for life: found, worked off, cleared, and opened again when it comes back.

    A finding of a household or person is placed where they are and moves with them; the database sees to it. That of
    a registration conflict is placed at one of its two places, which is its `side`.
    """

    household_lookup = "household_id"
    change_capability = "work_findings"
    division_code_fields = ("side",)  # moves when a division is re-coded

    rule = models.CharField(_("规则"), max_length=8, editable=False)
    object_kind = models.CharField(_("对象"), max_length=10, choices=ObjectKind, editable=False)
    object_id = models.BigIntegerField(_("对象编号"), editable=False)
    side = models.BigIntegerField(default=0, editable=False)
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="findings",
        editable=False,
        verbose_name=_("贫困户"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="findings",
        editable=False,
        verbose_name=_("家庭成员"),
    )
    run = models.ForeignKey(
        Run,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="findings",
        db_index=False,
        editable=False,
        verbose_name=_("批次"),
    )
    evidence = models.JSONField(_("证据"), default=dict, editable=False)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity, editable=False)
    acting_level = models.PositiveSmallIntegerField(_("处理层级"), choices=Level)
    department = models.CharField(_("处理部门"), max_length=50, blank=True, default="")
    found_on = models.DateField(_("发现日期"), editable=False)
    due_on = models.DateField(_("办理期限"))
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.NEW, editable=False)
    # When the state was entered. A run that began earlier than this knows nothing of what was done since.
    state_since = models.DateTimeField(_("状态时间"), editable=False)
    verdict = models.CharField(_("核查结论"), max_length=16, choices=Verdict, blank=True, default="", editable=False)
    verdict_reason = models.CharField(_("结论说明"), max_length=500, blank=True, default="", editable=False)
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("核查人"),
    )
    verdict_by_name = models.CharField(_("核查人姓名"), max_length=60, blank=True, default="", editable=False)
    verdict_at = models.DateTimeField(_("核查时间"), null=True, editable=False)
    review_needed = models.BooleanField(_("需要复核"), default=False, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(FindingQuerySet)()

    class Meta:
        verbose_name = _("疑点")
        verbose_name_plural = _("疑点")
        constraints = [
            models.UniqueConstraint(fields=["rule", "object_kind", "object_id", "side"], name="finding_once"),
            # Target of the key that keeps the log placed where its finding is.
            models.UniqueConstraint(fields=["id", "household", "division"], name="finding_place"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="finding_state_known"),
            models.CheckConstraint(condition=Q(object_kind__in=ObjectKind.values), name="finding_kind_known"),
            models.CheckConstraint(
                condition=Q(object_kind=ObjectKind.CONFLICT, household=None, person=None)
                | Q(object_kind=ObjectKind.HOUSEHOLD, household=models.F("object_id"), person=None)
                | Q(object_kind=ObjectKind.PERSON, household__isnull=False, person=models.F("object_id"))
                | Q(object_kind__in=OF_HOUSEHOLD, household__isnull=False)
                | Q(object_kind__in=OF_PLACE, household=None, person=None),
                name="finding_names_its_object",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="finding_division"),
            models.Index(fields=["division", "due_on", "id"], name="finding_division_due"),
            models.Index(fields=["due_on", "id"], name="finding_due"),
            models.Index(fields=["rule", "division", "id"], name="finding_rule"),
            models.Index(
                fields=["division", "rule"],
                name="finding_open",
                condition=~Q(state__in=ENDED_VALUES),
                include=["severity"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.text}"

    @property
    def title(self) -> str:
        """The rule's name."""
        return catalogue()[self.rule].title

    @property
    def text(self) -> str:
        """The finding in one sentence, in the reader's language."""
        return sentence(self.rule, self.evidence)

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


class FindingLog(PlacedModel):
    """疑点流转记录: every change of state with who, when and why. Append-only; moves with its finding."""

    household_lookup = "household_id"

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="log", verbose_name=_("疑点"))
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("贫困户"),
    )
    run = models.ForeignKey(
        Run,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("批次"),
    )
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("经办人"),
    )
    by_name = models.CharField(_("经办人姓名"), max_length=60)
    by_level = models.PositiveSmallIntegerField(_("经办层级"), choices=Level, null=True)
    from_state = models.CharField(_("原状态"), max_length=16, blank=True, default="", choices=State)
    to_state = models.CharField(_("新状态"), max_length=16, choices=State)
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    file = models.FileField(_("附件"), upload_to="findings/", blank=True)
    evidence = models.JSONField(_("当时的证据"), default=dict)

    class Meta:
        verbose_name = _("疑点流转记录")
        verbose_name_plural = _("疑点流转记录")
        indexes = [models.Index(fields=["division", "id"], name="finding_log_division")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.from_state} → {self.to_state}"
