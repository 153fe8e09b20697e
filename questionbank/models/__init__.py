"""The question bank: question sets, questions and all that hangs on them."""

from questionbank.models.competencies import Competency
from questionbank.models.imports import ImportDraft
from questionbank.models.questions import (
    Difficulty,
    FollowUp,
    Material,
    Part,
    Point,
    Question,
    RatingAnchor,
    ReferenceAnswer,
)
from questionbank.models.search import QuestionSearch, SearchWord
from questionbank.models.sets import AudienceRow, QuestionSet, Tip

__all__ = [
    "AudienceRow",
    "Competency",
    "Difficulty",
    "FollowUp",
    "ImportDraft",
    "Material",
    "Part",
    "Point",
    "Question",
    "QuestionSearch",
    "QuestionSet",
    "RatingAnchor",
    "ReferenceAnswer",
    "SearchWord",
    "Tip",
]
