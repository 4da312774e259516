"""Identity: numbers, sex, birth, names, required fields (ID-01 … ID-10). Readings: rule-semantics.md (c).

What a number contains was read once, when it was sealed (`households.services.numbers`); rules see only the verdicts.
ID-02 to ID-07 speak only about numbers that pass ID-01.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    CharField,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Length, TruncDate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.numbers import ID_LENGTHS
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.divisions.models import HistoricalCode
from apps.households.models import Household, Person, RegistrationConflict

__all__: list[str] = []

WHOLE = Q(id_length__in=ID_LENGTHS)
# Han characters of every block, in groups joined by single middle dots (decisions.md 15).
HAN = "[〇㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff]+"
NAME = f"^{HAN}(·{HAN})*$"
NO_DOCUMENT = "9"


@rule(
    "ID-01",
    on=ObjectKind.PERSON,
    text=_("%(name)s证件号码为%(id_length)s位，应为18、20或22位"),
    condition=_("证件号码不为空，且位数不是18、20或22位。"),
    evidence=["name", "id_length"],
    blocks="id_no",
)
def wrong_length(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """`id_no` not blank and its length none of 18, 20, 22."""
    return persons.filter(~WHOLE, id_length__isnull=False)


@rule(
    "ID-02",
    on=ObjectKind.PERSON,
    text=_("%(name)s证件号码第18位校验不符"),
    condition=_("证件号码前17位有非数字，或第18位与按GB 11643计算的校验码不同；20、22位号码按前18位计算。"),
    evidence=["name"],
    blocks="id_no",
)
def wrong_check_character(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """One of the first 17 characters is no digit, or the 18th is not the check character."""
    return persons.filter(WHOLE, id_check_ok=False)


@rule(
    "ID-03",
    on=ObjectKind.CONFLICT,
    text=_("一个证件号码在两地申请登记，%(place)s"),
    condition=_(
        "同一证件号码在全区在册人口中只能登记一次；第二次登记被拒绝时记为重复登记，两地各生成一条疑点，互不显示对方。"
    ),
    evidence=["name", "noticed_on"],
    blocks="id_no",
    places=("registered_division", "refused_division"),
    only_at={"name": "registered_division"},
)
def registered_twice(conflicts: QuerySet[RegistrationConflict], context: Context) -> QuerySet[RegistrationConflict]:
    """An open registration conflict: a finding at each of the two places, neither naming the other.

    The name is that of the person as registered, which only the registering place gets to see.
    """
    holder = Person.objects.filter(id_no_index=OuterRef("id_no_index"), is_active=True)
    return conflicts.annotate(
        name=Subquery(holder.filter(division_id=OuterRef("registered_division")).values("name")[:1]),
        noticed_on=TruncDate("noticed_at"),
    )


@rule(
    "ID-04",
    on=ObjectKind.PERSON,
    text=_("%(name)s登记性别为%(sex)s，证件号码显示为%(id_sex)s"),
    condition=_("登记性别为男或女，且与证件号码第17位所示性别不同。"),
    evidence=["name", "sex", "id_sex"],
)
def sex_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Sex 1 or 2 and different from the sex in the number. Sex 0, 9 or null: ID-10."""
    return persons.filter(WHOLE, ~Q(id_sex=F("sex")), sex__in=["1", "2"], id_sex__isnull=False)


