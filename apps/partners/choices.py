"""What a department's client may be allowed: the data scopes, and the fields that each of them opens."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERIFY, DETAILS, WRITE_DATASETS = "households:verify", "households:details", "datasets:write"


@dataclass(frozen=True)
class DataScope:
    """A data scope: its name for people, the capabilities it gives at the client's place, the fields it opens."""

    label: str | Promise
    capabilities: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


SCOPES: dict[str, DataScope] = {
    VERIFY: DataScope(
        _("核验是否为建档立卡户"),
        frozenset({"view_register"}),
        frozenset({"status", "village", "village_name", "household_type", "identified_on", "exit_year"}),
    ),
    DETAILS: DataScope(
        _("核验时查询户的基本情况"),
        frozenset({"view_register"}),
        frozenset({"code", "head_name", "member_count", "cause_main"}),
    ),
    # Opens nothing in the register: data sets are a realm of their own.
    WRITE_DATASETS: DataScope(_("报送部门数据"), frozenset({"load_datasets"})),
}
SCOPE_CHOICES = [(name, scope.label) for name, scope in SCOPES.items()]
# Every field that can be asked for, whatever the scope.
FIELDS = frozenset().union(*(scope.fields for scope in SCOPES.values()))


class JobState(models.TextChoices):
    """Where an answer that is delivered later stands; `FAILED` is set aside after the last attempt."""

    WAITING = "waiting", _("等待投递")
    DELIVERED = "delivered", _("已投递")
    FAILED = "failed", _("投递失败")
