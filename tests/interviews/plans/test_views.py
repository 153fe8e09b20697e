import re

import pytest
from django.urls import reverse

from accounts.models import Role
from interviews import drafting
from interviews.models import Opening, Plan
from interviews.publishing import publish
from questionbank.models import Competency
from tests.factories import make_opening, make_plan, make_plan_item, make_question, make_question_set, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def manager(client):
    user = make_user(Role.HIRING_MANAGER)
    client.force_login(user)
    return user


@pytest.fixture
def plan(manager):
    return make_plan(title="Technical", opening=make_opening(hiring_manager=manager))


def training():
    return Competency.objects.named("Training")


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# Who may do what

READ = ["plan_list", "plan_detail", "plan_print", "plan_version", "plan_version_print"]
WRITE_PAGES = ["plan_create", "plan_suggest", "plan_edit", "plan_publish"]
POSTS = [
    "plan_duplicate",
    "plan_archive",
    "plan_restore",
    "plan_order",
    "plan_item_add",
    "plan_segment_add",
    "plan_discard",
]
ITEM_POSTS = ["plan_item_change", "plan_item_move", "plan_item_remove", "plan_item_put_back"]
CHANGE = [*WRITE_PAGES, *POSTS, *ITEM_POSTS]


@pytest.fixture
def addresses():
    """Every address of the area, by name, for one published plan."""
    item = make_plan_item()
    publish(plan=item.plan, by=item.plan.created_by)
    pk = item.plan_id
    found = {name: url(name) for name in ("plan_list", "plan_create", "plan_suggest")}
    found |= {name: url(name, pk) for name in ("plan_detail", "plan_print", "plan_edit", "plan_publish", *POSTS)}
    found |= {name: url(name, pk, 1) for name in ("plan_version", "plan_version_print")}
    return found | {name: url(name, pk, item.pk) for name in ITEM_POSTS}


def answers(ask, addresses, names):
    """The status code of each."""
    return {name: ask(addresses[name]).status_code for name in names}


def test_recruiter_reads_and_changes_nothing(client, addresses):
    client.force_login(make_user(Role.RECRUITER))

    assert answers(client.get, addresses, READ) == dict.fromkeys(READ, 200)
    assert answers(client.post, addresses, CHANGE) == dict.fromkeys(CHANGE, 403)


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.ADMINISTRATOR])
def test_others_find_no_plans(client, addresses, role):
    client.force_login(make_user(role))

    assert answers(client.get, addresses, [*READ, *WRITE_PAGES]) == dict.fromkeys([*READ, *WRITE_PAGES], 404)
    assert answers(client.post, addresses, CHANGE) == dict.fromkeys(CHANGE, 404)


def test_changes_are_posts_and_reading_is_none(client, addresses, manager):
    assert answers(client.get, addresses, [*POSTS, *ITEM_POSTS]) == dict.fromkeys([*POSTS, *ITEM_POSTS], 405)
    assert answers(client.post, addresses, READ) == dict.fromkeys(READ, 405)


def test_recruiter_sees_no_controls(client, addresses):
    client.force_login(make_user(Role.RECRUITER))

    page = client.get(addresses["plan_detail"]).content.decode()

    assert "data-builder" not in page
    assert "plan_edit" not in page
    assert "Schedule interview" in page


# The list


def test_list_shows_state_and_time(client, plan):
    make_plan_item(plan=plan, minutes=7)
    publish(plan=plan, by=plan.created_by)
    drafting.add_question(plan=plan, question=make_question(minutes=6))

    page = client.get(url("plan_list"))

    assert [str(row) for row in page.context["page"]] == ["Technical"]
    row = page.context["page"].items[0]
    assert (row.question_count, row.planned_minutes, row.draft_differs) == (2, 13, True)
    assert "draft changed since version 1" in page.content.decode()


def test_list_of_archived_plans(client, plan):
    plan.archive()

    assert len(client.get(url("plan_list")).context["page"]) == 0
    assert len(client.get(url("plan_list"), {"archived": ""}).context["page"]) == 1


