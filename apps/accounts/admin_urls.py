"""Pages of the administrators: accounts, posts, the access log."""

from django.urls import path

from apps.accounts import admin_views as views
from apps.accounts.tables import AccessLogResource, PostResource, ResetResource, UserResource
from apps.pages.routes import pages

urlpatterns = [
    *pages("users", UserResource, detail_page=views.UserPage, form_page=views.UserFormPage),
    *(
        path(
            f"users/<int:key>/{act}/", views.UserActionPage.as_view(resource=UserResource, act=act), name=f"user-{act}"
        )
        for act in ("close", "end-sessions")
    ),
    # A post is given and ended, never edited.
    *(
        route
        for route in pages("posts", PostResource, detail_page=views.PostPage, form_page=views.PostFormPage)
        if route.name != "post-update"
    ),
    path("posts/<int:key>/end/", views.PostEndPage.as_view(resource=PostResource), name="post-end"),
    # A reset is asked for, and confirmed by another person.
    *(
        route
        for route in pages("resets", ResetResource, detail_page=views.ResetPage, form_page=views.ResetFormPage)
        if route.name != "reset-update"
    ),
    *(
        path(
            f"resets/<int:key>/{act}/",
            views.ResetActionPage.as_view(resource=ResetResource, act=act),
            name=f"reset-{act}",
        )
        for act in ("confirm", "withdraw")
    ),
    *pages("access-logs", AccessLogResource),
]
