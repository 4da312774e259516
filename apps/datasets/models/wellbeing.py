"""Work, school and health: human resources, education, medical insurance, health, disabled persons' federation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.fields import CodeField
from apps.datasets.models.base import DepartmentRow, PlaceField, choice, day, maybe, money, once, text, year


class Employment(DepartmentRow):
    """HR-EM 就业扶贫模块."""

    dataset = "HR-EM"

    year = year(_("年度"))
    work_place = maybe(PlaceField(_("务工所在地")))
    months = models.DecimalField(_("务工月数"), max_digits=3, decimal_places=1)
    training = models.BooleanField(_("参加培训"), null=True, blank=True)

    class Meta(DepartmentRow.Meta):
        verbose_name = _("就业扶贫模块")
        constraints = once("key", "year")


class SchoolRoll(DepartmentRow):
    """ED-XJ 学籍; the school year is named by the year of its September."""

    dataset = "ED-XJ"

    school_year = year(_("学年"))
    stage = CodeField("school_stage", verbose_name=_("在读学段"))
    school = text(_("学校"), 100)
    state = choice(
        _("学籍状态"), ("enrolled", _("在读")), ("suspended", _("休学")), ("left", _("离校")), ("graduated", _("毕业"))
    )

    class Meta(DepartmentRow.Meta):
        verbose_name = _("学籍")
        constraints = once("key", "school_year")


class MedicalInsurance(DepartmentRow):
    """HS-MI 参保、报销."""

    dataset = "HS-MI"

    year = year(_("年度"))
    scheme = choice(_("参保类型"), ("resident", _("城乡居民医保")), ("employee", _("职工医保")))
    out_of_pocket = money(_("个人自付（元）"))
    reimbursed = maybe(money(_("报销金额（元）")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("参保、报销")
        constraints = once("key", "year", "scheme")


class Illness(DepartmentRow):
    """HS-CH 大病慢病签约救治."""

    dataset = "HS-CH"

    kind = CodeField("health", verbose_name=_("病种类别"))
    diagnosed_on = maybe(day(_("确诊日期")))
    ended_on = maybe(day(_("治愈日期")))
    contracted_on = maybe(day(_("签约日期")))
    treated_on = maybe(day(_("救治日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("大病慢病签约救治")
        constraints = once("key", "kind")


class DisabilityCertificate(DepartmentRow):
    """DF-CE 持证残疾人. The certificate's number holds the citizen number and is not kept: what rules need of it is the
    type and the grade."""

    dataset = "DF-CE"

    type = CodeField("disability_type", verbose_name=_("残疾类别"))
    grade = CodeField("disability_grade", verbose_name=_("残疾等级"))
    state = choice(_("证件状态"), ("valid", _("有效")), ("expired", _("过期")), ("cancelled", _("注销")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("持证残疾人")
        constraints = once("key")
