"""What somebody owns and earns: housing, natural resources, market supervision, finance, tax, housing fund."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.fields import CodeField
from apps.datasets.models.base import DepartmentRow, PlaceField, area, choice, day, maybe, money, once, text, year


class DwellingAppraisal(DepartmentRow):
    """HC-WF 危房鉴定改造; the key is the head's."""

    dataset = "HC-WF"

    grade = CodeField("dwelling_grade", verbose_name=_("危房等级"))
    appraised_on = day(_("鉴定日期"))
    repair_state = choice(
        _("改造状态"),
        ("none", _("未改造")),
        ("planned", _("已列入计划")),
        ("working", _("在建")),
        ("finished", _("竣工")),
    )
    repaired_on = maybe(day(_("竣工日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("危房鉴定改造")
        constraints = once("key", "appraised_on")


class HousingSale(DepartmentRow):
    """HC-SP 商品房网签; the key is the buyer's."""

    dataset = "HC-SP"

    contract_no = text(_("合同编号"), 40)
    place = text(_("房屋坐落"), 200)
    area = area()
    signed_on = day(_("网签日期"))
    cancelled_on = maybe(day(_("注销日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("商品房网签")
        constraints = once("key", "contract_no")


class RealEstate(DepartmentRow):
    """NR-RE 不动产登记; the key is the owner's."""

    dataset = "NR-RE"

    property_no = text(_("不动产单元号"), 40)
    kind = choice(
        _("用途"), ("homestead", _("宅基地")), ("housing", _("住宅")), ("business", _("商业")),
        ("resettlement", _("安置住房")), ("other", _("其他")),
    )  # fmt: skip
    located_in = maybe(PlaceField(_("所在地区")))
    place = text(_("坐落"), 200)
    area = area()
    registered_on = day(_("登记日期"))
    cancelled_on = maybe(day(_("注销日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("不动产登记")
        constraints = once("key", "property_no")


class EnterpriseRole(DepartmentRow):
    """MR-BE 企业、个体、股东."""

    dataset = "MR-BE"

    firm_no = text(_("统一社会信用代码"), 20)
    firm = text(_("企业名称"), 100)
    firm_kind = choice(
        _("主体类型"), ("company", _("公司")), ("cooperative", _("合作社")), ("individual", _("个体工商户"))
    )
    role = choice(_("身份"), ("legal_person", _("法定代表人")), ("shareholder", _("股东")), ("operator", _("经营者")))
    share = models.DecimalField(_("持股比例（%）"), max_digits=5, decimal_places=2, null=True, blank=True)
    state = choice(_("登记状态"), ("active", _("存续")), ("revoked", _("吊销")), ("cancelled", _("注销")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("企业、个体、股东")
        constraints = once("key", "firm_no", "role")


class PublicPayroll(DepartmentRow):
    """FN-PY 财政供养人员."""

    dataset = "FN-PY"

    unit = text(_("单位"), 100)
    post_kind = choice(
        _("人员类别"), ("civil_servant", _("公务员")), ("institution", _("事业人员")), ("retired", _("退休人员")),
        ("contract", _("合同制人员")), ("public_job", _("公益性岗位")), ("village_stipend", _("嘎查村干部补贴")),
    )  # fmt: skip
    from_on = maybe(day(_("开始日期")))
    to_on = maybe(day(_("结束日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("财政供养人员")
        constraints = once("key", "unit")


class FundPayment(DepartmentRow):
    """FN-FU 指标支付; firms have neither key nor name."""

    dataset = "FN-FU"
    of_somebody = False

    quota_no = text(_("指标文号"), 60)
    project_no = text(_("项目编号"), 60, blank=True)
    voucher_no = text(_("凭证号"), 60)
    account = text(_("收款账户名"), 100, blank=True)
    amount = money(_("支付金额（元）"))
    paid_on = day(_("支付日期"))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("指标支付")
        constraints = once("voucher_no")


class IncomeTax(DepartmentRow):
    """TX-TX 个人所得税."""

    dataset = "TX-TX"

    tax_year = year(_("纳税年度"))
    unit = text(_("扣缴单位"), 100, blank=True)
    amount = money(_("实缴税额（元）"))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("个人所得税")
        constraints = once("key", "tax_year", "unit")


class HousingFund(DepartmentRow):
    """HF-GJ 公积金缴存."""

    dataset = "HF-GJ"

    unit = text(_("缴存单位"), 100)
    state = choice(_("账户状态"), ("normal", _("正常")), ("sealed", _("封存")), ("closed", _("销户")))
    amount = money(_("月缴存额（元）"))
    last_paid_on = maybe(day(_("最近缴存日期")))

    class Meta(DepartmentRow.Meta):
        verbose_name = _("公积金缴存")
        constraints = once("key", "unit")
