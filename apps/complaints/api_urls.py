from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.complaints import api
from apps.complaints.tables import ComplaintResource
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("complaints", viewset(ComplaintResource, api.ComplaintViewSet), "complaint")

urlpatterns = [
    path("complaints/numbers/", api.ComplaintNumbersView.as_view(), name="complaint-numbers"),
    path("complaints/<int:key>/step/", api.ComplaintStepView.as_view(), name="complaint-step"),
    path("complaints/<int:key>/author/", api.ComplaintAuthorView.as_view(), name="complaint-author"),
    path("complaints/<int:key>/photos/", api.ComplaintPhotosView.as_view(), name="complaint-photos"),
    path("complaints/photos/<int:key>/image/", api.ComplaintPhotoView.as_view(), name="complaint-photo"),
    *router.urls,
]
