"""Every page of the product: who looks at it, and at what. A page of the resolver without a row here is missing.

Used by the screenshots and the accessibility check. An address that answers 405 to GET is an action, not a page.
"""

import contextlib
import logging
import os
import warnings
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import URLPattern, get_resolver, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import TimeoutError  # noqa: E402

from accounts.demo import PASSWORD, address, create_demo_users  # noqa: E402
from accounts.models import Role, User  # noqa: E402
from interviews import drafting, lifecycle  # noqa: E402
from interviews.course import change_course  # noqa: E402
from interviews.models import Candidate, Interview, Opening, Place, Plan, State  # noqa: E402
from interviews.saving import save  # noqa: E402
from questionbank.importing import labelled  # noqa: E402
from questionbank.models import ImportDraft, Question, QuestionSet  # noqa: E402
from tests.database import made  # noqa: E402
from tests.e2e.browser import ready  # noqa: E402
from tests.factories import make_invitation, make_opening, make_passkey, make_plan, make_question, make_user  # noqa: E402

# Not pages: an answer for machines, fragments that other pages show, redirects, and what is there only in the middle of
# signing in or just after having proved who one is (tests/accounts/test_second_factor.py and tests/e2e/test_people.py).
NOT_PAGES = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "interviews:question_swap",
    "healthz",
    "interviews:room_events",
    "interviews:room_refresh",
    "service_worker",
    "questionbank:question_stage",
    "questionbank:detail_list",
}


@dataclass
class World:
    """What the pages show: the demo people by name, and one thing of each kind."""

    people: dict
    things: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """`who` names a demo person, or "" for nobody; `about` the thing whose key the address takes, by parameter.

    A state of a page is `called` something; `reach(tab)` gets there from the page, and `shows` is seen only there.
    """

    name: str
    who: str = "manager"
    about: tuple = ()
    query: str = ""
    called: str = ""
    shows: str = "h1, main"
    reach: object = None

    def __str__(self):
        name = self.name.replace(":", "-")
        return f"{name}-{self.called.replace(' ', '-')}" if self.called else name

    def path(self, world):
        return reverse(self.name, kwargs={name: world.things[thing] for name, thing in self.about}) + self.query

    def open(self, tab, world):
        """Shows the page in the tab, in its state and at rest; returns why that failed, or None."""
        path = self.path(world)
        response = tab.goto(path, wait_until="load")
        try:
            if tab.locator("[data-room]").count():
                ready(tab)
            if self.reach:
                self.reach(tab)
            tab.locator(self.shows).locator("visible=true").first.wait_for(timeout=3000)
        except TimeoutError as error:
            return str(error).splitlines()[0]
        tab.wait_for_timeout(200)
        if response.status != 200:
            return f"answered {response.status}"
        return None if tab.url.partition("#")[0].endswith(path) else f"led to {tab.url}"


def pk(thing):
    return (("pk", thing),)


