import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Role
from questionbank import searching
from questionbank.models import Competency, FollowUp, Point, Question, QuestionSearch, ReferenceAnswer
from questionbank.stages import Stage
from tests.factories import make_question, make_question_set, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("questionbank:question_list")


def found(words, questions=None):
    questions = Question.objects if questions is None else questions
    return [question.text for question in questions.search(words)]


def highlighted(question, words):
    return searching.highlight([question], searching.read_words(words))[0].found


def test_search_finds_words_in_any_form():
    make_question(text="What are recurrent networks?")
    make_question(text="How do you reduce overfitting?")

    assert found("network") == ["What are recurrent networks?"]


@pytest.mark.parametrize("words", ["overf", "overfitt", "reduce overfitti", "OVERFITTING"])
def test_search_finds_the_last_word_while_it_is_typed(words):
    make_question(text="How do you reduce overfitting?")

    assert found(words) == ["How do you reduce overfitting?"]


def test_search_ignores_accents():
    french = make_question_set(language="fr")
    make_question(question_set=french, text="Qu'est-ce qu'une régularisation ?")

    assert found("regularisation") == found("régularisations") == ["Qu'est-ce qu'une régularisation ?"]


@pytest.mark.parametrize("words", ["gradeint", "gradiant", "vanishng gradeint"])
def test_search_forgives_typing_mistakes(words):
    make_question(text="What is a vanishing gradient?")
    make_question(text="What is a decision tree?")

    assert found(words) == ["What is a vanishing gradient?"]


def test_search_for_a_word_nothing_is_like_finds_nothing():
    make_question(text="What is a gradient?")

    assert found("gradient xqzwvk") == []


@pytest.mark.parametrize("words", ["", "   ", "'", "!!!", "&", ":*", "\\", "\0", '"', "-", "()", "a" * 5000])
def test_search_for_what_is_no_word_finds_nothing(words):
    make_question(text="What is a gradient?")

    assert found(words) == []


def test_search_reads_quotation_marks_and_minus():
    make_question(text="Transfer of heat")
    make_question(text="Transfer learning")
    make_question(text="Learning to transfer")

    assert found('"transfer learning"') == ["Transfer learning"]
    assert found("transfer -learning") == ["Transfer of heat"]


@pytest.mark.parametrize("words", ["学习", "学", "深度学习", "習"])
def test_search_finds_parts_of_words_without_spaces(words):
    make_question(question_set=make_question_set(language="zh"), text="什么是深度学习？", short_name="深度")
    make_question(question_set=make_question_set(language="ja"), text="過学習とは何ですか", short_name="過学習")

    expected = "過学習とは何ですか" if words == "習" else "什么是深度学习？"
    assert expected in found(words)


def test_search_finds_both_sides_of_a_slash_and_names_of_tags():
    make_question(text="Explain the bias/variance trade-off")
    make_question(text="What is <canvas> for?")

    assert found("variance") == ["Explain the bias/variance trade-off"]
    assert found("canvas") == ["What is <canvas> for?"]


def test_search_ranks_name_over_topic_over_guidance_over_answers():
    answered = make_question(text="D", short_name="d")
    ReferenceAnswer.objects.create(question=answered, text="Dropout")
    make_question(text="C", short_name="c", why_ask="Dropout")
    make_question(text="B", short_name="b", topic="Dropout")
    make_question(text="A", short_name="Dropout")

    assert found("dropout") == ["A", "B", "C", "D"]


def test_search_is_of_the_filtered_questions():
    make_question(text="Gradient in core", stage=Stage.CORE)
    make_question(text="Gradient in depth", stage=Stage.DEPTH)

    assert found("gradient", Question.objects.narrowed(stage=Stage.DEPTH)) == ["Gradient in depth"]


def test_search_ends_at_200():
    question_set = make_question_set()
    Question.objects.bulk_create(
        Question(question_set=question_set, text="Same gradient", short_name="Same") for _ in range(201)
    )

    assert len(found("gradient")) == 200
    assert Question.objects.search("gradient").first().found_in_all == 201


def test_search_is_two_small_queries_and_one(django_assert_num_queries):
    make_question(text="What is a gradient?")

    with django_assert_num_queries(3):
        found("gradient")


def test_document_follows_what_hangs_on_a_question():
    question = make_question(text="Plain", short_name="Plain")
    answer = ReferenceAnswer.objects.create(question=question, text="Alpha")
    Point.objects.create(question=question, text="Bravo")
    FollowUp.objects.create(question=question, text="Charlie")
    assert found("alpha") == found("bravo") == found("charlie") == ["Plain"]

    ReferenceAnswer.objects.update(text="Delta")
    assert found("delta") == ["Plain"]
    assert found("alpha") == []

    answer.delete()
    assert found("delta") == []


def test_document_follows_set_and_competency():
    competency = Competency.objects.create(name="Echolocation")
    question = make_question(text="Plain", short_name="Plain", competency=competency)
    question.question_set.title = "Foxtrot"
    question.question_set.save()
    assert found("echolocation") == found("foxtrot") == ["Plain"]

    competency.name = "Golfing"
    competency.save()
    assert found("golfing") == ["Plain"]


def test_document_follows_the_language_of_the_set():
    question = make_question(text="Die Häuser", short_name="x")
    question.question_set.language = "de-AT"
    question.question_set.save()

    with connection.cursor() as cursor:
        cursor.execute("SELECT config::text FROM questionbank_questionsearch")
        assert cursor.fetchall() == [("evenhand_de",)]
    assert found("Haus") == ["Die Häuser"]


