from django.urls import path

from apps.households import tables
from apps.households.file_views import LookersPage, PersonFilePage
from apps.households.imports.template import template as import_template
from apps.households.models import Household, Person
from apps.households.sharing_views import HouseholdSharePage, SharePage, UrgentPage, WithdrawPage
from apps.households.views import HouseholdPage, PersonPage, RevealPage
from apps.pages.routes import pages

urlpatterns = [
    path("households/import/template.xlsx", import_template, name="household-import-template"),
    path("households/urgent/", UrgentPage.as_view(), name="household-urgent"),
    *pages("households", tables.HouseholdResource, detail_page=HouseholdPage),
    path("households/<int:key>/reveal/", RevealPage.as_view(model=Household), name="household-reveal"),
    path("households/<int:key>/share/", HouseholdSharePage.as_view(), name="household-share"),
    *pages("shares", tables.ShareResource, detail_page=SharePage),
    path("shares/<int:key>/withdraw/", WithdrawPage.as_view(resource=tables.ShareResource), name="share-withdraw"),
    *pages("persons", tables.PersonResource, detail_page=PersonPage),
    path("persons/<int:key>/reveal/", RevealPage.as_view(model=Person), name="person-reveal"),
    path("persons/<int:key>/file/", PersonFilePage.as_view(), name="person-file"),
    path("persons/<int:key>/file/print/", PersonFilePage.as_view(printed=True), name="person-file-print"),
    path("persons/<int:key>/lookers/", LookersPage.as_view(), name="person-lookers"),
    *pages("person-years", tables.PersonYearResource),
    *pages("household-years", tables.HouseholdYearResource),
    *pages("incomes", tables.HouseholdIncomeResource),
    *pages("guarantees", tables.GuaranteeStatusResource),
    *pages("status-events", tables.StatusEventResource),
    *pages("natural-changes", tables.NaturalChangeResource),
]