def test_list_pages_by_key(client, manager):
    for number in range(31):
        make_plan(title=f"Plan {number}")

    first = client.get(url("plan_list")).context["page"]
    second = client.get(url("plan_list") + first.older).context["page"]

    assert [len(first), len(second), second.older] == [30, 1, ""]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_however_many_plans(client, manager, count, django_assert_num_queries):
    for _n in range(count):
        make_plan_item()

    with django_assert_num_queries(3):
        client.get(url("plan_list"))


# A new plan


def test_create_makes_plan_and_opening(client, manager):
    response = client.post(url("plan_create"), {"title": "Technical", "new_opening": "Engineer", "length": "60"})

    plan = Plan.objects.get()
    assert response.url == plan.get_absolute_url()
    assert (plan.title, plan.length, plan.opening.title, plan.opening.hiring_manager) == (
        "Technical",
        60,
        "Engineer",
        manager,
    )
    assert plan.items.count() == 3


def test_create_takes_another_length(client, manager):
    opening = make_opening()

    client.post(url("plan_create"), {"title": "Short", "opening": opening.pk, "length": "own", "own_length": "20"})

    assert Plan.objects.get().length == 20


def test_create_says_what_is_missing_and_keeps_what_was_typed(client, manager):
    response = client.post(url("plan_create"), {"title": "", "length": "own", "own_length": "9"})

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "title": ["Enter a title for the plan."],
        "own_length": ["A plan takes at least 10 minutes."],
        "new_opening": ["Choose an opening, or type the title of a new one."],
    }
    assert 'value="9"' in response.content.decode()
    assert Plan.objects.count() == 0


def test_create_offers_the_only_opening(client, plan):
    form = client.get(url("plan_create")).context["form"]

    assert form["opening"].initial == plan.opening


def test_new_opening_of_a_title_that_is_there_is_that_opening(client, plan):
    client.post(url("plan_create"), {"title": "B", "new_opening": plan.opening.title.upper(), "length": "30"})

    assert Opening.objects.count() == 1
    assert Plan.objects.filter(opening=plan.opening).count() == 2


def test_edit_changes_title_and_length(client, plan):
    data = {"title": "Renamed", "opening": plan.opening_id, "length": "own", "own_length": "75"}

    response = client.post(url("plan_edit", plan.pk), data)

    plan.refresh_from_db()
    assert (response.url, plan.title, plan.length) == (plan.get_absolute_url(), "Renamed", 75)


def test_edit_shows_the_plan_as_it_is(client, plan):
    Plan.objects.filter(pk=plan.pk).update(length=75)

    form = client.get(url("plan_edit", plan.pk)).context["form"]

    assert (form["title"].value(), form["length"].value(), form["own_length"].value()) == ("Technical", "own", 75)


def test_edit_of_an_archived_plan_says_so(client, plan):
    plan.archive()

    response = client.post(
        url("plan_edit", plan.pk), {"title": "Renamed", "opening": plan.opening_id, "length": "60"}, follow=True
    )

    assert messages_of(response) == ["This plan is archived. Restore it before you change it."]


# Suggest


def test_suggest_opens_with_the_set_chosen(client, manager):
    question, _other = make_question(), make_question()

    form = client.get(url("plan_suggest"), {"set": question.question_set_id}).context["form"]

    assert form["sets"].value() == [question.question_set_id]


def test_suggest_makes_a_draft_and_says_how_it_went(client, manager):
    questions = make_question_set()
    for _n in range(12):
        make_question(question_set=questions)

    response = client.post(
        url("plan_suggest"), {"sets": questions.pk, "length": "60", "new_opening": "Engineer"}, follow=True
    )

    plan = Plan.objects.get()
    assert (plan.title, plan.items.count()) == ("60-minute interview", 12)
    assert messages_of(response) == [
        "9 questions chosen, each with its reason. All the time for questions is used. "
        "None of them names a competency, so the coverage is empty: set it in the question bank."
    ]
    assert "Gives Core its share of the time" in response.content.decode()


