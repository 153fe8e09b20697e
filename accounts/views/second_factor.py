"""allauth's pages about the second factor, where ours do something else."""

import textwrap

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.second_factor import factors_of, way_on


@method_decorator(login_stage_required(AuthenticateStage.key, "account_login"), name="dispatch")
class AuthenticateView(base.AuthenticateView):
    """The second step of signing in, with what the person has. Who has nothing any more begins anew: allauth would send
    them back and forth between here and the first step."""

    def dispatch(self, request, *args, **kwargs):
        stage = request._login_stage
        self.has = factors_of(stage.login.user) if stage.login.user else set()
        if not self.has & {"totp", "webauthn"}:
            messages.info(request, _("How you sign in has changed meanwhile. Sign in again."))
            return stage.abort()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"has": self.has}


class ReauthenticateView(base.ReauthenticateView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"has": factors_of(self.request.user)}


class FirstFactor:
    """Whoever sets up their first one keeps the recovery codes next, and then goes on to where they were going."""

    def get_success_url(self):
        return reverse("mfa_view_recovery_codes") if self.did_generate_recovery_codes else way_on(self.request)


class ActivateTOTPView(FirstFactor, totp.ActivateTOTPView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"key_in_fours": textwrap.wrap(context["form"].secret, 4)}


class AddWebAuthnView(FirstFactor, webauthn.AddWebAuthnView):
    pass


class ViewRecoveryCodesView(recovery_codes.ViewRecoveryCodesView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"way_on": way_on(self.request) if context["can_view_codes"] else reverse("mfa_index")}


class GenerateRecoveryCodesView(recovery_codes.GenerateRecoveryCodesView):
    def form_valid(self, form):
        messages.success(self.request, _("New recovery codes are made. Those from before work no more."))
        return super().form_valid(form)
