"""People, for administrators: who there is, what they may do, and invitations."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import people
from accounts.acting import acted_by
from accounts.forms import InviteForm, PersonChangeForm
from accounts.invitations import invite
from accounts.models import Invitation, User, role_names
from accounts.proof import ask_for_proof, proof_if_no_flow
from config.access import allow
from config.paging import page_of
from interviews.standing import ties

FORM = ["GET", "HEAD", "POST"]


@require_safe
def person_list(request):
    """Everybody by name, and above the first page who was invited and has not come; `q` searches name and address. Two queries."""
    allow(visible=request.user.administers, allowed=True)
    words = request.GET.get("q", "")
    found = User.objects.administered_by(request.user).search(words)
    context = {"page": page_of(found, request.GET, by="name"), "words": words}
    if not context["page"].newer:
        invitations = Invitation.objects.administered_by(request.user).waiting().search(words)
        context["invitations"] = list(invitations.select_related("invited_by"))
    return render(request, "people/person_list.html" + ("#people" if request.htmx else ""), context)


@require_http_methods(FORM)
def invitation_create(request):
    allow(visible=request.user.administers, allowed=True)
    proof_if_no_flow(request)
    form, known = InviteForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        ask_for_proof(request)
        try:
            return invited(request, email=form.cleaned_data["email"], roles=form.cleaned_data["roles"])
        except ValidationError as problem:
            form.add_error(None, problem)
            known = User.objects.administered_by(request.user).filter(email=form.data["email"].strip().lower()).first()
    return render(request, "people/invitation_form.html", {"form": form, "known": known})


def invited(request, *, email, roles):
    """Sends an invitation, and says what became of it."""
    invitation, link = invite(email=email, roles=roles, by=request.user)
    if not link:
        fresh = _("An invitation is on its way to %(email)s. It works for seven days.")
        again = _(
            "A new invitation is on its way to %(email)s. It works for seven days; the link from before works no more."
        )
        messages.success(request, (again if invitation.replaces else fresh) % {"email": invitation})
        return redirect("people:person_list")
    return render(request, "people/invitation_unsent.html", {"invitation": invitation, "link": link})


@require_POST
def invitation_resend(request, pk):
    """A new link by mail; the old one works no more."""
    invitation = get_object_or_404(Invitation.objects.administered_by(request.user).waiting(), pk=pk)
    ask_for_proof(request)
    return invited(request, email=invitation.email, roles=invitation.roles)


@require_POST
def invitation_withdraw(request, pk):
    invitation = get_object_or_404(Invitation.objects.administered_by(request.user).waiting(), pk=pk)
    invitation.withdraw(by=request.user)
    messages.success(
        request,
        _(
            "The invitation of %(email)s is withdrawn. Its link works no more. With “Invite somebody” you can send a new one."
        )
        % {"email": invitation},
    )
    return redirect("people:person_list")


@require_http_methods(FORM)
def person_edit(request, pk):
    """How a person signs in, and what they may do."""
    person = get_object_or_404(User.objects.administered_by(request.user), pk=pk)
    proof_if_no_flow(request)
    initial = {"email": person.email, "roles": list(person.roles), "was": people.shown(person)}
    form = PersonChangeForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        ask_for_proof(request)
        try:
            people.change(user=person, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
            person.refresh_from_db()
            form.show_again(people.shown(person))
        else:
            messages.success(request, changed(person, before=initial))
            return redirect("people:person_list")
    context = {
        "form": form,
        "person": person,
        "has_factors": is_mfa_enabled(person),
        "last_administrator": people.is_last_administrator(person),
    }
    return render(request, "people/person_form.html", context)


def changed(person, *, before):
    """What became of a person, in words."""
    about = {"name": person, "email": person.email, "roles": ", ".join(role_names(person.roles))}
    said = []
    if person.email != before["email"]:
        said.append(_("%(name)s signs in as %(email)s now; both addresses hear of it by mail.") % about)
    if set(person.roles) != set(before["roles"]):
        roles, none = _("%(name)s: %(roles)s."), _("%(name)s has no role and sees only their own account.")
        said.append((roles if person.roles else none) % about)
    return " ".join(said) or _("Nothing of %(name)s was changed.") % about


@require_http_methods(FORM)
def person_deactivate(request, pk):
    """Asks first, and says what would be left without this person."""
    person = get_object_or_404(User.objects.administered_by(request.user).active(), pk=pk)
    if request.method == "POST":
        ask_for_proof(request)
        try:
            people.deactivate(user=person, by=request.user)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
            return redirect("people:person_edit", pk)
        messages.success(
            request, _("%(name)s is deactivated: signed out everywhere, and cannot sign in.") % {"name": person}
        )
        return redirect("people:person_list")
    context = {
        "person": person,
        "ties": ties(person, told_to=request.user),
        "last_administrator": people.is_last_administrator(person),
    }
    return render(request, "people/person_deactivate.html", context)


@require_POST
def person_reactivate(request, pk):
    person = get_object_or_404(User.objects.administered_by(request.user).filter(is_active=False), pk=pk)
    ask_for_proof(request)
    people.reactivate(user=person, by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": person})
    return redirect("people:person_edit", pk)


@require_http_methods(FORM)
def person_remove_factors(request, pk):
    """For a lost phone. Asks first: whoever has talked an administrator into it needs only the password then."""
    person = get_object_or_404(User.objects.administered_by(request.user), pk=pk)
    if not is_mfa_enabled(person):
        messages.info(request, _("%(name)s has no second factor.") % {"name": person})
        return redirect("people:person_edit", pk)
    required = person.holds(*settings.MFA_REQUIRED_ROLES)
    if request.method == "POST":
        ask_for_proof(request)
        people.remove_second_factors(user=person, by=request.user)
        gone = _("The second factors of %(name)s are removed, and %(name)s is signed out everywhere.")
        asked = _("At the next sign-in a new one is asked for.") if required else ""
        messages.success(request, f"{gone % {'name': person}} {asked}".strip())
        return redirect("people:person_edit", pk) if person != request.user else redirect("account_login")
    return render(request, "people/person_remove_factors.html", {"person": person, "required": required})


@require_POST
def person_sign_out(request, pk):
    """For a lost laptop: every session of theirs ends now."""
    person = get_object_or_404(User.objects.administered_by(request.user), pk=pk)
    with acted_by(request.user):
        person.end_sessions()
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person})
    return redirect("people:person_edit", pk) if person != request.user else redirect("account_login")
