"""Signing in and out, passwords, invitations, and one's own settings.

Of allauth's addresses only those we support, under the names allauth looks for. Left out: addresses to confirm
(people come by invitation, and an administrator changes an address), codes by mail, telephone numbers, and accounts made
with a passkey alone.
"""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path, reverse_lazy

from accounts.proof import proved
from accounts.views import own, second_factor

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
    path("password/set/", own.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.PasswordResetFromKeyView.as_view(success_url=reverse_lazy("account_login")),
        name="account_reset_password_from_key",
    ),
    # Proving once more that it is you
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("second-factor/reauthenticate/", second_factor.ReauthenticateView.as_view(), name="mfa_reauthenticate"),
    path("passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    # Second factor
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/sign-in/", second_factor.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("second-factor/app/add/", proved(second_factor.ActivateTOTPView.as_view()), name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "second-factor/recovery-codes/", second_factor.ViewRecoveryCodesView.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/recovery-codes/new/",
        second_factor.GenerateRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", proved(second_factor.AddWebAuthnView.as_view()), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/rename/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("passkeys/sign-in/", login_not_required(webauthn.login_webauthn), name="mfa_login_webauthn"),
    # Single sign-on
    path("sso/<str:provider_id>/", own.sso_login, name="openid_connect_login"),
    path("sso/<str:provider_id>/back/", own.sso_back, name="openid_connect_callback"),
    path("sso-cancelled/", own.sso_cancelled, name="socialaccount_login_cancelled"),
    path("sso-failed/", own.sso_failed, name="socialaccount_login_error"),
    # Where one is signed in
    path("sessions/", own.usersessions_list, name="usersessions_list"),
]
