from django.urls import path

from apps.publicsite.answers import public
from apps.publicsite.api import PublicNoticesView, PublicNoticeView
from apps.publicsite.complaint_api import ComplaintStateView, ComplaintsView

urlpatterns = [
    path("public/notices/", public(PublicNoticesView.as_view()), name="public-notices"),
    path("public/complaints/", public(ComplaintsView.as_view()), name="public-complaints"),
    path("public/complaints/<str:receipt>/", public(ComplaintStateView.as_view()), name="public-complaint"),
    path("public/notices/<int:key>/", public(PublicNoticeView.as_view()), name="public-notice"),
]
