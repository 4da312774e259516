from django.urls import URLPattern, path

from apps.publicsite import complaint_views, views


def site(prefix: str, root: str) -> list[URLPattern]:
    """The pages in one language: its addresses are its own, so that an answer depends on nothing but the address."""
    said = {"root": root}
    return [
        path(prefix, views.place_page, said, name=root),
        path(f"{prefix}places/<str:code>/", views.place_page, said, name=f"{root}-place"),
        path(f"{prefix}complaints/", complaint_views.start_page, said, name=f"{root}-complaint"),
        path(
            f"{prefix}complaints/places/<str:code>/",
            complaint_views.complaint_page,
            said,
            name=f"{root}-complaint-place",
        ),
        path(f"{prefix}complaints/follow/", complaint_views.follow_page, said, name=f"{root}-complaint-follow"),
        path(f"{prefix}complaints/numbers/", complaint_views.numbers_page, said, name=f"{root}-complaint-numbers"),
        path(f"{prefix}notices/<int:key>/", views.notice_page, said, name=f"{root}-notice"),
        path(
            f"{prefix}notices/<int:key>/poster/",
            views.notice_page,
            {**said, "template": "poster"},
            name=f"{root}-poster",
        ),
    ]


urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("public/sitemap.xml", views.sitemaps, name="public-sitemaps"),
    path("public/sitemap-<int:first>.xml", views.sitemap, name="public-sitemap"),
    *site("public/", "public"),
    *site("public/en/", "public-en"),
]
