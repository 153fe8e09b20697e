"""Signing in and out, passwords, invitations, and one's own settings.

Of allauth's addresses only those we support, under the names allauth looks for. Left out: addresses to confirm
(people come by invitation, and an administrator changes an address), codes by mail, telephone numbers, and
confirming the password again, which passkeys will need.
"""

from allauth.account import views as allauth
from django.urls import include, path, re_path, reverse_lazy

from accounts.views import own

pages = [
    path("invitations/<str:token>/", own.invitation_accept, name="invitation_accept"),
    path("settings/", own.settings_edit, name="settings_edit"),
    path("signed-in/", own.signed_in, name="signed_in"),
]

urlpatterns = [
    path("", include((pages, "accounts"))),
    # Signing in and out
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    # Passwords
    path("password/change/", allauth.password_change, name="account_change_password"),
    path(
        "password/set/",
        allauth.PasswordSetView.as_view(template_name="account/password_change.html"),
        name="account_set_password",
    ),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.PasswordResetFromKeyView.as_view(success_url=reverse_lazy("account_login")),
        name="account_reset_password_from_key",
    ),
]
