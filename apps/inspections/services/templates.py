"""现场表模板: the questions asked on site."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.inspections.choices import QuestionKind
from apps.inspections.models import FormQuestion, FormTemplate

INSPECTS = "inspect"
EVERYWHERE = scopes.everywhere("view_supervision", username="inspections")
"""What places above prescribe is read there."""
MOST_QUESTIONS = 60
BETWEEN = re.compile(r"[;；\n]+")


@transaction.atomic
def save(template: FormTemplate, questions: Sequence[Mapping[str, Any]], *, by: User) -> FormTemplate:
    """Write a template with its questions (text, kind, choices, required), which replace those there were. Samples
    that were drawn keep theirs.

    Raises PermissionDenied without the right, ServiceError at `questions` for what does not fit.
    """
    if not policy.can(by, INSPECTS, template.division_id):
        raise PermissionDenied(_("您没有制定现场表的权限。"))
    if not 0 < len(questions) <= MOST_QUESTIONS:
        raise ServiceError(_("现场表应有1至%(most)d个问题。") % {"most": MOST_QUESTIONS}, field="questions")
    for number, question in enumerate(questions, 1):
        if question["kind"] == QuestionKind.CHOICE and len(choices_of(question.get("choices", ""))) < 2:
            message = _("第 %(number)d 个问题至少应有两个选项，用分号隔开。") % {"number": number}
            raise ServiceError(message, field="questions", code="choices")
    template.save()
    template.questions.all().delete()
    FormQuestion.objects.bulk_create(
        FormQuestion(
            template=template,
            division_id=template.division_id,
            position=position,
            text=question["text"].strip(),
            kind=question["kind"],
            choices="；".join(choices_of(question.get("choices", ""))),
            required=bool(question.get("required")),
        )
        for position, question in enumerate(questions, 1)
    )
    return template


def choices_of(text: str) -> list[str]:
    """The choices of a question, which semicolons separate."""
    return [word.strip() for word in BETWEEN.split(text or "") if word.strip()]


def questions_of(template: FormTemplate) -> list[dict[str, Any]]:
    """The questions as a sample keeps them and a form asks them, of a template that the caller sees or was offered."""
    with scopes.activate(EVERYWHERE):
        rows = list(FormQuestion.objects.filter(template=template).order_by("position"))
    return [
        {"text": row.text, "kind": row.kind, "choices": choices_of(row.choices), "required": row.required}
        for row in rows
    ]


def usable(user: Any) -> list[FormTemplate]:
    """The templates in use that somebody draws with: those that he sees, and those of the places above his offices;
    those of the highest place first."""
    own = list(FormTemplate.objects.visible_to(user).filter(is_active=True))
    offices = [low for low, _high in scopes.of(user).ranges_of(INSPECTS)]
    above = {place for office in offices for place in codes.ancestors(office)}
    with scopes.activate(EVERYWHERE):
        found = [*own, *FormTemplate.objects.filter(is_active=True, division_id__in=above)]
    return sorted({one.pk: one for one in found}.values(), key=lambda one: (one.division_id, one.pk))
