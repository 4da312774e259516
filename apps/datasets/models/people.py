"""Who somebody is and whether he lives: public security, civil affairs, justice, organisation department."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.fields import BlindIndexField, CodeField
from apps.datasets.models.base import DepartmentRow, PlaceField, choice, day, maybe, money, once, text


class HouseholdRegister(DepartmentRow):
    """PS-HK 户籍人口. Birth date and sex are those of the number: records without one are compared with them."""

    dataset = "PS-HK"
    from_number = ("born_on", "sex")

    register_no = text(_("户号"), 30)
    register_relation = CodeField("relation", verbose_name=_("与户主关系"))
    registered_at = PlaceField(_("户籍所在地"))
    kind = choice(_("户口性质"), ("农业", _("农业")), ("非农业", _("非农业")), ("居民", _("居民")))
    cancelled_on = maybe(day(_("注销日期")))
    cancel_reason = choice(
        _("注销原因"), ("death", _("死亡")), ("moved", _("迁出")), ("other", _("其他")), blank=True, default=""
    )
    born_on = maybe(day(_("出生日期")))
    sex = CodeField("sex", verbose_name=_("性别"), null=True, blank=True)

    class Meta(DepartmentRow.Meta):
        verbose_name = _("户籍人口")
        constraints = once("key", "register_no")
        indexes = [*DepartmentRow.Meta.indexes, models.Index(fields=["register_no", "version"], name="%(class)s_no")]


class DeathCancellation(DepartmentRow):
    """PS-DE 死亡注销."""

    dataset = "PS-DE"

    died_on = day(_("死亡日期"))
    cancelled_on = maybe(day(_("注销日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("死亡注销")
        constraints = once("key")


class Vehicle(DepartmentRow):
    """PS-VH 机动车登记."""

    dataset = "PS-VH"

    plate = text(_("号牌号码"), 20)
    kind = choice(
        _("车辆类型"), ("car", _("轿车")), ("van", _("客车")), ("truck", _("货车")), ("motorcycle", _("摩托车")),
        ("tricycle", _("三轮车")), ("other", _("其他")),
    )  # fmt: skip
    registered_on = day(_("登记日期"))
    value = maybe(money(_("车辆价值（元）")))
    cancelled_on = maybe(day(_("注销日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("机动车登记")
        constraints = once("key", "plate")


class RuralAllowance(DepartmentRow):
    """CA-DB 农村低保: a row for each person, not for a household."""

    dataset = "CA-DB"

    grade = choice(_("低保类别"), ("1", _("一类")), ("2", _("二类")), ("3", _("三类")), blank=True, default="")
    amount = maybe(money(_("月补助水平（元）")))
    from_on = day(_("开始日期"))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("农村低保")
        constraints = once("key", "from_on")


class DestituteSupport(DepartmentRow):
    """CA-TK 特困供养."""

    dataset = "CA-TK"

    mode = choice(_("供养方式"), ("dispersed", _("分散供养")), ("institution", _("集中供养")), blank=True, default="")
    amount = maybe(money(_("月供养标准（元）")))
    from_on = day(_("开始日期"))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("特困供养")
        constraints = once("key", "from_on")


class Cremation(DepartmentRow):
    """CA-CR 死亡火化."""

    dataset = "CA-CR"

    cremated_on = day(_("火化日期"))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("死亡火化")
        constraints = once("key")


class Marriage(DepartmentRow):
    """CA-MR 婚姻登记: a row for each spouse."""

    dataset = "CA-MR"

    kind = choice(_("登记类型"), ("marriage", _("结婚")), ("divorce", _("离婚")))
    registered_on = day(_("登记日期"))
    spouse_key = BlindIndexField(verbose_name=_("配偶证件号码"))
    spouse_name = text(_("配偶姓名"), 50, blank=True)

    class Meta(DepartmentRow.Meta):
        verbose_name = _("婚姻登记")
        constraints = once("key", "registered_on", "kind")


class Pension(DepartmentRow):
    """HR-PE 养老待遇."""

    dataset = "HR-PE"

    scheme = choice(
        _("养老类型"), ("resident", _("城乡居民养老")), ("employee", _("职工养老")), ("public", _("机关事业养老"))
    )
    amount = money(_("月待遇（元）"))
    from_on = day(_("开始日期"))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("养老待遇")
        constraints = once("key", "scheme")


class PostHolder(DepartmentRow):
    """OR-CD 第一书记、驻村干部、村干部."""

    dataset = "OR-CD"

    post = choice(
        _("职务"), ("first_secretary", _("第一书记")), ("resident_cadre", _("驻村干部")),
        ("village_secretary", _("嘎查村党支部书记")), ("village_director", _("嘎查村主任")),
        ("committee_member", _("嘎查村两委成员")),
    )  # fmt: skip
    serves_at = PlaceField(_("任职地区"))
    from_on = day(_("开始日期"))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("第一书记、驻村干部、村干部")
        constraints = once("key", "post", "serves_at")


class Imprisonment(DepartmentRow):
    """JU-PR 服刑人员."""

    dataset = "JU-PR"

    from_on = day(_("开始日期"))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("服刑人员")
        constraints = once("key", "from_on")
