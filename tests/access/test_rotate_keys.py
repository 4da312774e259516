"""manage.py rotate_keys on the real tables: behind row-level security, without a trace in the history."""

from __future__ import annotations

import io
from typing import Any

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from apps.access.scope import acting, activate, identity
from apps.accounts.models import SecondFactor
from apps.accounts.services import second_factor, system_account
from apps.common.sealing import Sealed, blind_index
from apps.households.models import Household, Person, PersonEvent
from tests.common.test_sealing import keys
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

OWN, OTHER_LEAGUE = 150422100200, 150522100200
NUMBERS = {"id_no": "159900196203150015", "phone": "13812341234", "bank_account": "6228572998725389349"}


@pytest.fixture
def register(committed_db: Any, settings: Any) -> None:
    """A household in each of two leagues under the first keys, one of its numbers changed once."""
    settings.FIELD_KEYS = keys("k1", "i1")
    plant(*VILLAGES)
    first = make_household(OWN, phone=NUMBERS["phone"], bank_account=NUMBERS["bank_account"])
    make_person(first, id_no="159900200809010024", sex="2")
    make_person(make_household(OTHER_LEAGUE))
    with acting(system_account()):
        person = Person.objects.get(household=first)
        person.id_no = NUMBERS["id_no"]
        person.save()
    settings.FIELD_KEYS = keys("k2", "i2")


def rotate(*words: str) -> str:
    out = io.StringIO()
    call_command("rotate_keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def everything(alias: str = "owner") -> dict[str, str]:
    """Each table of the database as a dump of text would have it, numbers once more as hexadecimal digits."""
    texts = {}
    with acting(system_account(), using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, '') FROM \"{table}\" t")
            texts[table] = cursor.fetchone()[0] or ""
    return texts


def test_rotation_reaches_every_row_and_leaves_no_trace(register: None, settings: Any) -> None:
    with acting(system_account()):
        events = PersonEvent.objects.count()
        versions = list(Person.objects.order_by("pk").values_list("version", "updated_at"))
    assert events == 3
    shown = rotate("--batch", "1")
    assert "households_person: 2 rows, 2 changed" in shown
    assert "households_household: 2 rows, 2 changed" in shown
    assert "households_personevent: 3 rows, 3 changed" in shown
    assert "households_householdevent: 2 rows, 2 changed" in shown
    table = keys("k2", "i2")
    for ring in (table["seal"], *table["index"].values()):
        ring["keys"] = {ring["active"]: ring["keys"][ring["active"]]}
    settings.FIELD_KEYS = table  # the first keys are gone for good
    with acting(system_account()):
        assert Person.objects.get(id_no_index=NUMBERS["id_no"]).id_no == Sealed.of("citizen", NUMBERS["id_no"])
        assert Household.objects.get(phone_index=NUMBERS["phone"]).bank_account.clear() == NUMBERS["bank_account"]
        assert {event.id_no.clear() for event in PersonEvent.objects.all()} >= {NUMBERS["id_no"], "159900200809010024"}
        assert PersonEvent.objects.count() == events
        assert list(Person.objects.order_by("pk").values_list("version", "updated_at")) == versions
    assert "households_person: 2 rows, 0 changed" in rotate()


def test_a_changed_number_is_in_history_again_after_a_rotation(register: None) -> None:
    rotate()
    with acting(system_account()):
        person = Person.objects.get(id_no_index=NUMBERS["id_no"])
        person.id_no = "159900200809010024"
        person.save()
        assert PersonEvent.objects.filter(pgh_obj_id=person.pk).count() == 3


def test_no_table_holds_a_number_that_can_be_read(register: None) -> None:
    rotate()
    texts = everything()
    assert blind_index("citizen", NUMBERS["id_no"]).hex() in texts["households_person"]
    for table, text in texts.items():
        for number in NUMBERS.values():
            assert number not in text, table
            assert number.encode().hex() not in text, table


def test_a_row_that_cannot_be_opened_fails_the_command(register: None) -> None:
    with acting(system_account()), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE households_person SET id_no = '\\x00' WHERE division_id = %s RETURNING id", [OTHER_LEAGUE]
        )
        (key,) = cursor.fetchone()
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 rows could not be opened"):
        call_command("rotate_keys", stdout=io.StringIO(), stderr=out)
    said = out.getvalue().splitlines()
    # The damage went into the history as well.
    assert f"households_person: row {key} cannot be opened" in said
    assert [line.split(":")[0] for line in said] == ["households_person", "households_personevent"]
    with acting(system_account()):
        person = Person.objects.get(division_id=OWN)
        assert person.id_no.blob[3:5] == b"k2"


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        rotate("--batch", "0")


def test_the_secrets_of_second_factors_rotate_too(register: None, settings: Any) -> None:
    settings.FIELD_KEYS = keys("k1", "i1")
    user = make_user("village", "village_officer", OWN)
    offer = second_factor.offer(user)
    second_factor.enrol(user, offer.token, pyotp.TOTP(offer.secret).now())
    settings.FIELD_KEYS = keys("k2", "i2")
    assert "accounts_secondfactor: 1 rows, 1 changed" in rotate()
    with activate(identity(user.pk)), transaction.atomic():
        factor = SecondFactor.objects.get()
    assert (factor.secret.clear(), factor.secret.blob[3:5]) == (offer.secret, b"k2")
    assert str(factor.secret) == "********"
