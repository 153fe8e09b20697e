"""The record of one finished interview, as one reader may see it.

Everything of ratings, notes and recommendations comes from `Scorecard.objects.visible_to(user)`; whatever is counted
or averaged comes from the submitted ones among those. Who is on the panel, and who has submitted when, is no secret.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews import scoring
from interviews.amending import bring_up_to_date
from interviews.content import room_entries
from interviews.models import Interview, Outcome, Place, Recommendation, Response, Scorecard
from interviews.standing import Standing
from interviews.submitting import labelled
from interviews.wording import compare

# What says that the candidate was given the question.
ASKED = {Outcome.RATED, Outcome.DECLINED, Outcome.TECHNICAL}
# Dots for so many columns; with more, one number each.
WIDE_COLUMNS = 3


@dataclass(frozen=True)
class Record:
    """`scorecards` are those the reader may see, the lead's first; `opened` whether the others' are among them."""

    interview: Interview
    standing: Standing
    scorecards: list
    entries: list
    opened: bool
    minutes: int
    closed: "Closed | None" = None
    late: list = field(default_factory=list)
    agreed: list = field(default_factory=list)
    decisions: list = field(default_factory=list)

    @classmethod
    def of(cls, user, interview):
        """Ten queries, one more for who has submitted here, two while the others' scorecards are closed to the user, two
        more once all are in.

        Fetch with `with_people()`.
        """
        standing = Standing.of(user, interview)
        opened = Interview.objects.open_to(user).filter(pk=interview.pk).exists()
        unplanned = tuple(interview.unplanned.values_list("pk", flat=True))
        scorecards = visible_scorecards(user, interview, standing)
        entries = [entry for entry in room_entries(interview.version_id, unplanned) if entry.is_question]
        return cls(
            interview=interview,
            standing=standing,
            scorecards=scorecards,
            entries=entries,
            opened=opened,
            minutes=round(sum(sitting.elapsed_seconds() for sitting in interview.sittings.all()) / 60),
            closed=None if opened else closed_to(user, standing),
            late=late_changes(user, scorecards, {entry.key: entry.title for entry in entries}),
            **(outcome_of(interview) if opened and interview.completed_at else {}),
        )

    @property
    def complete(self):
        return self.interview.completed_at is not None

    @property
    def due(self):
        """Seats whose scorecard is owed."""
        return [seat for seat in self.standing.seats if seat.owes]

    @cached_property
    def submitted(self):
        """What counts: the visible scorecards that are sealed."""
        return [scorecard for scorecard in self.scorecards if scorecard.submitted_at]

    @property
    def draft(self):
        """The reader's own scorecard, if it is not submitted."""
        return next((scorecard for scorecard in self.scorecards if not scorecard.submitted_at), None)

    @property
    def compact(self):
        return len(self.scorecards) > WIDE_COLUMNS

    @property
    def columns(self):
        """Of the table: the question, a scorecard each, and the lead's time if that is visible."""
        return 1 + len(self.scorecards) + (self.lead is not None)

    @property
    def summaries(self):
        return [scorecard for scorecard in self.scorecards if scorecard.summary]

    @cached_property
    def agreement(self):
        return scoring.agreement(scorecard.recommendation for scorecard in self.submitted)

    @cached_property
    def score(self):
        return scoring.shown(scoring.combined(self.submitted))

    @property
    def amended(self):
        return any(scorecard.amended for scorecard in self.submitted)

    @cached_property
    def agreed_score(self):
        """With what was agreed on in the debrief; None where nothing was."""
        weights = {int(entry.key[1:]): entry.weight for entry in self.planned}
        latest = {one.item_id: one.rating for one in self.agreed}
        return scoring.shown(scoring.agreed(self.responses, latest, weights))

    @property
    def decision(self):
        """The one that stands."""
        return self.decisions[-1] if self.decisions else None

    @property
    def amended_since(self):
        """Whether the decision rests on what was amended later."""
        amendments = (response.amendment for responses in self.responses for response in responses)
        return any(amendment and amendment.at > self.decision.at for amendment in amendments)

    @cached_property
    def spread(self):
        return scoring.shown(scoring.spread(self.responses))

    @property
    def spread_words(self):
        if self.spread > 1:
            return _("far apart")
        return _("close") if self.spread <= 0.5 else _("some distance")

    @property
    def competencies(self):
        """`[(competency, score to one decimal or None), …]` in the plan's order; as cautious as the whole score."""
        return [(name, scoring.shown(tally.score)) for name, tally in scoring.by_competency(self.responses).items()]

    @property
    def responses(self):
        """Of each submitted scorecard, its responses."""
        return [scorecard.responses.all() for scorecard in self.submitted]

    @cached_property
    def asked(self):
        """Planned questions that some submitted scorecard says were asked."""
        return [entry for entry in self.planned if self.outcomes.get(entry.key, set()) & ASKED]

    @property
    def unrated(self):
        """Questions asked that nobody rated: declined, or lost to a technical failure."""
        return [entry for entry in self.asked if Outcome.RATED not in self.outcomes[entry.key]]

    @cached_property
    def covered(self):
        """Planned questions not asked, but answered under another."""
        return [
            entry
            for entry in self.planned
            if Outcome.COVERED in self.outcomes.get(entry.key, set()) and entry not in self.asked
        ]

    @cached_property
    def planned(self):
        return [entry for entry in self.entries if not entry.unplanned]

    @cached_property
    def entries_by_key(self):
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def outcomes(self):
        found = {}
        for responses in self.responses:
            for response in responses:
                found.setdefault(response.key, set()).add(response.outcome)
        for entry in self.entries:
            if entry.replaces:  # asked is what stood in for it; covered by that it is not for that reason alone
                own = {response.outcome for response in self.given(entry.replaces) if response.covered_by != entry.key}
                found[entry.replaces] = own | found.get(entry.key, set())
        return found

    def given(self, key):
        return [response for responses in self.responses for response in responses if response.key == key]

    @property
    def stages(self):
        """`[(stage, [Row, …]), …]`; empty where no scorecard is visible."""
        return [(stage, list(rows)) for stage, rows in groupby(self.rows, key=lambda row: row.entry.stage)]

    @cached_property
    def rows(self):
        agreed = {}
        for one in self.agreed:
            agreed.setdefault(f"q{one.item_id}", []).append(one)
        by_scorecard = [
            (scorecard, {response.key: response for response in scorecard.responses.all()})
            for scorecard in self.scorecards
        ]
        return [
            Row(
                entry,
                [Said(scorecard, given[entry.key], self.entries_by_key) for scorecard, given in by_scorecard],
                self.lead,
                agreed.get(entry.replaces or entry.key, []),
            )
            for entry in self.entries
            if by_scorecard
        ]

    @cached_property
    def lead(self):
        """The lead's scorecard, whose times count, if it is visible."""
        lead = next(seat.panelist.user_id for seat in self.standing.seats if seat.panelist.place == Place.LEAD)
        return next((scorecard for scorecard in self.scorecards if scorecard.author_id == lead), None)

    @cached_property
    def seats(self):
        """`[(seat, scorecard or None), …]`: everyone on the panel, with what is visible of them."""
        visible = {scorecard.author_id: scorecard for scorecard in self.submitted}
        return [(seat, visible.get(seat.panelist.user_id)) for seat in self.standing.seats]