PAGES = [
    # Accounts
    Page("account_login", ""),
    Page("account_logout"),
    Page("account_inactive", ""),
    Page("account_signup", ""),
    Page("account_change_password"),
    Page("account_set_password", "nobody"),
    Page("account_reset_password", ""),
    Page("account_reset_password_done", ""),
    Page("account_reset_password_from_key", "", (("uidb36", "nobody"), ("key", "nothing"))),
    Page("accounts:invitation_accept", "", (("token", "token"),)),
    Page("accounts:settings_edit"),
    Page("account_reauthenticate"),
    Page("mfa_index"),
    Page("mfa_list_webauthn"),
    Page("usersessions_list"),
    Page("accounts:signed_in"),
    # People
    Page("people:person_list", "administrator"),
    Page("people:invitation_create", "administrator"),
    Page("people:person_edit", "administrator", pk("person")),
    Page("people:person_deactivate", "administrator", pk("person")),
    Page("people:person_remove_factors", "administrator", pk("with factors")),
    # Question bank
    Page("questionbank:set_list"),
    Page("questionbank:set_create"),
    Page("questionbank:set_detail", "manager", pk("set")),
    Page("questionbank:set_edit", "manager", pk("set")),
    Page("questionbank:question_list", "manager", (), "?q=gradient"),
    Page("questionbank:question_create", "manager", (("set_pk", "set"),)),
    Page("questionbank:question_detail", "manager", pk("question")),
    Page("questionbank:question_edit", "manager", pk("question")),
    Page("questionbank:detail_create", "manager", (("pk", "question"), ("kind", "answers"))),
    Page("questionbank:detail_edit", "manager", (("pk", "question"), ("kind", "answers"), ("detail", "answer"))),
    Page("questionbank:competency_list"),
    Page("questionbank:import_start"),
    Page("questionbank:import_preview", "manager", pk("import")),
    Page("questionbank:import_set_edit", "manager", (("pk", "import"), ("number", "one"))),
    Page("questionbank:import_question_edit", "manager", (("pk", "import"), ("number", "one"))),
    # Plans
    Page("interviews:plan_list"),
    Page("interviews:plan_create"),
    Page("interviews:plan_suggest"),
    Page("interviews:plan_detail", "manager", pk("plan")),
    Page("interviews:plan_edit", "manager", pk("plan")),
    Page("interviews:plan_publish", "manager", pk("plan")),
    Page("interviews:plan_print", "manager", pk("plan")),
    Page("interviews:plan_version", "manager", (("pk", "plan"), ("number", "one"))),
    Page("interviews:plan_version_print", "manager", (("pk", "plan"), ("number", "one"))),
    # Scheduling
    Page("interviews:today"),
    Page("interviews:interview_list"),
    Page("interviews:interview_schedule"),
    Page("interviews:interview_detail", "manager", pk("scheduled")),
    Page("interviews:interview_move", "manager", pk("scheduled")),
    Page("interviews:interview_adjust", "manager", pk("scheduled")),
    Page("interviews:candidate_view", "lead", pk("live")),
    Page("interviews:rehearsal", "lead"),
    Page("interviews:rehearsal_candidate", "lead"),
    Page("interviews:interview_cancel", "manager", pk("scheduled")),
    Page("interviews:interview_no_show", "manager", pk("scheduled")),
    Page("interviews:interview_version", "manager", pk("scheduled")),
    Page("interviews:interview_sitting", "manager", pk("finished")),
    Page("interviews:interview_drop_sitting", "manager", pk("continued")),
    Page("interviews:panelist_add", "manager", pk("scheduled")),
    Page("interviews:panelist_remove", "manager", (("pk", "scheduled"), ("panelist_pk", "panelist"))),
    Page("interviews:panelist_replace", "manager", (("pk", "scheduled"), ("panelist_pk", "panelist"))),
    Page("interviews:panelist_lead", "manager", (("pk", "scheduled"), ("panelist_pk", "panelist"))),
    Page("interviews:panelist_excuse", "manager", (("pk", "live"), ("panelist_pk", "live panelist"))),
    Page("interviews:candidate_list", "recruiter"),
    Page("interviews:candidate_create", "recruiter"),
    Page("interviews:candidate_detail", "recruiter", pk("candidate")),
    Page("interviews:candidate_edit", "recruiter", pk("candidate")),
    Page("interviews:opening_list"),
    Page("interviews:opening_create"),
    Page("interviews:opening_detail", "manager", pk("opening")),
    Page("interviews:opening_edit", "manager", pk("opening")),
    # The room
    Page("interviews:room", "lead", pk("live")),
    Page("interviews:scorecard_review", "lead", pk("finished")),
    # Records
    Page("interviews:record_list", "recruiter"),
    Page("interviews:record_detail", "recruiter", pk("record")),
    Page("interviews:debrief", "manager", pk("apart")),
    Page("interviews:decision_create", "manager", pk("apart")),
    Page("interviews:response_amend", "lead", (("pk", "apart"), ("response_pk", "response"))),
]


