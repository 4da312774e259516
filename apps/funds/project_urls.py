from django.urls import path

from apps.funds import photo_views as photos
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
    *pages("project-progress", tables.ProgressResource, detail_page=photos.ProgressPage),
    path(
        "project-progress/<int:key>/photos/",
        photos.ProgressPhotoAddPage.as_view(resource=tables.ProgressResource),
        name="progress-photo-add",
    ),
    path("project-progress/photos/<int:key>/", photos.ProgressPhotoPage.as_view(), name="progress-photo"),
    path(
        "project-progress/photos/<int:key>/small/",
        photos.ProgressPhotoPage.as_view(small=True),
        name="progress-photo-small",
    ),
    *pages("beneficiaries", tables.BeneficiaryResource),
    *pages("negative-items", tables.NegativeItemResource),
]
