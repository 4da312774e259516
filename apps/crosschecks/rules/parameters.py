"""Thresholds of rules. Every division may set its own; the nearest one above a row holds there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, DecimalField, Expression, Field, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.divisions import codes


@dataclass(frozen=True)
class Parameter:
    """A threshold: what it is for people, its usual value and the bounds within which it may be set."""

    name: str
    label: str | Promise
    default: Decimal
    least: Decimal
    most: Decimal
    places: int = 0

    def clean(self, value: Decimal) -> Decimal:
        """The value as stored; ValidationError when it is out of bounds or finer than its decimal places."""
        if not value.is_finite() or not self.least <= value <= self.most:
            raise ValidationError(
                _("%(label)s应在 %(least)s 至 %(most)s 之间。"),
                code="out_of_bounds",
                params={"label": self.label, "least": self.least, "most": self.most},
            )
        if value != round(value, self.places):
            raise ValidationError(
                _("%(label)s最多 %(places)d 位小数。"),
                code="places",
                params={"label": self.label, "places": self.places},
            )
        return round(value, self.places)


def _whole(name: str, label: str | Promise, default: int, least: int, most: int) -> Parameter:
    return Parameter(name, label, Decimal(default), Decimal(least), Decimal(most))


PARAMETERS: dict[str, Parameter] = {
    one.name: one
    for one in (
        _whole("age_max", gettext_lazy("合理年龄上限（岁）"), 110, 100, 130),
        _whole("parent_gap", gettext_lazy("父母与子女最小年龄差（岁）"), 15, 10, 25),
        _whole("grandparent_gap", gettext_lazy("祖孙最小年龄差（岁）"), 30, 20, 50),
        _whole("head_age_min", gettext_lazy("户主最低年龄（岁）"), 16, 14, 20),
        _whole("adult_age", gettext_lazy("成年年龄（岁）"), 18, 16, 20),
        _whole("primary_age_min", gettext_lazy("小学最低年龄（岁）"), 6, 4, 8),
        _whole("primary_age_max", gettext_lazy("小学最高年龄（岁）"), 14, 12, 20),
        _whole("junior_age_min", gettext_lazy("初中最低年龄（岁）"), 11, 9, 13),
        _whole("junior_age_max", gettext_lazy("初中最高年龄（岁）"), 18, 15, 25),
        _whole("senior_age_min", gettext_lazy("高中（中职）最低年龄（岁）"), 14, 12, 16),
        _whole("senior_age_max", gettext_lazy("高中（中职）最高年龄（岁）"), 22, 18, 30),
        _whole("college_age_min", gettext_lazy("高等教育最低年龄（岁）"), 16, 13, 18),
        _whole("working_age_min", gettext_lazy("劳动年龄下限（岁）"), 16, 14, 18),
        _whole("working_age_max", gettext_lazy("劳动年龄上限（岁，不含）"), 60, 50, 70),
        _whole("pupil_work_months", gettext_lazy("在校生每年务工月数上限"), 3, 0, 12),
        _whole("phone_share_max", gettext_lazy("同一电话最多登记户数"), 5, 1, 100),
        _whole("wage_min", gettext_lazy("工资性收入合理下限（元）"), 300, 0, 5000),
        _whole("wage_max", gettext_lazy("工资性收入合理上限（元）"), 300_000, 50_000, 2_000_000),
        _whole("dibao_min", gettext_lazy("低保金合理下限（元）"), 200, 0, 5000),
        _whole("tekun_min", gettext_lazy("特困供养金合理下限（元）"), 200, 0, 5000),
        _whole("pension_min", gettext_lazy("养老保险金合理下限（元）"), 88, 0, 5000),
        _whole("family_planning_min", gettext_lazy("计划生育金合理下限（元）"), 100, 0, 5000),
        _whole("income_change_min", gettext_lazy("人均纯收入年度变化下限（元）"), 1000, 0, 20_000),
        _whole("vehicle_value", gettext_lazy("机动车价值上限（元）"), 30_000, 0, 1_000_000),
        _whole("tax_floor", gettext_lazy("个人所得税年度合计上限（元）"), 0, 0, 100_000),
        Parameter("far_above_factor", gettext_lazy("明显超标的倍数"), Decimal("1.5"), Decimal(1), Decimal(5), 2),
        _whole("work_months_diff", gettext_lazy("务工月数允许相差（月）"), 1, 0, 12),
        Parameter("kwh_factor", gettext_lazy("用电量为全村中位数的倍数"), Decimal(3), Decimal(1), Decimal(20), 1),
        _whole("kwh_min_accounts", gettext_lazy("计算用电中位数的最少户数"), 5, 3, 100),
        Parameter("subsidy_diff", gettext_lazy("补贴数量允许相差比例"), Decimal("0.30"), Decimal(0), Decimal(1), 2),
        _whole("large_machine_value", gettext_lazy("大型农机具价值（元）"), 50_000, 5000, 1_000_000),
        Parameter("exit_incidence", gettext_lazy("退出时贫困发生率上限"), Decimal("0.03"), Decimal(0), Decimal(1), 4),
        _whole("change_days", gettext_lazy("自然变更办理期限（天）"), 30, 0, 365),
        _whole("helper_households_max", gettext_lazy("一名干部最多帮扶户数"), 5, 1, 50),
        _whole("visit_days", gettext_lazy("入户间隔上限（天）"), 45, 7, 365),
        _whole("attendance_days", gettext_lazy("驻村干部每月驻村天数下限"), 20, 1, 31),
        _whole("supervisors_min", gettext_lazy("村级义务监督员最少人数"), 10, 1, 50),
        Parameter("mongol_share", gettext_lazy("蒙古族聚居村的人口比例"), Decimal("0.5"), Decimal(0), Decimal(1), 2),
        _whole("eight_ones", gettext_lazy("检查“八个一”（1为检查，0为不检查）"), 0, 0, 1),
        _whole("retained_days", gettext_lazy("指标收到后下达或落实期限（天）"), 30, 1, 365),
        _whole("idle_days", gettext_lazy("落实后未拨付期限（天）"), 180, 1, 730),
        Parameter("spending_lag", gettext_lazy("支出进度允许落后比例"), Decimal("0.10"), Decimal(0), Decimal(1), 2),
        Parameter("carry_over_max", gettext_lazy("结转结余比例上限"), Decimal("0.08"), Decimal(0), Decimal(1), 2),
        _whole("announcement_days", gettext_lazy("分配结果和项目公告期限（天）"), 10, 0, 90),
        _whole("notice_days", gettext_lazy("资金项目公示最少天数"), 10, 1, 90),
        _whole("late_start_days", gettext_lazy("计划开工后未开工期限（天）"), 30, 0, 365),
        _whole("asset_days", gettext_lazy("完工后登记资产期限（天）"), 60, 0, 730),
        _whole("dwelling_cap", gettext_lazy("危土房改造户均补助上限（元）"), 20_000, 1000, 200_000),
        _whole("seed_money_before", gettext_lazy("2015年以前村级引导资金下限（元）"), 450_000, 0, 5_000_000),
        _whole("seed_money", gettext_lazy("2016年起村级引导资金下限（元）"), 500_000, 0, 5_000_000),
        Parameter(
            "beijing_paid_share",
            gettext_lazy("京蒙协作资金9月底支出比例下限"),
            Decimal("0.90"),
            Decimal(0),
            Decimal(1),
            2,
        ),
        _whole("loan_max", gettext_lazy("小额信贷上限（元）"), 50_000, 0, 1_000_000),
        _whole("loan_months", gettext_lazy("小额信贷最长期限（月）"), 36, 1, 600),
        _whole("loan_wish_days", gettext_lazy("贷款意愿办理期限（天）"), 60, 0, 365),
        _whole("marriage_days", gettext_lazy("婚姻变更办理期限（天）"), 30, 0, 365),
        Parameter(
            "small_out_of_pocket",
            gettext_lazy("医疗自付占纯收入的较小比例"),
            Decimal("0.10"),
            Decimal(0),
            Decimal(1),
            2,
        ),
        Parameter(
            "income_tolerance", gettext_lazy("收入合计允许误差（元）"), Decimal("1.00"), Decimal(0), Decimal(1000), 2
        ),
    )
}


# Poverty lines are settings, too: one name for each year.
LINE = "line_"


@dataclass(frozen=True)
class Settings:
    """What divisions have set: name → ((low, high, value), …). Names that nobody set have their usual value.

    The poverty line of 2018 stands under `line_2018`.
    """

    values: Mapping[str, tuple[tuple[int, int, Decimal], ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[tuple[str, tuple[tuple[int, int, Decimal], ...]], ...]:
        """What tells two settings apart."""
        return tuple(sorted(self.values.items()))

    @classmethod
    def of(cls, rows: Iterable[tuple[str, int, Decimal]]) -> Settings:
        """From rows (name, division, value); the narrowest division stands first."""
        found: dict[str, list[tuple[int, int, Decimal]]] = {}
        for name, division, value in rows:
            found.setdefault(name, []).append((*codes.subtree(division), value))
        return cls({name: tuple(sorted(ranges, key=lambda one: one[1] - one[0])) for name, ranges in found.items()})

    def at(self, name: str, division: int) -> Decimal:
        """The value that holds at a division; KeyError for a name that is no parameter."""
        usual = PARAMETERS[name].default
        return next((value for low, high, value in self.values.get(name, ()) if low <= division <= high), usual)

    def least(self, name: str) -> Decimal:
        """The smallest value that holds anywhere."""
        return min([PARAMETERS[name].default, *(value for _low, _high, value in self.values.get(name, ()))])

    def line(self, year: int) -> Expression:
        """The poverty line of a year for each row by its `division`, as SQL; null without one."""
        known = [
            (int(name.removeprefix(LINE)), low, high, value)
            for name, ranges in self.values.items()
            if name.startswith(LINE)
            for low, high, value in ranges
        ]
        nearest = sorted((one for one in known if one[0] <= year), key=lambda one: (-one[0], one[2] - one[1]))
        money: Field[Any, Any] = DecimalField(max_digits=8, decimal_places=2)
        cases = [
            When(division__gte=low, division__lte=high, then=Value(value, output_field=money))
            for _year, low, high, value in nearest
        ]
        return Case(*cases, default=Value(None, output_field=money), output_field=money)

    def varies(self, name: str) -> bool:
        """Whether divisions have set values of their own."""
        return name in self.values

    def only(self, overrides: Mapping[str, Decimal]) -> Settings:
        """The settings with some parameters set to one value everywhere (what if)."""
        kept = {name: ranges for name, ranges in self.values.items() if name not in overrides}
        everywhere = {name: ((10**11, 10**12 - 1, value),) for name, value in overrides.items()}
        return Settings({**kept, **everywhere})

    def expression(
        self, name: str, output_field: Field[Any, Any], convert: Callable[[Decimal], Any] = lambda value: value
    ) -> Expression:
        """The value for each row by its `division`, as SQL; `convert` turns values into what is compared."""
        usual = Value(convert(PARAMETERS[name].default), output_field=output_field)
        ranges = self.values.get(name, ())
        if not ranges:
            return usual
        cases = [
            When(division__gte=low, division__lte=high, then=Value(convert(value), output_field=output_field))
            for low, high, value in ranges
        ]
        return Case(*cases, default=usual, output_field=output_field)
