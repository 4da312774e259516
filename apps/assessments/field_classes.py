"""The class of every field of assessments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.assessments.models import (
    AssessmentLog,
    AssessmentRound,
    CadreAssessment,
    EffectAssessment,
    EffectLog,
    EffectProblem,
    EffectScore,
    EffectTarget,
    Indicator,
    IndicatorSet,
    Score,
    SiteResult,
)
from apps.common.fieldclasses import Basis, declare, general

ASSESS = _("考核帮扶干部")
EFFECT = _("考核盟市和旗县的扶贫成效")
RULES = _("规定考核的指标、权重和期限")


def declare_all() -> None:
    """Declare the fields of assessments; once, when the app is ready."""
    declare(
        IndicatorSet,
        general(
            RULES,
            "year kind excellent good basic fair relative readers all_counties report_until opinion_until score_until"
            " grade_until appeal_days",
            Basis.PUBLIC,
        ),
    )
    declare(Indicator, general(RULES, "set code weight source position", Basis.PUBLIC))
    declare(
        AssessmentRound,
        general(
            ASSESS,
            "year kind set data_on state done assessed opened_by opened_by_name opened_at touched_at finished_at",
            Basis.PUBLIC,
        ),
    )
    declare(
        CadreAssessment,
        general(
            ASSESS,
            "kind year set cadre duty team account name unit_name data_on zero_months state state_since due_on"
            " self_report scored_by graded_by total weight_counted first_grade grade grade_reason appeal_until"
            " appeal_text",
        ),
    )
    declare(
        Score,
        general(
            ASSESS,
            "assessment code weight source position value numerator denominator counted missing note entered_by"
            " entered_by_name settled_at",
        ),
    )
    declare(AssessmentLog, general(ASSESS, "assessment at by by_name by_level step from_state to_state note"))
    declare(
        EffectAssessment,
        general(
            EFFECT,
            "kind year set name group readers checker data_on frozen state state_since due_on round self_report total"
            " weight_counted deducted grade grade_reason rank published_on",
            Basis.PUBLIC,
        ),
    )
    declare(
        EffectScore,
        general(
            EFFECT,
            "assessment code deducts weight source position value numerator denominator counted missing worst best"
            " points note settled_at",
            Basis.PUBLIC,
        ),
    )
    declare(
        EffectLog,
        general(EFFECT, "assessment round at by by_name step apart from_state to_state note", Basis.PUBLIC),
    )
    declare(EffectProblem, general(EFFECT, "assessment text due_on answer answered_on problem", Basis.PUBLIC))
    declare(
        EffectTarget,
        general(EFFECT, "year exit_persons exit_villages removed_counties income_growth", Basis.PUBLIC),
    )
    declare(
        SiteResult,
        general(
            EFFECT,
            "assessed year code source sampled wrong note entered_by entered_by_name entered_on",
            Basis.PUBLIC,
        ),
    )
