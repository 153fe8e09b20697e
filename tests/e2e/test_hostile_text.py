"""What people store is text on every page that shows it: no payload of `payloads.py` runs, or becomes an element.

`open_page` counts every refusal by the content security policy as a failure, so that a page is not excused by it.
"""

import uuid
from urllib.parse import quote, urlsplit

from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from interviews import drafting, lifecycle, publishing, swapping
from interviews.models import Candidate, Opening, Place, Plan, State
from questionbank.importing import labelled
from questionbank.models import (
    Competency,
    FollowUp,
    ImportDraft,
    Material,
    Part,
    Point,
    Question,
    QuestionSet,
    RatingAnchor,
    ReferenceAnswer,
    Tip,
)
from tests.e2e.browser import ready
from tests.e2e.pages import change
from tests.e2e.payloads import MARKS, PAYLOADS
from tests.factories import (
    make_candidate,
    make_interview,
    make_invitation,
    make_opening,
    make_plan,
    make_question,
    make_question_set,
    make_user,
    rate,
    submitted,
)

WORLDS = 2


class Watched:
    """A tab in which every sign of a payload that ran, or became part of the page, is noted with the page's address."""

    def __init__(self, page):
        self.page, self.found = page, []
        page.on("dialog", self.dialog)
        page.on("console", self.console)
        page.context.on("request", self.request)

    def dialog(self, dialog):
        self.found.append((self.page.url, f"a dialog: {dialog.message}"))
        dialog.dismiss()

    def console(self, message):
        if "Content Security" in message.text:
            self.found.append((self.page.url, f"refused: {message.text}"))

    def request(self, request):
        if urlsplit(request.url).path.startswith("/xss"):
            self.found.append((self.page.url, f"a request to {request.url}"))

    def look(self, page=None):
        page = page or self.page
        self.found += [(page.url, mark) for mark in page.evaluate(MARKS)]

    def open(self, *addresses):
        for address in addresses:
            response = self.page.goto(address)
            assert response.status == 200, f"{address} answered {response.status}"
            if self.page.locator("[data-room]").count():
                ready(self.page)
            self.look()


class Texts:
    """Payloads in turn: `one(at_most)` is the next that is so short, `all` are all of a world."""

    def __init__(self, payloads):
        self.payloads, self.turn = payloads, 0
        self.competency = self.one(48)  # one for all questions, so that each can stand in for another
        self.all = "\n\n".join(payloads)

    def one(self, at_most=120):
        for _try in self.payloads:
            self.turn += 1
            payload = self.payloads[self.turn % len(self.payloads)]
            if len(payload) <= at_most:
                return payload
        return self.payloads[self.turn % len(self.payloads)][:at_most]


def test_detector_notices_what_runs_and_what_stands_in_the_page(chrome):
    page = chrome.new_page()
    watched = Watched(page)
    page.goto("about:blank")
    page.evaluate("document.body.innerHTML = '<img src=x onerror=window.__xss=1>'")
    page.wait_for_function("window.__xss")
    watched.look()
    page.set_content("<script>alert('xss')</script><title>xss</title>")
    watched.look()
    page.context.close()

    assert sorted({mark for _url, mark in watched.found}) == [
        "a dialog: xss",
        "a script stands in the page",
        "an attribute onerror=window.__xss=1",
        "the title was changed",
        "window.__xss is set",
    ]


def test_detector_notices_requests_and_what_the_security_policy_refuses(chrome, address):
    context = chrome.new_context(base_url=address)
    page = context.new_page()
    page.goto("/healthz")
    watched = Watched(page)
    with page.expect_request("**/xss"), page.expect_console_message():
        page.evaluate("document.body.innerHTML = '<img src=/xss><img src=x onerror=window.__xss=1>'")
    watched.look()
    context.close()

    found = {mark.partition(":")[0] for _url, mark in watched.found}
    assert found >= {"a request to http", "refused", "an attribute onerror=window.__xss=1", "an attribute src=/xss"}


