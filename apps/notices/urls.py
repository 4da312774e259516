from django.urls import path

from apps.notices import tables, views
from apps.pages.routes import pages

urlpatterns = [
    *pages("notices", tables.NoticeResource, detail_page=views.NoticePage),
    path(
        "notices/<int:key>/photos/",
        views.NoticePhotoAddPage.as_view(resource=tables.NoticeResource),
        name="notice-photo-add",
    ),
    path("notices/<int:key>/poster/", views.PosterPage.as_view(), name="notice-poster"),
    path("notices/photos/<int:key>/", views.NoticePhotoPage.as_view(), name="notice-photo"),
    path("notices/photos/<int:key>/small/", views.NoticePhotoPage.as_view(small=True), name="notice-photo-small"),
    *pages("notice-objections", tables.ObjectionResource),
]