def press(*keys):
    return lambda tab: [tab.keyboard.press(key) for key in keys]


def click(selector):
    return lambda tab: tab.locator(selector).first.click()


ERROR = "[aria-invalid], .error-summary"


def submit_empty(tab):
    tab.locator("main form[method=post]").first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")


def prove(tab):
    """The password once more, if it is asked for."""
    if tab.locator("main [name=password]").count():
        tab.locator("main [name=password]").fill(PASSWORD)
        tab.locator("main button.primary").click()


def make_codes(tab):
    tab.goto(reverse("mfa_generate_recovery_codes"))
    prove(tab)
    tab.get_by_role("button", name="Make new codes").click()


def take_last_role(tab):
    for box in tab.locator("[name=roles]:checked").all():
        box.uncheck()
    submit_empty(tab)


def no_passkey(tab):
    tab.route("**/passkeys/sign-in/", lambda route: route.abort())
    tab.locator("#passkey_login").click()


def second_step(tab):
    tab.goto(reverse("account_login"))
    tab.locator("[name=login]").fill(address("panelist"))
    tab.locator("[name=password]").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()


def refuse_changes(tab, **answer):
    """Every change is answered like this; without an answer the server is out of reach."""
    tab.route("**/ops", lambda route: route.fulfill(json={}, **answer) if answer else route.abort())


def write(tab, words="Said that the gradient shrinks with each layer. " * 3):
    tab.keyboard.press("j")
    tab.locator("[data-panel]:not([hidden]) textarea").fill(words)


def out_of_reach(tab):
    refuse_changes(tab)
    write(tab)


def signed_out(tab):
    refuse_changes(tab, status=401)
    write(tab)


def covered(tab):
    tab.evaluate("new BroadcastChannel('evenhand-signed-in').postMessage(0)")


def file_elsewhere(tab):
    write(tab, "@3 Knows this too")
    tab.keyboard.press("Escape")


def hurry(minutes):
    """As if the hard end were in so many minutes."""
    return lambda tab: tab.evaluate(
        """async (minutes) => {
            const { state } = await import("/static/js/saving/scorecard.js");
            state.clock.ends_at = new Date(Date.now() + minutes * 60_000).toISOString();
            document.dispatchEvent(new CustomEvent("scorecard:clock"));
        }""",
        minutes,
    )


def refused(tab):
    tab.route(
        "**/ops", lambda route: route.fulfill(status=400, json={"code": "malformed", "message": "It is too old."})
    )
    write(tab)


def refused_earlier(tab):
    tab.evaluate(
        """async () => {
            const { openOutbox } = await import("/static/js/saving/outbox.js");
            const outbox = await openOutbox(JSON.parse(document.querySelector("meta[name=saving]").content).user);
            await outbox.add({ op: "1", scorecard: 0, field: "q1.notes", value: "Typed too late", typed_at: "2026-11-25T10:00Z" });
            await outbox.settle([{ op: "1", result: "rejected", reason: "You have been excused." }]);
            outbox.close();
        }"""
    )
    tab.reload()


def finish_out_of_reach(tab):
    out_of_reach(tab)
    tab.locator("[data-save][data-state=local]").wait_for()
    tab.locator("[data-dialog=finish]").click()
    tab.locator("#finish button.primary").click()


def recovered(tab):
    out_of_reach(tab)
    tab.locator("[data-save][data-state=local]").wait_for()
    tab.goto("about:blank")
    tab.go_back()


def without_storage(tab):
    tab.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    tab.reload()


def lead_goes_on(tab):
    """The panelist writes, and the lead goes to the next question."""
    write_here(tab)
    tab.evaluate(
        """async () => {
            const { share, state } = await import("/static/js/saving/scorecard.js");
            const keys = [...document.querySelectorAll("[data-question]")].map(({ dataset }) => dataset.panel);
            const { interview, panel } = state;
            share({ interview, panel: { ...panel, shown: keys[keys.indexOf(panel.shown) + 1], version: panel.version + 1 } });
        }"""
    )


