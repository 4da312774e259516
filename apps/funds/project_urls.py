from django.urls import path

from apps.funds import project_tables as tables
from apps.funds import project_views as views
from apps.funds.notice_views import NoticePreparePage
from apps.pages.routes import pages

urlpatterns = [
    *pages("library-items", tables.LibraryItemResource, detail_page=views.LibraryItemPage),
    *pages("projects", tables.ProjectResource, detail_page=views.ProjectPage),
    path(
        "library-items/<int:key>/notice/",
        NoticePreparePage.as_view(resource_of=tables.LibraryItemResource),
        name="library-item-notice",
    ),
    path(
        "projects/<int:key>/notice/",
        NoticePreparePage.as_view(resource_of=tables.ProjectResource),
        name="project-notice",
    ),
    *pages("project-progress", tables.ProgressResource),
    *pages("beneficiaries", tables.BeneficiaryResource),
    *pages("negative-items", tables.NegativeItemResource),
]
