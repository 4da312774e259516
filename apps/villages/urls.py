from apps.pages.routes import pages
from apps.villages import tables
from apps.villages.views import VillagePage, VillageYearFormPage

urlpatterns = [
    *pages("villages", tables.VillageResource, detail_page=VillagePage),
    *pages("village-years", tables.VillageYearResource, form_page=VillageYearFormPage),
]
