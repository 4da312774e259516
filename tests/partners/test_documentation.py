"""The examples of docs/api-for-departments.md, run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apps.access import scope as scopes
from apps.partners.services.clients import give_signing_key
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person
from tests.factories.partners import make_department

PAGE = Path(__file__).resolve().parents[2] / "docs/api-for-departments.md"
COUNTY = 150422000000


def examples(language: str) -> list[str]:
    """The page's blocks of code in one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def run(command: list[str], **values: str) -> str:
    done = subprocess.run(command, env={**os.environ, **values}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("committed_db")
def test_the_examples_do_what_the_page_says(live_server):
    plant(*VILLAGES)
    number = citizen_number()
    make_person(make_household(VILLAGES[0]), id_no=number)
    department = make_department(COUNTY)
    values = {
        "URL": live_server.url.replace("localhost", "127.0.0.1"),
        "CLIENT_ID": department.client.client_id,
        "CLIENT_SECRET": department.secret,
        "ID_NO": number,
    }
    token, question = examples("bash")
    assert '"token_type": "Bearer"' in run(["bash", "-c", token], **values)
    expected = '{"registered":true,"household":{"status":"20","village":"150422100200"}}'
    assert run(["bash", "-c", question], **values) == expected
    [program] = examples("python")
    told = "{'registered': True, 'household': {'status': '20', 'village': '150422100200'}}\n"
    assert run([sys.executable, "-c", program], **values) == told
    officer = make_user("officer", "county_officer", COUNTY)
    with scopes.acting(officer):
        values["SIGNING_KEY"] = give_signing_key(department.client, by=officer)
    assert run([sys.executable, "-c", program], **values) == told
