"""From an invitation by mail, through a passkey, to the first interview."""

import re

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail

from accounts.models import Role, User
from tests.e2e.browser import ready
from tests.factories import PASSWORD, make_interview, make_user


def with_authenticator(page):
    """A device of the browser's that makes passkeys and asks for nothing."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def test_from_invitation_through_passkey_to_the_first_interview(open_page, address):
    page = open_page(make_user(Role.ADMINISTRATOR, name="Administrator"))
    page.goto("/people/")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill("lead@example.test")
    page.get_by_label("Interviewer:").check()
    page.get_by_role("button", name="Send invitation").click()
    page.locator("[name=password]").fill(PASSWORD)  # who may come in is changed by oneself only
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("An invitation is on its way to lead@example.test.").wait_for()
    link = re.search(r"(/accounts/invitations/\S+)", mail.outbox[-1].body)[1]

    theirs = open_page()
    with_authenticator(theirs)
    theirs.goto(link)
    theirs.get_by_label("Your name").fill("Lead")
    theirs.locator("[name=password]").fill("seven green kettles sing")
    theirs.get_by_role("button", name="Create account").click()
    theirs.get_by_text("Welcome to Evenhand.").wait_for()
    theirs.goto("/accounts/second-factor/")
    theirs.get_by_role("link", name="Add a passkey").click()
    theirs.wait_for_url("**/passkeys/add/")  # at once: the password was chosen just now
    theirs.get_by_role("button", name="Add a passkey").click()
    theirs.get_by_text("They are shown only now.").wait_for()

    lead = User.objects.get(email="lead@example.test")
    interview = make_interview(lead=lead)
    theirs.goto("/accounts/logout/")
    theirs.locator("main").get_by_role("button", name="Sign out").click()
    theirs.wait_for_url("**/accounts/login/**")
    theirs.get_by_role("button", name="Sign in with a passkey").click()
    theirs.get_by_role("heading", name="Today").wait_for()
    theirs.goto("/accounts/sessions/")
    assert theirs.get_by_text("this one").count() == 1
    theirs.goto("/")
    theirs.get_by_role("link", name="Open the room").click()
    theirs.get_by_role("button", name="Start the interview").click()
    ready(theirs)
    theirs.keyboard.press("4")
    theirs.locator("[data-save][data-state=saved]").wait_for()

    assert interview.scorecards.get().responses.filter(rating=4).count() == 1


def test_browser_without_a_passkey_says_so(open_page):
    page = open_page()
    page.goto("/accounts/login/")
    page.route("**/passkeys/sign-in/", lambda route: route.abort())

    page.get_by_role("button", name="Sign in with a passkey").click()

    said = page.locator("[data-passkey-said]")
    said.wait_for()
    assert said.inner_text() == "Your browser gave no passkey. Sign in with your password."
    assert page.get_by_role("button", name="Sign in", exact=True).is_enabled()


def test_key_of_an_app_and_recovery_codes_can_be_kept(open_page):
    user = make_user(Role.INTERVIEWER)
    page = open_page(user)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/accounts/second-factor/app/add/")
    page.locator("main [name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    key = page.locator("#secret")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    secret = page.evaluate("navigator.clipboard.readText()")
    assert key.evaluate("key => document.documentElement.scrollWidth <= innerWidth && key.innerText.trim()") == secret

    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_text("They are shown only now.").wait_for()
    codes = page.locator("#codes").inner_text().split()
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()

    assert (len(codes), copied.split()) == (10, codes)
    assert download.value.suggested_filename == "evenhand-recovery-codes.txt"
    assert download.value.path().read_text().split() == codes


def test_somebody_who_has_only_a_passkey_takes_the_second_step_with_it(open_page):
    user = make_user(Role.INTERVIEWER)
    page = open_page(user)
    with_authenticator(page)
    page.goto("/accounts/passkeys/add/")
    page.locator("main [name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/passkeys/add/")
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("They are shown only now.").wait_for()
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()

    page.get_by_label("E-mail address").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use your passkey").click()

    page.get_by_role("heading", name="Today").wait_for()
