"""Water, light, loans, moving and subsidies, and the national system: what a household gets."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.fields import CodeArrayField, CodeField
from apps.datasets.models.base import DepartmentRow, PlaceField, area, choice, day, maybe, money, once, text, year


class SmallLoan(DepartmentRow):
    """BK-LN 小额信贷."""

    dataset = "BK-LN"

    loan_no = text(_("贷款编号"), 40)
    product = choice(
        _("贷款产品"), ("small", _("扶贫小额信贷")), ("fumin", _("金融扶贫富民工程贷款")),
        ("relending", _("扶贫再贷款")), ("micro", _("农户小额贷款")), ("other", _("其他")),
    )  # fmt: skip
    lent_in = PlaceField(_("借款人所在地"))
    amount = money(_("贷款金额（元）"))
    term_months = models.PositiveSmallIntegerField(_("期限（月）"))
    rate = models.DecimalField(_("年利率（%）"), max_digits=6, decimal_places=4, null=True, blank=True)
    collateral = models.BooleanField(_("有抵押担保"), null=True, blank=True)
    lent_on = day(_("放款日期"))
    due_on = day(_("到期日期"))
    repaid_on = maybe(day(_("还清日期")))
    overdue = models.BooleanField(_("逾期"), null=True, blank=True)

    class Meta(DepartmentRow.Meta):
        verbose_name = _("小额信贷")
        constraints = once("loan_no")


class DrinkingWater(DepartmentRow):
    """WR-DW 饮水安全: of a household (with key and name) or of a whole village."""

    dataset = "WR-DW"
    of_somebody = False

    scope = choice(_("范围"), ("household", _("户")), ("village", _("嘎查村")))
    village = PlaceField(_("嘎查村"))
    project = text(_("供水工程"), 100, blank=True)
    safe = models.BooleanField(_("饮水安全"))
    checked_on = day(_("检测日期"))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("饮水安全")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], condition=Q(scope="household"), name="drinkingwater_once_household"
            ),
            models.UniqueConstraint(
                fields=["version", "village"], condition=Q(scope="village"), name="drinkingwater_once_village"
            ),
            models.CheckConstraint(
                condition=Q(scope="village") | Q(key__isnull=False), name="drinkingwater_household_named"
            ),
        ]


class Electricity(DepartmentRow):
    """EP-PW 用户用电; the account may stand in nobody's name."""

    dataset = "EP-PW"
    of_somebody = False

    account_no = text(_("用电户号"), 40)
    village = PlaceField(_("嘎查村"))
    connected = models.BooleanField(_("通生活用电"))
    kwh_year = models.PositiveIntegerField(_("近十二个月用电量（千瓦时）"))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("用户用电")
        constraints = once("account_no")
        indexes = [*DepartmentRow.Meta.indexes, models.Index(fields=["village", "version"], name="%(class)s_village")]


class RelocationLedger(DepartmentRow):
    """DR-RL 易地搬迁台账; the key is the head's."""

    dataset = "DR-RL"

    site = text(_("安置点"), 100)
    area = area()
    moved_in_on = maybe(day(_("入住日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("易地搬迁台账")
        constraints = once("key")


class FarmSubsidy(DepartmentRow):
    """AG-SB 草原补奖、农机补贴: every row of a file counts."""

    dataset = "AG-SB"

    year = year(_("年度"))
    kind = choice(
        _("补贴种类"), ("grassland", _("草原补奖")), ("cultivated", _("耕地补贴")), ("livestock", _("牲畜补贴")),
        ("machine", _("农机购置补贴")),
    )  # fmt: skip
    quantity = models.DecimalField(_("数量（亩、羊单位、台）"), max_digits=10, decimal_places=2)
    amount = money(_("补贴金额（元）"))
    machine = text(_("机具名称"), 60, blank=True)
    machine_value = maybe(money(_("机具价值（元）")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("草原补奖、农机补贴")
        constraints = once("row_no")


class NationalSystem(DepartmentRow):
    """NA-SY 全国扶贫开发信息系统."""

    dataset = "NA-SY"

    household_no = text(_("户编号"), 20)
    person_no = text(_("人编号"), 20)
    located_in = PlaceField(_("所在嘎查村"))
    status = CodeField("poverty_status", verbose_name=_("脱贫属性"), null=True, blank=True)
    household_type = CodeField("household_type", verbose_name=_("户类型"), null=True, blank=True)
    cause_main = CodeField("poverty_cause", verbose_name=_("主要致贫原因"), null=True, blank=True)
    relation = CodeField("relation", verbose_name=_("与户主关系"), null=True, blank=True)
    education = CodeField("education", verbose_name=_("文化程度"), null=True, blank=True)
    school_stage = CodeField("school_stage", verbose_name=_("在校生状况"), null=True, blank=True)
    health = CodeArrayField("health", verbose_name=_("健康状况"), null=True, blank=True)
    labour = CodeField("labour", verbose_name=_("劳动技能"), null=True, blank=True)
    is_relocated = models.BooleanField(_("易地搬迁户"), null=True, blank=True)
    dibao = models.BooleanField(_("享受低保"), null=True, blank=True)
    tekun = models.BooleanField(_("特困供养"), null=True, blank=True)

    class Meta(DepartmentRow.Meta):
        verbose_name = _("全国扶贫开发信息系统")
        constraints = once("person_no")
        indexes = [*DepartmentRow.Meta.indexes, models.Index(fields=["household_no", "version"], name="%(class)s_no")]
