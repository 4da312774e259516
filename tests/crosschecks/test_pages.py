"""The pages of cross-checking: findings, rules, runs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.crosschecks.choices import RunKind
from apps.crosschecks.models import Finding, FindingLog, RuleParameter, Run
from apps.crosschecks.services import runs
from apps.divisions import codes
from apps.households.models import RegistrationConflict
from tests.access.conftest import wall as wall  # the fixture: each wall must hold alone
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, family
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

COUNTY = 150422000000


@pytest.fixture(autouse=True)
def reference(settings, tmp_path):
    settings.REFERENCE_DATE = REFERENCE
    settings.MEDIA_ROOT = tmp_path


def run(*rules: str, division: int = codes.WHOLE_REGION) -> Run:
    with scopes.acting(system_account()):
        made = runs.start_run(division, kind=RunKind.COMMAND, rules=rules, date=REFERENCE)
        units = list(made.units.filter(state="queued").values_list("pk", flat=True))
    for unit in units:
        runs.execute(unit)
    return made


@pytest.fixture
def finding() -> Finding:
    """A critical one in the first village, and others elsewhere."""
    family({"name": "乌兰", "id_no": "159900196203150016"})
    for village in (VILLAGE, SIBLING):
        family({"name": "其木格", "sex": "2", "id_no": citizen_number(sex="1")}, village=village)
    run("ID-02", "ID-04")
    with scopes.acting(system_account()):
        return Finding.objects.get(rule="ID-02")


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def village(finding) -> Client:
    return signed_in(make_user("village", "village_officer", VILLAGE))


@pytest.fixture
def county(finding) -> Client:
    return signed_in(make_user("county", "county_officer", COUNTY))


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_the_list_says_each_finding_in_a_sentence(village):
    text = page(village, "/findings/?state=open")
    assert "乌兰证件号码第18位校验不符" in text and text.count("其木格登记性别为女") == 1
    assert page(village, "/findings/?rule=ID-02&state=open").count("其木格") == 0


def test_the_page_of_a_finding_shows_evidence_log_and_the_steps_one_may_take(finding, village):
    text = page(village, f"/findings/{finding.pk}/")
    for piece in ("乌兰证件号码第18位校验不符", "身份证校验码错误", "开始核查", "交办", "新发现", "流转记录"):
        assert piece in text
    assert "复核通过" not in text
    sibling = signed_in(make_user("sibling", "village_officer", SIBLING))
    assert sibling.get(f"/findings/{finding.pk}/").status_code == 404
    inspector = signed_in(make_user("inspector", "inspector", COUNTY))
    assert 'name="step"' not in page(inspector, f"/findings/{finding.pk}/")


def test_a_finding_is_worked_off_on_its_page(finding, village, county):
    address = f"/findings/{finding.pk}/"
    assert village.post(address, {"step": "check", "version": 1}).status_code == 302
    refused = village.post(address, {"step": "no_fault", "version": 2, "note": "原件如此"})
    assert refused.status_code == 422 and "严重疑点核实无误须附证明材料" in refused.content.decode()
    paper = SimpleUploadedFile("证明.pdf", b"%PDF-1.7 statement")
    done = village.post(address, {"step": "no_fault", "version": 2, "note": "原件如此", "file": paper})
    assert done.status_code == 302
    stale = county.post(address, {"step": "review", "version": 2})
    assert stale.status_code == 409 and "已被他人修改" in stale.content.decode()
    assert county.post(address, {"step": "review", "version": 3}).status_code == 302
    with scopes.acting(system_account()):
        assert Finding.objects.get(pk=finding.pk).state == "reviewed"
        line = FindingLog.objects.exclude(file="").get()
    file = village.get(f"/findings/files/{line.pk}/")
    assert b"".join(file.streaming_content) == b"%PDF-1.7 statement"
    assert file["Content-Disposition"].startswith("attachment")
    sibling = signed_in(make_user("sibling", "village_officer", SIBLING))
    assert sibling.get(f"/findings/files/{line.pk}/").status_code == 404
    assert sibling.post(address, {"step": "close", "version": 4}).status_code == 404
    inspector = signed_in(make_user("inspector", "inspector", COUNTY))
    assert inspector.post(address, {"step": "close", "version": 4}).status_code == 403


@pytest.mark.parametrize("wall", ["both", "application"], indirect=True)
def test_the_two_places_of_a_conflict_are_shown_only_to_who_has_both_in_view(finding, wall):
    made = family({"name": "巴图"})
    with scopes.acting(system_account()):
        RegistrationConflict.objects.create(
            id_no_index=made.persons[0].id_no_index,
            registered_division=VILLAGE,
            refused_division=SIBLING,
            division_id=150422100000,
        )
    run("ID-03")
    with scopes.acting(system_account()):
        sides = dict(Finding.objects.filter(rule="ID-03").values_list("division_id", "pk"))
    township = signed_in(make_user("township", "township_officer", 150422100000))
    refused = signed_in(make_user("sibling", "village_officer", SIBLING))
    text = page(refused, f"/findings/{sides[SIBLING]}/")
    assert str(VILLAGE) not in text and "巴图" not in text and "本地为被拒绝的申请地" in text
    assert refused.get(f"/findings/{sides[VILLAGE]}/").status_code == 404
    both = page(township, f"/findings/{sides[SIBLING]}/")
    assert str(VILLAGE) in both and str(SIBLING) in both


def test_the_rules_page_shows_every_rule_and_never_calls_one_clean_that_did_not_run(county):
    run("DC-05", division=COUNTY)
    text = page(county, "/rules/")
    assert text.count("<tr>") == 167 + 10
    for piece in (
        "身份证校验码错误",
        "需要部门数据（未报送或已过期）：民政：农村低保",
        "需要历史区划代码表",
        "已运行 2 条",
        "未运行 165 条",
    ):
        assert piece in text
    only = page(county, "/rules/?group=identity&state=done")
    assert "ID-02" in only and "HH-01" not in only and "ID-06" not in only
    assert county.get("/rules/?state=clean").status_code == 400
    assert county.get("/rules/?mood=good").status_code == 400
    assert county.get("/rules/?division=150423000000").status_code == 404


def test_the_page_of_a_rule(county, village):
    text = page(county, "/rules/ID-05/")
    for piece in ("出生日期无效或年龄异常", "合理年龄上限", "110", "默认值", "试算", "15 天"):
        assert piece in text
    assert "改为" not in page(village, "/rules/ID-05/")
    run("DC-05", division=COUNTY)
    assert "需要部门数据" in page(county, "/rules/DC-05/")
    assert county.get("/rules/ID-99/").status_code == 404


def test_what_if_on_the_page(county):
    family({"id_no": "159900190701010010"})
    text = page(county, f"/rules/ID-05/what-if/?division={COUNTY}&age_max=111")
    assert "试算命中 <b>0</b>，现行参数命中 1" in text
    page(county, f"/rules/ID-05/what-if/?division={COUNTY}&age_max=old", status=422)
    page(county, f"/rules/ID-05/what-if/?division={COUNTY}&age_max=9", status=422)
    page(county, f"/rules/ID-02/what-if/?division={COUNTY}", status=404)


def test_who_may_not_try_a_rule_is_told_so_in_place_of_the_form(county, finding):
    """Vehicles are compared with the whole region's data, of which a county sees a part."""
    text = page(county, f"/rules/DC-09/?division={COUNTY}")
    assert "只有自治区级可以试算" in text and "/rules/DC-09/what-if/" not in text
    assert f'<a href="/datasets/PS-VH/?division={COUNTY}">公安车管：机动车登记</a>' in text
    text = page(county, f"/rules/ID-05/?division={COUNTY}")
    assert "/rules/ID-05/what-if/" in text
    region = signed_in(make_user("region", "region_officer", codes.WHOLE_REGION))
    assert "/rules/DC-09/what-if/" in page(region, f"/rules/DC-09/?division={codes.WHOLE_REGION}")