def test_every_payload_is_text_in_lists(open_page):
    """Each payload as a name or a title, in the lists that show it and in the choices of the forms."""
    with transaction.atomic():  # one commit instead of thousands
        manager, recruiter = make_lists()

    watched = Watched(open_page(manager))
    watched.open(
        "/sets/", "/questions/", "/questions/?q=xss", "/plans/", "/plans/new/", "/plans/suggest/", "/competencies/"
    )
    watched.open("/openings/", "/interviews/new/", "/interviews/", "/records/")
    open_all_pages(watched, "/sets/", "/questions/", "/plans/", "/openings/")
    by_recruiter = Watched(open_page(recruiter))
    open_all_pages(by_recruiter, "/candidates/")
    by_administrator = Watched(open_page(make_user(Role.ADMINISTRATOR)))
    open_all_pages(by_administrator, "/people/")
    for number, payload in enumerate(PAYLOADS[::9]):  # what is asked for comes back in the field and in the addresses
        address = ["/questions/?q=", "/openings/?q=", "/interviews/?q=", "/records/?words=", "/sets/?title="][
            number % 5
        ]
        watched.open(address + quote(payload))

    assert watched.found + by_recruiter.found + by_administrator.found == []


def make_lists():
    """One of each thing that has a name, for every payload; returns a hiring manager and a recruiter."""
    people = [make_user(Role.INTERVIEWER, name=payload) for payload in PAYLOADS]
    make_invitation(Role.INTERVIEWER, invited_by=people[0])
    manager, recruiter = make_user(Role.HIRING_MANAGER), make_user(Role.RECRUITER)
    Candidate.objects.bulk_create(Candidate(name=payload) for payload in PAYLOADS)
    Opening.objects.bulk_create(Opening(title=payload, hiring_manager=manager) for payload in PAYLOADS)
    opening = Opening.objects.first()
    Plan.objects.bulk_create(Plan(title=payload, opening=opening, created_by=manager) for payload in PAYLOADS)
    names = {payload.lower(): payload for payload in PAYLOADS if len(payload) <= 48}
    Competency.objects.bulk_create(Competency(name=name) for name in names.values())
    for payload in PAYLOADS:
        one_set = QuestionSet.objects.create(title=payload, created_by=manager)
        Question.objects.create(question_set=one_set, text=payload, topic=payload)
    return manager, recruiter


def open_all_pages(watched, *addresses):
    """Goes on as long as the list does."""
    for address in addresses:
        watched.open(address)
        for _page in range(4):
            further = watched.page.locator("main a[href*='after='], main a[rel=next]").first
            if not further.count():
                break
            watched.open(further.evaluate("link => link.href"))


def test_every_payload_is_text_where_interviews_are_held_and_read(open_page):
    found = []
    for number in range(WORLDS):
        with transaction.atomic():  # one commit instead of thousands
            lead, manager, things = build_world(Texts(PAYLOADS[number::WORLDS]))
        by_lead, by_manager = Watched(open_page(lead)), Watched(open_page(manager))
        walk_lead(by_lead, **things)
        walk_manager(by_manager, **things)
        found += by_lead.found + by_manager.found

    assert found == []


