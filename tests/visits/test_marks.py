"""Marks for people to judge: where, when, how fast, how alike. None of them keeps a visit from being stored."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from apps.access import scope as scopes
from apps.visits.models import Visit
from tests.access.world import EVERYTHING
from tests.factories.visits import URL, body, send
from tests.visits.conftest import LAT, LON, OTHER_LEAGUE

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
NORTH = 1 / 111.195  # a kilometre in degrees


def marks(answer) -> dict[str, int | None]:
    assert answer.status_code == 201, answer.content
    return {mark["kind"]: mark["value"] for mark in answer.json()["marks"]}


def at(hours: float) -> str:
    """So many hours ago, as the phone writes it."""
    return (timezone.now() - HOUR * hours).isoformat()


@pytest.mark.parametrize(
    ("kilometres", "accuracy", "far"), [(0.9, 5, False), (1.2, 5, True), (1.2, 300, False), (500, 50, True)]
)
def test_far_from_the_household(phone, households, kilometres, accuracy, far):
    answer = send(phone, body(households[0], lon=LON, lat=LAT - NORTH * kilometres, accuracy=accuracy))
    assert answer.json()["distance"] == pytest.approx(kilometres * 1000, rel=0.01)
    assert ("far" in marks(answer)) is far


def test_a_household_without_position_is_looked_for_in_its_village(officer, households):
    with scopes.activate(EVERYTHING):
        type(households[0]).objects.filter(pk=households[0].pk).update(lon=None, lat=None)
        village = type(households[0]).objects.get(pk=households[0].pk).division
        type(village).objects.filter(pk=village.pk).update(lon=LON, lat=LAT)
    near, away = (LAT + NORTH * kilometres for kilometres in (4, 6))
    assert marks(send(officer, body(households[0], lon=LON, lat=near))) == {}
    other = body(households[0], lon=LON, lat=away, text="换一个地方再写一篇，内容不同。")
    assert "far" in marks(send(officer, other))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [({"no_position": "denied"}, "denied"), ({"lon": 0, "lat": 0}, "unavailable"), ({}, "")],
    ids=["denied", "zero", "nothing said"],
)
def test_no_position_is_no_fault(phone, households, sent, reason):
    answer = send(phone, body(households[0], **sent))
    assert marks(answer) == {}
    assert (answer.json()["no_position"], answer.json()["lon"], answer.json()["distance"]) == (reason, None, None)


@pytest.mark.parametrize("years", [-20, -3, 3, 40])
def test_a_phone_whose_clock_is_years_off_is_taken_in_and_marked(phone, households, years):
    wrong = datetime.timedelta(days=365 * years)
    now = timezone.now()
    answer = send(
        phone,
        body(households[0], visited_at=(now - HOUR + wrong).isoformat(), sent_at=(now + wrong).isoformat()),
    )
    # By the server's clock it was an hour ago: not late, whatever the phone says.
    assert marks(answer) == {"clock": pytest.approx(abs(wrong.total_seconds()) / 60, abs=1)}
    assert answer.json()["clock_off"] == pytest.approx(wrong.total_seconds(), abs=5)
    month = answer.json()["visited_on"][:7]
    assert [row["id"] for row in phone.get(f"{URL}?month={month}").json()["results"]] == [answer.json()["id"]]


def test_a_future_visit_of_a_phone_that_does_not_say_its_time(phone, households):
    assert set(marks(send(phone, body(households[0], visited_at=at(-30), sent_at=None)))) == {"clock"}


def test_later_than_two_days_is_late(phone, households):
    assert marks(send(phone, body(households[0], visited_at=at(47)))) == {}
    late = send(phone, body(households[0], visited_at=at(50), text="三天前的走访，今天才有信号上传。"))
    assert marks(late) == {"late": 50}


def test_nobody_drives_a_hundred_kilometres_in_half_an_hour(officer, phone, households):
    far = {"lon": LON, "lat": LAT + NORTH * 100}
    assert marks(send(officer, body(households[0], visited_at=at(5), lon=LON, lat=LAT))) == {}
    slow = send(officer, body(households[0], visited_at=at(3), **far, text="两个小时以后到了另一个地方。"))
    assert set(marks(slow)) == {"far"}
    fast = send(officer, body(households[0], visited_at=at(2.5), lon=LON, lat=LAT, text="半个小时就又回到了原处。"))
    assert marks(fast) == {"travel": pytest.approx(200, abs=3)}
    # Handed in later than the one after it; and another's visits are not one's own.
    between = send(officer, body(households[0], visited_at=at(5.2), **far, text="更早的一次走访，后来才上传。"))
    assert "travel" in marks(between)
    assert "travel" not in marks(send(phone, body(households[0], visited_at=at(4.9), **far)))


def test_copied_words_are_marked_among_ones_own_latest_visits(phone, officer, households):
    text = "今天到户了解产业发展情况，宣讲了健康扶贫和教育扶贫政策，帮助联系了就业岗位。"
    assert marks(send(phone, body(households[0], text=text))) == {}
    copied = send(phone, body(households[0], text=f"  {text} "))
    assert marks(copied) == {"copied": 100}
    nearly = text.replace("就业岗位", "就业岗位呀")
    assert 90 < marks(send(phone, body(households[0], text=nearly)))["copied"] <= 100
    assert marks(send(phone, body(households[0], text="老人身体不好，送去旗医院检查，费用已报销。"))) == {}
    assert marks(send(officer, body(households[0], text=text))) == {}
    short = [marks(send(phone, body(households[0], text="已走访"))) for _again in range(2)]
    assert short == [{}, {}]


def test_lists_are_narrowed_by_mark_month_author_household_and_words(phone, officer, households):
    plain = send(phone, body(households[0], text="房屋漏水，已联系维修。")).json()
    late = send(phone, body(households[0], visited_at=at(60), text="草场纠纷，正在调解处理。")).json()
    month = plain["visited_on"][:7]

    def found(query: str) -> list[int]:
        answer = officer.get(f"{URL}?{query}")
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    both = [plain["id"], late["id"]]
    assert found(f"division={OTHER_LEAGUE}") == both
    assert found("mark=late") == found("marked=true") == [late["id"]]
    assert found("mark=far&mark=late") == [late["id"]] and found("marked=false") == [plain["id"]]
    assert found(f"household={households[0].pk}") == both
    assert found(f"month={month}&text=漏水") == [plain["id"]]
    assert found(f"visited_on_max={late['visited_on']}") == [late["id"]]
    assert officer.get(f"{URL}?text=漏水").status_code == 400
    assert officer.get(f"{URL}?month=2018-13").status_code == 400
    page = officer.get(f"/visits/?month={month}&mark=late").content.decode()
    assert "草场纠纷" in page and "超过48小时提交" in page and "漏水" not in page
    with scopes.activate(EVERYTHING):
        assert Visit.objects.count() == 2
    assert officer.get("/visits/print/").status_code == 200
    assert officer.post("/visits/export/?columns=visited_at,text").status_code == 200
