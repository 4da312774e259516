"""The indicators that a year can be assessed by: what each says, where its value comes from, its usual weight.

A set (`models.IndicatorSet`) gives them weights for a year and a place. Sources: workflows.md §13 (indicators and
weights), R-068, R-074 to R-080. Periods of due visits are those of CV-04 for helpers; once a quarter for those who
answer for a whole village (design).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.assessments.choices import Kind, Source


@dataclass(frozen=True)
class Entry:
    """An indicator: `words` is its formula as people read it, `opens` what a computed value can be opened to. All three
    texts are translated when shown."""

    code: str
    label: Any
    words: Any
    source: Source
    weight: int
    opens: Any = ""


VISITS, DAYS, PROBLEMS, MEASURES, SATISFACTION, QUALITY = (
    "visits", "days", "problems", "measures", "satisfaction", "quality",
)  # fmt: skip

INDICATORS: dict[str, Entry] = {
    one.code: one
    for one in (
        Entry(
            VISITS,
            _("入户走访"),
            _(
                "应走访的户次中已走访的户次。帮扶责任人每户每月一次，第一书记和工作队每户每季度一次；整月（季）在任的才计。"
            ),
            Source.COMPUTED,
            25,
            _("计入的走访：每户每期的第一次"),
        ),
        Entry(
            DAYS,
            _("驻村天数"),
            _("驻村天数占应驻村天数的比例，每月20天。由乡镇按驻村考勤填报。"),
            Source.TOWNSHIP,
            20,
        ),
        Entry(
            PROBLEMS,
            _("解决问题"),
            _("当年走访中反映的问题里已解决的。没有反映问题的，不计分。"),
            Source.COMPUTED,
            15,
            _("反映了问题的走访"),
        ),
        Entry(
            MEASURES,
            _("措施到位"),
            _("帮扶措施到位的户占所帮扶户的比例。平台尚无措施数据，由乡镇核实后填报。"),
            Source.TOWNSHIP,
            20,
        ),
        Entry(
            SATISFACTION,
            _("群众满意度"),
            _("民意测评中表示满意的户占受访户的比例。"),
            Source.OPINION,
            15,
        ),
        Entry(
            QUALITY,
            _("数据质量"),
            _("所帮扶户中没有未办结疑点的户所占比例。"),
            Source.COMPUTED,
            5,
            _("未办结的疑点"),
        ),
    )
}

PERIOD_MONTHS: dict[str, int] = {Kind.HELPER: 1, Kind.FIRST_SECRETARY: 3, Kind.TEAM: 3}
"""How many months are one period of due visits."""
