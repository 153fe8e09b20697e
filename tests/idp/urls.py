"""The provider's addresses: allauth's, and the way to be signed in there as anybody."""

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model, login
from django.http import HttpResponse
from django.urls import include, path


def sign_in_as(request, email, verified=True):
    user, _created = get_user_model().objects.get_or_create(
        username=email, defaults={"email": email, "first_name": "From", "last_name": "Provider"}
    )
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": verified, "primary": True})
    login(request, user)
    return HttpResponse(f"Signed in as {email}")


urlpatterns = [
    path("as/<str:email>/", sign_in_as),
    path("as/<str:email>/unverified/", sign_in_as, {"verified": False}),
    path("accounts/", include("allauth.account.urls")),
    path("", include("allauth.idp.urls")),
]
