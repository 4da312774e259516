from django.urls import path

from apps.complaints import views
from apps.complaints.tables import ComplaintResource
from apps.pages.routes import pages

urlpatterns = [
    path("complaints/numbers/", views.NumbersPage.as_view(), name="complaint-numbers"),
    path("complaints/<int:key>/author/", views.AuthorPage.as_view(), name="complaint-author"),
    path("complaints/<int:key>/answer/", views.AnswerPage.as_view(), name="complaint-answer"),
    path("complaints/photos/<int:key>/", views.ComplaintPhotoPage.as_view(), name="complaint-photo"),
    path(
        "complaints/<int:key>/photos/",
        views.ScanAddPage.as_view(resource=ComplaintResource),
        name="complaint-photo-add",
    ),
    *pages("complaints", ComplaintResource, detail_page=views.ComplaintPage, form_page=views.EntryPage),
]
