from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class RegconfigField(models.Field):
    """A PostgreSQL text search configuration by name."""

    def db_type(self, connection):
        return "regconfig"


class NameLexemes(models.Func):
    """The part of a document that comes from short name and text (weight A)."""

    function = "ts_filter"
    template = "%(function)s(%(expressions)s, '{a}')"
    output_field = SearchVectorField()


class QuestionSearch(models.Model):
    """What search reads, one row per question. Kept by statement-level triggers (see the migration), never by code."""

    question = models.OneToOneField("questionbank.Question", models.CASCADE, primary_key=True, related_name="search")
    config = RegconfigField()
    document = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["document"], name="question_search_document"),
            GinIndex(NameLexemes("document"), name="question_search_name"),
        ]

    def __str__(self):
        return f"what search reads of question {self.pk}"


class SearchWord(models.Model):
    """A word that stands in some document: what a mistyped word can have meant. Kept by the same triggers.

    Not unique: two imports at once would wait for each other's new words, and could do so in a circle.
    """

    word = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(OpClass("word", name="varchar_pattern_ops"), name="search_word_begins"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_alike"),
        ]

    def __str__(self):
        return self.word