def write_here(tab):
    tab.locator("[data-panel-mark=lead][aria-current]").wait_for(state="attached")
    tab.locator("[data-panel]:not([hidden]) textarea").fill("Drew the graph first, then named the chain rule.")


def out_of_touch(tab):
    tab.route("**/room/events/", lambda route: route.abort())
    tab.reload()
    tab.locator("[data-lead-line]").wait_for(timeout=10_000)


def state(name):
    return f"[data-save][data-state={name}]"


def room(called, shows, reach=None, who="lead", which="live"):
    return Page("interviews:room", who, pk(which), called=called, shows=shows, reach=reach)


STATES = [
    room("question", "[data-question] h1", press("j")),
    room("rated", "[data-rating='4']:checked", press("j", "4")),
    room("outcome menu", "#outcome", press("j", "0")),
    room("covered elsewhere", "#covered", press("j", "0", "c")),
    room("jump", "#jump", press("/")),
    room("keys", "#keys", press("?")),
    room("finish", "#finish", click("[data-dialog=finish]")),
    room("more", "#more", click("[popovertarget=more]")),
    room("swap", "#swap [name=reason]", press("j", "w"), which="torn other"),
    room(
        "add a question", "#unplanned", lambda tab: tab.locator("[data-dialog=unplanned]").evaluate("it => it.click()")
    ),
    room("pause", "#pause", lambda tab: tab.locator("[data-dialog=pause]").evaluate("it => it.click()")),
    room("paused", ".notice.paused", press("j"), which="paused"),
    room("observer", "[data-question] h1", press("j"), who="observer"),
    room("following", "[data-panel][data-number='4']", who="panelist", which="followed"),
    room("lead went on", "[data-lead-go]", lead_goes_on, who="panelist", which="followed"),
    room("left the lead", "[data-lead-go]", press("j"), who="observer", which="followed"),
    room("out of touch", "[data-lead-line]", out_of_touch, who="panelist", which="followed"),
    room("lobby", "text=Start", which="scheduled"),
    room("question only", "[data-discreet]", press("j", ".")),
    room("filed elsewhere", "[data-links] a", file_elsewhere, which="torn other"),
    room("behind", "[data-pace-act]", lambda tab: (tab.keyboard.press("j"), hurry(42)(tab)), which="torn other"),
    room("wrap up", "[data-pace-act]", hurry(10), which="torn other"),
    room("goes on elsewhere", "[data-panel][data-number='3']:not([hidden])", which="half done"),
    room("two versions", ".version", click("[data-save-act]"), which="torn"),
    room("out of reach", state("local"), out_of_reach, which="torn other"),
    room("signed out", state("signin"), signed_out, which="torn other"),
    room("covered by other", "text=You are not signed in here any more", covered, which="torn other"),
    room("recovered", "[data-notice]", recovered, which="torn other"),
    room("finish out of reach", "#finish [data-unsaved]", finish_out_of_reach, which="torn other"),
    room("too long", state("failed"), lambda tab: write(tab, "x" * 25 * 1024), which="torn other"),
    room("no storage", state("nostore"), without_storage, which="torn other"),
    room("refused", "[data-refused]", refused, which="torn other"),
    room("answers hidden", "[data-answers=hidden]", press("j", "h")),  # the last, for a browser keeps it
    Page("interviews:scorecard_review", "panelist", pk("torn review"), called="two versions", shows=".version"),
    Page("interviews:record_detail", "lead", pk("late"), called="late", shows="text=Typed after you had submitted"),
    Page(
        "interviews:scorecard_review",
        "lead",
        pk("finished"),
        called="keys",
        shows="#keys",
        reach=press("?"),
    ),
    Page(
        "interviews:scorecard_review",
        "lead",
        pk("finished"),
        called="not yet",
        shows="#submit-problem:not(:empty)",
        reach=click("text=Submit scorecard"),
    ),
    Page("interviews:record_detail", "lead", pk("finished"), called="sealed"),
    Page("interviews:record_detail", "panelist", pk("record"), called="panelist"),
    Page("interviews:record_detail", "lead", pk("amended"), called="amended", shows="text=What it said before"),
    Page("interviews:record_detail", "manager", pk("decided"), called="decided", shows=".decision"),
    Page("interviews:debrief", "recruiter", pk("apart"), called="reader"),
    Page("interviews:debrief", "manager", pk("apart"), called="error", shows=ERROR, reach=submit_empty),
    Page("interviews:decision_create", "manager", pk("apart"), called="error", shows=ERROR, reach=submit_empty),
    Page(
        "interviews:response_amend",
        "lead",
        (("pk", "apart"), ("response_pk", "response")),
        called="error",
        shows=ERROR,
        reach=submit_empty,
    ),
    Page("interviews:record_list", "recruiter", (), "?q=zzzzqqqq", called="nothing found", shows=".empty"),
    Page("interviews:interview_detail", "manager", pk("live"), called="live"),
    Page("interviews:interview_detail", "manager", pk("continued"), called="further sitting"),
    Page("interviews:interview_schedule", called="error", shows=ERROR, reach=submit_empty),
    Page("interviews:opening_create", called="error", shows=ERROR, reach=submit_empty),
    Page("interviews:today", "lead", called="lead"),
    Page("interviews:today", "lead", called="refused", shows="[data-refused]", reach=refused_earlier),
    Page("interviews:today", "recruiter", called="recruiter"),
    Page("interviews:today", "administrator", called="administrator"),
    Page("interviews:today", "nobody", called="no role"),
    Page("interviews:today", called="account menu", shows="#account-menu", reach=click("[popovertarget=account-menu]")),
    Page("interviews:plan_detail", "manager", pk("long plan"), called="long words"),
    Page("questionbank:question_list", "manager", (), "?q=zzzzqqqq", called="nothing found", shows=".empty"),
    Page("questionbank:import_start", called="error", shows=ERROR, reach=submit_empty),
    Page("people:person_list", "administrator", (), "?q=zzzz", called="nothing found", shows=".empty"),
    Page("people:invitation_create", "administrator", called="error", shows=ERROR, reach=submit_empty),
    Page("people:person_edit", "administrator", pk("long name"), called="long words"),
    Page("people:person_deactivate", "administrator", pk("long name"), called="long words"),
    Page("people:person_edit", "administrator", pk("gone"), called="deactivated", shows="[action$='/reactivate/']"),
    Page(
        "people:person_edit", "administrator", pk("with factors"), called="no role", shows=ERROR, reach=take_last_role
    ),
    Page("mfa_list_webauthn", "panelist", called="one"),
    Page("mfa_activate_totp", called="app", shows="#secret", reach=prove),
    Page("mfa_view_recovery_codes", "panelist", called="codes", shows="#codes", reach=make_codes),
    Page("mfa_reauthenticate", "panelist", called="code"),
    Page("account_login", "", called="no passkey", shows="[data-passkey-said]", reach=no_passkey),
    Page("account_login", "", called="error", shows=ERROR, reach=submit_empty),
    # The last of nobody’s: it leaves them between the two steps.
    Page("mfa_authenticate", "", called="passkey", shows="#mfa_webauthn_authenticate", reach=second_step),
]


