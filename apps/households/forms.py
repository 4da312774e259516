"""Forms of the register: used by the form pages and the API alike; the writes behind them are services."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.households import services
from apps.households.models import (
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
)
from apps.households.models.income import COUNTED, PROPERTY_PARTS, TRANSFER_PARTS
from apps.households.models.year import AREAS
from apps.households.validators import validate_health
from apps.pages.forms import DivisionField, PageForm

CONDITIONS = (
    "has_production_power",
    "road_type",
    "in_cooperative",
    "led_by_enterprise",
    "led_by_person",
    "is_dangerous",
    "dwelling_grade",
    "alternative_dwelling",
    "repair_plan_year",
    "repair_done_on",
    "has_domestic_power",
    "has_tv",
    "water_difficult",
    "water_safe",
    "fuel_type",
    "has_toilet",
    "members",
)


class HouseholdForm(PageForm):
    """贫困户. Status and its dates are not here: they move through workflows."""

    division = DivisionField()
    fieldsets = (
        (_("所在地与联系"), ("division", "natural_village", "address", "phone", "lon", "lat")),
        (
            _("识别与致贫原因"),
            (
                "household_type",
                "identification_standard",
                "plan_exit_year",
                "cause_main",
                "return_cause",
                "cause_other",
            ),
        ),
        (_("银行账户"), ("bank_name", "bank_account")),
        (
            _("家庭属性"),
            (
                "member_count_stated",
                "is_relocated",
                "is_martyr_family",
                "is_only_child_family",
                "is_two_daughter_family",
            ),
        ),
    )

    class Meta:
        model = Household
        fields = [
            "division",
            "natural_village",
            "address",
            "phone",
            "bank_name",
            "bank_account",
            "household_type",
            "identification_standard",
            "cause_main",
            "cause_other",
            "return_cause",
            "plan_exit_year",
            "is_martyr_family",
            "is_only_child_family",
            "is_two_daughter_family",
            "is_relocated",
            "member_count_stated",
            "lon",
            "lat",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            # A household moves by transfer, not by an edit: its code and history stay behind otherwise.
            del self.fields["division"]
        else:
            for name in ("household_type", "identification_standard", "cause_main"):
                self.fields[name].required = True

    def save(self, commit: bool = True) -> Household:
        if self.instance.pk is None:
            return services.register_household(self.instance, by=self.user, on=timezone.localdate())
        expected = self.cleaned_data["version"]
        return services.change_household(self.instance, by=self.user, expected_version=expected)


class PersonForm(PageForm):
    """家庭成员."""

    fieldsets = (
        (_("基本信息"), ("household", "name", "relation", "sex", "ethnicity", "birth_date")),
        (_("证件"), ("id_type", "id_no", "disability_no")),
    )

    class Meta:
        model = Person
        fields = [
            "household",
            "name",
            "sex",
            "id_type",
            "id_no",
            "birth_date",
            "disability_no",
            "relation",
            "ethnicity",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["household"]
        for name in ("sex", "id_type", "relation", "ethnicity"):
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """A number is required unless the person has no document yet (decisions.md 11)."""
        data = super().clean() or {}
        if data.get("id_type") != "9" and not data.get("id_no") and "id_no" not in self.errors:
            self.add_error("id_no", self.fields["id_no"].error_messages["required"])
        return data

    def save(self, commit: bool = True) -> Person:
        return services.save_person(self.instance, by=self.user, expected_version=self.cleaned_data.get("version"))


class FactForm(PageForm):
    """One year's facts of a household or person: the owner and the year are chosen once and never changed."""

    owner = "household"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in (self.owner, "year"):
                del self.fields[name]

    def save(self, commit: bool = True) -> Model:
        return services.save_fact(self.instance, by=self.user, expected_version=self.cleaned_data.get("version"))


class HouseholdYearForm(FactForm):
    """生产生活条件."""

    fieldsets = (
        ("", ("household", "year", "members")),
        (
            _("生产条件"),
            (
                *(name for name in AREAS if name != "housing_m2"),
                "road_type",
                "has_production_power",
                "in_cooperative",
                "led_by_enterprise",
                "led_by_person",
            ),
        ),
        (
            _("住房"),
            (
                "housing_m2",
                "is_dangerous",
                "dwelling_grade",
                "alternative_dwelling",
                "repair_plan_year",
                "repair_done_on",
            ),
        ),
        (
            _("生活条件"),
            ("has_domestic_power", "has_tv", "water_difficult", "water_safe", "fuel_type", "has_toilet"),
        ),
    )

    class Meta:
        model = HouseholdYear
        fields = ["household", "year", *AREAS, *CONDITIONS]


class HouseholdIncomeForm(FactForm):
    """年度收入."""

    fieldsets = (
        ("", ("household", "year")),
        (_("工资性收入"), ("wage", "wage_public_job")),
        (_("生产经营"), ("operating", "operating_cost")),
        (_("财产性收入"), ("property", *PROPERTY_PARTS)),
        (_("转移性收入"), ("transfer", *TRANSFER_PARTS)),
        (_("填报合计"), ("gross_stated", "net_stated", "per_capita_net_stated")),
    )

    class Meta:
        model = HouseholdIncome
        fields = ["household", "year", *COUNTED, "gross_stated", "net_stated", "per_capita_net_stated"]


class GuaranteeStatusForm(FactForm):
    """两不愁三保障."""

    class Meta:
        model = GuaranteeStatus
        fields = [
            "household",
            "year",
            "food_ok",
            "clothing_ok",
            "education_ok",
            "medical_ok",
            "housing_ok",
            "water_ok",
            "income_ok",
            "assessed_on",
            "evidence",
        ]


class PersonYearForm(FactForm):
    """家庭成员年度情况."""

    owner = "person"
    fieldsets = (
        ("", ("person", "year", "political", "speaks_mandarin", "five_path")),
        (_("教育"), ("education", "school_stage", "school", "dropout_reason")),
        (_("健康"), ("health", "contract_doctor", "medical_relief", "other_health_aid")),
        (
            _("劳动与务工"),
            (
                "labour",
                "work_region",
                "work_place",
                "work_months",
                "work_employer",
                "public_job",
                "public_job_months",
            ),
        ),
        (
            _("社会保障"),
            (
                "dibao",
                "tekun",
                "medical_resident",
                "medical_employee",
                "serious_illness_insured",
                "commercial_medical",
                "pension_resident",
                "pension_employee",
                "accident_subsidy",
            ),
        ),
    )

    class Meta:
        model = PersonYear
        exclude = ["division", "household", "dropout_evidence", "version"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        validate_health(data.get("health"))
        return data


class NaturalChangeForm(PageForm):
    """自然变更: reported by the village; verified, approved and applied by the workflow."""

    class Meta:
        model = NaturalChange
        fields = ["household", "person", "kind", "happened_on", "new_head", "reason"]

    def save(self, commit: bool = True) -> NaturalChange:
        return services.report_change(self.instance, by=self.user)
