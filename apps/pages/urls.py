from django.urls import include, path

from apps.pages import approval_views, export_views, saved_views, shell_views
from apps.pages.dictionary import DictionaryPage
from apps.pages.divisions import DivisionResource
from apps.pages.languages import set_language
from apps.pages.routes import pages
from apps.pages.search import search_page

urlpatterns = [
    path("place/", shell_views.place_menu, name="place-menu"),
    path("place/picker/", shell_views.place_picker, name="place-picker"),
    path("search/", search_page, name="search"),
    path("exports/", export_views.export_list, name="export-list"),
    path("exports/waiting/", approval_views.WaitingPage.as_view(), name="export-waiting"),
    path("exports/waiting/<int:key>/", approval_views.DecidePage.as_view(), name="export-decide"),
    path("exports/<int:key>/", export_views.export_detail, name="export-detail"),
    path("exports/<int:key>/file/", export_views.export_file, name="export-file"),
    path("saved-filters/<slug:resource>/", saved_views.SavedFilters.as_view(), name="saved-filters"),
    path("saved-filters/<int:key>/delete/", saved_views.DeleteSavedFilter.as_view(), name="saved-filter-delete"),
    path("data-dictionary/", DictionaryPage.as_view(), name="data-dictionary"),
    path("", include("apps.pages.imports.urls")),
    *pages("divisions", DivisionResource),
    path("language/", set_language, name="set_language"),
]
