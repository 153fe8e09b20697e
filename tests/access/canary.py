"""A word and a rating that some may not know of yet, and everything they can look at.

The word stands in the notes and summary of three scorecards: a draft of the panelist's while the interview is live, one
of a finished interview, and the lead's submitted one that is sealed to who still owes theirs. Ratings cannot be found by
a word; so the same pages are fetched with a high one and with a low one there, and must not differ.
"""

import re

from accounts.models import Role
from interviews import lifecycle
from interviews.events import event_for
from interviews.models import Candidate, Outcome, Place
from tests.access.matrix import KINDS
from tests.access.world import ADMIN, NAMES, ROUTES, World
from tests.factories import make_interview, make_user, submitted

WORD = "zebrafinch-7041"
# Never searched for, so that finding it is no echo.
HUSHED = "quillbarrow"
NAMED = "Ottilie Wren"  # candidates whose interviews have the word

# Where it is, and whose scorecard it is in.
PLACES = {"live": "panelist", "finished": "panelist", "half": "lead"}
# Who may read none of the three. Those who may read the submitted one are asked about the drafts only.
STRANGERS = ["norole", "admin", "interviewer", "othermgr"]
SEALED_OUT = ["observer", "excused", "excused recruiter", "owing recruiter"]
READERS = ["recruiter", "manager"]

LISTS = {
    "interviews:today": [],
    "interviews:interview_list": ["q", "tab=upcoming&q", "tab=waiting&q", "tab=past&q", "mine=1&q"],
    "interviews:interview_schedule": ["q"],
    "interviews:record_list": ["q", "words", "recommendation=4&words", "state=waiting&words", "state=mine&words"],
    "interviews:candidate_list": ["q"],
    "interviews:opening_list": ["q"],
    "interviews:plan_list": ["q"],
    "questionbank:question_list": ["q"],
    "questionbank:set_list": ["title"],
    "people:person_list": ["q"],
}
FILTERS = {
    "interviews:interview_list": ["tab=waiting", "tab=past", "mine=1", "sort=-rating"],
    "interviews:record_list": [
        *(f"recommendation={value}" for value in (1, 2, 3, 4)),
        *(f"state={state}" for state in ("complete", "waiting", "mine")),
        "sort=-score",
    ],
}
# What differs between two answers that say the same: tokens, times, and the clock of a live interview.
PASSING = re.compile(
    r"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?|\b\d\d?:\d\d\b"
    r'|(?<="elapsed": )\d+'
)
ECHO = re.compile(rf'(value="|=|<title>){WORD}|{WORD} ?(?=: questions)')


class CanaryWorld(World):
    """The world, with two recruiters more: one excused from the sealed interview, one who owes a scorecard for the same
    candidate and opening. Nothing is written or submitted yet in "half"."""

    def make_viewers(self):
        super().make_viewers()
        for name in ("excused recruiter", "owing recruiter"):
            self.viewers[name] = make_user(Role.RECRUITER)

    def make_interviews(self):
        super().make_interviews()
        half = self.interviews["half"]
        make_interview(
            candidate=half.candidate, version=self.version, opening=self.opening, lead=self.viewers["owing recruiter"]
        )
        for name, interview in self.interviews.items():
            Candidate.objects.filter(pk=interview.candidate_id).update(name=f"{NAMED} {name}")

    def panel(self):
        return [*super().panel(), (self.viewers["excused recruiter"], Place.PANELIST)]

    def excuse(self, interview):
        super().excuse(interview)
        panelist = interview.panel.get(user=self.viewers["excused recruiter"])
        lifecycle.excuse(panelist=panelist, by=self.viewers["manager"], reason="Ill")

    def submit(self, name, interview):
        """Later, by `write`."""

    def scorecard(self, state):
        return self.interviews[state].scorecards.get(author=self.viewers[PLACES[state]])

    def write(self, *, rating, recommendation, but_not_of=""):
        """The word and these ratings where they belong, and the lead's scorecard submitted.

        `but_not_of` is the viewer who looks for others': their own scorecards hold neither.
        """
        for state, author in PLACES.items():
            scorecard, own = self.scorecard(state), author == but_not_of
            notes = "" if own else f"Told us of the {WORD}, and of the {HUSHED}."
            given = 3 if own else rating
            scorecard.responses.update(outcome=Outcome.RATED, rating=given, notes=notes, seconds=given * 60)
            scorecard.recommendation, scorecard.summary = 2 if own else recommendation, notes
            scorecard.save(update_fields=["recommendation", "summary"])
        submitted(self.scorecard("half"))

    def pages(self, viewer, states):
        """`(name, state, query, address)` of everything there is to look at."""
        for name in NAMES:
            if name == ADMIN:
                continue
            route = ROUTES[name][0]
            about_interviews = route.startswith(("interviews/<", "records/<", "scorecards/<"))
            for state in states if about_interviews else self.states(name)[:1]:
                address = self.address(name, state, viewer)
                yield name, state, "", address
                for asked in LISTS.get(name, []):
                    yield name, state, f"{asked}={WORD}", f"{address}?{asked}={WORD}"
                for asked in FILTERS.get(name, []):
                    yield name, state, asked, f"{address}?{asked}"
        if viewer == "admin":  # the others do not come in, as the matrix has it
            for name, address in self.admin_addresses():
                yield name, "", "", address


def leaks(world, viewer, states):
    """A sentence for each answer that says the word, or to a search for it names an interview.

    Who is refused a page is not asked about its fragment and JSON: the refusal comes before the view picks one. Neither
    are they asked for where a page cannot be about interviews.
    """
    found = []
    for name, state, query, address in world.pages(viewer, states):
        for kind, headers in KINDS.items():
            response = world.ask(viewer, "GET", address, **headers)
            text = said(response)
            if query.endswith(WORD):
                text = ECHO.sub("", text)
                if NAMED in text:
                    found.append(f"{name}?{query}, {kind}: names an interview")
            if WORD in text or HUSHED in text:
                found.append(f"{name} {state} {query}, {kind}: says it")
            if response.status_code >= 400 or not name.startswith("interviews:"):
                break
    return found


def said(response):
    """What an answer tells: its words, and where it leads. Of an endless stream, the event with which it begins: read here,
    for what reads it for the stream does not see what this test has not committed."""
    if response.headers.get("Content-Type") == "text/event-stream":
        _version, body, _viewers = event_for(response.resolver_match.kwargs["pk"], [])
    else:
        body = b"".join(response) if response.streaming else response.content
    led = {name: value for name, value in response.headers.items() if name == "Location" or name.startswith("HX-")}
    return f"{response.status_code} {led}\n{body.decode()}"


def seen(world, viewer, states):
    """`{(name, state, query): answer}` of all pages about interviews, without what passes."""
    return {
        (name, state, query): PASSING.sub("", said(world.ask(viewer, "GET", address)))
        for name, state, query, address in world.pages(viewer, states)
        if name.startswith("interviews:") and WORD not in query
    }
