"""一村一年: the facts of one year (registry.md §10), as in the national form of poor villages."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned, field_label
from apps.villages.models.village import Village
from apps.villages.querysets import VillageYearQuerySet
from apps.villages.validators import validate_not_above

HOUSEHOLD_COUNTS = (
    "dibao_households",
    "tekun_households",
    "unsafe_water_households",
    "difficult_water_households",
    "unpowered_households",
    "dangerous_households",
    "tourism_households",
    "farmstays",
    "broadband_households",
    "mobile_households",
)
PERSON_COUNTS = (
    "dibao_persons",
    "tekun_persons",
    "minority",
    "mongol",
    "women",
    "disabled",
    "labourers",
    "migrants",
    "party_members",
)
# What cannot exceed what: households of a kind, persons of a kind, and the pairs that the form itself implies.
LIMITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("households", HOUSEHOLD_COUNTS),
    ("population", PERSON_COUNTS),
    ("natural_villages", ("unpaved_natural_villages", "powered_natural_villages")),
    ("cultivated", ("irrigated",)),
    ("collective_income", ("collective_operating_income",)),
)
AREAS = ("cultivated", "irrigated", "forest", "returned", "orchard", "grassland", "water")
AMOUNTS = ("per_capita_net", "collective_income", "collective_operating_income", "farmstay_income")
LENGTHS = ("unpaved_km", "unpaved_to_township_km")


def _count(label: Any) -> models.PositiveIntegerField:
    """A count; the database refuses negative ones, empty is not recorded."""
    return models.PositiveIntegerField(label, null=True, blank=True)


def _area(label: Any) -> models.DecimalField:
    """An area in mu."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


def _length(label: Any) -> models.DecimalField:
    """A length in kilometres."""
    return models.DecimalField(
        label, max_digits=7, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


def _money(label: Any) -> models.DecimalField:
    """An amount in yuan."""
    return models.DecimalField(
        label, max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


def _yes(label: Any) -> models.BooleanField:
    return models.BooleanField(label, null=True, blank=True)


@pghistory.track(model_name="VillageYearEvent")
class VillageYear(Versioned, PlacedModel):
    """嘎查村年度情况. Poor households, poor persons and incidence are counted in the register, never stored."""

    village = models.ForeignKey(
        Village,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="years",
        verbose_name=_("嘎查村"),
        editable=False,
    )
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2013), MaxValueValidator(2100)])

    natural_villages = _count(_("自然村（组）数"))
    households = _count(_("总户数"))
    population = _count(_("总人口"))
    dibao_households = _count(_("低保户数"))
    dibao_persons = _count(_("低保人口"))
    tekun_households = _count(_("五保户数"))
    tekun_persons = _count(_("五保人口"))
    minority = _count(_("少数民族人口"))
    mongol = _count(_("其中：蒙古族人口"))
    women = _count(_("妇女人口"))
    disabled = _count(_("残疾人口"))
    labourers = _count(_("劳动力人数"))
    migrants = _count(_("外出务工人数"))
    party_members = _count(_("党员人数"))
    graduate_officials = _count(_("大学生村官人数"))

    cultivated = _area(_("耕地面积（亩）"))
    irrigated = _area(_("有效灌溉面积（亩）"))
    forest = _area(_("林地面积（亩）"))
    returned = _area(_("退耕还林面积（亩）"))
    orchard = _area(_("林果面积（亩）"))
    grassland = _area(_("牧草地面积（亩）"))
    water = _area(_("水域面积（亩）"))

    per_capita_net = _money(_("农民人均纯收入（元）"))
    collective_income = _money(_("村级集体经济收入（元）"))
    collective_operating_income = _money(_("其中：经营性收入（元）"))

    paved_to_township = _yes(_("到乡镇是否通沥青（水泥）路"))
    bus = _yes(_("是否通客运班车"))
    unpaved_natural_villages = _count(_("未通沥青（水泥）路的自然村数"))
    unpaved_km = _length(_("未通沥青（水泥）路里程（公里）"))
    unpaved_to_township_km = _length(_("到乡镇未通沥青（水泥）路里程（公里）"))
    unsafe_water_households = _count(_("未实现饮水安全户数"))
    difficult_water_households = _count(_("饮水困难户数"))
    powered_natural_villages = _count(_("已通电自然村数（20户以上）"))
    unpowered_households = _count(_("未通生活用电户数"))
    production_power = _yes(_("是否通动力电"))
    dangerous_households = _count(_("危房户数"))

    insured_medical = _count(_("参加新农合人数"))
    insured_pension = _count(_("参加城乡居民养老保险人数"))
    insured_pension_employee = _count(_("参加城镇职工养老保险人数"))
    clinics = _count(_("卫生室个数"))
    doctors = _count(_("执业（助理）医师人数"))
    toilets = _count(_("公共厕所个数"))
    waste_points = _count(_("垃圾集中堆放点个数"))
    clinic_standard_met = _yes(_("卫生室是否达标"))
    libraries = _count(_("文化（图书）室个数"))

    cooperatives = _count(_("农民专业合作社个数"))
    tourism_households = _count(_("乡村旅游户数"))
    tourism_workers = _count(_("乡村旅游从业人数"))
    farmstays = _count(_("农家乐户数"))
    farmstay_income = _money(_("农家乐户均年收入（元）"))
    broadband_households = _count(_("通宽带户数"))
    broadband_schools = _count(_("通宽带的村小学数"))
    mobile_households = _count(_("能用手机上网户数"))
    information_officers = _count(_("信息员人数"))

    first_secretary = models.CharField(_("第一书记"), max_length=50, blank=True, default="")
    task_force = _yes(_("是否有驻村工作队"))
    helping_unit = models.CharField(_("帮扶单位"), max_length=100, blank=True, default="")
    leader_assignment = models.CharField(_("包村领导"), max_length=50, blank=True, default="")
    plan = _yes(_("是否有村级规划"))
    good_team = _yes(_("是否有好班子"))
    supervisors = _count(_("义务监督员人数"))
    weak_branch = _yes(_("是否软弱涣散党组织"))
    stars = models.PositiveSmallIntegerField(_("党组织星级"), null=True, blank=True, validators=[MaxValueValidator(5)])
    secretary_filed = _yes(_("村书记是否县级备案"))
    reserves = _count(_("村级后备干部人数"))
    pv = _yes(_("光伏扶贫项目"))
    tourism = _yes(_("旅游扶贫项目"))
    ecommerce = _yes(_("电商扶贫项目"))
    collective_project = _yes(_("集体经济项目"))

    objects: ClassVar = ScopedManager.from_queryset(VillageYearQuerySet)()

    class Meta:
        verbose_name = _("嘎查村年度情况")
        verbose_name_plural = _("嘎查村年度情况")
        constraints = [
            models.UniqueConstraint(
                fields=["village", "year"],
                name="village_year_once",
                violation_error_message=_("这个嘎查村这一年度的情况已经登记。"),
            ),
            models.CheckConstraint(condition=Q(year__range=(2013, 2100)), name="village_year_range"),
            models.CheckConstraint(condition=Q(stars=None) | Q(stars__lte=5), name="village_year_stars"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": 0}) | Q(**{name: None}), name=f"village_year_{name}_min"
                )
                for name in (*AREAS, *AMOUNTS, *LENGTHS)
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{part}__lte": F(whole)}) | Q(**{part: None}) | Q(**{whole: None}),
                    name=f"village_year_{part}_max",
                )
                for whole, parts in LIMITS
                for part in parts
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "id"], name="village_year_division")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year}"

    def clean(self) -> None:
        """Parts do not exceed their whole."""
        super().clean()
        found: dict[str, ValidationError] = {}
        for whole, parts in LIMITS:
            found |= validate_not_above(self, parts, whole, labels=self.label)
        if found:
            raise ValidationError(found)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The place of the village is copied; the database keeps the two equal from then on."""
        self.division_id = self.village.division_id
        super().save(*args, **kwargs)

    @classmethod
    def label(cls, name: str) -> str:
        """A field's name for people."""
        return str(field_label(cls, name))


GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("户数和人口"),
        (
            "natural_villages",
            "households",
            "population",
            "dibao_households",
            "dibao_persons",
            "tekun_households",
            "tekun_persons",
            "minority",
            "mongol",
            "women",
            "disabled",
            "labourers",
            "migrants",
            "party_members",
            "graduate_officials",
        ),
    ),
    (_("土地"), AREAS),
    (_("收入"), ("per_capita_net", "collective_income", "collective_operating_income")),
    (
        _("路、水、电、房"),
        (
            "paved_to_township",
            "bus",
            "unpaved_natural_villages",
            "unpaved_km",
            "unpaved_to_township_km",
            "unsafe_water_households",
            "difficult_water_households",
            "powered_natural_villages",
            "unpowered_households",
            "production_power",
            "dangerous_households",
        ),
    ),
    (
        _("医疗、养老和文化"),
        (
            "insured_medical",
            "insured_pension",
            "insured_pension_employee",
            "clinics",
            "doctors",
            "clinic_standard_met",
            "toilets",
            "waste_points",
            "libraries",
        ),
    ),
    (
        _("产业和信息化"),
        (
            "cooperatives",
            "tourism_households",
            "tourism_workers",
            "farmstays",
            "farmstay_income",
            "broadband_households",
            "broadband_schools",
            "mobile_households",
            "information_officers",
        ),
    ),
    (
        _("组织和帮扶"),
        (
            "first_secretary",
            "task_force",
            "helping_unit",
            "leader_assignment",
            "plan",
            "good_team",
            "supervisors",
            "weak_branch",
            "stars",
            "secretary_filed",
            "reserves",
        ),
    ),
    (_("扶贫项目"), ("pv", "tourism", "ecommerce", "collective_project")),
)
"""The facts as the form groups them: title, fields. Form, detail page and export follow this order."""
