from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from questionbank.importing import labelled
from questionbank.importing.writing import write_document
from questionbank.models import Competency, ImportDraft, Question, QuestionSet
from questionbank.stages import Stage
from tests.conftest import THE_DOCUMENT, needs_document
from tests.factories import make_user
from tests.questionbank.importing.test_comparing import SQL, read

pytestmark = pytest.mark.django_db

START = reverse("questionbank:import_start")
POSTED = ["confirm", "discard", "fill"]


@pytest.fixture
def manager():
    return make_user(Role.HIRING_MANAGER)


@pytest.fixture
def signed_in(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def draft(manager):
    return make_draft(manager)


def make_draft(owner, text=SQL, **kwargs):
    return ImportDraft.objects.create(owner=owner, content=labelled.read(text).to_json(), **kwargs)


def url(name, draft, *args):
    return reverse(f"questionbank:import_{name}", args=[draft.pk, *args])


def upload(data, name="notes.txt"):
    return SimpleUploadedFile(name, data, content_type="text/plain")


def filled(**kwargs):
    return {"text": "What is a primary key?", "answer_0": "A column that identifies each row.", **kwargs}


# Start


def test_start_reads_a_file_into_a_draft(signed_in, manager):
    response = signed_in.post(START, {"upload": upload(SQL.encode("utf-16"))})

    draft = ImportDraft.objects.get()
    assert (response.status_code, response.url) == (302, url("preview", draft))
    assert (draft.owner, draft.name, len(draft.document.sets[0].questions)) == (manager, "notes", 2)


def test_start_reads_pasted_text(signed_in):
    signed_in.post(START, {"text": SQL.replace("\n", "\r\n")})

    assert ImportDraft.objects.get().name == "SQL"


def test_start_names_an_untitled_set_by_its_file(signed_in):
    signed_in.post(START, {"upload": upload(SQL.removeprefix("SQL\n").encode(), "my_notes.txt")})

    assert ImportDraft.objects.get().edits["sets"]["1"]["fields"] == {"title": "my notes"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x00\x01\x02\x03" * 50, "This file is not text."),
        (b"", "The file is empty."),
        (b"words only", "No question was found."),
        (b"a\n" * (6 * 1024 * 1024), "The file is larger than 10 MB."),
    ],
    ids=["binary", "empty", "no question", "too large"],
)
def test_start_refuses_a_file_in_words(signed_in, data, sentence):
    response = signed_in.post(START, {"upload": upload(data)})

    assert response.status_code == 200
    assert response.context["form"].errors["upload"][0].startswith(sentence)
    assert not ImportDraft.objects.exists()


def test_start_keeps_pasted_text_on_error(signed_in):
    response = signed_in.post(START, {"text": "only words, <b>kept</b>"})

    assert response.context["form"]["text"].value() == "only words, <b>kept</b>"
    assert "only words, &lt;b&gt;kept&lt;/b&gt;" in response.content.decode()


def test_start_asks_which_when_both_are_given(signed_in):
    response = signed_in.post(START, {"text": SQL, "upload": upload(SQL.encode())})

    assert len(response.context["form"].non_field_errors()) == 1


def test_start_deletes_drafts_older_than_a_week(signed_in, draft):
    ImportDraft.objects.update(created_at=timezone.now() - timedelta(days=8))

    signed_in.get(START)

    assert not ImportDraft.objects.exists()


def test_start_lists_own_drafts_only(signed_in, draft):
    make_draft(make_user(Role.HIRING_MANAGER))

    assert list(signed_in.get(START).context["drafts"]) == [draft]


@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([Role.RECRUITER], 403), ([], 404)])
def test_import_is_for_hiring_managers(client, draft, roles, status):
    client.force_login(make_user(*roles))

    assert client.get(START).status_code == status
    assert client.get(url("preview", draft)).status_code == status
    assert client.post(url("confirm", draft)).status_code == status


# Preview


def test_preview_shows_the_cue_that_decided(signed_in, draft):
    html = signed_in.get(url("preview", draft)).content.decode()

    assert ">Early</mark> in the interview." in html
    assert ">While discussing</mark> joins." in html


