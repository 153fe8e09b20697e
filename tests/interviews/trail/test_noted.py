"""What the database notes by itself: who, when, what, old → new, and nothing of drafts."""

import hashlib
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import people
from accounts.models import Invitation, Role
from interviews import lifecycle
from interviews.models import Candidate, Interview, Place, State, TrailEntry, TrailHead, TrailPayload, UnplannedQuestion
from interviews.publishing import unplanned_content
from interviews.saving import save
from tests.database import owning
from tests.factories import (
    PASSWORD,
    make_interview,
    make_invitation,
    make_panelist,
    make_published,
    make_question,
    make_rated_scorecard,
    make_scorecard,
    make_submitted_scorecard,
    make_user,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db


def chain(name, after=0):
    """The entries of a chain, in their order."""
    return list(TrailEntry.objects.filter(chain=name, number__gt=after).select_related("payload"))


def told(entries):
    return [(entry.what, entry.table_name.partition("_")[2], entry.changed) for entry in entries]


def test_whole_life_of_an_interview_is_one_chain():
    interview = make_interview()
    by = interview.created_by
    lifecycle.move(interview=interview, to=datetime(2026, 5, 2, 10, tzinfo=UTC), by=by, reason="Train")
    interview = lifecycle.start(interview=interview, by=by)
    lifecycle.finish(interview=interview, by=by)
    submitted(rate(interview.scorecards.get()))

    entries = chain(f"interview:{interview.pk}")

    assert [entry.number for entry in entries] == list(range(1, 13))
    assert (
        [(entry.what, entry.table_name.partition("_")[2]) for entry in entries]
        == [
            ("added", "interview"),
            ("added", "panelist"),
            ("added", "historyentry"),  # scheduled
            ("added", "historyentry"),  # moved
            ("changed", "interview"),
            ("added", "historyentry"),  # started
            ("changed", "interview"),
            ("added", "historyentry"),  # finished
            ("changed", "interview"),
            ("submitted", "scorecard"),
            ("added", "historyentry"),  # submitted
            ("changed", "interview"),  # complete
        ]
        + [(entry.what, entry.table_name.partition("_")[2]) for entry in entries[12:]]
    )
    assert {(entry.by, tuple(entry.roles)) for entry in entries} == {(by, ("interviewer",))}


def test_entry_has_old_and_new():
    interview = make_interview(at=datetime(2026, 5, 1, 9, tzinfo=UTC))
    before = len(chain(f"interview:{interview.pk}"))

    lifecycle.move(interview=interview, to=datetime(2026, 5, 2, 10, tzinfo=UTC), by=interview.created_by)

    history, moved = chain(f"interview:{interview.pk}", after=before)
    assert history.changed["what"] == [None, "moved"]
    assert told([moved]) == [
        ("changed", "interview", {"scheduled_at": ["2026-05-01T09:00:00+00:00", "2026-05-02T10:00:00+00:00"]})
    ]


def test_moments_read_alike_in_any_time_zone():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
    interview = make_interview(at=datetime(2026, 5, 1, 9, tzinfo=UTC))

    assert chain(f"interview:{interview.pk}")[0].changed["scheduled_at"] == [None, "2026-05-01T09:00:00+00:00"]


def test_who_acts_is_noted_with_roles_and_place_then():
    interview = make_interview(state=State.LIVE)
    helper = make_user(Role.RECRUITER, Role.INTERVIEWER)
    make_panelist(interview=interview, user=helper, place=Place.PANELIST)
    before = len(chain(f"interview:{interview.pk}"))

    lifecycle.take_lead(interview=interview, user=helper, by=helper)
    people.change(user=helper, email=helper.email, roles=[Role.RECRUITER], by=make_user(Role.ADMINISTRATOR))

    entries = chain(f"interview:{interview.pk}", after=before)
    assert [(entry.by, entry.roles, entry.place) for entry in entries] == [
        (helper, ["recruiter", "interviewer"], "panelist"),
        (helper, ["recruiter", "interviewer"], "panelist"),
        (helper, ["recruiter", "interviewer"], "lead"),
    ]
    assert [entry.changed["place"] for entry in entries[1:]] == [["lead", "panelist"], ["panelist", "lead"]]


def test_what_nobody_did_by_hand_is_nobodys():
    interview = make_interview()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('evenhand.by', '', true)")
        Interview.objects.filter(pk=interview.pk).update(scheduled_at=datetime(2026, 5, 2, 10, tzinfo=UTC))

    last = chain(f"interview:{interview.pk}")[-1]
    assert (last.by, last.roles, last.place) == (None, [], "")


def test_submitting_seals_every_response_with_its_words_by_digest():
    scorecard = make_rated_scorecard(questions=2, rating=4, recommendation=3)
    scorecard.responses.update(notes="Überlegt lange")
    submitted(scorecard)

    entry = TrailEntry.objects.get(what="submitted")

    rows = entry.payload.payload["rows"]
    responses = rows["interviews_response"]
    assert (entry.by, entry.row_id, entry.place) == (scorecard.author, scorecard.pk, "lead")
    assert responses.keys() == {str(response.pk) for response in scorecard.responses.all()}
    assert [(row["outcome"], row["rating"], row["points"]) for row in responses.values()] == [("rated", 4, [])] * 2
    assert {row["notes"]["sha256"] for row in responses.values()} == {
        hashlib.sha256("Überlegt lange".encode()).hexdigest()
    }
    assert rows["interviews_scorecard"][str(scorecard.pk)]["recommendation"] == 3


def test_drafts_leave_no_entries():
    scorecard = make_scorecard()
    before = TrailEntry.objects.count()
    key = scorecard.responses.first().key
    sent = [
        {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "parent": None, "field": name, "value": value}
        for name, value in (
            (f"{key}.notes", "Words"),
            (f"{key}.outcome", {"outcome": "rated", "rating": 4}),
            (f"{key}.points", [0]),
            ("summary", "Words"),
            ("recommendation", 3),
        )
    ]

    answers = save(author=scorecard.author, scorecard_id=scorecard.pk, operations=sent)

    assert [answer["result"] for answer in answers] == ["applied"] * 5
    assert TrailEntry.objects.count() == before


def test_saving_fires_no_trigger_of_the_trail():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'trail%%' AND tgrelid::regclass::text "
            "IN ('interviews_operation', 'interviews_response', 'interviews_scorecard') ORDER BY 2"
        )
        assert cursor.fetchall() == [
            ("interviews_scorecard", "trail_inserted_submitted"),
            ("interviews_scorecard", "trail_submitted"),
        ]


