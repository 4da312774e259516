from django.urls import path

from apps.cadres import bulk_views, card_views, tables, views
from apps.cadres.imports.template import home_check_template
from apps.cadres.imports.template import template as import_template
from apps.cadres.models import Cadre
from apps.households.views import RevealPage
from apps.pages.routes import pages

urlpatterns = [
    *pages("units", tables.HelpingUnitResource),
    *pages("cadres", tables.CadreResource, detail_page=views.CadrePage),
    path("cadres/<int:key>/reveal/", RevealPage.as_view(model=Cadre), name="cadre-reveal"),
    *pages("teams", tables.TaskForceResource),
    *pages("duties", tables.DutyResource),
    path("pairings/import/template.xlsx", import_template, name="pairing-import-template"),
    *pages("attendance", tables.AttendanceResource),
    path("home-checks/import/template.xlsx", home_check_template, name="home-check-import-template"),
    *pages("home-checks", tables.HomeCheckResource),
    *pages("chiefs", tables.CountyChiefResource),
    path("pairings/hand-over/", bulk_views.HandOverPage.as_view(), name="pairing-hand-over"),
    *pages("pairings", tables.PairingResource, detail_page=views.PairingPage),
    path("households/pair/", bulk_views.PairPage.as_view(), name="household-pair"),
    path("households/<int:key>/card/", card_views.CardPage.as_view(), name="household-card"),
    path("c/<str:token>/", card_views.OpenPage.as_view(), name="card-open"),
]