def outcome_of(interview):
    """What came of the debrief, the oldest first. Two queries."""
    return {
        "agreed": list(interview.agreed_ratings.select_related("by")),
        "decisions": list(interview.decisions.select_related("by")),
    }


def late_changes(user, scorecards, titles):
    """`[(label, words, typed at)]` of what the user's own devices sent after they had submitted; nobody else's."""
    own = next(
        (scorecard for scorecard in scorecards if scorecard.author_id == user.pk and scorecard.submitted_at), None
    )
    if own is None:
        return []
    found = list(own.operations.late())
    labels = labelled([operation.field for operation in found], titles)
    return [(labels[operation.field], in_words(operation), operation.typed_at) for operation in found]


def in_words(operation):
    """What was typed, and what was chosen by its name; of ticks, how many."""
    value, name = operation.value, operation.field.rpartition(".")[2]
    if name == "outcome" and value["outcome"]:
        return value["rating"] or Outcome(value["outcome"]).label
    if name == "recommendation" and value:
        return Recommendation(value).label
    if name == "come_back":
        return _("on") if value else _("off")
    if isinstance(value, list):
        return ngettext("%(n)s ticked", "%(n)s ticked", len(value)) % {"n": len(value)}
    return value if isinstance(value, str) else _("taken back")


def visible_scorecards(user, interview, standing):
    """In the panel's order, as amended, with their responses and, of the questions, all but the words. Three queries."""
    responses = Response.objects.select_related("item", "unplanned__replaces").defer(
        "item__content", "unplanned__content", "unplanned__replaces__content", "heads"
    )
    found = (
        Scorecard.objects.visible_to(user)
        .filter(interview=interview)
        .select_related("author")
        .prefetch_related(Prefetch("responses", responses))
    )
    found = list(found)
    bring_up_to_date(found, [response for scorecard in found for response in scorecard.responses.all()])
    order = [seat.panelist.user_id for seat in standing.seats]
    return sorted(found, key=lambda scorecard: order.index(scorecard.author_id))


