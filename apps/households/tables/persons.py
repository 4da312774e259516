"""家庭成员: persons and their years."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.households import filters, forms
from apps.households.models import Person, PersonYear
from apps.households.tables.shared import HOUSEHOLD, KEYS, STATUS
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, NUMBER, PLACE, SEALED, YEAR, Code, Number
from apps.pages.resources import Related, Resource, Section


class PersonYearResource(Resource):
    """家庭成员年度情况."""

    name = "person-year"
    model = PersonYear
    filters = filters.PersonYearFilters
    form = forms.PersonYearForm
    order = ("division_id", "pk")
    title = "person__name"
    icon = "user"
    columns = (
        Column("person", _("姓名"), source="person__name", link="person", link_source="person_id"),
        Column("year", _("年度"), kind=YEAR),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("household", _("户"), source="household_id", kind=NUMBER, default=False),
        Column("political", _("政治面貌"), kind=Code("political"), default=False),
        Column("education", _("文化程度"), kind=Code("education")),
        Column("school_stage", _("在校生状况"), kind=Code("school_stage")),
        Column("school", _("学校名称"), default=False),
        Column("dropout_reason", _("失学或辍学原因"), kind=Code("dropout_reason"), default=False),
        Column("health", _("健康状况"), kind=Code("health")),
        Column("labour", _("劳动技能"), kind=Code("labour")),
        Column("work_region", _("务工区域"), kind=Code("work_region")),
        Column("work_place", _("务工所在地"), source="work_place_id", kind=PLACE, default=False),
        Column("work_months", _("务工时间（月）"), kind=Number(1)),
        Column("work_employer", _("务工企业"), default=False),
        Column("public_job", _("公益性岗位"), default=False),
        Column("public_job_months", _("公益性岗位月数"), kind=NUMBER, default=False),
        Column("speaks_mandarin", _("会讲普通话"), kind=BOOL, default=False),
        Column("medical_resident", _("居民医保"), kind=BOOL),
        Column("medical_employee", _("职工医保"), kind=BOOL, default=False),
        Column("serious_illness_insured", _("大病保险"), kind=BOOL, default=False),
        Column("commercial_medical", _("商业补充医保"), kind=BOOL, default=False),
        Column("pension_resident", _("居民养老"), kind=BOOL, default=False),
        Column("pension_employee", _("职工养老"), kind=BOOL, default=False),
        Column("accident_subsidy", _("意外险补贴"), kind=BOOL, default=False),
        Column("dibao", _("低保"), kind=BOOL),
        Column("tekun", _("特困供养"), kind=BOOL),
        Column("medical_relief", _("大病医疗救助"), kind=BOOL, default=False),
        Column("other_health_aid", _("其他健康扶贫"), kind=BOOL, default=False),
        Column("contract_doctor", _("签约医生"), default=False),
        Column("five_path", _("五个一批"), kind=Code("five_path")),
        *KEYS,
    )


class PersonResource(Resource):
    """家庭成员."""

    name = "person"
    model = Person
    label = pgettext_lazy("列表", "家庭成员")
    filters = filters.PersonFilters
    form = forms.PersonForm
    title = "name"
    icon = "user"
    empty = _("没有符合条件的人员。可以放宽筛选条件，或从国家系统导出表导入。")
    columns = (
        Column("name", _("姓名")),
        Column("code", _("人编码"), kind=IDENTIFIER, default=False),
        Column("national_no", _("人编号"), kind=IDENTIFIER, default=False),
        Column("sex", _("性别"), kind=Code("sex")),
        Column("birth_date", _("出生日期"), kind=DATE),
        Column("id_type", _("证件类型"), kind=Code("id_type"), default=False),
        Column("id_no", _("证件号码"), kind=SEALED),
        Column("relation", _("与户主关系"), kind=Code("relation")),
        Column("ethnicity", _("民族"), kind=Code("ethnicity")),
        Column("disability_no", _("残疾人证号"), kind=SEALED, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        HOUSEHOLD,
        Column("household_status", _("户脱贫属性"), source="household__status", kind=STATUS),
        Column("is_active", _("在册"), kind=BOOL, default=False),
        *KEYS,
    )
    sections = (
        Section(
            _("基本信息"),
            ("name", "sex", "birth_date", "ethnicity", "relation", "id_type", "id_no", "disability_no", "is_active"),
        ),
        Section(_("所在户"), ("household", "household_status", "division", "code", "national_no")),
    )
    related = (Related(_("年度情况"), PersonYearResource, "person"),)
