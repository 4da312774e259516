from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.funds import project_tables as tables
from apps.funds.notice_views import NoticePrepareView
from apps.funds.photo_views import ProgressPhotoImageView, ProgressPhotosView, ProgressViewSet
from apps.funds.project_api import LibraryItemViewSet, LibraryStepView, ProjectStepView, ProjectViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("library-items", viewset(tables.LibraryItemResource, LibraryItemViewSet), "library-item")
router.register("projects", viewset(tables.ProjectResource, ProjectViewSet), "project")
router.register("project-progress", viewset(tables.ProgressResource, ProgressViewSet), "project-progress")
router.register("beneficiaries", viewset(tables.BeneficiaryResource), "beneficiary")
router.register("negative-items", viewset(tables.NegativeItemResource), "negative-item")

urlpatterns = [
    path("library-items/<int:key>/step/", LibraryStepView.as_view(), name="library-item-step"),
    path("projects/<int:key>/step/", ProjectStepView.as_view(), name="project-step"),
    path(
        "library-items/<int:key>/notice/",
        NoticePrepareView.as_view(resource_of=tables.LibraryItemResource),
        name="library-item-notice",
    ),
    path(
        "projects/<int:key>/notice/",
        NoticePrepareView.as_view(resource_of=tables.ProjectResource),
        name="project-notice",
    ),
    path("project-progress/<int:key>/photos/", ProgressPhotosView.as_view(), name="progress-photos"),
    path("project-progress/photos/<int:key>/", ProgressPhotoImageView.as_view(), name="progress-photo-image"),
    *router.urls,
]
