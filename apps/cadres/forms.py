"""Forms of units, cadres, teams, duties and pairings: used by the form pages and the API alike."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.access.models import Pairing
from apps.cadres import services
from apps.cadres.choices import DutyKind
from apps.cadres.models import Attendance, Cadre, CountyChief, Duty, HelpingUnit, HomeCheck, TaskForce
from apps.common.days import today
from apps.common.numbers import normalise_name
from apps.pages.forms import (
    AnswerField,
    DivisionField,
    PageForm,
    PlacedByParentForm,
    RowField,
    SettledForm,
    day,
    rows_of,
)


class AccountField(RowField):
    """An account, given by its name on a page and by its id in a program."""

    def to_python(self, value: Any) -> Any:
        written = str(value).strip() if isinstance(value, str) else ""
        if written and not written.isdigit():
            found = rows_of(self).filter(username=written).first()
            if found is None:
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
            return found
        return super().to_python(value)


class HelpingUnitForm(SettledForm):
    """帮扶单位."""

    division = DivisionField(label=_("帮扶地"), help_text=_("单位在哪里帮扶，不是单位驻地。"))

    class Meta:
        model = HelpingUnit
        fields = ["division", "name", "level", "kind", "ended_on"]

    def save(self, commit: bool = True) -> Model:
        return services.save_unit(self.instance, **self.said)


class CadreForm(SettledForm):
    """帮扶干部. The account is asked for where accounts are managed."""

    division = DivisionField(label=_("帮扶地"), help_text=_("干部档案由哪里管理：一般是帮扶的旗县。"))
    fieldsets = (
        (_("基本情况"), ("division", "name", "sex", "unit", "post", "rank", "political")),
        (_("号码"), ("phone", "id_no")),
        (_("选派条件"), ("bilingual", "rural_experience")),
        (_("保障"), ("accident_insured", "health_checked_on", "trained_on")),
        (_("任用"), ("account", "left_on")),
    )

    class Meta:
        model = Cadre
        fields = [
            "division",
            "name",
            "sex",
            "unit",
            "post",
            "rank",
            "political",
            "phone",
            "id_no",
            "bilingual",
            "rural_experience",
            "accident_insured",
            "health_checked_on",
            "trained_on",
            "account",
            "left_on",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields.pop("account", None)
        if account is not None and policy.can(self.user, "manage_accounts"):
            self.fields["account"] = AccountField(
                queryset=rows_of(account),
                label=account.label,
                required=False,
                help_text=_("填写用户名；没有账户可不填。"),
            )

    def clean_name(self) -> str:
        """Spaces between characters go, as everywhere in the register."""
        return normalise_name(self.cleaned_data["name"])

    def save(self, commit: bool = True) -> Model:
        return services.save_cadre(self.instance, **self.said)


class TaskForceForm(SettledForm):
    """工作队; withdrawing it is a change like any other."""

    division = DivisionField(label=_("驻地"))
    settled = ("division", "kind")
    fieldsets = (
        (_("组建"), ("division", "kind", "name", "unit", "set_on")),
        (_("撤离"), ("withdrawn_on", "reason")),
    )

    class Meta:
        model = TaskForce
        fields = ["division", "kind", "name", "unit", "set_on", "withdrawn_on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            for name in ("withdrawn_on", "reason"):
                del self.fields[name]

    def save(self, commit: bool = True) -> Model:
        return services.save_team(self.instance, **self.said)


class DutyForm(SettledForm):
    """帮扶职责: whose it is, and where, is settled once."""

    division = DivisionField(label=_("任职地"), required=False, help_text=_("在工作队任职的可不填。"))
    settled = ("division", "kind", "cadre", "unit", "team")
    fieldsets = (
        (_("职责"), ("kind", "team", "division", "cadre", "unit", "from_on")),
        (_("结束"), ("unfit", "until_on", "reason")),
    )

    class Meta:
        model = Duty
        fields = ["division", "kind", "cadre", "unit", "team", "from_on", "unfit", "until_on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            for name in ("unfit", "until_on", "reason"):
                del self.fields[name]

    def clean_division(self) -> Any:
        """Left empty it is the team's; which is asked for in `clean`."""
        return super().clean_division() if self.cleaned_data.get("division") else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk is not None:
            return data
        team, kind = data.get("team"), data.get("kind")
        if "division" not in self.errors and data.get("division") is None:
            if team is None:
                self.add_error("division", self.fields["division"].error_messages["required"])
            else:
                data["division"] = team.division
                if not policy.can(self.user, Duty.change_capability, team.division_id):
                    self.add_error("team", self.fields["team"].error_messages["invalid_choice"])
        wanted = "unit" if kind == DutyKind.UNIT else "cadre"
        if kind and wanted not in self.errors and data.get(wanted) is None:
            self.add_error(wanted, self.fields[wanted].error_messages["required"])
        return data

    def save(self, commit: bool = True) -> Model:
        return services.save_duty(self.instance, **self.said)


class AttendanceForm(PlacedByParentForm):
    """驻村考勤: whose month it is, is settled once."""

    settled = ("duty", "month")

    class Meta:
        model = Attendance
        fields = ["duty", "month", "days_present", "leave_days", "note"]

    def save(self, commit: bool = True) -> Model:
        return services.save_attendance(self.instance, **self.said)


class HomeCheckForm(PlacedByParentForm):
    """入户核查: at which household and when, is settled once."""

    checked_on = day(_("核查日期"))
    knows_helper = AnswerField(label=_("户是否知道帮扶责任人"), help_text=_("能说出帮扶责任人是谁、做过什么。"))
    settled = ("household", "checked_on")

    class Meta:
        model = HomeCheck
        fields = ["household", "checked_on", "checker", "knows_helper", "satisfaction", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["checked_on"].initial = today()

    def save(self, commit: bool = True) -> Model:
        return services.save_home_check(self.instance, **self.said)


class CountyChiefForm(SettledForm):
    """旗县党政正职: which county and post, is settled once; the paper may come after the end."""

    division = DivisionField(label=_("旗县"))
    from_on = day(_("任职日期"))
    until_on = day(_("离任日期"), required=False)
    approved_on = day(_("批准或备案日期"), required=False)
    settled = ("division", "post")
    fieldsets = (
        (_("任职"), ("division", "post", "name", "from_on")),
        (_("调整"), ("until_on", "approval_no", "approved_on", "approved_by")),
    )

    class Meta:
        model = CountyChief
        fields = ["division", "post", "name", "from_on", "until_on", "approval_no", "approved_on", "approved_by"]

    def clean_name(self) -> str:
        """Spaces between characters go, as everywhere in the register."""
        return normalise_name(self.cleaned_data["name"])

    def save(self, commit: bool = True) -> Model:
        return services.save_chief(self.instance, **self.said)


class PairingForm(PageForm):
    """帮扶结对: made once, changed only by being ended; handing over is an act of its own."""

    class Meta:
        model = Pairing
        fields = ["household", "cadre", "from_on", "until_on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new = self.instance.pk is None
        for name in ("until_on", "reason") if new else ("household", "cadre", "from_on"):
            del self.fields[name]
        if not new:
            for name in ("until_on", "reason"):
                self.fields[name].required = True

    def _post_clean(self) -> None:
        """The service checks the row as a whole: whose copies it carries is its business."""

    def save(self, commit: bool = True) -> Model:
        given = self.cleaned_data
        if self.instance.pk is None:
            return services.pair(given["household"], given["cadre"], by=self.user, on=given["from_on"])
        return services.end(
            self.instance,
            by=self.user,
            on=given["until_on"],
            reason=given["reason"],
            expected_version=given.get("version"),
        )