def test_publishing_seals_the_version_and_its_items():
    version = make_published(make_question(), make_question())

    entries = chain(f"plan:{version.plan_id}")

    assert [(entry.what, entry.table_name, entry.row_id) for entry in entries] == [
        ("added", "interviews_planversion", version.pk),
        ("published", "interviews_planversion", version.pk),
    ]
    assert {entry.by for entry in entries} == {version.published_by}
    items = entries[1].payload.payload["rows"]["interviews_versionitem"]
    assert items.keys() == {str(item.pk) for item in version.items.all()}


def test_question_asked_off_the_plan_is_noted():
    interview = make_interview(state=State.LIVE)
    added = {"title": "More", "content": unplanned_content("More?"), "stage": 3, "op": uuid.uuid4()}
    lifecycle.add_unplanned(interview=interview, by=interview.created_by, **added)

    entry = TrailEntry.objects.get(table_name=UnplannedQuestion._meta.db_table)

    assert (entry.what, entry.by, entry.changed["stage"]) == ("added", interview.created_by, [None, 3])


def test_roles_address_and_activity_of_a_person_are_noted_and_the_password_is_not():
    administrator, person = make_user(Role.ADMINISTRATOR), make_user(Role.INTERVIEWER, email="old@example.test")
    people.change(user=person, email="new@example.test", roles=[Role.RECRUITER], by=administrator)
    people.deactivate(user=person, by=administrator)
    people.reactivate(user=person, by=administrator)
    people.remove_second_factors(user=person, by=administrator)
    person.refresh_from_db()
    person.set_password("another password of theirs")
    person.save()

    added, changed, deactivated, signed_out, reactivated, without_factors = chain(f"person:{person.pk}")

    assert added.changed == {"roles": [None, ["interviewer"]], "is_active": [None, True], "sessions_ended": [None, 0]}
    assert added.payload.payload["changed"].keys() == {"email", "name"}
    assert changed.changed == {"roles": [["interviewer"], ["recruiter"]]}
    assert changed.payload.payload == {"changed": {"email": ["old@example.test", "new@example.test"]}}
    assert [entry.changed["is_active"] for entry in (deactivated, reactivated)] == [[True, False], [False, True]]
    assert [entry.changed for entry in (signed_out, without_factors)] == [
        {"sessions_ended": [0, 1]},
        {"sessions_ended": [1, 2]},
    ]
    assert {entry.by for entry in (changed, deactivated, signed_out, reactivated, without_factors)} == {administrator}
    assert added.by is None


