"""负面清单: what a project says is looked through for forbidden purposes, and whoever approves answers each match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access import session
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.models import LibraryItem, NegativeCheck, NegativeItem, Project
from apps.funds.negative_list import ENTRIES
from apps.pages.steplogs import LONGEST_NOTE

LOOKED_THROUGH = ("name", "scale", "need", "target", "mechanism", "subsidy_standard", "site")
"""The fields of an item or a project that are looked through, as far as it has them."""


@dataclass(frozen=True)
class Match:
    """An entry of the list and the words of it that were found."""

    item: NegativeItem
    words: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """What whoever approves says: a text for each match by the entry's key, or that he found nothing."""

    answers: Mapping[int, str]
    none_found: bool = False


def ensure_list() -> int:
    """Enter the usual list at the region, as far as its numbers are not there yet; how many were entered."""
    there = set(NegativeItem.objects.filter(division_id=codes.WHOLE_REGION).values_list("position", flat=True))
    new = [
        NegativeItem(
            division_id=codes.WHOLE_REGION, position=number, aspect=entry.aspect, name=entry.name, words=entry.words
        )
        for number, entry in enumerate(ENTRIES, 1)
        if number not in there
    ]
    return len(NegativeItem.objects.bulk_create(new))


def matches(found: LibraryItem | Project) -> list[Match]:
    """The entries in force at the row's place whose words its fields contain.

    They are set above, mostly out of the reader's range, and read in the platform's own scope, of these places alone.
    """
    text = "\n".join(str(getattr(found, name, "") or "") for name in LOOKED_THROUGH)
    places = [*codes.ancestors(found.division_id), found.division_id]
    above = scopes.Scope(user_id=None, capabilities={"view_funds": tuple((place, place) for place in places)})
    with session.lent(connection, above):
        rows = NegativeItem.objects.filter(division_id__in=places, is_active=True)
        items = list(rows.order_by("division_id", "position"))
    return [Match(item, tuple(words)) for item in items if (words := item.found_in(text))]


def confirm(project: Project, said: Answers, *, by: User) -> None:
    """Keep what was answered to the matches of a project's content as it is now.

    Raises ServiceError for a match without an answer, an answer to what does not match, and when nothing matches and
    nobody says so.
    """
    found = matches(project)
    known = {match.item.pk for match in found}
    if unknown := set(said.answers) - known:
        raise ServiceError(_("负面清单第%(key)d条没有匹配。") % {"key": min(unknown)}, field="answers", code="unknown")
    if not found and not said.none_found:
        raise ServiceError(_("请确认项目不涉及负面清单。"), field="none_found", code="required")
    rows = [_check(project, match, said.answers.get(match.item.pk, "")) for match in found]
    for row in rows or [NegativeCheck(project=project)]:
        row.division_id, row.content_version = project.division_id, project.content_version
        row.by, row.by_name = by, str(by)[:60]
        row.save()


def _check(project: Project, match: Match, answer: str) -> NegativeCheck:
    name = f"answer_{match.item.pk}"
    if not answer.strip():
        raise ServiceError(
            _("“%(words)s”与负面清单“%(item)s”有关，请说明为何不属于禁止事项。")
            % {"words": "、".join(match.words), "item": match.item.name},
            field=name,
            code="required",
        )
    if len(answer) > LONGEST_NOTE:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field=name)
    return NegativeCheck(
        project=project,
        item=match.item,
        item_name=match.item.name,
        words="、".join(match.words)[:300],
        answer=answer.strip(),
    )


def checks_of(project: Project, user: User) -> list[NegativeCheck]:
    """What was answered so far, newest first, as far as somebody sees it."""
    return list(NegativeCheck.objects.visible_to(user).filter(project=project).order_by("-pk"))
