"""The rules that can run, by id, in the order of the catalogue.

A rule is one function that narrows a queryset to the offending rows; everything else about it is a declaration. The
same queryset serves the check while a form is open, the night run and the question "what if".
"""

from apps.crosschecks.rules.allowances import *  # noqa: F403  (declares)
from apps.crosschecks.rules.assets import *  # noqa: F403
from apps.crosschecks.rules.base import Rule, registered
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.dwelling import *  # noqa: F403
from apps.crosschecks.rules.guarantees import *  # noqa: F403
from apps.crosschecks.rules.helping import *  # noqa: F403
from apps.crosschecks.rules.holdings import *  # noqa: F403
from apps.crosschecks.rules.household import *  # noqa: F403
from apps.crosschecks.rules.identity import *  # noqa: F403
from apps.crosschecks.rules.income import *  # noqa: F403
from apps.crosschecks.rules.loans import *  # noqa: F403
from apps.crosschecks.rules.net_income import *  # noqa: F403
from apps.crosschecks.rules.other_registers import *  # noqa: F403
from apps.crosschecks.rules.posts import *  # noqa: F403
from apps.crosschecks.rules.projects import *  # noqa: F403
from apps.crosschecks.rules.publicity import *  # noqa: F403
from apps.crosschecks.rules.quotas import *  # noqa: F403
from apps.crosschecks.rules.registers import *  # noqa: F403
from apps.crosschecks.rules.status import *  # noqa: F403
from apps.crosschecks.rules.subsidies import *  # noqa: F403
from apps.crosschecks.rules.visiting import *  # noqa: F403
from apps.crosschecks.rules.wellbeing import *  # noqa: F403
from apps.crosschecks.rules.yearly import *  # noqa: F403

RULES: dict[str, Rule] = registered()

__all__ = ["RULES", "Context", "Rule"]