def test_suggested_plans_of_one_opening_are_told_apart(client, manager):
    question = make_question()
    asked = {"sets": question.question_set_id, "length": "60", "new_opening": "Engineer"}

    client.post(url("plan_suggest"), asked)
    client.post(url("plan_suggest"), asked)

    assert list(Plan.objects.order_by("pk").values_list("title", flat=True)) == [
        "60-minute interview",
        "60-minute interview 2",
    ]


def test_suggest_needs_a_set_and_an_opening(client, manager):
    make_question()

    response = client.post(url("plan_suggest"), {"length": "60"})

    assert response.context["form"].errors == {
        "sets": ["Choose at least one question set."],
        "new_opening": ["Choose an opening, or type the title of a new one."],
    }


@pytest.mark.parametrize("nonsense", ["x", "-1", "99999999999999999999"])
def test_suggest_ignores_a_set_that_is_none(client, manager, nonsense):
    make_question()

    assert client.get(url("plan_suggest"), {"set": nonsense}).status_code == 200


# The builder


def test_builder_shows_stages_totals_and_coverage(client, plan):
    make_plan_item(plan=plan, segment="welcome", minutes=4)
    make_plan_item(plan=plan, question=make_question(stage=1, competency=training()), minutes=7)

    page = client.get(plan.get_absolute_url())

    outline = page.context["outline"]
    assert (outline.minutes, outline.over, outline.free, outline.covered) == (11, 0, 49, 1)
    assert [(stage.questions, stage.minutes) for stage in outline.stages] == [(1, 7), (0, 0), (0, 0), (0, 0), (0, 0)]
    assert [item.kind for item in outline.stages[0].before] == ["segment"]
    assert "11 of 60 min" in page.content.decode()


def test_builder_says_how_much_it_is_over(client, plan):
    make_plan_item(plan=plan, minutes=64)

    assert "4 min over" in client.get(plan.get_absolute_url()).content.decode()


def test_builder_offers_publishing_then_scheduling(client, plan):
    make_plan_item(plan=plan)
    before = client.get(plan.get_absolute_url()).content.decode()
    publish(plan=plan, by=plan.created_by)
    after = client.get(plan.get_absolute_url()).content.decode()

    assert f'class="btn primary" href="{url("plan_publish", plan.pk)}"' in before
    assert f'class="btn primary" href="{url("interview_schedule")}?plan={plan.pk}"' in after


def test_builder_notices_a_question_changed_in_the_bank(client, plan):
    item = make_plan_item(plan=plan)
    publish(plan=plan, by=plan.created_by)
    item.question.save()

    page = client.get(plan.get_absolute_url())

    assert page.context["differs"] is True
    assert "1 question changed in the bank since version 1" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_builder_costs_the_same_however_many_items(client, plan, count, django_assert_num_queries):
    for _n in range(count):
        make_plan_item(plan=plan, question=make_question(competency=training()))
    publish(plan=plan, by=plan.created_by)

    with django_assert_num_queries(9):
        client.get(plan.get_absolute_url())


def finds(client, plan, **asked):
    """The titles that the search shows, each with what its button does."""
    page = client.get(plan.get_absolute_url(), asked, headers=HTMX).content.decode()
    assert page.lstrip().startswith('<div class="hits-box"')
    return re.findall(r'aria-label="(Add|Remove) ([^"]+)"', page)


def test_finder_marks_what_is_in_the_plan(client, plan):
    questions = make_question_set()
    there = make_question(question_set=questions, short_name="Dropout")
    make_question(question_set=questions, short_name="Attention")
    make_plan_item(plan=plan, question=there)

    assert finds(client, plan) == [("Remove", "Dropout"), ("Add", "Attention")]


