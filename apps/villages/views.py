"""Pages of villages beyond the generic ones: 一村一档, and adding a year to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.forms import ModelForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.divisions import codes
from apps.households.querysets import HouseholdQuerySet
from apps.households.tables import HouseholdResource
from apps.pages.parts import Table
from apps.pages.views import DetailPage, FormPage
from apps.villages.kinds import INCIDENCE
from apps.villages.models import Village, VillageYear
from apps.villages.tables import VillageYearResource

SHOWN = 50
"""How many households the page shows before it points to their list."""

HOUSEHOLD_COLUMNS = ("head", "code", "status", "member_count", "cause_main", "exit_year")


class VillagePage(DetailPage):
    """一村一档: the profile, the facts of the year chosen by `?year=` (the latest one), its households."""

    def more(self, found: Any) -> dict[str, Any]:
        years = dict(
            VillageYear.objects.visible_to(self.request.user)
            .filter(village=found)
            .order_by("-year")
            .values_list("year", "pk")
        )
        place = urlencode({"division": codes.text(found.division_id)})
        return {
            "years": list(years),
            "facts": self._facts(years),
            "households": self._households(found),
            "incidence": INCIDENCE.html(found.incidence),
            "poor_households_url": f"{reverse('household-list')}?{place}&population=poor",
            "poor_persons_url": f"{reverse('person-list')}?{place}&population=poor",
            "add_year_url": f"{reverse('village-year-create')}?{place}",
        }

    def _facts(self, years: dict[int, int]) -> dict[str, Any] | None:
        """The chosen year's sections as the form groups them; None for a village without any year."""
        asked = self.request.GET.get("year", "")
        if asked and not (asked.isascii() and asked.isdigit() and int(asked) in years):
            raise Http404(_("没有这一年度的情况。"))
        if not years:
            return None
        year = int(asked) if asked else max(years)
        sections = [section for section in VillageYearResource.sections if "year" not in section.columns]
        columns = [VillageYearResource.column(name) for section in sections for name in section.columns]
        reader = VillageYearResource.reader(self.request.user, columns)
        row = VillageYearResource.rows(self.request.user).filter(pk=years[year]).values_list(*reader.paths).get()
        values = {column.name: (column, value) for column, value in zip(columns, next(reader.html([row])), strict=True)}
        return {
            "year": year,
            "url": VillageYearResource.url("detail", years[year]),
            "edit_url": VillageYearResource.url("update", years[year]),
            "sections": [
                {"id": f"year-{n}", "title": section.title, "facts": [values[name] for name in section.columns]}
                for n, section in enumerate(sections, start=1)
            ],
        }

    def _households(self, found: Village) -> Table:
        """The households of the village with their state, as the generic tables on a detail page are given."""
        columns = [HouseholdResource.column(name) for name in HOUSEHOLD_COLUMNS]
        columns[0] = replace(columns[0], link="household", link_source="pk")
        reader = HouseholdResource.reader(self.request.user, columns)
        rows = cast("HouseholdQuerySet", HouseholdResource.rows(self.request.user)).within(found.division_id)
        page = HouseholdResource.orderings()[""].page(rows, reader.paths, size=SHOWN)
        more = f"{reverse('household-list')}?division={codes.text(found.division_id)}" if page.after else ""
        return Table(_("本村贫困户"), columns, list(reader.table_rows(page.rows)), more=more, id="households")


class VillageYearPage(DetailPage):
    """One year's facts of a village."""

    def title(self, found: VillageYear) -> str:
        return _("%(village)s %(year)d 年度情况") % {"village": super().title(found), "year": found.year}


class VillageYearFormPage(FormPage):
    """A year's facts; a new one begins with the facts of the year before, which mostly still hold."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        form = super().form(data, files)
        place = self.request.GET.get("division", "")
        if self.object is None and place.isascii() and place.isdigit():
            before = VillageYear.objects.visible_to(self.request.user).filter(division_id=int(place)).order_by("-year")
            if last := before.first():
                names = [name for name in form.fields if name not in ("division", "year")]
                form.initial.update({name: getattr(last, name) for name in names}, year=last.year + 1)
        return form
