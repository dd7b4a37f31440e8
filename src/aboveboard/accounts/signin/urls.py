"""The addresses of sign-in. allauth's own list has more (sign-up, e-mail management,
password reset): not here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.generic import RedirectView

from aboveboard.accounts.signin import forms, views

urlpatterns = [
    path("", views.AccountPage.as_view(), name="accounts_account"),
    path("sessions/end/", views.EndOtherSessions.as_view(), name="accounts_end_sessions"),
    path("login/", views.CustomerSignIn.as_view(), name="account_login"),
    path("login/code/confirm/", views.CodePage.as_view(), name="account_confirm_login_code"),
    path("staff/", views.StaffSignIn.as_view(), name="accounts_staff"),
    path("staff/code/", views.StaffCode.as_view(), name="account_request_login_code"),
    path("link/<str:token>/", views.LinkPage.as_view(), name="accounts_link"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("second-factor/", views.SecondFactorPage.as_view(), name="accounts_second_factor"),
    # allauth sends people here after a change.
    path("2fa/", RedirectView.as_view(pattern_name="accounts_account"), name="mfa_index"),
    path(
        "2fa/authenticate/",
        factors.AuthenticateView.as_view(form_class=forms.SecondStepForm),
        name="mfa_authenticate",
    ),
    path(
        "2fa/reauthenticate/",
        factors.ReauthenticateView.as_view(form_class=forms.AgainForm),
        name="mfa_reauthenticate",
    ),
    path(
        "2fa/totp/activate/",
        totp.ActivateTOTPView.as_view(form_class=forms.NewAppForm),
        name="mfa_activate_totp",
    ),
    path("2fa/totp/deactivate/", views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
