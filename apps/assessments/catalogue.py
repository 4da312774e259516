"""The indicators that a year can be assessed by: what each says, where its value comes from, its usual weight.

A set (`models.IndicatorSet`) gives them weights for a year and a place. Sources: workflows.md §13 (indicators and
weights), R-068, R-074 to R-080. Periods of due visits are those of CV-04 for helpers; once a quarter for those who
answer for a whole village or county (design). A corps (R-078) is assessed by what villages and cadres of its county
did: the rows that a value of it opens to are those that something is wrong with, because the others are too many.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.assessments import effect_catalogue
from apps.assessments.choices import EFFECTS, Kind, Source
from apps.assessments.indicators import Entry

VISITS, DAYS, PROBLEMS, MEASURES, SATISFACTION, QUALITY, TEAMS, HELPERS = (
    "visits", "days", "problems", "measures", "satisfaction", "quality", "teams", "helpers",
)  # fmt: skip

PERIOD_MONTHS: dict[str, int] = {**dict.fromkeys(Kind, 3), Kind.HELPER: 1}
"""How many months are one period of due visits."""
DAYS_OF_A_MONTH = 20
"""Days that a resident cadre is to be in the village each month, days of approved leave among them (CV-07, design)."""


def _by_code(*entries: Entry) -> dict[str, Entry]:
    return {entry.code: entry for entry in entries}


_SATISFACTION = Entry(SATISFACTION, _("群众满意度"), _("民意测评中表示满意的户占受访户的比例。"), Source.OPINION, 15)
_QUALITY = Entry(
    QUALITY,
    _("数据质量"),
    _("所帮扶户中没有未办结疑点的户所占比例。"),
    Source.COMPUTED,
    5,
    _("未办结的疑点"),
)

OF_CADRES: Mapping[str, Entry] = _by_code(
    Entry(
        VISITS,
        _("入户走访"),
        _("应走访的户次中已走访的户次。帮扶责任人每户每月一次，第一书记和工作队每户每季度一次；整月（季）在任的才计。"),
        Source.COMPUTED,
        25,
        _("计入的走访：每户每期的第一次"),
    ),
    Entry(
        DAYS,
        _("驻村天数"),
        _("驻村考勤登记的驻村天数占应驻村天数的比例，整月在任的每月20天，批准的请假除外；没有登记的月份不计。"),
        Source.COMPUTED,
        20,
        _("计入的驻村考勤"),
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
    _SATISFACTION,
    _QUALITY,
)
OF_CORPS: Mapping[str, Entry] = _by_code(
    Entry(
        VISITS,
        _("入户走访"),
        _("全旗县有帮扶责任人的户，每户每季度至少走访一次：应走访的户次中已走访的户次。整季结对的才计。"),
        Source.COMPUTED,
        20,
        _("有一季度以上没有走访的户"),
    ),
    Entry(
        DAYS,
        _("驻村天数"),
        _("全旗县驻村干部的驻村天数占应驻村天数的比例，整月在任的每月20天，批准的请假除外；没有登记的月份不计。"),
        Source.COMPUTED,
        15,
        _("驻村天数不足的考勤"),
    ),
    Entry(
        PROBLEMS,
        _("解决问题"),
        _("全旗县当年走访中反映的问题里已解决的。没有反映问题的，不计分。"),
        Source.COMPUTED,
        10,
        _("问题尚未解决的走访"),
    ),
    Entry(
        MEASURES,
        _("措施到位"),
        _("全旗县帮扶措施到位的户占所帮扶户的比例。平台尚无措施数据，由盟市核实后填报。"),
        Source.TOWNSHIP,
        15,
    ),
    _SATISFACTION,
    _QUALITY,
    Entry(
        TEAMS,
        _("驻村力量"),
        _("贫困村（含已退出的）中，截止日有在驻的工作队和在任的第一书记的村所占比例。"),
        Source.COMPUTED,
        10,
        _("缺工作队或第一书记的贫困村"),
    ),
    Entry(
        HELPERS,
        _("结对帮扶"),
        _("应帮扶的户中，截止日有帮扶责任人的户所占比例。"),
        Source.COMPUTED,
        10,
        _("没有帮扶责任人的户"),
    ),
)
INDICATORS: Mapping[str, Entry] = {**effect_catalogue.OF_EFFECTS, **OF_CORPS, **OF_CADRES}
"""All there are by code, for names; `of` says which ones a kind is assessed by and in which words."""


def of(kind: str) -> Mapping[str, Entry]:
    """The indicators that one kind of assessed can be assessed by, in their order."""
    if kind in EFFECTS:
        return effect_catalogue.OF_EFFECTS
    return OF_CORPS if kind == Kind.CORPS else OF_CADRES


def computed() -> list[str]:
    """The indicators that are computed for some kind of assessed, in their order."""
    entries = (entry for known in (effect_catalogue.OF_EFFECTS, OF_CORPS, OF_CADRES) for entry in known.values())
    return list(dict.fromkeys(entry.code for entry in entries if entry.source == Source.COMPUTED))