def test_finder_searches_and_filters(client, plan):
    wanted = make_question(short_name="Vanishing gradients", stage=4, competency=training())
    make_question(short_name="Exploding gradients", stage=3, competency=training())
    make_question(short_name="Dropout", stage=4, competency=training())

    asked = {"q": "gradients", "in_stage": "4", "about": wanted.competency_id, "in_set": wanted.question_set_id}

    assert finds(client, plan, **asked) == [("Add", "Vanishing gradients")]


def test_finder_takes_nonsense_for_nothing(client, plan):
    make_question(short_name="Dropout")

    assert finds(client, plan, in_stage="x", in_set="y", about="z") == [("Add", "Dropout")]


def test_finder_shows_twenty_and_says_that_there_are_more(client, plan):
    questions = make_question_set()
    for _n in range(21):
        make_question(question_set=questions)

    assert len(finds(client, plan)) == 20
    assert "The first 20." in client.get(plan.get_absolute_url(), headers=HTMX).content.decode()


# Changes


def test_add_by_htmx_sends_what_moved(client, plan):
    question = make_question(short_name="Dropout")

    response = client.post(url("plan_item_add", plan.pk), {"question": question.pk}, headers=HTMX)

    page = response.content.decode()
    assert plan.items.get().question == question
    assert 'id="plan-items"' in page
    assert "Dropout added to Core." in page


def test_add_without_javascript_goes_back_to_the_search(client, plan):
    question = make_question()

    response = client.post(url("plan_item_add", plan.pk), {"question": question.pk, "q": "drop", "in_stage": ""})

    assert response.url == f"{plan.get_absolute_url()}?q=drop#item-{plan.items.get().pk}"


@pytest.mark.parametrize("key", ["", "x", "0", "99999999999999999999"])
def test_add_of_what_is_no_question_is_not_found(client, plan, key):
    assert client.post(url("plan_item_add", plan.pk), {"question": key}).status_code == 404


def test_add_of_an_archived_question_is_not_found(client, plan):
    question = make_question(archived_at="2026-01-01T00:00Z")

    assert client.post(url("plan_item_add", plan.pk), {"question": question.pk}).status_code == 404


def test_add_segment(client, plan):
    client.post(url("plan_segment_add", plan.pk), {"segment-segment": "break", "segment-minutes": "5"})

    assert [(item.title, item.minutes) for item in plan.items.all()] == [("Break", 5)]


def test_add_segment_without_a_title_of_its_own_says_so(client, plan):
    data = {"segment-segment": "other", "segment-minutes": "5"}

    response = client.post(url("plan_segment_add", plan.pk), data, follow=True)

    assert messages_of(response) == ["Enter a title for the segment."]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"only": "minutes", "minutes": "9"}, {"minutes": 9, "weight": 1, "must_ask": True, "note": "Old"}),
        ({"only": "weight", "weight": "3"}, {"minutes": 5, "weight": 3, "must_ask": True, "note": "Old"}),
        ({"only": "must_ask"}, {"minutes": 5, "weight": 1, "must_ask": False, "note": "Old"}),
        ({"only": "note", "note": "New"}, {"minutes": 5, "weight": 1, "must_ask": True, "note": "New"}),
        (
            {"minutes": "8", "weight": "2", "asker": "1", "note": "All"},
            {"minutes": 8, "weight": 2, "must_ask": False, "note": "All"},
        ),
    ],
)
def test_change_saves_the_field_that_was_left_or_all(client, plan, data, expected):
    item = make_plan_item(plan=plan, must_ask=True, note="Old")

    client.post(url("plan_item_change", plan.pk, item.pk), data)

    item.refresh_from_db()
    assert {name: getattr(item, name) for name in expected} == expected