def test_preview_lists_unused_lines_and_warnings_by_number(signed_in, manager):
    draft = make_draft(manager, SQL.replace("Why ask: Identity.", "Minutes: many"))

    response = signed_in.get(url("preview", draft))

    assert [row["line"] for row in response.context["rejected"]] == [5]
    assert [row["line"] for row in response.context["warnings"]] == [5]
    assert [row.needs_look for row in response.context["preview"].rows] == [True, False]


def test_preview_filters_what_needs_a_look(signed_in, manager):
    draft = make_draft(manager, SQL.replace("Early in the interview.", "Whenever."))

    response = signed_in.get(url("preview", draft), {"show": "look"}, headers={"HX-Request": "true"})

    [(_head, rows)] = response.context["groups"]
    assert [row.number for row in rows] == [1]


def test_preview_shows_a_hundred_at_a_time(signed_in, manager):
    text = "Many\n\n" + "".join(f"What is thing number {n}?\nAnswer 1: Thing {n}.\n\n" for n in range(130))
    draft = make_draft(manager, text)

    first = signed_in.get(url("preview", draft))
    rest = signed_in.get(url("preview", draft), {"after": first.context["after"]})

    assert [len(rows) for _head, rows in first.context["groups"]] == [100]
    assert [len(rows) for _head, rows in rest.context["groups"]] == [30]


@pytest.mark.parametrize("count", [1, 3])
def test_preview_costs_the_same_for_any_number_of_questions(signed_in, manager, django_assert_num_queries, count):
    text = "Many\n\n" + "".join(f"What is thing number {n}?\nAnswer 1: Thing {n}.\n\n" for n in range(count))
    draft = make_draft(manager, text)

    with django_assert_num_queries(5):
        signed_in.get(url("preview", draft))


def test_preview_of_somebody_else_is_not_found(client, draft):
    client.force_login(make_user(Role.HIRING_MANAGER))

    assert client.get(url("preview", draft)).status_code == 404


@pytest.mark.parametrize("name", POSTED)
def test_acts_need_post(signed_in, draft, name):
    assert signed_in.get(url(name, draft)).status_code == 405


@pytest.mark.parametrize("name", ["question_stage", "question_exclude", "question_include", "question_choose"])
def test_acts_on_a_question_need_post_and_a_question(signed_in, draft, name):
    assert signed_in.get(url(name, draft, 1)).status_code == 405
    assert signed_in.post(url(name, draft, 3)).status_code == 404


# Editing


def test_question_edit_saves_what_changed_only(signed_in, draft):
    signed_in.get(url("question_edit", draft, 1))
    response = signed_in.post(
        url("question_edit", draft, 1),
        filled(when_to_ask="Early in the interview.", why_ask="Ours.", short_name="Primary key", minutes="7"),
        headers={"HX-Request": "true"},
    )

    draft.refresh_from_db()
    assert response.status_code == 200
    fields = draft.edits["questions"]["1"]["fields"]
    assert {name: fields[name] for name in ("why_ask", "minutes")} == {"why_ask": "Ours.", "minutes": 7}
    assert {"text", "answers", "when_to_ask"}.isdisjoint(fields)


def test_question_edit_shows_everything_and_saving_it_unchanged_notes_nothing(signed_in, manager):
    draft = make_draft(manager, Path("tests/questionbank/fixtures/sql_extended.txt").read_text())
    for row in range(1, 1 + len(draft.document.sets[0].questions)):
        form = signed_in.get(url("question_edit", draft, row)).context["form"]
        data = {field.html_name: field.field.prepare_value(field.value()) for field in form}
        data = {name: value for name, value in data.items() if value not in (None, False)}
        signed_in.post(url("question_edit", draft, row), data)

    draft.refresh_from_db()
    assert draft.edits == {}


def test_question_edit_keeps_the_rest_when_one_field_is_wrong(signed_in, draft):
    response = signed_in.post(
        url("question_edit", draft, 1), filled(topic="keys", points="x" * 91), headers={"HX-Request": "true"}
    )

    draft.refresh_from_db()
    fields = draft.edits["questions"]["1"]["fields"]
    assert (fields["topic"], "points" in fields) == ("keys", False)
    assert "Line 1 has 91 characters" in response.content.decode()


