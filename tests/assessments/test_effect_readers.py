"""Who reads total, grade, rank and the words of the offices: by the scheme, and in no other way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from apps.access import scope as scopes
from apps.assessments.effect_choices import EffectState
from apps.assessments.models import EffectAssessment, EffectLog, EffectScore
from tests.access.world import EVERYTHING
from tests.factories.accounts import sign_in
from tests.factories.effects import COUNTY, DAY, LEAGUE, OTHER_LEAGUE, Offices, of
from tests.held import held

pytestmark = pytest.mark.django_db
OWN_TOTAL, OTHER_TOTAL = "71.37", "83.53"
WORDS = "核查人员的意见"


@pytest.fixture(scope="module")
def offices(django_db_setup: None, django_db_blocker: Any) -> Iterator[Offices]:
    """Two leagues with published results that nobody can mistake; a county summed up, and not decided."""
    with override_settings(REFERENCE_DATE=DAY), held(django_db_blocker):
        made = Offices.made()
        for kind in ("league", "county"):
            made.scheme(kind, weights={"missed": 60, "exits": 40})
            made.open(kind)
        with scopes.activate(EVERYTHING):
            for place, total, rank in ((LEAGUE, OWN_TOTAL, 2), (OTHER_LEAGUE, OTHER_TOTAL, 1)):
                _result(place, total=total, rank=rank, grade="good", state=EffectState.RESULT)
            _result(COUNTY, total="62.15", state=EffectState.MERGED)
        yield made


def _result(place: int, **result: Any) -> None:
    found = of(place)
    EffectAssessment.objects.filter(pk=found.pk).update(weight_counted=60, deducted=0, **result)
    EffectScore.objects.filter(assessment=found, code="missed").update(
        value="88.11", missing="", points="52.87", worst="11.22", best="99.33", numerator=1, denominator=50, note=WORDS
    )
    EffectLog.objects.create(
        assessment=found, division_id=place, round=1, by_name="x", step="check", to_state="site_check", note=WORDS
    )


def told(user: Any, place: int) -> dict[str, bool]:
    """Which of these a reader finds of a place anywhere: in list, detail, sheet, print, export and API."""
    window, key = sign_in(Client(), user), of(place).pk
    shown = ""
    columns = "name,total,grade,rank,deducted,weight_counted,grade_reason"
    for address in (
        f"/effect-assessments/?columns={columns}",
        f"/effect-assessments/print/?columns={columns}",
        f"/effect-assessments/{key}/",
        f"/effect-assessments/{key}/sheet/",
        f"/api/v1/effect-assessments/?division={place}",
        f"/api/v1/effect-assessments/{key}/",
    ):
        answer = window.get(address)
        shown += answer.content.decode() if answer.status_code == 200 else ""
    total = OWN_TOTAL if place == LEAGUE else OTHER_TOTAL if place == OTHER_LEAGUE else "62.15"
    parts = {"total": total, "points": "52.87", "compared": "11.22", "value": "88.11", "words": WORDS}
    return {name: text in shown for name, text in parts.items()}


def ranked(user: Any, kind: str = "league") -> list[str]:
    window = sign_in(Client(), user)
    rows = window.get(f"/api/v1/effect-assessments/ranking/?kind={kind}&year=2018").json()["results"]
    page = window.get(f"/effect-assessments/ranking/?kind={kind}&year=2018").content.decode()
    assert all(row["total"] in page for row in rows)
    assert all((total in page) == any(row["total"] == total for row in rows) for total in (OWN_TOTAL, OTHER_TOTAL))
    return [f"{row['rank']} {row['division'][:4]}" for row in rows]


def opened_to(readers: str) -> None:
    with scopes.activate(EVERYTHING):
        EffectAssessment.objects.update(readers=readers)


ALL = {"total": True, "points": True, "compared": True, "value": True, "words": True}
RULES: dict[str, tuple[dict[str, bool], list[str], list[str]]] = {
    # What a league is told of its own result; the ranking it reads; that which a county of it reads.
    "region": ({**ALL, "total": False, "points": False, "compared": False}, [], []),
    "own": ({**ALL, "compared": False}, ["2 1504"], []),
    "all": (ALL, ["1 1505", "2 1504"], []),
}


@pytest.mark.parametrize("readers", RULES)
def test_the_result_is_told_to_whom_the_scheme_says(offices: Offices, readers: str) -> None:
    opened_to(readers)
    own, ranking, of_county = RULES[readers]
    assert told(offices.league, LEAGUE) == own
    assert ranked(offices.league) == ranking
    assert ranked(offices.county) == of_county
    assert told(offices.region, LEAGUE) == told(offices.region, OTHER_LEAGUE) == ALL
    assert ranked(offices.region) == ["1 1505", "2 1504"]
    # A neighbour's row is nowhere, whatever is published of its result.
    assert not any(told(offices.league, OTHER_LEAGUE).values())
    window = sign_in(Client(), offices.league)
    assert window.get(f"/effect-assessments/{of(OTHER_LEAGUE).pk}/").status_code == 404


def test_before_it_is_published_the_assessed_is_told_nothing_and_those_above_are(offices: Offices) -> None:
    opened_to("all")
    assert told(offices.county, COUNTY) == dict.fromkeys(ALL, False)
    assert told(offices.league, COUNTY) == {**ALL, "compared": False}  # who assesses it
    assert not any(told(offices.other_league, COUNTY).values())
    assert ranked(offices.region, "county") == []


def test_no_filter_order_or_export_tells_a_hidden_result(offices: Offices) -> None:
    opened_to("region")
    window, above = sign_in(Client(), offices.league), sign_in(Client(), offices.region)
    address = "/api/v1/effect-assessments/?kind=league"
    assert len(above.get(f"{address}&grade=good").json()["results"]) == 2
    assert window.get(f"{address}&grade=good").json()["results"] == []
    for order in ("total", "-total", "rank", "grade", "shown_total"):
        assert window.get(f"{address}&order={order}").status_code == 400
    for hidden in ("total=71.37", "total__gt=50", "rank=2", "shown_rank=2", "shown_grade=good"):
        assert window.get(f"{address}&{hidden}").status_code == 400
    row = window.get(address).json()["results"][0]
    assert (row["total"], row["grade"] or None, row["rank"]) == (None, None, None)
    for who, told_it in ((window, False), (above, True)):
        answer = who.post("/api/v1/effect-assessments/export/?columns=name&columns=total&columns=grade&columns=rank")
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
            text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        assert "赤峰市" in text and (OWN_TOTAL in text) is told_it


def test_what_was_seen_on_the_spot_does_not_open_before_the_result(offices: Offices) -> None:
    with scopes.activate(EVERYTHING):
        score = EffectScore.objects.get(assessment=of(COUNTY), code="missed")
    county, league = sign_in(Client(), offices.county), sign_in(Client(), offices.league)
    assert county.get(f"/effect-assessments/scores/{score.pk}/").status_code == 404
    assert league.get(f"/effect-assessments/scores/{score.pk}/").status_code == 200


def test_the_desk_counts_what_waits_and_opens_the_list_of_it(offices: Offices) -> None:
    def lines(user: Any) -> dict[str, int]:
        window, found = sign_in(Client(), user), {}
        for line in window.get("/").context["todo"]["lines"]:
            if "/effect-assessments/" in line["url"]:
                rows = window.get(f"/api/v1{line['url']}").json()["results"]
                assert len(rows) == line["count"], line
                found[str(line["label"])] = line["count"]
        return found

    assert lines(offices.head) == {"成效考核待领导小组审定": 1}
    assert lines(offices.next_county) == {"成效考核待提交自评": 1}
    assert lines(offices.region) == {"成效考核待反馈问题": 2}
    assert lines(offices.township) == {}
