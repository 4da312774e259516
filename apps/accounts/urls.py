from django.urls import path

from apps.accounts import own_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-in/code/", views.second_step, name="second-step"),
    path("sign-in/enrol/", views.enrol, name="enrol"),
    path("password/", own_views.change_password, name="change-password"),
    path("second-factor/", own_views.second_factor, name="second-factor"),
    path("sessions/", own_views.session_list, name="sessions"),
    path("sessions/<int:key>/end/", own_views.session_end, name="session-end"),
    path("sessions/end-others/", own_views.session_end_others, name="sessions-end-others"),
]
