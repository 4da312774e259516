"""How values of the library and of projects look."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.funds.choices import ProjectState
from apps.funds.project_choices import EvaluationGrade, ItemState
from apps.pages.kinds import EMPTY, Bool, State

ITEM_STATE = State(
    labels=dict(ItemState.choices),
    colours={
        ItemState.IN_LIBRARY: "blue",
        ItemState.SELECTED: "green",
        ItemState.RETURNED: "yellow",
    },
)
PROJECT_STATE = State(
    labels=dict(ProjectState.choices),
    colours={
        ProjectState.STARTED: "blue",
        ProjectState.FINISHED: "blue",
        **dict.fromkeys(
            (
                ProjectState.ACCEPTED,
                ProjectState.NOTICED_AFTER,
                ProjectState.SETTLED,
                ProjectState.EVALUATED,
                ProjectState.CLOSED,
            ),
            "green",
        ),
    },
)
EVALUATION = State(
    labels=dict(EvaluationGrade.choices),
    colours={EvaluationGrade.EXCELLENT: "green", EvaluationGrade.GOOD: "green", EvaluationGrade.FAIR: "yellow"},
)
LIGHT = State(
    labels={"red": _("逾期"), "yellow": _("将到期"), "green": _("正常")},
    colours={"red": "red", "yellow": "yellow", "green": "green"},
)


class Overdue(Bool):
    """Whether something is overdue: a red light with its word, and a dash where it is not."""

    def html(self, value: Any) -> SafeString:
        return format_html('<span class="light light-red">{}</span>', _("逾期")) if value else EMPTY


OVERDUE = Overdue()