def test_question_edit_without_javascript_goes_back_or_shows_the_error(signed_in, draft):
    good = signed_in.post(url("question_edit", draft, 1), filled())
    bad = signed_in.post(url("question_edit", draft, 1), filled(minutes="61", why_ask="Typed."))

    assert good.url == url("preview", draft) + "#q1"
    assert bad.status_code == 200
    assert bad.context["form"]["why_ask"].value() == "Typed."


def test_question_edit_reads_the_stage_again(signed_in, draft):
    signed_in.post(url("question_edit", draft, 1), filled(when_to_ask="Towards the end."))

    row = signed_in.get(url("preview", draft)).context["preview"].row(1)
    assert (row.stage, row.when) == (Stage.CLOSING, ("", "Towards the end", "."))


def test_points_that_a_person_changed_are_confirmed(signed_in, draft):
    signed_in.post(url("question_edit", draft, 1), filled(points="Identifies\nIs unique"))
    signed_in.post(url("confirm", draft))

    points = Question.objects.get(position=0).points.all()
    assert [(point.text, point.confirmed) for point in points] == [("Identifies", True), ("Is unique", True)]


def test_stage_chosen_by_hand_stays(signed_in, draft):
    signed_in.post(url("question_stage", draft, 1), {"stage": "4"})
    signed_in.post(url("confirm", draft))

    question = Question.objects.get(position=0)
    assert (question.stage, question.stage_by_hand, question.stage_cue) == (Stage.DEPTH, True, "")


def test_stage_that_does_not_exist_changes_nothing(signed_in, draft):
    signed_in.post(url("question_stage", draft, 1), {"stage": "9"})

    draft.refresh_from_db()
    assert draft.edits == {}


def test_excluded_question_is_not_written(signed_in, draft):
    signed_in.post(url("question_exclude", draft, 1))
    signed_in.post(url("question_exclude", draft, 2))
    signed_in.post(url("question_include", draft, 2))
    signed_in.post(url("confirm", draft))

    assert [question.text for question in Question.objects.all()] == ["Describe an inner join of two tables."]


def test_fill_sets_competency_and_minutes_for_the_ticked(signed_in, draft):
    name = Competency.objects.first().name
    signed_in.post(url("fill", draft), {"scope": "chosen", "questions": ["2"], "competency": name, "minutes": "6"})
    signed_in.post(url("confirm", draft))

    rows = [
        (question.minutes, question.competency and question.competency.name)
        for question in Question.objects.order_by("position")
    ]
    assert rows == [(5, None), (6, name)]


def test_fill_sets_all(signed_in, draft):
    signed_in.post(url("fill", draft), {"scope": "all", "minutes": "6"}, headers={"HX-Request": "true"})
    signed_in.post(url("confirm", draft))

    assert [question.minutes for question in Question.objects.all()] == [6, 6]


@pytest.mark.parametrize(
    "data", [{"scope": "chosen", "minutes": "6"}, {"scope": "all"}, {"scope": "all", "minutes": "0"}]
)
def test_fill_refuses_what_is_not_clear(signed_in, draft, data):
    response = signed_in.post(url("fill", draft), data, headers={"HX-Request": "true"})

    draft.refresh_from_db()
    assert (response.status_code, 'class="errorlist' in response.content.decode(), draft.edits) == (200, True, {})


def test_set_edit_saves_fields_audience_and_tips(signed_in, draft):
    signed_in.post(
        url("set_edit", draft, 1),
        {"title": "Databases", "language": "de", "audience": "Leads: to plan", "interviewers_do": "Listen\nAsk"},
    )
    signed_in.post(url("confirm", draft))

    question_set = QuestionSet.objects.get()
    assert (question_set.title, question_set.language) == ("Databases", "de")
    assert [(row.who, row.use) for row in question_set.audience.all()] == [("Leads", "to plan")]
    assert [tip.text for tip in question_set.tips.all()] == ["Listen", "Ask"]


def test_set_edit_needs_a_title(signed_in, draft):
    response = signed_in.post(
        url("set_edit", draft, 1), {"title": "", "language": "en"}, headers={"HX-Request": "true"}
    )

    assert "Give the set a title" in response.content.decode()


# Confirming