def test_a_threshold_is_set_on_the_page(county, village):
    address = f"/rules/ID-05/threshold/?division={COUNTY}"
    assert county.post(address, {"name": "age_max", "value": "115", "basis": "长寿之乡"}).status_code == 302
    assert "115" in page(county, "/rules/ID-05/") and "长寿之乡" in page(county, "/rules/ID-05/")
    assert county.post(address, {"name": "age_max", "value": "999"}).status_code == 422
    assert county.post(address, {"name": "age_max", "value": "many"}).status_code == 422
    own = f"/rules/ID-05/threshold/?division={VILLAGE}"
    assert village.post(own, {"name": "age_max", "value": "115"}).status_code == 403
    assert county.post(address, {"name": "age_max", "value": ""}).status_code == 302
    with scopes.acting(system_account()):
        assert not RuleParameter.objects.exists()


def test_a_run_shows_its_progress_until_it_is_over(county, monkeypatch, django_capture_on_commit_callbacks):
    rung: list[int] = []
    monkeypatch.setattr(runs, "ring", rung.extend)
    with django_capture_on_commit_callbacks(execute=True):
        answer = county.post("/runs/new/", {"division": str(COUNTY), "rules": ["ID-02", "ID-04"], "date": "2018-12-31"})
    assert answer.status_code == 302, answer.content.decode()
    address = answer["Location"]
    text = page(county, address)
    assert "0 / 2" in text and "load delay:2s" in text
    for unit in rung:
        runs.execute(unit)
    part = county.get(address, headers={"HX-Request": "true", "HX-Target": "progress-of-run"}).content.decode()
    assert "2 / 2" in part and "load delay:2s" not in part and "<html" not in part
    village = signed_in(make_user("other", "village_officer", VILLAGE))
    assert village.get(address).status_code == 404
    assert village.get("/runs/new/").status_code == 403


def test_a_run_lists_what_could_not_run(county):
    made = run("ID-06", "DC-05", "ID-02", division=COUNTY)
    text = page(county, f"/runs/{made.pk}/")
    assert "未运行的规则" in text and "需要部门数据（未报送或已过期）：民政：农村低保" in text