def build_world(texts):
    """What says these payloads in every field: `(lead, manager, things by name)`."""
    manager = make_user(Role.HIRING_MANAGER, name=texts.one())
    panel = {place: make_user(Role.INTERVIEWER, name=texts.one()) for place in Place}
    extra = make_user(Role.INTERVIEWER, name=texts.one())
    opening = make_opening(title=texts.one(), description=texts.all, hiring_manager=manager)
    questions = [make_hostile_question(texts, manager) for _number in range(6)]
    plan = make_hostile_plan(texts, opening, questions[:4])
    version = publishing.publish(plan=plan, by=manager)
    drafting.add_question(plan=plan, question=questions[4])

    def interview(state):
        seats = [*((user, place) for place, user in panel.items()), (extra, Place.PANELIST)]
        made = make_interview(
            panel=seats, version=version, opening=opening, candidate=candidate, language=texts.one(40)
        )
        lifecycle.move(interview=made, to=timezone.now(), by=manager, reason=texts.all)
        if state == State.SCHEDULED:
            return made
        lifecycle.start(interview=made, by=panel[Place.LEAD])
        excused = made.panel.get(user=extra)
        lifecycle.excuse(panelist=excused, by=manager, reason=texts.one(400))
        swap(made, panel[Place.LEAD], texts)
        write(made, panel[Place.LEAD], texts)
        return made

    candidate = make_candidate(name=texts.one())
    lobby, live, paused, finished = map(interview, (State.SCHEDULED, State.LIVE, State.PAUSED, State.FINISHED))
    record, cancelled = interview(State.FINISHED), interview(State.SCHEDULED)
    lifecycle.cancel(interview=cancelled, by=manager, reason=texts.one(200))
    lifecycle.pause(interview=paused, by=panel[Place.LEAD], reason=texts.one(200))
    tear(live, panel[Place.LEAD], texts)
    tear(finished, panel[Place.LEAD], texts)
    write(record, panel[Place.PANELIST], texts)
    for one in (finished, record):
        lifecycle.finish(interview=one, by=panel[Place.LEAD])
    for scorecard in record.scorecards.filter(author__in=[panel[Place.LEAD], panel[Place.PANELIST]]):
        submitted(rate(type(scorecard).objects.get(pk=scorecard.pk)))
        change(scorecard, "summary", f"Late: {texts.all}")
    draft = ImportDraft.objects.create(
        owner=manager, name=texts.one(), content=labelled.read(document_of(texts)).to_json()
    )

    seat = lobby.panel.get(user=extra)
    things = {"lobby": lobby, "live": live, "paused": paused, "finished": finished, "record": record}
    things |= {"cancelled": cancelled, "seat": seat, "opening": opening, "candidate": candidate, "plan": plan}
    return panel[Place.LEAD], manager, things | {"question": questions[0], "draft": draft}


def walk_manager(by_manager, *, lobby, live, paused, finished, record, cancelled, seat, opening, candidate, **bank):
    plan, question, draft = bank["plan"], bank["question"], bank["draft"]
    one_set = question.question_set
    by_manager.open("/", "/interviews/", "/records/", f"/records/{record.pk}/", f"/records/{finished.pk}/")
    by_manager.open(*(f"/interviews/{one.pk}/" for one in (lobby, live, paused, cancelled)))
    by_manager.open(f"/interviews/{lobby.pk}/panel/{seat.pk}/excuse/", f"/interviews/{lobby.pk}/adjust/")
    by_manager.open(f"/openings/{opening.pk}/", f"/openings/{opening.pk}/edit/", f"/candidates/{candidate.pk}/")
    by_manager.open(f"/plans/{plan.pk}/?q=xss", f"/plans/{plan.pk}/edit/", f"/plans/{plan.pk}/publish/")
    by_manager.open(f"/plans/{plan.pk}/print/", f"/plans/{plan.pk}/versions/1/", f"/plans/{plan.pk}/versions/1/print/")
    by_manager.open(f"/sets/{one_set.pk}/", f"/sets/{one_set.pk}/edit/", f"/questions/{question.pk}/")
    by_manager.open(f"/questions/{question.pk}/edit/", f"/questions/{question.pk}/answers/new/")
    by_manager.open(f"/questions/{question.pk}/answers/{question.reference_answers.first().pk}/")
    by_manager.open(f"/sets/import/{draft.pk}/")
    by_manager.open(f"/sets/import/{draft.pk}/questions/1/", f"/sets/import/{draft.pk}/sets/1/")


def walk_lead(watched, *, lobby, live, paused, finished, record, **_others):
    watched.open("/", f"/interviews/{lobby.pk}/room/", f"/interviews/{paused.pk}/room/", f"/interviews/{live.pk}/room/")
    room = watched.page
    room.keyboard.press("j")
    window = room.context.new_page()
    window.goto(f"/interviews/{live.pk}/candidate/")
    window.locator("[data-handout] h1").wait_for()  # the room has handed it the question
    watched.look(window)
    window.close()
    room.keyboard.press("/")
    room.locator("#jump").wait_for()
    watched.look()
    room.keyboard.press("Escape")
    room.keyboard.press("w")
    room.locator("#swap [name=reason]").wait_for()
    watched.look()
    room.keyboard.press("Escape")
    room.keyboard.press("t")
    for _question in range(6):
        room.keyboard.press("j")
    watched.look()
    watched.open(f"/interviews/{finished.pk}/review/")
    watched.page.locator(".version").first.wait_for()  # two devices said something else
    watched.look()
    watched.open(f"/records/{record.pk}/")