@dataclass(frozen=True)
class Row:
    """One question, with what each visible scorecard says of it."""

    entry: object
    said: list
    lead: object
    agreements: list  # what was agreed on in the debrief, the latest last

    @property
    def agreed(self):
        return self.agreements[-1] if self.agreements else None

    @property
    def time(self):
        """Minutes and seconds the lead spent on it; where there are none, as after a change of the lead, the longest that
        anybody spent; "" if none or not visible."""
        seconds = next((said.response.seconds for said in self.said if said.scorecard is self.lead), 0)
        seconds = seconds or max((said.response.seconds for said in self.said), default=0)
        return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""

    @property
    def points(self):
        return self.ticked("points")

    @property
    def parts(self):
        return self.ticked("parts")

    @property
    def follow_ups(self):
        return self.ticked("follow_ups")

    def ticked(self, name):
        """`[(words, [who ticked them, …]), …]`."""
        return [
            (words, [said.scorecard.author for said in self.said if place in getattr(said.response, name)])
            for place, words in enumerate(self.entry.content[name])
        ]


@dataclass(frozen=True)
class Said:
    """What one scorecard says of one question."""

    scorecard: Scorecard
    response: Response
    entries: dict

    @property
    def reason(self):
        """Why there is no rating, in words."""
        if self.response.outcome != Outcome.COVERED:
            return self.response.get_outcome_display() or _("No rating")
        under = self.entries.get(self.response.covered_by)
        return _("Covered under “%(title)s”") % {"title": under.title} if under else _("Covered elsewhere")

    @cached_property
    def wording(self):
        """The notes, with what was added after the interview told apart."""
        before = self.response.notes_at_finish
        return compare(self.response.notes if before is None else before, self.response.notes)

    @property
    def edited(self):
        """Whether a word of the notes came or went after the interview."""
        return self.wording.taken_out or any(piece.later for piece in self.wording.pieces)

    @property
    def earlier(self):
        """Of an amended response what it said before, the latest first: `[(Said, amendment or None as submitted), …]`."""
        return [(replace(self, response=response), amendment) for response, amendment in self.response.earlier]

    @property
    def ticked(self):
        """The words of what was ticked: parts, points and follow-ups."""
        content, response = self.entries[self.response.key].content, self.response
        return [content[name][place] for name in ("parts", "points", "follow_ups") for place in getattr(response, name)]

    @property
    def ticks(self):
        """ "3 of 5 points · 1 follow-up", of what there is to tick."""
        content, words = self.entries[self.response.key].content, []
        if content["parts"]:
            words.append(_("%(n)s of %(of)s parts") % {"n": len(self.response.parts), "of": len(content["parts"])})
        # Points that nobody confirmed are a help in the room, and no measure of an answer.
        if content["points"] and not content.get("points_drafted"):
            words.append(_("%(n)s of %(of)s points") % {"n": len(self.response.points), "of": len(content["points"])})
        if count := len(self.response.follow_ups):
            words.append(ngettext("%(n)s follow-up", "%(n)s follow-ups", count) % {"n": count})
        return " · ".join(words)

    @property
    def speaks(self):
        """Whether there is anything beside the rating."""
        response = self.response
        return bool(
            response.notes
            or self.edited
            or response.points
            or response.parts
            or response.follow_ups
            or response.amendment
        )


@dataclass(frozen=True)
class Closed:
    """Why the others' scorecards are closed to the reader; `owed` is the interview to review first, if that helps."""

    sentence: str
    owed: Interview | None = None


def closed_to(user, standing):
    """Why `open_to` leaves the user out, which happens only to people on a panel. At most one query."""
    interview, place = standing.interview, standing.panelist
    if standing.owes:
        return Closed(_("You see the others’ scorecards once you have submitted yours."), interview)
    owed = (
        Scorecard.objects.owed()
        .of(user)
        .filter(interview__candidate=interview.candidate_id, interview__opening=interview.opening_id)
    )
    if other := owed.select_related("interview__candidate", "interview__opening").first():
        sentence = _(
            "You still owe a scorecard for this candidate and opening. You see the others’ once it is submitted."
        )
        return Closed(sentence, other.interview)
    if place.excused_at and place.place != Place.OBSERVER and not standing.schedules:
        return Closed(_("You were excused from this interview, so the others’ scorecards stay closed to you."))
    owing = sum(seat.owes for seat in standing.seats)
    scoring_seats = owing + sum(seat.submitted_at is not None for seat in standing.seats)
    sentence = _("You see the scorecards once every lead and panelist has submitted: %(n)s of %(of)s so far.")
    return Closed(sentence % {"n": scoring_seats - owing, "of": scoring_seats})
