"""Field classes: every field has one, and without the right to personal data nothing sensitive is told or asked.

An inspector sees the register of his county and holds no right to personal data. Two worlds that differ in one
sensitive field only must give him the same answers, byte for byte.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from apps.access import checks, sight
from apps.access import scope as scopes
from apps.access.models import Share
from apps.accounts.roles import ROLES, SYSTEM
from apps.cadres.models import Card
from apps.common import fieldclasses
from apps.common.fieldclasses import MASK, Level
from apps.common.fields import CodeArrayField, CodeField, SealedField
from apps.crosschecks.evidence import FACTS, listed, sentence
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.rules import RULES
from apps.dashboards.figures import FIGURES
from apps.datasets.models.base import PlaceField
from apps.households.models import Household, Person, PersonYear
from apps.households.tables import HouseholdResource, PersonResource, PersonYearResource
from apps.measures.models import LoanRepayment
from apps.pages import exports
from apps.pages.columns import field_at
from tests.access.test_lists import api_resources
from tests.access.test_oracle import answers, difference, questions
from tests.access.world import EVERYTHING, Account, World

# --- everything is declared -------------------------------------------------------------------------------------------


def placed() -> list[type[models.Model]]:
    tables = checks.placed_tables() | checks.OPEN
    return [m for m in apps.get_models() if m._meta.db_table in tables and not hasattr(m, "pgh_tracked_model")]


@pytest.mark.parametrize("model", placed(), ids=lambda model: model._meta.label)
def test_every_field_has_a_class_and_a_purpose(model):
    classes = {field.name: fieldclasses.class_of(field) for field in model._meta.concrete_fields}
    assert [name for name, kind in classes.items() if kind is None or not str(kind.purpose)] == []


def test_a_number_under_seal_is_always_highly_sensitive():
    sealed = [f for m in apps.get_models() for f in m._meta.concrete_fields if isinstance(f, SealedField)]
    known = {field: fieldclasses.class_of(field) for field in sealed}
    wrong = [str(field) for field, kind in known.items() if kind is not None and kind.level != Level.HIGH]
    assert len(sealed) > 5 and wrong == []


def test_a_field_without_a_class_is_masked():
    field = models.CharField("new", max_length=5)
    field.model, field.name = Person, "brand_new"
    assert fieldclasses.class_of(field) is None and fieldclasses.is_sensitive(field)


def test_declaring_a_field_that_is_none_or_twice_is_an_error():
    with pytest.raises(ValueError, match="no_field"):
        fieldclasses.declare(Person, fieldclasses.general("x", "no_field"))
    with pytest.raises(ValueError, match="name"):
        fieldclasses.declare(Person, fieldclasses.general("x", "name"), fieldclasses.high("x", "name"))


def test_computed_values_of_households_say_what_they_hold(world):
    unclear = [
        f"{resource.name}.{column.name}"
        for resource in world.resources.values()
        if getattr(resource.model, "household_lookup", None)
        for column in resource.columns
        if field_at(resource.model, column.holds or column.path) is None
    ]
    assert unclear == []


def test_whoever_changes_imports_or_exports_reads_personal_data():
    """So that forms, import reports and workbooks hold nothing that their reader may not see."""
    writing = {"change_register", "import_register", "export_register"}
    wrong = {
        name
        for name, role in ROLES.items()
        if role.capabilities & writing and sight.CAPABILITY not in role.capabilities
    }
    assert wrong == set() and SYSTEM in ROLES


def test_no_figure_of_a_desk_counts_by_a_sensitive_field(world):
    day = datetime.date(2018, 12, 31)
    for figure in FIGURES.values():
        resource = next(
            (one for one in world.resources.values() if figure.url(None, day).startswith(one.list_url())), None
        )
        if resource is not None:
            asked = QueryDict(figure.url(None, day).partition("?")[2])
            assert not set(asked) & resource.filters.sensitive_names(resource.model), figure.code


# --- without the right ------------------------------------------------------------------------------------------------


@pytest.fixture
def inspector(world: World, undone: None) -> Iterator[Account]:
    """An official who sees his county and reads no personal data in it; what was shared with him is withdrawn."""
    account = world.accounts["inspector"]
    with scopes.activate(EVERYTHING):
        Share.objects.filter(user=account.user).update(withdrawn_at=timezone.now())
    scopes.forget(account.user)
    yield account
    scopes.forget(account.user)


@pytest.fixture
def own(world: World, inspector: Account) -> dict[type[models.Model], int]:
    """The first row of each kind that the inspector sees."""
    return {
        model: next(row.key for row in world.rows_of(model) if inspector.sees(row))
        for model in (Household, Person, PersonYear)
    }


SENSITIVE = {Household: ("address", "lon", "bank_name"), Person: ("birth_date",), PersonYear: ("health", "labour")}
RESOURCES = {Household: HouseholdResource, Person: PersonResource, PersonYear: PersonYearResource}


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("model", SENSITIVE)
def test_programs_get_null_and_the_names_of_what_is_masked(world, inspector, own, model):
    resource = RESOURCES[model]
    address = reverse(f"api:{resource.name}-detail", args=[own[model]])
    masked, whole = (world.accounts[name].client().get(address).json() for name in ("inspector", "county"))
    assert set(SENSITIVE[model]) <= set(masked["masked"]) and "masked" not in whole
    assert all(masked[name] is None for name in masked["masked"])
    assert {name: value for name, value in masked.items() if name not in {*masked["masked"], "masked"}} == {
        name: value for name, value in whole.items() if name not in masked["masked"]
    }


@pytest.mark.usefixtures("undone")
def test_pages_show_the_mark(world, inspector, own):
    page = inspector.client().get(f"/persons/{own[Person]}/").content.decode()
    assert MASK in page
    listed_ = inspector.client().get("/persons/?columns=name,birth_date").content.decode()
    assert MASK in listed_
    assert MASK not in world.accounts["county"].client().get("/persons/?columns=name,birth_date").content.decode()


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    ("address", "name"), [("person", "born_from"), ("person-year", "labour"), ("person-year", "school_stage")]
)
def test_no_filter_asks_for_what_is_masked(world, inspector, address, name):
    value = {"born_from": "1980-01-01"}.get(name, "01")
    api = reverse(f"api:{address}-list")
    answer = inspector.client().get(api, {name: value})
    unknown = inspector.client().get(api, {"nothing": value})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, unknown.json()["errors"][0]["code"])
    assert world.accounts["county"].client().get(api, {name: value}).status_code == 200
    page = inspector.client().get(RESOURCES[Person if address == "person" else PersonYear].list_url())
    assert f'name="{name}"' not in page.content.decode()


@pytest.mark.usefixtures("undone")
def test_a_number_is_not_searched_for(world, inspector):
    with scopes.activate(EVERYTHING):
        row = next(row for row in world.rows_of(Person) if inspector.sees(row))
        number = Person.objects.get(pk=row.key).id_no.clear()
    assert inspector.client().post("/search/", {"q": number}).status_code == 200
    assert world.accounts["county"].client().post("/search/", {"q": number}).status_code == 302


@pytest.mark.usefixtures("undone")
def test_a_household_opened_by_pairing_is_open_whole(world):
    helper = world.accounts["helper"]
    row = next(row for row in world.rows_of(Person) if helper.sees(row))
    body = helper.client().get(reverse("api:person-detail", args=[row.key])).json()
    assert "masked" not in body and body["birth_date"]
    assert helper.client().get(reverse("api:person-list"), {"born_from": "1900-01-01"}).status_code == 200


def test_with_the_right_at_one_of_two_places_rows_of_the_other_are_masked(world, inspector):
    scope = scopes.Scope(
        user_id=inspector.user.pk,
        capabilities={
            "view_register": ((150422000000, 150422999999),),
            "view_personal_data": ((150422100000, 150422100999),),
        },
        households=(7,),
    )
    found = sight.of(scope, Person)
    assert not found.whole() and found.whole(150422100000) and not found.whole(150422000000)
    assert found.opens(150422100200, 1) and not found.opens(150422200200, 1) and found.opens(150422200200, 7)


def test_a_workbook_masks_row_by_row(world, inspector):
    """Nobody exports without the right today; the workbook would hold all the same."""
    with scopes.activate(scopes.of(inspector.user)), transaction.atomic():
        selection = exports.Selection(PersonResource, inspector.user, QueryDict("columns=name,birth_date"))
        file = io.BytesIO()
        exports.write(selection, inspector.user, file)
        transaction.set_rollback(True)
    rows = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    assert len(rows) > 1 and {row[1] for row in rows[1:]} == {MASK}


def test_evidence_is_masked_piece_by_piece():
    names = {name for rule in RULES.values() for name in rule.evidence}
    assert {"health", "birth_date", "age"} <= {name for name in names if name in FACTS and FACTS[name].sensitive}
    rule = next(one for one in RULES.values() if "health" in one.evidence)
    evidence = dict.fromkeys(rule.evidence, None) | {"health": ["02"], "name": "甲"}
    whole, masked = sentence(rule.id, evidence), sentence(rule.id, evidence, whole=False)
    assert MASK in masked and MASK not in whole
    assert dict(listed(rule.id, evidence, whole=False))["健康状况"] == MASK


# --- the oracle -------------------------------------------------------------------------------------------------------


def two_values(field: models.Field[Any, Any]) -> tuple[Any, Any, Any] | None:
    """A value to begin with and two others; None for numbers under seal (their masks stay) and blind indexes.

    That a sensitive field was changed is told, so both worlds must change it: from the value to begin with.
    """
    match field:
        case SealedField() | models.BinaryField():
            return None
        case CodeArrayField():
            codes = [code for code, _label in field.base_field.flatchoices or field_codes(field)]
            return [], [codes[0]], [codes[1]]
        case CodeField():
            codes = field_codes(field)
            return codes[2], codes[0], codes[1]
        case models.BooleanField():
            return None, True, False
        case models.DateField():
            return datetime.date(1950, 1, 1), datetime.date(1961, 2, 3), datetime.date(2010, 11, 12)
        case models.DecimalField():
            return Decimal("100.000001"), Decimal("110.000001"), Decimal("120.000002")
        case PlaceField():
            return 150102001001, 150422100200, 150522100200
        case models.FileField():
            return ContentFile(b"0", "0.txt").name, ContentFile(b"1", "a.txt").name, ContentFile(b"2", "b.txt").name
        case models.JSONField():
            return None  # evidence: its own test below
        case models.CharField() if field.max_length == 1:
            return "", "1", "2"
    return "丙丙丙", "甲甲甲", "乙乙乙"


def field_codes(field: Any) -> list[str]:
    from apps.common.codes import codelist

    return list(codelist(field.list_name).codes)


def sensitive_fields() -> list[models.Field[Any, Any]]:
    return [
        field
        for model in placed()
        # Evidence is tested by itself; the log of findings, visits and repayments can only be added to; the token of
        # a card is another for each, and stands in its picture alone.
        if getattr(model, "household_lookup", None)
        and model not in (Finding, FindingLog, Card, LoanRepayment)
        and model._meta.app_label != "visits"
        for field in model._meta.concrete_fields
        if fieldclasses.is_sensitive(field) and two_values(field) and not hasattr(field, "source")
    ]


def pages_of(world: World, account: Account) -> list[str]:
    """Lists, filters and searches of every resource, and the pages of one household and of its persons."""
    asked = list(questions(world, account))
    for model, resource in RESOURCES.items():
        keys = [row.key for row in world.rows_of(model) if account.sees(row)][:2]
        for key in keys:
            asked += [resource.url("detail", key), reverse(f"api:{resource.name}-detail", args=[key])]
            if hasattr(model, "events"):
                asked += [resource.url("history", key), reverse(f"api:{resource.name}-history", args=[key])]
    for resource in api_resources(world):
        for name in resource.filters.sensitive_names(resource.model):
            asked.append(f"{reverse(f'api:{resource.name}-list')}?{name}=01")
    return asked


@pytest.mark.usefixtures("undone")
def test_answers_do_not_depend_on_what_is_masked(world, inspector):
    """All sensitive fields take one value in the first world and another one in the second."""
    asked, fields = pages_of(world, inspector), sensitive_fields()
    assert {"birth_date", "health", "address", "lon"} <= {field.name for field in fields}

    def give(number: int) -> None:
        with scopes.activate(EVERYTHING):
            for model in {field.model for field in fields}:
                values = {f.name: two_values(f)[number] for f in fields if f.model is model}
                assert model._base_manager.update(**values)

    give(0)
    told = []
    for number in (1, 2):
        with transaction.atomic():
            give(number)
            told.append(answers(world, inspector, asked, ["甲甲甲", "乙乙乙", "1961-02-03"]))
            transaction.set_rollback(True)
    before, after = told
    assert [difference(one, before[one], after[one]) for one in before if before[one] != after[one]] == []


@pytest.mark.usefixtures("undone")
def test_the_same_questions_tell_them_apart_with_the_right(world):
    """So that the test above compares something."""
    county = world.accounts["county"]
    told = []
    for day in (datetime.date(1961, 2, 3), datetime.date(2010, 11, 12)):
        with transaction.atomic():
            with scopes.activate(EVERYTHING):
                Person._base_manager.update(birth_date=day)
            told.append(answers(world, county, ["/api/v1/persons/", "/persons/"], []))
            transaction.set_rollback(True)
    assert all(told[0][one] != told[1][one] for one in told[0])