def make_hostile_question(texts, owner):
    """A question of a set of its own, with a payload in every field, and in the long ones all."""
    one_set = make_question_set(
        title=texts.one(),
        introduction=texts.all,
        conclusion=texts.all,
        source=texts.one(200),
        licence=texts.one(80),
        language=texts.one(12),
        created_by=owner,
    )
    one_set.audience.create(who=texts.one(), use=texts.all)
    for audience in Tip.For:
        for kind in Tip.Kind:
            Tip.objects.create(question_set=one_set, audience=audience, kind=kind, text=texts.one(400))
    competency, _created = Competency.objects.get_or_create(name=texts.competency)
    question = make_question(
        question_set=one_set,
        text=texts.all,
        short_name=texts.one(48),
        when_to_ask=texts.all,
        why_ask=texts.all,
        how_to_ask=texts.all,
        topic=texts.one(),
        competency=competency,
        created_by=owner,
    )
    ReferenceAnswer.objects.create(question=question, text=texts.all)
    for kind, at_most in ((Point, 90), (FollowUp, 400), (Part, 400)):
        kind.objects.bulk_create(kind(question=question, text=payload[:at_most]) for payload in texts.payloads)
    for rating in range(1, 6):
        RatingAnchor.objects.create(question=question, rating=rating, text=texts.one(240))
    for kind in Material.Kind:
        Material.objects.create(question=question, kind=kind, title=texts.one(), body=texts.all)
    return question


def make_hostile_plan(texts, opening, questions):
    plan = make_plan(opening=opening, title=texts.one())
    for question in questions:
        drafting.add_question(plan=plan, question=question, reason=texts.one(200))
    drafting.add_segment(plan=plan, kind="welcome", title=texts.one(), minutes=4)
    plan.items.update(note=texts.all)
    plan.items.filter(kind="segment").update(script=texts.all)
    return plan


def swap(interview, by, texts):
    """One question made up, and one asked in the place of the last planned one."""
    content = publishing.unplanned_content(texts.all)
    lifecycle.add_unplanned(interview=interview, by=by, op=uuid.uuid4(), title=texts.one(), content=content, stage=3)
    item = interview.version.items.filter(kind="question").last()
    question = make_hostile_question(texts, by)
    asked = swapping.stand_in(item=item, question=question)
    lifecycle.add_unplanned(interview=interview, by=by, op=uuid.uuid4(), reason=texts.one(200), **asked)


def write(interview, author, texts):
    """Notes on every question, filed from one to another, and a summary."""
    scorecard = interview.scorecards.get(author=author)
    for response in scorecard.responses.all():
        change(scorecard, f"{response.key}.notes", f"@2 [from 1, 27:40] {texts.all}")
    change(scorecard, "summary", texts.all)


def tear(interview, author, texts):
    """Another device has other notes, and another summary."""
    scorecard = interview.scorecards.get(author=author)
    for field in (f"{scorecard.responses.first().key}.notes", "summary"):
        change(scorecard, field, f"Elsewhere: {texts.all}")


def document_of(texts):
    """A document as it is imported, all of whose parts are payloads."""
    questions = "\n\n".join(
        f"What is {payload}?\n\nWhen to Ask: {texts.one()}\n\nWhy Ask: {texts.one()}\n\nHow to Ask: {texts.one()}\n\n"
        f"Proposed Answer 1\n\n{payload}\n\nProposed Answer 2\n\n{texts.one()}"
        for payload in texts.payloads[:8]
    )
    return f"{texts.one()} Interview Questions\n\nWhat are they?\n\n{texts.one()}\n\n{questions}\n"