def test_document_is_deleted_with_its_question():
    question = make_question()
    ReferenceAnswer.objects.create(question=question, text="One")

    question.delete()

    assert QuestionSearch.objects.count() == 0


def test_highlight_escapes_what_people_wrote():
    question = make_question(text="What is a <b>gradient</b> & why? \x01evil\x02", short_name="<script>")

    texts = highlighted(question, "gradient")

    assert texts.text == "What is a &lt;b&gt;<mark>gradient</mark>&lt;/b&gt; &amp; why? evil"
    assert texts.name == "&lt;script&gt;"


def test_highlight_shows_where_an_answer_says_it():
    question = make_question(text="Plain", short_name="Plain")
    ReferenceAnswer.objects.create(question=question, text="It uses momentum.")

    assert highlighted(question, "momentum").excerpt == "It uses <mark>momentum</mark>"


def test_highlight_keeps_scripts_without_spaces_together():
    question = make_question(question_set=make_question_set(language="zh"), text="什么是深度学习？", short_name="深度")

    assert highlighted(question, "学习").text == "什么是深度<mark>学习</mark>？"


def test_question_list_shows_results_and_keeps_the_address(client):
    make_question(text="What is a gradient?")
    make_question(text="What is a tree?")
    client.force_login(make_user(Role.INTERVIEWER))

    response = client.get(LIST, {"q": "gradient", "stage": "", "set": ""}, headers={"HX-Request": "true"})

    assert [question.text for question in response.context["questions"]] == ["What is a gradient?"]
    assert response["HX-Replace-Url"] == f"{LIST}?q=gradient"
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize("given", [{"stage": "9"}, {"set": "x"}, {"competency": "0"}, {"after": "x"}, {"q": "\0"}])
def test_question_list_leaves_out_what_it_cannot_understand(client, given):
    make_question(text="What is a gradient?")
    client.force_login(make_user(Role.INTERVIEWER))

    response = client.get(LIST, given)

    assert [question.text for question in response.context["questions"]] == ["What is a gradient?"]


def test_question_list_filters(client):
    wanted = make_question(
        text="Wanted",
        stage=Stage.DEPTH,
        topic="Trees & forests",
        competency=Competency.objects.first(),
        difficulty="hard",
    )
    make_question(text="Other", question_set=wanted.question_set)
    client.force_login(make_user(Role.RECRUITER))

    for name, value in {
        "stage": Stage.DEPTH,
        "topic": wanted.topic,
        "competency": wanted.competency_id,
        "difficulty": "hard",
    }.items():
        response = client.get(LIST, {name: value, "set": wanted.question_set_id})
        assert [question.text for question in response.context["questions"]] == ["Wanted"], name


def test_question_list_goes_on_where_the_page_ended(client):
    question_set = make_question_set()
    Question.objects.bulk_create(
        Question(question_set=question_set, text=f"Q {n}", short_name=f"Q {n}", position=n) for n in range(30)
    )
    client.force_login(make_user(Role.INTERVIEWER))

    first = client.get(LIST)
    second = client.get(first.context["next_address"], headers={"HX-Request": "true"})

    assert [question.position for question in first.context["questions"]] == list(range(25))
    assert [question.position for question in second.context["questions"]] == list(range(25, 30))
    assert second.context["next"] is None
    assert second.content.decode().strip().startswith("<li")


def test_question_list_goes_on_in_ranked_results(client):
    question_set = make_question_set()
    Question.objects.bulk_create(
        Question(question_set=question_set, text="Same gradient", short_name="Same") for _ in range(30)
    )
    client.force_login(make_user(Role.INTERVIEWER))

    first = client.get(LIST, {"q": "gradient"})
    second = client.get(first.context["next_address"])

    assert len(second.context["questions"]) == 5
    both = {question.pk for response in (first, second) for question in response.context["questions"]}
    assert len(both) == 30


def test_question_list_says_when_nothing_matches(client):
    client.force_login(make_user(Role.INTERVIEWER))

    response = client.get(LIST, {"q": "gradient"})

    assert "No question matches" in response.content.decode()


def test_question_list_leaves_out_archived_ones(client):
    make_question(text="Here")
    make_question(text="Gone").archive()
    make_question(text="In a set that is gone").question_set.archive()
    client.force_login(make_user(Role.INTERVIEWER))

    assert [question.text for question in client.get(LIST).context["questions"]] == ["Here"]
    assert [question.text for question in client.get(LIST, {"archived": "on"}).context["questions"]] == ["Gone"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("given", "queries"), [({}, 7), ({"q": "gradient"}, 9)])
def test_question_list_query_count(client, django_assert_num_queries, count, given, queries):
    for _ in range(count):
        make_question(text="What is a gradient?", competency=Competency.objects.first())
    client.force_login(make_user(Role.INTERVIEWER))

    with django_assert_num_queries(queries):
        client.get(LIST, given)


def test_question_list_is_not_there_for_someone_without_a_role(client):
    make_question()
    client.force_login(make_user())

    assert client.get(LIST).status_code == 404


def test_question_list_refuses_post(client):
    client.force_login(make_user(Role.INTERVIEWER))

    assert client.post(LIST).status_code == 405


def test_topics_are_each_listed_once():
    for topic in ("Trees", "Graphs", "Trees", ""):
        make_question(topic=topic)
    make_question(topic="Archived").archive()

    assert Question.objects.topics() == ["Graphs", "Trees"]
