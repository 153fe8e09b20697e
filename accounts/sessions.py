"""Where somebody is signed in. The list is allauth's; what it costs and what it ends is ours."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.acting import acted_by


def sessions_of(user):
    """The listed sessions that still sign this person in, oldest first. Two queries, however many there are."""
    listed = list(UserSession.objects.filter(user_id=user.pk).order_by("created_at"))
    stored = Session.objects.filter(
        session_key__in=[session.session_key for session in listed], expire_date__gt=timezone.now()
    )
    alive = {session.session_key for session in stored if signs_in(session, user)}
    return [session for session in listed if session.session_key in alive]


def signs_in(session, user):
    """As Django asks it of a session: is it of this person, and of their password and sessions as they are now?"""
    data = SessionStore().decode(session.session_data)
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return data.get(SESSION_KEY) == str(user.pk) and any(
        constant_time_compare(data.get(HASH_SESSION_KEY, ""), known) for known in hashes
    )


def list_session(sender, request, user, **kwargs):
    """At sign-in: this session goes on the list, and those that have ended go off it. As many queries for 2 as for 200."""
    alive = [session.pk for session in sessions_of(user)]
    UserSession.objects.filter(user_id=user.pk).exclude(pk__in=alive).delete()
    UserSession.objects.create_from_request(request)


def end_other_sessions(request):
    """Signs this person out everywhere but here, also where no list knows of it. How many were listed; seven queries and
    the session's."""
    user, key = request.user, request.session.session_key
    with acted_by(user):
        user.end_sessions()
    user.refresh_from_db(fields=["sessions_ended"])
    update_session_auth_hash(request, user)  # gives the session a new key
    others = UserSession.objects.filter(user_id=user.pk).exclude(session_key=key)
    Session.objects.filter(session_key__in=others.values("session_key")).delete()
    ended, _rows = others.delete()
    if not UserSession.objects.filter(session_key=key).update(session_key=request.session.session_key):
        UserSession.objects.create_from_request(request)
    return ended
