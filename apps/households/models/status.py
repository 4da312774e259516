"""What happened: status events, natural changes, registration conflicts (registry.md §7, decisions.md 19)."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.common.fields import CodeField, code_constraint
from apps.households.models.household import Household
from apps.households.models.person import Person


class StatusEvent(PlacedModel):
    """状态变化: append-only; the household's status is that of its last event."""

    household_lookup = "household_id"

    class Kind(models.TextChoices):
        IMPORTED = "imported", _("导入")
        PROPOSED = "proposed", _("拟识别")
        IDENTIFIED = "identified", _("新识别")
        PLANNED_EXIT = "planned_exit", _("列入当年脱贫")
        EXIT_STOPPED = "exit_stopped", _("未通过脱贫")
        EXITED = "exited", _("脱贫")
        POLICY_ENDED = "policy_ended", _("不再享受政策")
        RETURNED = "returned", _("返贫")
        REMOVED = "removed", _("清退")
        CLOSED = "closed", _("自然销户")

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="status_events",
        verbose_name=_("贫困户"),
    )
    kind = models.CharField(_("事件"), max_length=16, choices=Kind)
    status = CodeField("poverty_status", verbose_name=_("脱贫属性"))
    on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("经办人"),
    )
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("状态变化")
        constraints = [code_constraint("status", "poverty_status")]
        indexes = [models.Index(fields=["division", "id"], name="status_event_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind} {self.on}"


@pghistory.track(model_name="NaturalChangeEvent")
class NaturalChange(PlacedModel):
    """自然变更: births, deaths, marriages, moves; applied to the register once approved."""

    household_lookup = "household_id"

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="natural_changes",
        verbose_name=_("贫困户"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="natural_changes",
        verbose_name=_("家庭成员"),
    )
    kind = CodeField("natural_change", verbose_name=_("变更类型"))
    happened_on = models.DateField(_("发生日期"))
    evidence = models.FileField(_("证明材料"), upload_to="natural-changes/", blank=True)
    target_household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("分户后的户"),
    )
    new_head = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新户主")
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("上报人")
    )
    reported_at = models.DateTimeField(_("上报时间"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
    )
    approved_on = models.DateField(_("批准日期"), null=True, blank=True)
    rejected_on = models.DateField(_("退回日期"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=500, blank=True, default="")
    campaign = models.CharField(_("批次"), max_length=50, blank=True, default="")

    class Meta:
        verbose_name = _("自然变更")
        constraints = [
            code_constraint("kind", "natural_change"),
            models.CheckConstraint(
                condition=models.Q(approved_on=None) | models.Q(rejected_on=None),
                name="change_not_both_ways",
                violation_error_message=_("不能同时批准和退回。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="natural_change_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind} {self.happened_on}"


class RegistrationConflict(PlacedModel):
    """证件号码重复登记: one number claimed by two places.

    Placed at the lowest division that has both in view, so that exactly those who see both see the conflict.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        RESOLVED = "resolved", _("已处理")

    division_code_fields = ("registered_division", "refused_division")  # move when a division is re-coded

    id_no_index = models.BinaryField(max_length=32, editable=False)
    registered_division = models.BigIntegerField(_("在册地"))
    refused_division = models.BigIntegerField(_("申请地"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    noticed_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("重复登记")
        constraints = [
            models.UniqueConstraint(
                fields=["id_no_index", "registered_division", "refused_division"],
                condition=models.Q(state="open"),
                name="registration_conflict_open_once",
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="registration_conflict_division")]