def test_confirm_writes_says_so_and_offers_a_plan(signed_in, manager, draft):
    response = signed_in.post(url("confirm", draft), follow=True)

    question_set = QuestionSet.objects.get()
    assert response.redirect_chain == [(question_set.get_absolute_url(), 302)]
    [message] = response.context["messages"]
    assert "2 questions added to the bank." in str(message)
    assert f"{reverse('interviews:plan_suggest')}?set={question_set.pk}" in str(message)
    assert {question.created_by for question in Question.objects.all()} == {manager}
    assert not ImportDraft.objects.exists()


def test_confirm_without_a_title_is_refused_in_words(signed_in, manager):
    draft = make_draft(manager, SQL.removeprefix("SQL\n"))

    response = signed_in.post(url("confirm", draft), follow=True)

    assert "Give the set a title" in response.content.decode()
    assert not QuestionSet.objects.exists()


def test_confirm_of_nothing_is_refused_in_words(signed_in, draft):
    signed_in.post(url("question_exclude", draft, 1))
    signed_in.post(url("question_exclude", draft, 2))

    assert "Every question is left out" in signed_in.post(url("confirm", draft), follow=True).content.decode()


def test_discard_changes_nothing_in_the_bank(signed_in, draft):
    signed_in.post(url("discard", draft))

    assert not ImportDraft.objects.exists()
    assert not QuestionSet.objects.exists()


# Again


def test_preview_of_the_same_document_says_nothing_is_new(signed_in, draft):
    write_document(read())

    response = signed_in.get(url("preview", draft))

    assert "Nothing new in this document" in response.content.decode()
    assert not response.context["preview"].is_news


def test_conflict_keeps_ours_unless_the_document_is_taken(signed_in, manager):
    write_document(read())
    Question.objects.filter(position=0).update(why_ask="Ours.")
    text = SQL.replace("Identity.", "Keys.")
    kept, taken = make_draft(manager, text), make_draft(manager, text)
    html = signed_in.get(url("question_edit", taken, 1)).content.decode()
    assert "<del>" in html
    assert "<ins>" in html

    [difference] = signed_in.get(url("preview", taken)).context["preview"].row(1).comparison.differences
    signed_in.post(url("question_choose", taken, 1), {"why_ask": f"take.{difference.mark}"})
    signed_in.post(url("confirm", taken))
    assert Question.objects.get(position=0).why_ask == "Keys."

    Question.objects.filter(position=0).update(why_ask="Ours.", imported={"why_ask": "Identity."})
    signed_in.post(url("confirm", kept))
    assert Question.objects.get(position=0).why_ask == "Ours."


def test_separate_makes_a_new_set_and_join_takes_it_back(signed_in, draft):
    write_document(read())
    signed_in.post(url("set_separate", draft, 1))
    assert signed_in.get(url("preview", draft)).context["preview"].sets[0].is_new
    signed_in.post(url("set_join", draft, 1))
    assert not signed_in.get(url("preview", draft)).context["preview"].sets[0].is_new


def test_set_difference_is_taken_by_choice(signed_in, manager):
    write_document(read(SQL.replace("SQL\n", "SQL\n\nOld words to begin with.\n", 1)))
    QuestionSet.objects.update(introduction="Ours.")
    draft = make_draft(manager, SQL.replace("SQL\n", "SQL\n\nNew words to begin with.\n", 1))

    [difference] = signed_in.get(url("preview", draft)).context["preview"].sets[0].differences
    signed_in.post(url("set_choose", draft, 1), {"introduction": f"take.{difference.mark}"})
    signed_in.post(url("confirm", draft))

    assert QuestionSet.objects.get().introduction == "New words to begin with."


@needs_document
def test_the_real_document_from_upload_to_set_and_again(signed_in):
    signed_in.post(START, {"upload": upload(THE_DOCUMENT.read_bytes())})
    draft = ImportDraft.objects.get()
    totals = signed_in.get(url("preview", draft)).context["totals"]
    assert totals["counts"] == ["25 questions", "75 reference answers", "16 tips"]
    assert [count for _stage, count in totals["stages"]] == [2, 1, 16, 4, 2]
    signed_in.post(url("confirm", draft))

    signed_in.post(START, {"upload": upload(THE_DOCUMENT.read_bytes())})

    assert "Nothing new" in signed_in.get(url("preview", ImportDraft.objects.get())).content.decode()
    assert QuestionSet.objects.get().questions.count() == 25
