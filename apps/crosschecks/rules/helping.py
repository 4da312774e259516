"""Who helps whom (CV-01, CV-02, CV-14, CV-18, ST-09): pairings in force on the date.

Design: the household's status is that of the rule, a pairing counts from its first to its last day, both included.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing
from apps.cadres.models import Cadre, HomeCheck
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context, years_before
from apps.households.models import HELPED, POOR, Household

__all__: list[str] = []


def _helped_by(context: Context) -> QuerySet[Pairing]:
    """The pairings of the outer cadre in force on the date."""
    return Pairing.objects.active(context.date).filter(cadre_id=OuterRef("pk")).order_by()


def _number_of(pairings: QuerySet[Pairing]) -> Coalesce:
    counted: QuerySet[Any, Any] = pairings.values("cadre_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _without_helper(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Households with no pairing in force."""
    paired = Pairing.objects.active(context.date).filter(household_id=OuterRef("pk"))
    return households.filter(~Exists(paired)).annotate(head=context.head_name())


@rule(
    "CV-01",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户无帮扶责任人"),
    condition=_("未脱贫、预脱贫、返贫户在比对日期没有有效的帮扶结对。"),
    evidence=["code", "head"],
    statuses=POOR,
    on_save=False,
)
def poor_without_helper(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A poor household without any pairing in force on the date."""
    return _without_helper(households, context)


@rule(
    "ST-09",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户脱贫后无帮扶责任人"),
    condition=_("脱贫享受政策户在比对日期没有有效的帮扶结对；稳定脱贫户不比。"),
    evidence=["code", "head", "exit_year"],
    statuses=("40",),
    on_save=False,
)
def left_without_helper(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A household that left poverty and is still helped, without any pairing in force on the date."""
    return _without_helper(households, context)


@rule(
    "CV-02",
    on=ObjectKind.CADRE,
    text=_("%(cadre)s帮扶%(pairs)s户"),
    condition=_("干部在比对日期有效的帮扶结对多于上限（默认5户）。"),
    evidence=["cadre", "helping_unit", "pairs"],
    parameters=["helper_households_max"],
    on_save=False,
)
def too_many_households(cadres: QuerySet[Cadre], context: Context) -> QuerySet[Any]:
    """More pairings in force than the threshold; the notice about fewer than three is none (decisions.md 13)."""
    return (
        cadres.annotate(pairs=_number_of(_helped_by(context)))
        .filter(pairs__gt=context.whole("helper_households_max"))
        .annotate(cadre=F("name"), helping_unit=F("unit__name"))
    )


def _no_checks() -> str:
    """Why nobody's knowledge can be tested, for people: nobody was asked."""
    return "" if HomeCheck.objects.exists() else gettext("尚未登记入户核查")


@rule(
    "CV-14",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户不知帮扶责任人"),
    condition=_(
        "未脱贫、预脱贫、脱贫享受政策、返贫户在比对日期前一年内最近一次入户核查，登记为不知道帮扶责任人；"
        "核查之后才开始的结对不比。"
    ),
    evidence=["code", "head", "checked_on"],
    statuses=HELPED,
    missing=_no_checks,
    on_save=False,
)
def helper_unknown(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """At the latest check of the year before the date the household did not know a helper whom it had on that day, and
    has still."""
    later = HomeCheck.objects.filter(
        household_id=OuterRef("household_id"), checked_on__gt=OuterRef("checked_on"), checked_on__lte=context.date
    )
    paired = Pairing.objects.active(context.date).filter(
        household_id=OuterRef("household_id"), from_on__lte=OuterRef("checked_on")
    )
    said = HomeCheck.objects.filter(
        ~Exists(later),
        Exists(paired),
        knows_helper=False,
        checked_on__gt=years_before(context.date, 1),
        checked_on__lte=context.date,
    )
    return households.filter(pk__in=said.values("household_id")).annotate(
        head=context.head_name(),
        checked_on=Subquery(said.filter(household_id=OuterRef("pk")).values("checked_on")),
    )


@rule(
    "CV-18",
    on=ObjectKind.CADRE,
    text=_("%(cadre)s已离岗，%(pairs)s户未重新结对"),
    condition=_("干部离岗日期早于比对日期，仍有有效的帮扶结对。"),
    evidence=["cadre", "helping_unit", "left_on", "pairs"],
    on_save=False,
)
def departed_with_households(cadres: QuerySet[Cadre], context: Context) -> QuerySet[Any]:
    """Gone before the date, and still somebody's helper."""
    pairings = _helped_by(context)
    return cadres.filter(Exists(pairings), left_on__lt=context.date).annotate(
        cadre=F("name"), helping_unit=F("unit__name"), pairs=_number_of(pairings)
    )
