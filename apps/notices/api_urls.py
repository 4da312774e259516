from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.notices import tables
from apps.notices.api import NoticePhotoImageView, NoticePhotosView, NoticeStepView, NoticeViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("notices", viewset(tables.NoticeResource, NoticeViewSet), "notice")
router.register("notice-objections", viewset(tables.ObjectionResource), "notice-objection")

urlpatterns = [
    path("notices/<int:key>/step/", NoticeStepView.as_view(), name="notice-step"),
    path("notices/<int:key>/photos/", NoticePhotosView.as_view(), name="notice-photos"),
    path("notices/photos/<int:key>/", NoticePhotoImageView.as_view(), name="notice-photo-image"),
    *router.urls,
]
