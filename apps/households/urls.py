from django.urls import path

from apps.households import tables
from apps.households.imports.template import template as import_template
from apps.households.models import Household, Person
from apps.households.views import HouseholdPage, PersonPage, RevealPage
from apps.pages.routes import pages

urlpatterns = [
    path("households/import/template.xlsx", import_template, name="household-import-template"),
    *pages("households", tables.HouseholdResource, detail_page=HouseholdPage),
    path("households/<int:key>/reveal/", RevealPage.as_view(model=Household), name="household-reveal"),
    *pages("persons", tables.PersonResource, detail_page=PersonPage),
    path("persons/<int:key>/reveal/", RevealPage.as_view(model=Person), name="person-reveal"),
    *pages("person-years", tables.PersonYearResource),
    *pages("household-years", tables.HouseholdYearResource),
    *pages("incomes", tables.HouseholdIncomeResource),
    *pages("guarantees", tables.GuaranteeStatusResource),
    *pages("status-events", tables.StatusEventResource),
    *pages("natural-changes", tables.NaturalChangeResource),
]