@contextlib.contextmanager
def demo_world():
    """A database of its own with the starter set, the demo data and an interview in every state; dropped afterwards."""
    logging.disable(logging.WARNING)  # refusals are asked for here
    warnings.filterwarnings("ignore", "StreamingHttpResponse must consume")  # whitenoise under uvicorn
    with made():
        call_command("load_library", verbosity=0)
        call_command("load_demo", verbosity=0)
        yield build_world()


def build_world():
    people = create_demo_users() | {"nobody": make_user(name="Demo newcomer"), "": None}
    people["nobody"].set_unusable_password()
    people["nobody"].save()
    live, paused, finished = (interview_of(people, number) for number in ("0171", "0172", "0173"))
    lifecycle.start(interview=live, by=people["lead"])
    lifecycle.start(interview=paused, by=people["lead"])
    lifecycle.pause(interview=paused, by=people["lead"], reason="Fire alarm")
    lifecycle.start(interview=finished, by=people["lead"])
    keys = [item.key for item in finished.version.items.filter(kind="question")]
    change_course(interview=finished, by=people["lead"], shown=keys[3], asked=keys[:2], dropped=[])
    lifecycle.finish(interview=finished, by=people["lead"])
    continued = interview_of(people, "0174")
    lifecycle.start(interview=continued, by=people["lead"])
    lifecycle.finish(interview=continued, by=people["lead"])
    lifecycle.schedule_sitting(interview=continued, at=timezone.now() + timedelta(days=1), by=people["manager"])
    followed = interview_of(people, "0179")
    lifecycle.start(interview=followed, by=people["lead"])
    change_course(interview=followed, by=people["lead"], shown=keys[3], asked=keys[:2], dropped=keys[2:3])
    half_done = interview_of(people, "0178")
    lifecycle.start(interview=half_done, by=people["lead"])
    begin(half_done, people["lead"])
    torn, torn_other = interview_of(people, "0175"), interview_of(people, "0176")
    for interview in (torn, torn_other):
        lifecycle.start(interview=interview, by=people["lead"])
    tear(torn, people["lead"], notes=True)
    torn_review = interview_of(people, "0177")
    lifecycle.start(interview=torn_review, by=people["lead"])
    tear(torn_review, people["panelist"])
    lifecycle.finish(interview=torn_review, by=people["lead"])
    scheduled = Interview.objects.filter(state=State.SCHEDULED, started_at=None).first()
    question = Question.objects.exclude(reference_answers=None).first()
    _invitation, token = make_invitation(Role.INTERVIEWER)
    record = Interview.objects.records().filter(completed_at__isnull=False).first()
    write_late(record, people["lead"])
    apart, amended, decided = (
        Interview.objects.get(candidate__name=f"Candidate {number}") for number in ("0128", "0142", "0131")
    )
    return World(
        people,
        {
            "person": people["lead"].pk,
            "with factors": with_factors(people["panelist"]).pk,
            "gone": make_user(Role.RECRUITER, name="Demo leaver", is_active=False).pk,
            "long name": make_user(
                Role.INTERVIEWER, name="W" * 60 + " and a name that goes on", email=f"{'w' * 60}@example.test"
            ).pk,
            "set": QuestionSet.objects.first().pk,
            "question": question.pk,
            "answers": "answers",
            "answer": question.reference_answers.first().pk,
            "plan": Plan.objects.exclude(latest_version=None).first().pk,
            "one": 1,
            "scheduled": scheduled.pk,
            "panelist": scheduled.panel.get(place=Place.PANELIST).pk,
            "live panelist": live.panel.get(place=Place.PANELIST).pk,
            "continued": continued.pk,
            "import": make_import(people["manager"]).pk,
            "long plan": make_long_plan(people["manager"]).pk,
            "candidate": Candidate.objects.first().pk,
            "opening": Opening.objects.first().pk,
            "live": live.pk,
            "paused": paused.pk,
            "finished": finished.pk,
            "half done": half_done.pk,
            "followed": followed.pk,
            "torn": torn.pk,
            "torn other": torn_other.pk,
            "torn review": torn_review.pk,
            "record": record.pk,
            "late": record.pk,
            "apart": apart.pk,
            "amended": amended.pk,
            "decided": decided.pk,
            "response": apart.scorecards.get(author=people["lead"]).responses.first().pk,
            "token": token,
            "nobody": "1",
            "nothing": "set-password",
        },
    )