@rule(
    "ID-05",
    on=ObjectKind.PERSON,
    text=_("%(name)s证件号码中的出生日期无效或年龄不合理（%(birth_date)s）"),
    condition=_("证件号码第7至14位不是有效日期，或晚于比对日期，或年末年龄超过上限（默认110岁）。"),
    evidence=["name", "birth_date", ("birth_ok", "id_birth_ok")],
    parameters=["age_max"],
)
def birth_implausible(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Characters 7-14 are no date, or a date after `D`, or give an age above `age_max` on 31 December `Y`."""
    return persons.filter(
        Q(id_birth_ok=False)
        | Q(id_birth_ok=True, birth_date__gt=context.date)
        | Q(id_birth_ok=True, birth_date__lte=context.born_after("age_max")),
        WHOLE,
    )


def _history_is_missing() -> str:
    if not HistoricalCode.objects.exists():
        return gettext("需要历史区划代码表（GB/T 2260），尚未导入")
    if Person.objects.filter(WHOLE, is_active=True, id_division_known=None).exists():
        return gettext("历史区划代码表已导入，在册证件号码尚未核对（refresh_numbers）")
    return ""


@rule(
    "ID-06",
    on=ObjectKind.PERSON,
    text=_("%(name)s证件号码前六位不是历史或现行区划代码"),
    condition=_("证件号码前六位不在历年区划代码（GB/T 2260）之内。历史代码表导入前不运行。"),
    evidence=["name"],
    on_save=False,
    missing=_history_is_missing,
)
def division_unknown(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Characters 1-6 stand in no year's list. Not run without a history of codes (decisions.md 23)."""
    return persons.filter(WHOLE, id_division_known=False)


@rule(
    "ID-07",
    on=ObjectKind.PERSON,
    text=_("%(name)s残疾人证号不符合编码规则"),
    condition=_("残疾人证号前18位与身份证号码不同，或类别、等级、补办标记不合编码规则。"),
    evidence=["name"],
)
def disability_number_malformed(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A certificate number that is not the person's key, type 1-7, grade 1-4 and nothing or `B` and 1-9."""
    return persons.filter(WHOLE, disability_no_ok=False)


@rule(
    "ID-08",
    on=ObjectKind.PERSON,
    text=_("%(name)s健康状况为%(health)s，残疾人证号%(certificate)s"),
    condition=_("健康状况已填写，且“残疾”与是否有残疾人证号不一致。"),
    evidence=["name", ("health", "y__health"), "certificate"],
)
def disability_disagrees(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Health not empty, and (04 in health) differs from (a certificate number is there)."""
    certified = Q(disability_no__isnull=False)
    disabled = Q(y__health__contains=["04"])
    return (
        context.with_year(persons)
        .annotate(certificate=Case(When(certified, then=True), default=False))
        .filter((disabled & ~certified) | (Q(y__health__gt=[]) & ~disabled & certified), y__id__isnull=False)
    )


@rule(
    "ID-09",
    on=ObjectKind.PERSON,
    text=_("姓名“%(name)s”含空格、数字、符号或长度不符"),
    condition=_("姓名不是2至50个汉字（可用单个“·”分隔）。"),
    evidence=["name"],
)
def name_malformed(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A name not made of Han characters of any block in groups joined by single `·`, or not 2 to 50 long."""
    return persons.alias(size=Length("name")).filter(~Q(name__regex=NAME) | ~Q(size__range=(2, 50)))


# --- ID-10: the fields of decisions.md 11 ----------------------------------------------------------------------------

OF_HOUSEHOLD = {name: Q(**{name: None}) for name in ("household_type", "identification_standard", "cause_main")}
OF_YEAR = {
    name: Q(**{f"y__{name}": None})
    for name in ("cultivated_mu", "housing_m2", "dwelling_grade", "water_safe", "has_domestic_power", "has_tv")
}
OF_PERSON = {
    "name": Q(name=""),
    "sex": Q(sex=None) | Q(sex__in=["0", "9"]),
    "id_type": Q(id_type=None),
    "id_no": Q(id_no__isnull=True) & (Q(id_type=None) | ~Q(id_type=NO_DOCUMENT)),
    "relation": Q(relation=None),
    "ethnicity": Q(ethnicity=None),
}
OF_PERSON_YEAR = {
    "health": Q(y__health__len=0),
    "labour": Q(y__labour=None),
    "serious_illness_insured": Q(y__serious_illness_insured=None),
}


@rule(
    "ID-10",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户必填信息未填写：%(what)s"),
    condition=_(
        "户：贫困户属性、识别标准、主要致贫原因；年度：耕地面积、住房面积、危房级别、饮水安全、生活用电、广播电视；"
        "成员：姓名、性别、证件类型、证件号码（无证件除外）、与户主关系、民族、健康状况、劳动技能、大病保险、18岁以上的政治面貌；"
        "返贫户的返贫原因；已有年度记录的户，每名成员的年度情况。任一项为空。"
    ),
    evidence=["code", "head", "fields", "person_fields"],
    parameters=["adult_age"],
)
def required_empty(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A required field is null for the household, an existing year of it or an active member (decisions.md 11).

    A missing year row is no hit; a member without a year while the household has one is.
    """
    has_year = Q(y__id__isnull=False)
    of_year = {name: has_year & lacking for name, lacking in OF_YEAR.items()}
    own = {**OF_HOUSEHOLD, **of_year, "return_cause": Q(status="50", return_cause=None)}

    lacking = _person_conditions(context)
    # Whoever has no yearly facts lacks them only if the household has its own of that year.
    absent = Q(y__id__isnull=True, hy__id__isnull=False)
    wanting = _with_years(context.members(), context).filter(any_of(lacking) | absent).order_by().values("household_id")
    texts = (
        _with_years(context.members_of(), context)
        .alias(lacks=names_of({**lacking, "year": absent}))
        .exclude(lacks="")
        .order_by()
        .values("household_id")
        .annotate(text=StringAgg(Concat("name", Value(":"), "lacks"), delimiter=";", order_by="id"))
        .values("text")
    )
    # The filter comes first: what is annotated joins the year that it joined, not the other way round.
    return (
        context.with_year(households)
        .filter(any_of(own) | Q(pk__in=wanting))
        .annotate(
            head=context.head_name(),
            fields=names_of(own),
            person_fields=Coalesce(Subquery(texts, output_field=CharField()), Value("")),
        )
    )


def _with_years(members: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Members with their own yearly row as `y` and their household's as `hy`."""
    of_household = FilteredRelation(
        "household__householdyear", condition=Q(household__householdyear__year=context.year)
    )
    return context.with_year(members).alias(hy=of_household)


def _person_conditions(context: Context) -> dict[str, Q]:
    has_year = Q(y__id__isnull=False)
    yearly: dict[str, Any] = {name: has_year & lacking for name, lacking in OF_PERSON_YEAR.items()}
    adult = Q(birth_date__lte=context.born_by("adult_age"))
    return {**OF_PERSON, **yearly, "political": has_year & adult & Q(y__political=None)}
