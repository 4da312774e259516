from apps.funds import project_tables as tables
from apps.funds import project_views as views
from apps.pages.routes import pages

urlpatterns = [
    *pages("library-items", tables.LibraryItemResource, detail_page=views.LibraryItemPage),
    *pages("projects", tables.ProjectResource, detail_page=views.ProjectPage),
    *pages("project-progress", tables.ProgressResource),
    *pages("beneficiaries", tables.BeneficiaryResource),
    *pages("negative-items", tables.NegativeItemResource),
]
