from apps.pages.routes import pages
from apps.villages import tables
from apps.villages.views import VillagePage, VillageYearFormPage, VillageYearPage

urlpatterns = [
    *pages("villages", tables.VillageResource, detail_page=VillagePage),
    *pages("village-years", tables.VillageYearResource, detail_page=VillageYearPage, form_page=VillageYearFormPage),
]