def test_change_by_htmx_sends_totals_and_no_fields(client, plan):
    item = make_plan_item(plan=plan)

    response = client.post(
        url("plan_item_change", plan.pk, item.pk), {"only": "minutes", "minutes": "62"}, headers=HTMX
    )

    page = response.content.decode()
    assert "2 min over" in page
    assert "<input class=" not in page


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        ("", "Enter the minutes."),
        ("x", "Enter the minutes as a whole number."),
        ("0", "At least 1 minute."),
        ("121", "At most 120 minutes."),
    ],
)
def test_change_to_impossible_minutes_says_so_and_saves_nothing(client, plan, minutes, sentence):
    item = make_plan_item(plan=plan)
    data = {"only": "minutes", "minutes": minutes}

    response = client.post(url("plan_item_change", plan.pk, item.pk), data, headers=HTMX)

    item.refresh_from_db()
    assert (response.status_code, item.minutes) == (200, 5)
    assert sentence in response.content.decode()


def test_change_of_a_segment(client, plan):
    item = make_plan_item(plan=plan, segment="welcome")

    client.post(url("plan_item_change", plan.pk, item.pk), {"title": "Hello", "minutes": "3", "script": "Welcome."})

    item.refresh_from_db()
    assert (item.title, item.minutes, item.script) == ("Hello", 3, "Welcome.")


def test_item_of_another_plan_is_not_found(client, plan):
    item = make_plan_item()

    assert client.post(url("plan_item_remove", plan.pk, item.pk)).status_code == 404


def test_move_names_the_place_and_keeps_the_focus(client, plan):
    one, _two = make_plan_item(plan=plan, question=make_question(short_name="Dropout")), make_plan_item(plan=plan)

    response = client.post(url("plan_item_move", plan.pk, one.pk), {"step": "1"}, headers=HTMX)

    page = response.content.decode()
    assert "Dropout: Core, place 2 of 2." in page
    assert f'data-focus="grip-{one.pk}"' in page


def test_move_to_a_stage_before_an_item(client, plan):
    one, two = make_plan_item(plan=plan, stage=3), make_plan_item(plan=plan, stage=4)

    client.post(url("plan_item_move", plan.pk, one.pk), {"stage": "4", "before": two.pk})

    assert list(plan.items.values_list("pk", "stage")) == [(one.pk, 4), (two.pk, 4)]


@pytest.mark.parametrize("data", [{}, {"step": "2"}, {"stage": "9"}, {"stage": "x", "before": "y"}])
def test_move_to_nowhere_changes_nothing(client, plan, data):
    item = make_plan_item(plan=plan)

    response = client.post(url("plan_item_move", plan.pk, item.pk), data)

    assert response.status_code == 302
    assert list(plan.items.values_list("pk", "stage", "position")) == [(item.pk, 3, 0)]


def test_remove_and_undo_by_htmx(client, plan):
    item = make_plan_item(plan=plan, note="Slowly")

    removed = client.post(url("plan_item_remove", plan.pk, item.pk), headers=HTMX).content.decode()
    client.post(url("plan_item_put_back", plan.pk, item.pk), headers=HTMX)

    assert url("plan_item_put_back", plan.pk, item.pk) in removed
    assert plan.items.get().note == "Slowly"


def test_remove_without_javascript_offers_undo(client, plan):
    item = make_plan_item(plan=plan)

    page = client.post(url("plan_item_remove", plan.pk, item.pk), follow=True).content.decode()

    assert url("plan_item_put_back", plan.pk, item.pk) in page


def test_undo_twice_says_that_it_is_too_late(client, plan):
    item = make_plan_item(plan=plan)
    client.post(url("plan_item_remove", plan.pk, item.pk))
    client.post(url("plan_item_put_back", plan.pk, item.pk))

    response = client.post(url("plan_item_put_back", plan.pk, item.pk), follow=True)

    assert messages_of(response)[-1:] == ["This can no longer be undone. Add it again from the bank."]
    assert plan.items.count() == 1


def test_undo_in_another_plan_is_refused(client, plan):
    item = make_plan_item(plan=plan)
    client.post(url("plan_item_remove", plan.pk, item.pk))

    client.post(url("plan_item_put_back", make_plan().pk, item.pk))

    assert client.post(url("plan_item_put_back", plan.pk, item.pk)).status_code == 302
    assert plan.items.count() == 1


