"""People, for administrators: who there is, who may do what, and who was invited."""

from django.urls import path

from accounts.views import people

app_name = "people"
urlpatterns = [
    path("", people.person_list, name="person_list"),
    # Invitations
    path("invite/", people.invitation_create, name="invitation_create"),
    path("invitations/<int:pk>/resend/", people.invitation_resend, name="invitation_resend"),
    path("invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="invitation_withdraw"),
    # One person
    path("<int:pk>/", people.person_edit, name="person_edit"),
    path("<int:pk>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("<int:pk>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("<int:pk>/second-factors/", people.person_remove_factors, name="person_remove_factors"),
    path("<int:pk>/sign-out/", people.person_sign_out, name="person_sign_out"),
]
