"""人: the person, one row for life, and what a year may change (registry.md §3, decisions.md 12)."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.fields import BlindIndexField, CodeArrayField, CodeField, SealedField, code_constraint
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.households.models.household import Household
from apps.households.querysets import PersonQuerySet


@pghistory.track(model_name="PersonEvent")
class Person(Versioned, PlacedModel):
    """家庭成员. `is_active` changes through natural changes only.

    The columns from `id_length` to `disability_grade` are what rules may know of the encrypted numbers; one function
    writes them (`services.numbers.write_number_facts`, decisions.md 18).
    """

    household_lookup = "household_id"

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="persons",
        verbose_name=_("贫困户"),
    )
    code = models.CharField(_("人编码"), max_length=20, unique=True, editable=False)
    national_no = models.CharField(_("人编号"), max_length=20, null=True, blank=True)
    name = models.CharField(_("姓名"), max_length=50)
    sex = CodeField("sex", verbose_name=_("性别"), null=True, blank=True)
    id_type = CodeField("id_type", verbose_name=_("证件类型"), null=True, blank=True)
    id_no = SealedField(kind="citizen", verbose_name=_("证件号码"), null=True, blank=True)
    id_no_index = BlindIndexField(source="id_no", kind="citizen")
    id_length = models.PositiveSmallIntegerField(_("证件号码位数"), null=True, editable=False)
    id_check_ok = models.BooleanField(_("校验码正确"), null=True, editable=False)
    id_sex = models.CharField(_("证件号码中的性别"), max_length=1, null=True, editable=False)
    id_birth_ok = models.BooleanField(_("证件号码中的出生日期有效"), null=True, editable=False)
    id_division_known = models.BooleanField(_("证件号码前六位已知"), null=True, editable=False)
    disability_no = SealedField(kind="disability", verbose_name=_("残疾人证号"), null=True, blank=True)
    disability_no_ok = models.BooleanField(_("残疾人证号格式正确"), null=True, editable=False)
    disability_grade = CodeField(
        "disability_grade", verbose_name=_("残疾人证号中的残疾等级"), null=True, editable=False
    )
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    relation = CodeField("relation", verbose_name=_("与户主关系"), null=True, blank=True)
    ethnicity = CodeField("ethnicity", verbose_name=_("民族"), null=True, blank=True)
    is_active = models.BooleanField(_("是否在册"), default=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(PersonQuerySet)()

    class Meta:
        verbose_name = _("家庭成员")
        constraints = [
            models.UniqueConstraint(
                fields=["id_no_index"],
                condition=Q(is_active=True),
                name="person_id_no_once",
                violation_error_message=_("这个证件号码不能登记，请联系上级核实。"),
            ),
            models.UniqueConstraint(
                fields=["national_no"],
                name="person_national_no_once",
                violation_error_message=_("这个人编号不能使用，请联系上级核实。"),
            ),
            models.UniqueConstraint(fields=["id", "household", "division"], name="person_place"),
            code_constraint("sex", "sex"),
            code_constraint("id_type", "id_type"),
            code_constraint("relation", "relation"),
            code_constraint("ethnicity", "ethnicity"),
            code_constraint("disability_grade", "disability_grade"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="person_division"),
            models.Index(fields=["name"], name="person_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(model_name="PersonYearEvent")
class PersonYear(Versioned, PlacedModel):
    """一人一年: schooling, health, labour, work, insurance, allowances and the path of help."""

    household_lookup = "household_id"

    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="years",
        verbose_name=_("家庭成员"),
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("贫困户")
    )
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2013), MaxValueValidator(2100)])
    political = CodeField("political", verbose_name=_("政治面貌"), null=True, blank=True)
    education = CodeField("education", verbose_name=_("文化程度"), null=True, blank=True)
    school_stage = CodeField("school_stage", verbose_name=_("在校生状况"), null=True, blank=True)
    school = models.CharField(_("学校名称"), max_length=80, blank=True, default="")
    dropout_reason = CodeField("dropout_reason", verbose_name=_("失学或辍学原因"), null=True, blank=True)
    dropout_evidence = models.FileField(_("失学证明"), upload_to="dropout/", blank=True)
    health = CodeArrayField("health", verbose_name=_("健康状况"), blank=True, default=list)
    labour = CodeField("labour", verbose_name=_("劳动技能"), null=True, blank=True)
    work_region = CodeField("work_region", verbose_name=_("务工区域"), null=True, blank=True)
    work_place = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("务工所在地"),
    )
    work_months = models.DecimalField(_("务工时间（月）"), max_digits=3, decimal_places=1, null=True, blank=True)
    work_employer = models.CharField(_("务工企业"), max_length=80, blank=True, default="")
    public_job = models.CharField(_("公益性岗位"), max_length=50, blank=True, default="")
    public_job_months = models.PositiveSmallIntegerField(
        _("公益性岗位月数"), null=True, blank=True, validators=[MaxValueValidator(12)]
    )
    speaks_mandarin = models.BooleanField(_("是否会讲普通话"), null=True, blank=True)
    medical_resident = models.BooleanField(_("参加城乡居民基本医疗保险"), null=True, blank=True)
    medical_employee = models.BooleanField(_("参加城镇职工基本医疗保险"), null=True, blank=True)
    serious_illness_insured = models.BooleanField(_("参加大病保险"), null=True, blank=True)
    commercial_medical = models.BooleanField(_("参加商业补充医疗保险"), null=True, blank=True)
    pension_resident = models.BooleanField(_("参加城乡居民基本养老保险"), null=True, blank=True)
    pension_employee = models.BooleanField(_("参加城镇职工基本养老保险"), null=True, blank=True)
    accident_subsidy = models.BooleanField(_("享受人身意外保险补贴"), null=True, blank=True)
    dibao = models.BooleanField(_("是否享受低保"), null=True, blank=True)
    tekun = models.BooleanField(_("是否特困供养人员"), null=True, blank=True)
    medical_relief = models.BooleanField(_("接受大病医疗救助"), null=True, blank=True)
    other_health_aid = models.BooleanField(_("接受其他健康扶贫"), null=True, blank=True)
    contract_doctor = models.CharField(_("签约医生"), max_length=50, blank=True, default="")
    five_path = CodeField("five_path", verbose_name=_("五个一批分类"), null=True, blank=True)

    class Meta:
        verbose_name = _("家庭成员年度情况")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "year"],
                name="person_year_once",
                violation_error_message=_("这一年度的情况已经登记。"),
            ),
            *(
                code_constraint(name, codes)
                for name, codes in {
                    "political": "political",
                    "education": "education",
                    "school_stage": "school_stage",
                    "dropout_reason": "dropout_reason",
                    "labour": "labour",
                    "work_region": "work_region",
                    "five_path": "five_path",
                }.items()
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "id"], name="person_year_division")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The household and place of the person are copied; the database keeps them equal from then on."""
        self.household_id = self.person.household_id
        self.division_id = self.person.division_id
        super().save(*args, **kwargs)
