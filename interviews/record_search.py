"""The list of records: which of them a reader asked for, and what each row may tell.

A filter on what somebody wrote, recommended or rated looks only at scorecards visible to the reader, so that neither
presence, order nor count of rows tells of a sealed one.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, F, OuterRef, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from interviews import scoring
from interviews.amending import bring_up_to_date
from interviews.models import Candidate, Decision, Interview, NotesSearch, Scorecard
from interviews.standing import Seat
from questionbank.searching import Has, TsQuery

# Words that many scorecards hold: the newest so many are looked through.
HITS_AT_MOST = 5000
READ_AT_MOST = 200


class Waiting(TextChoices):
    """What a record waits for."""

    COMPLETE = "complete", _("Complete")
    WAITING = "waiting", _("Waiting for scorecards")
    MINE = "mine", _("My scorecard is owed")


def find_records(user, asked):
    """Records visible to the user, narrowed by what the filters' form read. One query of its own for words in notes."""
    found = Interview.objects.records().visible_to(user)
    if asked.get("q"):
        found = found.filter(candidate__in=Candidate.objects.named(asked["q"]))
    if asked.get("opening"):
        found = found.filter(opening=asked["opening"])
    if asked.get("plan"):
        found = found.filter(plan=asked["plan"])
    if asked.get("since"):
        found = found.filter(finished_at__gte=asked["since"])
    if asked.get("until"):
        found = found.filter(finished_at__lt=asked["until"])
    if asked.get("state"):
        found = waiting_for(found, user, asked["state"])
    if asked.get("recommendation"):
        given = Scorecard.objects.visible_to(user).filter(recommendation=asked["recommendation"])
        found = found.filter(Exists(given.filter(interview=OuterRef("pk"), submitted_at__isnull=False)))
    if asked.get("words"):
        said = Scorecard.objects.visible_to(user).filter(pk__in=saying(user, asked["words"]))
        found = found.filter(pk__in=said.values("interview"))
    return found


def waiting_for(records, user, state):
    if state == Waiting.COMPLETE:
        return records.filter(completed_at__isnull=False)
    if state == Waiting.WAITING:
        return records.filter(completed_at=None)
    return records.filter(Exists(Scorecard.objects.owed().of(user).filter(interview=OuterRef("pk"))))


def saying(user, words):
    """The newest 5,000 submitted scorecards with these words, as a subquery that is read once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notes_query(%s)::text", [words[:READ_AT_MOST]])
        query = cursor.fetchone()[0]
    if not query:
        return []
    hits = NotesSearch.objects.filter(Has(F("document"), TsQuery(query)))
    if not user.holds(Role.RECRUITER):
        mine = Scorecard.objects.filter(interview__in=Interview.objects.records().visible_to(user))
        hits = hits.filter(scorecard__in=mine)
    return hits.order_by("-pk").values("scorecard")[:HITS_AT_MOST]


def in_records(queryset, name, user):
    """Those openings or plans (`name` says which) that records visible to the user have; for recruiters all."""
    if user.holds(Role.RECRUITER):
        return queryset
    return queryset.filter(pk__in=Interview.objects.records().visible_to(user).values(name))


@dataclass(frozen=True)
class RecordRow:
    """One record in the list; without `opened`, `agreement`, `score` and `decision` are None whatever there is."""

    interview: Interview
    seats: list
    opened: bool
    agreement: object
    score: object
    decision: object
    amended: bool

    @property
    def submitted(self):
        return [seat for seat in self.seats if seat.submitted_at]

    @property
    def owed(self):
        return [seat for seat in self.seats if seat.owes]

    @property
    def counting(self):
        """How many scorecards there are in all."""
        return len(self.submitted) + len(self.owed)


def rows_of(user, interviews):
    """A `RecordRow` for each of a page of interviews with their people. Five queries, however many."""
    keys = [interview.pk for interview in interviews]
    submitted = {
        (interview, author): at
        for interview, author, at in Scorecard.objects.filter(interview__in=keys).values_list(
            "interview", "author", "submitted_at"
        )
    }
    opened = set(Interview.objects.open_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    scorecards = list(Scorecard.objects.visible_to(user).filter(interview__in=opened, submitted_at__isnull=False))
    bring_up_to_date(scorecards)
    given = {}
    for scorecard in scorecards:
        given.setdefault(scorecard.interview_id, []).append(scorecard)
    latest = Decision.objects.filter(interview__in=opened).order_by("interview_id", "-pk").distinct("interview_id")
    decisions = {decision.interview_id: decision for decision in latest.only("interview", "outcome")}
    return [
        row_of(interview, submitted, given.get(interview.pk, []), interview.pk in opened, decisions.get(interview.pk))
        for interview in interviews
    ]


def row_of(interview, submitted, scorecards, opened, decision):
    return RecordRow(
        decision=decision,
        amended=any(scorecard.amended for scorecard in scorecards),
        interview=interview,
        seats=[
            Seat(panelist, submitted.get((interview.pk, panelist.user_id)), interview.state, started=True)
            for panelist in interview.panel.all()
        ],
        opened=opened,
        agreement=scoring.agreement(scorecard.recommendation for scorecard in scorecards),
        score=scoring.shown(scoring.combined(scorecards)),
    )
