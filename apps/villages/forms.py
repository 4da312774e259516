"""Forms of villages: used by the form pages and the API alike."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.divisions.models import Division
from apps.pages.forms import DivisionField, PageForm
from apps.villages.models import GROUPS, Village, VillageYear


class VillageForm(PageForm):
    """嘎查村: the profile; its place is chosen once, and moves by re-coding only."""

    division = DivisionField(label=_("嘎查村"))
    fieldsets = (
        (_("基本情况"), ("division", "attributes", "village_status", "exit_year", "development_type", "terrain")),
        (_("村负责人"), ("leader", "leader_title", "leader_phone")),
        (_("位置"), ("lon", "lat")),
    )

    class Meta:
        model = Village
        fields = [
            "division",
            "attributes",
            "village_status",
            "exit_year",
            "development_type",
            "terrain",
            "leader",
            "leader_title",
            "leader_phone",
            "lon",
            "lat",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["division"]


class VillageYearForm(PageForm):
    """嘎查村年度情况: the village is named by its division; village and year are chosen once."""

    division = DivisionField(label=_("嘎查村"))
    fieldsets = (("", ("division", "year")), *GROUPS)

    class Meta:
        model = VillageYear
        fields = ["division", "year", *(name for _title, names in GROUPS for name in names)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in ("division", "year"):
                del self.fields[name]

    def clean_division(self) -> Division:
        """The place, and with it the village that the facts are about."""
        division = super().clean_division()
        village = Village.objects.visible_to(self.user).filter(division=division).first()
        if village is None:
            raise ValidationError(_("这个嘎查村还没有建档。"), code="invalid_choice")
        self.instance.village = village
        return division

    def _get_validation_exclusions(self) -> set[str]:
        """The village is no field of the form, and yet a second set of facts for its year is to be refused here."""
        return super()._get_validation_exclusions() - {"village"}  # type: ignore[misc]  # Django's own, not in its stubs
