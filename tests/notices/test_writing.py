"""What a notice may say: numbers of persons, amounts and lists; what becomes of names; photos."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.common.openly import Number, masked_name, number_in, without_names
from apps.notices.models import Publication
from apps.notices.services import photos, writing
from apps.notices.sheets import sheet_of
from tests.access.world import EVERYTHING
from tests.factories.notices import PEOPLE, picture, post, prepare, read, take
from tests.notices.conftest import OTHER_LEAGUE, OWN

ID = "159900198001010015"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"身份证号{ID}", Number.ID),
        ("15990019800101001X", Number.ID),
        ("15990019800101001x，", Number.ID),
        ("159900 19800101 0015", Number.ID),
        ("159900800101001", Number.ID),
        ("１５９９００１９８００１０１００１５", Number.ID),
        ("电话13812345678", Number.PHONE),
        ("138-1234-5678", Number.PHONE),
        ("8613812345678", Number.PHONE),
        ("6228480010000000123", Number.ACCOUNT),
        ("6228480010000123", Number.ACCOUNT),
        ("6228 4800 1000 0000 123", Number.ACCOUNT),
        ("0471-6942114", None),
        ("12317", None),
        ("内扶办发〔2018〕36号", None),
        ("150422100200", None),
        ("1,178,000,000.00元", None),
        ("12812345678", None),
        ("2018-06-11至2018-06-18", None),
        ("", None),
    ],
)
def test_numbers_of_persons_are_found_however_they_are_written(text, kind):
    assert number_in(text) == kind


def test_names_are_made_short():
    assert [masked_name(name) for name in ("张三", "欧阳修文", "包音吉日嘎拉", " 李四 ", "𠮷田", "")] == [
        "张*", "欧*", "包*", "李*", "𠮷*", "",
    ]  # fmt: skip
    assert without_names("张三与张三丰、李四", ["张三", "张三丰", "李"]) == "张*与张*、李四"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": f"公示{ID}"}, "title"),
        ({"text": "账号6228480010000000123"}, "text"),
        ({"lines": [{"head": "张三", "cause": "电话13812345678"}]}, "lines"),
        ({"lines": [{"head": ID}]}, "lines"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"text": "", "lines": []}, "text"),
        ({"lines": [{"head": "张三", "phone": "1"}]}, "lines"),
        ({"lines": [{"head": "张三", "members": -1}]}, "lines"),
        ({"lines": [{"head": "张三", "members": "二"}]}, "lines"),
        ({"lines": [{"head": "张三", "members": True}]}, "lines"),
        ({"lines": [{"head": 5}]}, "lines"),
        ({"lines": [{}]}, "lines"),
        ({"lines": [{"head": "张" * 101}]}, "lines"),
        ({"lines": [{"head": "张三"}] * 2501}, "lines"),
        ({"kind": "loans", "lines": [{"head": "张三", "amount": "-1"}]}, "lines"),
        ({"kind": "loans", "lines": [{"head": "张三", "amount": "1.005"}]}, "lines"),
        ({"kind": "loans", "lines": [{"head": "张三", "amount": "NaN"}]}, "lines"),
        ({"kind": "loans", "lines": [{"head": "张三", "amount": "1e20"}]}, "lines"),
        ({"kind": "loans", "lines": [{"head": "张三", "amount": "五万"}]}, "lines"),
        ({"kind": "announcement", "lines": [{"head": "张三"}]}, "lines"),
        ({"kind": "gossip", "lines": []}, "kind"),
        ({"subject": "project:x"}, "subject"),
        ({"subject": "project:1;"}, "subject"),
    ],
)
def test_what_may_not_be_said_is_refused_by_the_name_of_the_field(county, said, field):
    with pytest.raises(ServiceError) as told, transaction.atomic():
        prepare(OWN, county.village, **said)
    assert told.value.field == field
    with scopes.activate(EVERYTHING):
        assert not writing.PublicNotice.objects.exists()


@pytest.mark.django_db
def test_a_place_that_is_not_ones_own_and_a_reader(county):
    for who, place in ((county.reader, OWN), (county.village, OTHER_LEAGUE), (county.head, OWN)):
        with pytest.raises(PermissionDenied), transaction.atomic():
            prepare(place, who)


@pytest.mark.django_db
def test_the_web_copy_is_frozen_masked_and_taken_away(county, settings):
    found = post(OWN, county.village, county.head, text="户主张三丰等两户，现予公示。", title="张三丰等户识别公示")
    with scopes.activate(EVERYTHING):
        copy = Publication.objects.get()
        writing.PublicNotice.objects.filter(pk=found.pk).update(title="改过的标题")
        assert Publication.objects.get().title == "张*等户识别公示"
    assert copy.text == "户主张*等两户，现予公示。"
    assert [line["head"] for line in copy.lines] == ["张*", "包*"]
    assert [line["members"] for line in copy.lines] == [3, 5]
    assert [line["head"] for line in read(found.pk).lines] == [line["head"] for line in PEOPLE]
    assert (copy.place, copy.ways, copy.posted_on, copy.ends_on) == (
        found.place,
        ["web"],
        found.posted_on,
        found.ends_on,
    )
    take(read(found.pk), "withdraw", county.village, note="有误")
    with scopes.activate(EVERYTHING):
        assert not Publication.objects.exists()


@pytest.mark.django_db
def test_a_list_adds_up_what_can_be_added(county):
    lines = [
        {"asset": "光伏电站", "village": "乌兰嘎查", "head": "张三", "amount": "1200.50"},
        {"asset": "光伏电站", "head": "李四", "amount": Decimal("1000")},
    ]
    found = prepare(OWN, county.village, "assets", lines=lines)
    sheet = sheet_of(found)
    assert [column.name for column in sheet.columns] == ["asset", "village", "head", "amount"]
    assert [cell for _column, cell in sheet.rows[1]] == ["光伏电站", "—", "李四", "1,000.00"]
    assert [cell for _column, cell in sheet.sums] == ["", "", "", "2,200.50"]
    assert sheet_of(prepare(OWN, county.village, lines=PEOPLE[:1])).sums == []


@pytest.mark.django_db
def test_photos_are_pictures_of_a_notice_that_hangs_or_is_about_to(county):
    found = prepare(OWN, county.village)

    def refused(data: bytes, code: str, by: object = county.village) -> None:
        with scopes.acting(by), pytest.raises(ServiceError) as told, transaction.atomic():
            photos.add(read(found.pk), data, by=by)
        assert told.value.code == code

    refused(picture(), "state")
    take(found, "approve", county.head)
    refused(b"GIF89a<script>", "not_a_picture")
    refused(b"", "too_large")
    with scopes.acting(county.village):
        kept = photos.add(read(found.pk), picture(), by=county.village)
        assert (kept.posting, kept.width, kept.by_name) == (1, 64, "village")
        for _number in range(8):
            photos.add(read(found.pk), picture(), by=county.village)
    refused(picture(), "too_many")
    with scopes.acting(county.reader), pytest.raises(PermissionDenied):
        photos.add(read(found.pk), picture(), by=county.reader)