def test_order_sorts_a_stage_by_topic(client, plan):
    questions = make_question_set()
    made = [make_question(question_set=questions, topic=topic) for topic in ["a", "b", "a"]]
    items = [make_plan_item(plan=plan, question=question) for question in made]

    client.post(url("plan_order", plan.pk))

    assert list(plan.items.values_list("pk", flat=True)) == [items[0].pk, items[2].pk, items[1].pk]


def test_change_of_an_archived_plan_by_htmx_goes_to_its_page(client, plan):
    item = make_plan_item(plan=plan)
    plan.archive()

    response = client.post(url("plan_item_remove", plan.pk, item.pk), headers=HTMX)

    assert response.headers["HX-Redirect"] == plan.get_absolute_url()
    assert plan.items.count() == 1


# Versions, paper, and the plan as a whole


def test_publish_page_names_questions_without_anchors(client, plan):
    make_plan_item(plan=plan, question=make_question(short_name="Dropout"))

    page = client.get(url("plan_publish", plan.pk)).content.decode()

    assert "Without rating anchors, rated on the general scale:" in page
    assert "Dropout" in page


def test_publish_makes_a_version_and_goes_back(client, plan):
    make_plan_item(plan=plan)

    response = client.post(url("plan_publish", plan.pk), {"number": "1"}, follow=True)

    assert plan.versions.count() == 1
    assert messages_of(response) == ["Version 1 is published."]


def test_publish_pressed_twice_makes_one_version(client, plan):
    make_plan_item(plan=plan)
    client.post(url("plan_publish", plan.pk), {"number": "1"})

    response = client.post(url("plan_publish", plan.pk), {"number": "1"}, follow=True)

    assert plan.versions.count() == 1
    assert messages_of(response)[-1] == "Version 1 was published meanwhile. Read it first."


def test_publish_of_an_empty_plan_says_why_not(client, plan):
    page = client.get(url("plan_publish", plan.pk)).content.decode()
    response = client.post(url("plan_publish", plan.pk), follow=True)

    assert "This plan has no questions yet." in page
    assert messages_of(response) == ["This plan has no questions yet. Add at least one before you publish."]


def test_discard_goes_back_to_the_version(client, plan):
    make_plan_item(plan=plan)
    publish(plan=plan, by=plan.created_by)
    drafting.add_question(plan=plan, question=make_question())

    response = client.post(url("plan_discard", plan.pk), follow=True)

    assert plan.items.count() == 1
    assert messages_of(response) == ["The draft is as version 1 has it."]


def test_discard_without_a_version_says_so(client, plan):
    response = client.post(url("plan_discard", plan.pk), follow=True)

    assert messages_of(response) == ["This plan has no published version to go back to."]


def test_version_keeps_what_the_draft_changed(client, plan):
    item = make_plan_item(plan=plan, question=make_question(short_name="Dropout"))
    publish(plan=plan, by=plan.created_by)
    drafting.remove(item=item)

    assert "Dropout" in client.get(url("plan_version", plan.pk, 1)).content.decode()


def test_version_that_is_none_is_not_found(client, plan):
    assert client.get(url("plan_version", plan.pk, 1)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_print_costs_the_same_however_many_questions(client, plan, count, django_assert_num_queries):
    for _n in range(count):
        make_plan_item(plan=plan)

    with django_assert_num_queries(12):
        client.get(url("plan_print", plan.pk))


def test_duplicate_opens_the_copy(client, plan):
    make_plan_item(plan=plan)

    response = client.post(url("plan_duplicate", plan.pk))

    copy = Plan.objects.exclude(pk=plan.pk).get()
    assert (response.url, copy.title, copy.items.count()) == (copy.get_absolute_url(), "Copy of Technical", 1)


def test_archive_and_restore(client, plan):
    client.post(url("plan_archive", plan.pk))
    plan.refresh_from_db()
    assert plan.archived_at is not None
    assert "data-builder" not in client.get(plan.get_absolute_url()).content.decode()

    client.post(url("plan_restore", plan.pk))
    plan.refresh_from_db()
    assert plan.archived_at is None
