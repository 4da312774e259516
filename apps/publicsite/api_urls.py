from django.urls import path

from apps.publicsite.answers import public
from apps.publicsite.api import PublicNoticesView, PublicNoticeView

urlpatterns = [
    path("public/notices/", public(PublicNoticesView.as_view()), name="public-notices"),
    path("public/notices/<int:key>/", public(PublicNoticeView.as_view()), name="public-notice"),
]
