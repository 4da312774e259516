"""The examples of docs/api-for-departments.md, run as they are written."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.utils import translation
from drf_spectacular.validation import validate_schema

from apps.access import scope as scopes
from apps.common.days import today
from apps.partners import developers
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


def test_the_document_is_what_the_page_says(settings):
    """Written anew by `./dev manage developer_docs`, with the limits of production."""
    settings.TOKEN_REQUESTS_PER_MINUTE = 30
    with translation.override("en"):
        assert PAGE.read_text(encoding="utf-8") == developers.markdown()


@pytest.mark.usefixtures("committed_db")
def test_the_examples_do_what_the_page_says(live_server):
    plant(*VILLAGES)
    number = citizen_number()
    make_person(make_household(VILLAGES[0]), id_no=number)
    department = make_department(COUNTY, "households:verify", "datasets:write", datasets=["CA-DB"])
    values = {
        "URL": live_server.url.replace("localhost", "127.0.0.1"),
        "CLIENT_ID": department.client.client_id,
        "CLIENT_SECRET": department.secret,
        "ID_NO": number,
        "NAME": "王建国",
        "PERIOD": f"{today():%Y-%m}",
    }
    token, question, signed, spdci, deliver = examples("bash")
    assert '"token_type": "Bearer"' in run(["bash", "-c", token], **values)
    expected = '{"registered":true,"household":{"status":"20","village":"150422100200"}}'
    assert run(["bash", "-c", question], **values) == expected
    [answer] = json.loads(run(["bash", "-c", spdci], **values))["message"]["search_response"]
    assert answer["data"]["reg_records"][0]["household_status"] == "20"
    [program] = examples("python")
    told = "{'registered': True, 'household': {'status': '20', 'village': '150422100200'}}\n"
    assert run([sys.executable, "-c", program], **values) == told
    assert '"state":"accepted"' in run(["bash", "-c", deliver], **values)
    officer = make_user("officer", "county_officer", COUNTY)
    with scopes.acting(officer):
        values["SIGNING_KEY"] = give_signing_key(department.client, by=officer)
    assert run([sys.executable, "-c", program], **values) == told
    assert run(["bash", "-c", signed], **values) == expected


@pytest.mark.parametrize("one", developers.VECTORS, ids=lambda one: one[2])
def test_the_vectors_are_what_the_standard_library_makes_of_them(one):
    method, path, query, body = one
    told = {str(name): value for name, value in developers.vector(*one)}
    asked = urllib.parse.urlencode(sorted(urllib.parse.parse_qsl(query)))
    digest = hashlib.new("sm3", body.encode()).hexdigest()
    text = "\n".join((method, path, asked, digest, developers.VECTOR_STAMP, developers.VECTOR_NONCE))
    right = hmac.new(bytes.fromhex(developers.VECTOR_KEY), text.encode(), "sm3").hexdigest()
    assert told["X-Signature"] == right and right in PAGE.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_page_is_open_to_everybody_in_both_languages_and_shows_the_examples():
    for language, heading in (("zh-hans", "取得客户端"), ("en", "Getting a client")):
        browser = Browser()
        browser.cookies["language"] = language
        page = browser.get("/developers/").content.decode()
        assert heading in page and "&quot;$URL/oauth/token/&quot;" in page and "<code>X-Nonce</code>" in page
        assert all(html.escape(line) in page for line in examples("python")[0].splitlines()[:5])


@pytest.mark.django_db
def test_the_schema_for_departments_holds_what_a_token_opens_and_nothing_else():
    answer = Browser().get("/developers/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    document = json.loads(answer.content)
    validate_schema(document)
    assert set(document["paths"]) == {
        "/api/v1/datasets/{code}/deliveries/",
        "/api/v1/datasets/{code}/deliveries/{key}/",
        "/api/v1/datasets/{code}/deliveries/{key}/chunks/{number}/",
        "/api/v1/datasets/{code}/deliveries/{key}/complete/",
        "/api/v1/households/verify/",
        "/spdci/registry/search",
        "/spdci/registry/sync/search",
        "/spdci/registry/sync/txn/status",
    }
