"""Of money and projects the public site shows what their notices say: no other word of the quota, the project, the
households that it helps, their members, and what was paid to whom."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings as config
from django.db import models

from apps.access import scope as scopes
from apps.common.sealing import Sealed
from apps.divisions import codes
from apps.funds.models import Beneficiary, Entry, FundOrder, OrderLine, OrderLog, Payment, Quota
from apps.funds.services import publicity
from apps.notices.models import Publication
from tests.access.planting import Canaries, texts_of
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user
from tests.factories.funds import Office, make_project
from tests.factories.households import make_household, make_person
from tests.factories.notices import read, take
from tests.notices.conftest import COUNTY, OWN, TOWNSHIP
from tests.publicsite.test_public import addresses

PUBLIC = {
    "project": {"name", "site", "scale", "unit", "target", "mechanism", "subsidy_standard", "approval_no"},
    "quota": {"document_no"},
}
"""What of a row a notice about it says."""
FIXED = {Quota: {"document_no"}, Entry: {"document_no", "made_by_name"}, Payment: set(), OrderLog: {"note", "by_name"}}
"""Texts that the application cannot change: their canary is the one they were made with."""


def marked(words: Canaries, row: models.Model) -> dict[str, str]:
    """A word of its own in every free text of a row; by the name of the field."""
    fixed = FIXED.get(type(row))
    if fixed is not None:
        return {name: getattr(row, name) for name in fixed}
    said = {name: words.word() for name in texts_of(type(row))}
    type(row)._base_manager.filter(pk=row.pk).update(**said)
    return said


def test_notices_of_money_say_what_they_say_and_nothing_else(county: Any, anybody: Any) -> None:
    words, office = Canaries(), Office.at(COUNTY)
    reviewer = make_user("reviewing", "county_officer", COUNTY)
    with scopes.acting(EVERYTHING):
        household = make_household(division=OWN, phone="13804711234", bank_account="6222020400007654321")
        person = make_person(household)
        project = make_project(OWN, state="approved")
        helped = Beneficiary.objects.create(
            division_id=OWN, household=household, household_code=household.code, head="x", project=project, year=2018
        )
        secret: dict[str, str] = {}
        for row in (household, person, project, helped):
            secret |= {f"{row._meta.model_name}.{name}": word for name, word in marked(words, row).items()}
    quota = office.budget(900, document_no=words.word(), title=words.word(), reason=words.word())
    allocation = office.allocate(quota, project, 800)
    payee = {"payee_name": words.word(), "voucher_no": words.word(), "payee_account": "6222020400001234567"}
    office.pay(allocation, 700, **payee)
    with scopes.acting(EVERYTHING):
        for row in [*Quota.objects.all(), *FundOrder.objects.all(), *OrderLine.objects.all(), *OrderLog.objects.all()]:
            secret |= {f"{row}.{row.pk}.{name}": word for name, word in marked(words, row).items()}
        numbers = [
            sealed.clear()
            for sealed in (
                household.phone,
                household.bank_account,
                person.id_no,
                *Payment.objects.values_list("payee_account", flat=True),
            )
            if isinstance(sealed, Sealed)
        ]
    secret |= payee | {"quota.document_no": quota.document_no, "household.code": household.code}
    secret = {field: word for field, word in secret.items() if word}

    posted = []
    for row, place in ((quota, COUNTY), (project, TOWNSHIP), (project, OWN)):
        by = county.officer
        with scopes.acting(by):
            found = publicity.prepare(type(row).objects.get(pk=row.pk), place, by=by)
        found = take(found, "approve", reviewer)
        posted.append(take(found, "post", by, place="公示栏", ways=["web"]))

    path = (*codes.ancestors(OWN), OWN)
    pages = {address: answer.content.decode() for address, answer in addresses(anybody, path)}
    assert all(f"/public/notices/{one.pk}/" in pages for one in posted)
    with scopes.acting(EVERYTHING):
        copies = " ".join(f"{one.title} {one.text} {one.lines}" for one in Publication.objects.all())
        name = Beneficiary.objects.get().head
    public = {word for word in secret.values() if word in copies}
    told = {
        word
        for field, word in secret.items()
        for kind, names in PUBLIC.items()
        if field in {f"{kind}.{one}" for one in names}
    }
    assert public == told, {
        field: word for field, word in secret.items() if word in public ^ told
    }  # the notices say this much, and the beneficiary's name is none of it
    assert f"{name[0]}*" in copies
    hidden = {field: word for field, word in secret.items() if word not in public}
    assert len(hidden) > 30
    everything = "".join(pages.values())
    assert all(word in everything for word in public)
    for address, text in pages.items():
        assert [field for field, word in hidden.items() if word in text] == [], address
        assert [number for number in numbers if number in text or number[-8:] in text] == [], address
    assert str(config.REFERENCE_DATE or datetime.date.today()) in everything
    assert read(posted[0].pk).state == "posted"