def with_factors(person):
    make_passkey(person)
    RecoveryCodes.activate(person)
    return person


def interview_of(people, number):
    """One more demo interview, for now, with lead, panelist and observer."""
    plan = Plan.objects.exclude(latest_version=None).order_by("pk").first()
    return lifecycle.schedule(
        candidate=Candidate.objects.create(name=f"Candidate {number}"),
        opening=plan.opening,
        version=plan.latest_version,
        at=timezone.now(),
        panel=[
            (people["lead"], Place.LEAD),
            (people["panelist"], Place.PANELIST),
            (people["observer"], Place.OBSERVER),
        ],
        by=people["manager"],
    )


def begin(interview, author):
    """Two questions have been asked, on another device."""
    scorecard = interview.scorecards.get(author=author)
    for response in scorecard.responses.filter(item__number__lte=2):
        change(scorecard, f"{response.key}.outcome", {"outcome": "rated", "rating": 4, "covered_by": ""})
        change(scorecard, f"{response.key}.notes", "Drew the graph first, then named the chain rule.")


def tear(interview, author, *, notes=False):
    """Two devices have rated the first question differently, and recommended; with `notes`, written differently too."""
    scorecard = interview.scorecards.get(author=author)
    key = scorecard.responses.order_by("item__position").first().key
    for rating, words in ((2, "Named the chain rule only when asked. " * 4), (4, "Drew the graph first. " * 9)):
        change(scorecard, f"{key}.outcome", {"outcome": "rated", "rating": rating, "covered_by": ""})
        if notes:
            change(scorecard, f"{key}.notes", words)
        else:
            change(scorecard, "summary", words)
            change(scorecard, "recommendation", rating)


