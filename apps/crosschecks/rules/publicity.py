"""Whether money and projects are made public (FP-05, FP-06): notices by what they are about."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Mod
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.divisions import codes
from apps.funds.choices import ProjectState
from apps.funds.models import Quota
from apps.notices.choices import Kind
from apps.notices.models import PublicNotice
from apps.notices.querysets import subject_of

__all__: list[str] = []

OF_MONEY = (Kind.DISTRIBUTION, Kind.PROJECT, Kind.FUND_USE, Kind.LOANS, Kind.ASSETS)
"""The notices that hang ten days or longer (N6)."""


class Days(Func):
    """The days from the second date to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    arity = 2
    output_field = IntegerField()


@rule(
    "FP-05",
    on=ObjectKind.PROJECT,
    also=(ObjectKind.QUOTA,),
    text=_("%(unpublished)s未公告公示"),
    condition=_(
        "自治区、盟市、旗县收到的指标超过规定天数（默认10天），本级没有公告过分配结果；项目已经开工，或立项超过规定天数，"
        "项目所在地或其苏木乡镇没有公示过。已收回的指标和已终止的项目不比，撤回的公示不算。"
    ),
    evidence=["unpublished", "since"],
    parameters=["announcement_days"],
    on_save=False,
)
def unpublished(rows: Any, context: Context) -> QuerySet[Any]:
    """No notice about it was ever posted at its own level: of a quota where the money is distributed, of a project in
    its village or township."""
    by = context.days_ago("announcement_days")
    posted = PublicNotice.objects.was_posted().filter(posted_on__lte=context.date).about(OuterRef("said"))
    if rows.model is Quota:
        return rows.annotate(said=subject_of("quota")).filter(
            ~Exists(posted.filter(division_id=OuterRef("division_id"))),
            division__level__lte=codes.COUNTY,
            received_on__lt=by,
            amount__gt=F("recovered"),
        ).annotate(unpublished=F("document_no"), since=F("received_on"))  # fmt: skip
    place = OuterRef("division_id")
    township = place - Mod(place, codes.SPAN[codes.TOWNSHIP])
    return (
        rows.annotate(said=subject_of("project"))
        .filter(
            Q(started_on__lte=context.date) | Q(approved_on__lt=by),
            ~Q(state=ProjectState.STOPPED),
            ~Exists(posted.filter(Q(division_id=place) | Q(division_id=township))),
        )
        .annotate(unpublished=F("name"), since=Coalesce("started_on", "approved_on"))
    )


@rule(
    "FP-06",
    on=ObjectKind.NOTICE,
    text=_("%(notice)s公示%(days_posted)s天"),
    condition=_(
        "苏木乡镇、嘎查村张贴的资金分配、项目、资金使用、贷款、资产公示，从张贴次日到结束不足规定天数（默认10天）；"
        "还没有结束的按公示截止日期算，撤回的不算。"
    ),
    evidence=[("notice", "title"), "posted_on", "days_posted"],
    parameters=["notice_days"],
    on_save=False,
)
def taken_down_early(notices: Any, context: Context) -> QuerySet[PublicNotice]:
    """Of township or village and about money, and up for fewer days than the threshold; the day of posting does not
    count, nor the day on which it was closed."""
    stood = Coalesce(Days(F("closed_on"), F("posted_on")) - 1, Days(F("ends_on"), F("posted_on")))
    found: QuerySet[PublicNotice] = (
        notices.was_posted()
        .annotate(days_posted=stood)
        .filter(level__gte=codes.TOWNSHIP, kind__in=OF_MONEY, days_posted__lt=context.whole("notice_days"))
    )
    return found
