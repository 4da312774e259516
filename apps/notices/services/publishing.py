"""The web copy of a notice: written when it is posted, taken away when it is archived or taken back."""

from __future__ import annotations

from apps.common.openly import masked_name, without_names
from apps.notices.choices import Cell, columns_of
from apps.notices.models import Publication, PublicNotice


def copy_of(found: PublicNotice) -> Publication:
    """What the public reads of a notice, not saved: names of persons made short in the list, and wherever they stand
    in title and text. The one place where that is done. Before it is posted it has no days yet (a poster does not)."""
    people = [column.name for column in columns_of(found.kind) if column.cell == Cell.NAME]
    names = [line[name] for line in found.lines for name in people if name in line]
    return Publication(
        notice=found,
        division_id=found.division_id,
        kind=found.kind,
        level=found.level,
        title=without_names(found.title, names),
        text=without_names(found.text, names),
        lines=[
            {name: masked_name(cell) if name in people else cell for name, cell in line.items()} for line in found.lines
        ],
        place=found.place,
        ways=found.ways,
        posted_on=found.posted_on,  # type: ignore[misc]
        ends_on=found.ends_on,
    )


def publish(found: PublicNotice) -> None:
    """Put the web copy up; a second call changes nothing but brings it up to date."""
    copy = copy_of(found)
    if not Publication.objects.filter(pk=found.pk).exists():
        copy.save(force_insert=True)
    else:
        copy.save(force_update=True)


def take_back(found: PublicNotice) -> None:
    """Take the web copy away, if it stands."""
    Publication.objects.filter(pk=found.pk).delete()