def test_invitation_made_used_and_withdrawn_is_noted():
    administrator = make_user(Role.ADMINISTRATOR)
    used, _token = make_invitation(invited_by=administrator)
    withdrawn, _token = make_invitation(invited_by=administrator)
    newcomer = used.accept(name="Ada", password=PASSWORD)
    withdrawn.withdraw(by=administrator)

    made, accepted = chain(f"invitation:{used.pk}")
    _made, ended = chain(f"invitation:{withdrawn.pk}")

    assert (made.by, accepted.by, ended.by) == (administrator, newcomer, administrator)
    assert (list(accepted.changed), sorted(ended.changed)) == (["accepted_at"], ["expires_at", "withdrawn_at"])
    assert "token_hash" not in made.changed | made.payload.payload["changed"]


def test_invitation_that_is_deleted_is_noted():
    invitation, _token = make_invitation()
    key = invitation.pk
    Invitation.objects.filter(pk=key).delete()

    assert [entry.what for entry in chain(f"invitation:{key}")] == ["added", "removed"]


def test_metadata_name_nobody():
    interview = make_interview(candidate=Candidate.objects.create(name="Wilhelmina"))
    lifecycle.cancel(interview=interview, by=interview.created_by, reason="Wilhelmina is ill")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM interviews_trailentry AS entry WHERE entry::text LIKE '%%Wilhelmina%%'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM interviews_trailpayload AS held WHERE held::text LIKE '%%Wilhelmina%%'")
        assert cursor.fetchone() == (0,)


def test_chains_are_told_apart_and_have_their_heads():
    first, second = make_interview(), make_interview()

    heads = {head.chain: head for head in TrailHead.objects.filter(chain__startswith="interview:")}

    assert heads.keys() == {f"interview:{first.pk}", f"interview:{second.pk}"}
    for name, head in heads.items():
        assert (head.number, head.link) == (3, chain(name)[-1].link)


def test_salts_are_random():
    make_interview()

    salts = [bytes(salt) for salt in TrailPayload.objects.values_list("salt", flat=True)]

    assert {len(salt) for salt in salts} == {16}
    assert len(set(salts)) == len(salts)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE interviews_trailentry SET at = now()",
        "DELETE FROM interviews_trailentry",
        "UPDATE interviews_trailpayload SET payload = '{}'",
        "UPDATE interviews_trailpayload SET payload = NULL, salt = NULL, entry_id = entry_id + 1000",
        "DELETE FROM interviews_trailpayload",
    ],
)
def test_owner_too_is_refused_while_the_triggers_stand(statement):
    make_interview()

    with (
        pytest.raises(IntegrityError, match=r"The trail|What the trail"),
        transaction.atomic(),
        owning(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_scorecard_that_is_put_in_as_submitted_is_noted():
    draft = make_scorecard()
    other = make_submitted_scorecard()
    type(other).objects.create(
        interview=draft.interview,
        author=make_user(),
        recommendation=1,
        submit_op=uuid.uuid4(),
        submitted_at=other.submitted_at,
    )

    entry = chain(f"interview:{draft.interview_id}")[-1]

    assert (entry.what, entry.payload.payload["rows"]["interviews_response"]) == ("submitted", {})


def test_table_joins_by_one_trigger():
    scorecard = make_submitted_scorecard()
    with owning(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE amendment (id bigint, response_id bigint, author_id bigint, rating int, reason text)"
        )
        cursor.execute(
            "CREATE TRIGGER trail_added AFTER INSERT ON amendment FOR EACH ROW EXECUTE FUNCTION "
            "trail_row('interview', 'response_id', 'author_id', '{author_id}', '{rating}', '{reason}')"
        )
        cursor.execute(
            "INSERT INTO amendment VALUES (1, %s, %s, 5, 'Misheard')",
            [scorecard.responses.first().pk, scorecard.author_id],
        )

    entry = chain(f"interview:{scorecard.interview_id}")[-1]

    assert (entry.what, entry.table_name, entry.row_id, entry.by) == ("added", "amendment", 1, scorecard.author)
    assert entry.changed == {"author_id": [None, scorecard.author_id]}
    assert entry.payload.payload["changed"] == {
        "rating": [None, 5],
        "reason": [None, {"sha256": hashlib.sha256(b"Misheard").hexdigest()}],
    }
