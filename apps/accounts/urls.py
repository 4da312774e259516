from django.urls import path

from apps.accounts import key_views, own_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-in/code/", views.second_step, name="second-step"),
    path("sign-in/key/", key_views.sign_in_challenge, name="sign-in-key"),
    path("sign-in/enrol/", views.enrol, name="enrol"),
    path("password/", own_views.change_password, name="change-password"),
    path("second-factor/", own_views.second_factor, name="second-factor"),
    path("second-factor/key/", key_views.add_challenge, name="key-challenge"),
    path("notices/", own_views.notice_list, name="notices"),
    path("sessions/", own_views.session_list, name="sessions"),
    path("sessions/<int:key>/end/", own_views.session_end, name="session-end"),
    path("sessions/end-others/", own_views.session_end_others, name="sessions-end-others"),
]