def write_late(record, author):
    scorecard = record.scorecards.get(author=author)
    key = scorecard.responses.order_by("item__position").first().key
    change(scorecard, f"{key}.notes", "And came back to it at the door: " + "the bias was in the sample. " * 6)
    change(scorecard, "recommendation", 2)


def change(scorecard, field, value):
    """As a device sends it that has seen nothing of the others."""
    operation = {"op": str(uuid4()), "writer": str(uuid4()), "field": field, "parent": None, "value": value}
    operation["typed_at"] = timezone.now().isoformat()
    save(author=scorecard.author, scorecard_id=scorecard.pk, operations=[operation])


def make_import(owner):
    """A document with something of everything: whole questions, lines not used, a warning."""
    text = (Path(__file__).parents[1] / "questionbank" / "fixtures" / "sql_basics.txt").read_text(encoding="utf-8")
    return ImportDraft.objects.create(owner=owner, name="sql_basics.txt", content=labelled.read(text).to_json())


def make_long_plan(owner):
    """Names as long as they may be, with and without places to break them."""
    opening = make_opening(
        hiring_manager=owner,
        title="Principal engineer for deep learning and data platforms, in the team for measuring and monitoring",
    )
    plan = make_plan(opening=opening, title="W" * 60 + " and a title that goes on for longer than anybody would want")
    for text in (
        "Why does " + "supercalifragilistic" * 12 + " matter?",
        "Explain, " + "at some length, " * 40 + "why?",
    ):
        drafting.add_question(plan=plan, question=make_question(text=text))
    return plan


def missing():
    """Names of pages that no row shows: they answer GET and are not listed as something else. Needs the database."""
    shown = {page.name for page in PAGES} | NOT_PAGES
    client = Client()
    client.force_login(User.objects.with_role(Role.HIRING_MANAGER).first())
    return sorted(
        name for name, pattern in routes().items() if name not in shown and answers_get(client, name, pattern)
    )


def routes():
    """`{url name: pattern}` of everything but Django's admin."""
    return dict(walk(get_resolver().url_patterns, ""))


def walk(patterns, namespace):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}", pattern
        elif pattern.app_name != "admin":
            yield from walk(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)


def answers_get(client, name, pattern):
    """False for actions, which refuse GET with 405 before they look for anything."""
    kwargs = dict.fromkeys(pattern.pattern.converters, 1)
    return client.get(reverse(name, kwargs=kwargs)).status_code != 405
