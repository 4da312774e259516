"""The diary on a phone, with the network switched off: nothing is lost, doubled, or sent under another's name."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from PIL import Image, ImageChops, ImageStat

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import SET_UP
from apps.visits.models import Visit, VisitConflict, VisitPhoto
from apps.visits.services import developing
from tests.access.world import EVERYTHING
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import pair
from tests.visits.test_photos import metadata
from tests.visits.test_photos import picture as photo

PHONE = {"width": 360, "height": 740}
PASSPHRASE = "草原上的羊群"
TEXTS = ("第一篇：到户看望老人，身体尚可。", "第二篇：核对补贴到账。😀", "第三篇：羊舍顶棚已修好。")
FULL = """() => {
  window.usual = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
AGED = """async () => {
  const database = await import("/static/js/phone/database.js");
  for (const row of await database.all("entries")) await database.put("entries", {...row, at: row.at - 4 * 86400000});
}"""
ROOM_AGAIN = "() => { IDBObjectStore.prototype.put = window.usual; }"
UNPLUGGED = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED")


@pytest.fixture
def register(committed_db: Any, settings: Any, tmp_path: Path) -> tuple[User, User]:
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        plant(*VILLAGES)
        helper, other = (make_user(name, "helper", VILLAGES[0]) for name in ("helper", "other"))
        for number, name in enumerate(("王建国", "斯琴高娃", "白乌云")):
            household = make_household(
                VILLAGES[0], lon=Decimal("119.4") + Decimal(number) / 10, lat=Decimal("43.6"), address=f"{number}号"
            )
            make_person(household, name=name)
            pair(household, helper)
        family = make_household(VILLAGES[1])
        make_person(family, name="包金山")
        pair(family, other)
    return helper, other


@pytest.fixture
def phone(visit: Any, register: Any) -> Any:
    """A window of a phone that stands at the first household; what an unplugged line says is no complaint."""
    place = {"longitude": 119.4, "latitude": 43.6, "accuracy": 12}
    window = visit(viewport=PHONE, geolocation=place, permissions=["geolocation"])
    yield window
    window.complaints[:] = [one for one in window.complaints if not UNPLUGGED.search(one)]


def sign_in(page: Any, username: str) -> None:
    page.goto("/account/sign-in/?next=/phone/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(re.compile(r"/phone/$"))
    page.wait_for_selector("#households button.choice")


def write(page: Any, household: str, text: str, *photos: bytes) -> None:
    page.evaluate("location.hash = '#write'")
    page.click(f"#households button:has-text('{household}')")
    page.fill("#text", text)
    if photos:
        files = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": data} for n, data in enumerate(photos)]
        page.set_input_files("#album", files)
        page.wait_for_selector(f"#photos li >> nth={len(photos) - 1}")
    page.click("#finish")
    page.wait_for_selector(f"#entries li:has-text('{text}')")


def unlock(page: Any, wrong: str = "") -> None:
    page.wait_for_selector("#unlock:visible")
    if wrong:
        page.fill("#unlock-words", wrong)
        page.click("#unlock button")
        page.wait_for_selector("#alarm:has-text('还可以试 9 次')")
    page.fill("#unlock-words", PASSPHRASE)
    page.click("#unlock button")
    page.wait_for_selector("#tabs:visible")
    page.wait_for_selector("#gate", state="hidden")


def kept(page: Any) -> list[dict[str, Any]]:
    """The photos that the phone knows of, with the checksums it made."""
    return page.evaluate(
        """async () => {
          const database = await import("/static/js/phone/database.js");
          const rows = await database.all("photos");
          return rows.map(({sha256, size, state}) => ({sha256, size, state}));
        }"""
    )


def at_rest(page: Any) -> str:
    """All that lies in the stores of the browser, as text: what somebody finds who takes the phone apart."""
    return page.evaluate(
        """async () => {
          const texts = async (value) => {
            if (value instanceof Blob) value = await value.arrayBuffer();
            if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
            if (!value || typeof value !== "object") return String(value);
            return (await Promise.all(Object.entries(value).flat().map(texts))).join("|");
          };
          const database = await (await import("/static/js/phone/database.js")).open();
          const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
          for (const name of database.objectStoreNames) {
            const asked = database.transaction(name).objectStore(name).getAll();
            await new Promise((done, failed) => { asked.onsuccess = done; asked.onerror = failed; });
            found.push(name, await texts(asked.result));
          }
          for (const name of await caches.keys()) {
            const kept = await caches.open(name);
            for (const request of await kept.keys()) found.push(request.url, await (await kept.match(request)).text());
          }
          return found.join("\\n");
        }"""
    )


def sent(page: Any, number: int) -> None:
    page.wait_for_selector(f"#entries li[data-state=sent] >> nth={number - 1}")


def counts() -> tuple[int, int]:
    with scopes.acting(EVERYTHING):
        return Visit.objects.count(), VisitConflict.objects.count()


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on average, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def test_three_diaries_written_without_network_are_stored_once_whole_and_in_order(phone, register, picture):
    page, faults = phone.page, {}
    sign_in(page, "helper")
    assert page.locator("#households strong").all_inner_texts() == ["王建国", "斯琴高娃", "白乌云"]
    faults["choosing"] = phone.accessibility()
    page.click("#notes a:has-text('设置手机口令')")
    page.click("#passphrase-part summary")
    page.fill("#passphrase-1", PASSPHRASE)
    page.fill("#passphrase-2", PASSPHRASE)
    page.click("#passphrase button")
    page.wait_for_selector("#notes:has-text('已设置')")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    phone.context.set_offline(True)
    taken = metadata(taken="2018:05:01 08:00:00", lon=119.4, lat=43.6, turned=6)
    pictures = [photo(1, (2400, 1800)), photo(2, (2000, 1500), exif=taken), photo(3, (800, 600))]
    for name, text, data in zip(("王建国", "斯琴高娃", "白乌云"), TEXTS, pictures, strict=True):
        write(page, name, text, data)
    # A draft is left in the middle of a word.
    page.evaluate("location.hash = '#write'")
    page.click("#households button:has-text('王建国')")
    page.wait_for_selector("#position:has-text('已定位')")
    page.fill("#text", "写到一半")
    page.wait_for_selector("#kept:has-text('已保存')")
    faults["writing"] = phone.accessibility()
    picture(phone, "phone-writing")
    lying = at_rest(page)
    assert {"entries", "photos", "households", "accounts"} <= set(lying.split("\n")) and "/static/js/phone/" in lying
    for secret in (*TEXTS, "写到一半", "王建国", "斯琴高娃", "白乌云", PASSPHRASE, "JFIF"):
        assert secret not in lying, secret

    page.reload()
    unlock(page, wrong="不是这个口令")
    assert "写到一半" in page.inner_text("#drafts")
    page.evaluate("location.hash = '#queue'")
    page.wait_for_selector("#entries li >> nth=2")
    assert page.locator("#entries li[data-state=waiting]").count() == 3
    assert (page.title(), page.inner_text("#count")) == ("(3) 民情日记", "3")
    faults["queue"] = phone.accessibility()
    picture(phone, "phone-queue")
    before = kept(page)
    second = phone.context.new_page()
    second.goto("/phone/#queue")
    second.wait_for_selector("#entries:visible")
    second.evaluate("location.hash = '#write'")
    unlock(second)
    phone.context.set_offline(False)
    sent(page, 3)
    second.evaluate("location.hash = '#queue'")
    second.click("#send")
    second.wait_for_selector("#notes:has-text('全部')", state="hidden")
    page.evaluate("location.hash = '#sent'")
    page.wait_for_selector("#visits li >> nth=2")
    page.wait_for_load_state("networkidle")
    assert [text[:3] for text in page.locator("#visits p:first-of-type").all_inner_texts()] == [
        "第三篇",
        "第二篇",
        "第一篇",
    ]
    faults["sent"] = phone.accessibility()
    picture(phone, "phone-sent")
    assert {name: found for name, found in faults.items() if found} == {}
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.title() == "民情日记"

    assert counts() == (3, 0)
    # The pictures stay on the phone until the server has looked at them.
    assert {one["state"] for one in kept(page)} == {"whole"}
    with scopes.acting(EVERYTHING):
        arrived = list(VisitPhoto.objects.values_list("pk", "author_id"))
    for one in arrived:
        developing.develop(*one)
    page.evaluate("location.hash = '#queue'")
    page.click("#send")
    for _attempt in range(100):
        if {one["state"] for one in kept(page)} == {"sent"}:
            break
        page.wait_for_timeout(100)
    with scopes.acting(EVERYTHING):
        visits = list(Visit.objects.order_by("visited_at"))
        stored = [VisitPhoto.objects.get(visit=one) for one in visits]
    assert [one.text for one in visits] == list(TEXTS)
    assert all(one.offline and one.author_name == "helper" and one.visited_at < one.received_at for one in visits)
    assert [(one.accuracy, one.distance) for one in visits[:1]] == [(12, 0)]
    assert {one["state"] for one in kept(page)} == {"sent"}
    assert {(one.sha256, one.size, one.state) for one in stored} == {(r["sha256"], r["size"], "done") for r in before}
    assert [(one.width, one.height) for one in stored] == [(1600, 1200), (1200, 1600), (800, 600)]
    assert (stored[1].taken_at.isoformat(), float(stored[1].lon)) == ("2018-05-01T00:00:00+00:00", 119.4)
    for row, data in zip(stored, pictures, strict=True):
        original = Image.open(io.BytesIO(data))
        upright = original.rotate(-90, expand=True) if row is stored[1] else original
        with row.image.open() as file:
            assert difference(Image.open(file), upright.resize((row.width, row.height))) < 5


def test_another_account_sees_and_sends_nothing_and_a_closed_one_loses_nothing(phone, register):
    helper, _other = register
    page = phone.page
    sign_in(page, "helper")
    phone.context.set_offline(True)
    page.click("#households button:has-text('王建国')")
    page.wait_for_selector("#position:has-text('已定位')")
    page.evaluate(FULL)
    page.fill("#text", TEXTS[0])
    page.wait_for_selector("#alarm:has-text('存储空间不足')")
    assert page.input_value("#text") == TEXTS[0] and "尚未保存" in page.inner_text("#kept")
    page.evaluate(ROOM_AGAIN)
    page.set_input_files("#album", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(4)}])
    page.wait_for_selector("#photos li")
    page.click("#finish")
    page.wait_for_selector(f"#entries li:has-text('{TEXTS[0]}')")
    with scopes.activate(SET_UP), transaction.atomic():
        User.objects.filter(pk=helper.pk).update(is_active=False)
    phone.context.set_offline(False)
    page.wait_for_selector("#alarm:has-text('账户已停用')")
    assert page.inner_text("#count") == "1"
    # Four days later the page is opened again; nobody is signed in.
    page.evaluate(AGED)
    page.reload()
    page.wait_for_selector("#alarm:has-text('已有 4 天')")
    assert page.inner_text("#entries") == "未上传 1" and TEXTS[0] not in page.content()
    page.click("#queue summary:has-text('导出')")
    with page.expect_download() as given:
        page.click("#export")
    file = json.loads(Path(given.value.path()).read_text())
    assert len(file["entries"]) == len(file["photos"]) == 1 and "老人" not in json.dumps(file, ensure_ascii=False)

    sign_in(page, "other")
    page.evaluate("location.hash = '#queue'")
    page.wait_for_selector("#others:visible")
    assert "第一篇" not in page.content() and "王建国" not in page.content()
    assert page.locator("#count").is_hidden()
    with page.expect_response("**/api/v1/session/"):
        page.click("#send")
    page.wait_for_load_state("networkidle")
    assert counts() == (0, 0)

    with scopes.activate(SET_UP), transaction.atomic():
        User.objects.filter(pk=helper.pk).update(is_active=True)
    phone.context.clear_cookies()
    page.reload()
    page.wait_for_selector("#queue:visible, #gate:visible")
    sign_in(page, "helper")
    page.evaluate("location.hash = '#queue'")
    sent(page, 1)
    # What was carried away as a file is known here already, and would be known to the server as well.
    page.click("#queue summary:has-text('导出')")
    page.set_input_files("#import", given.value.path())
    page.wait_for_selector("#notes:has-text('已导入 0 篇')")
    assert counts() == (1, 0)
    with scopes.acting(EVERYTHING):
        assert Visit.objects.get().author_id == helper.pk


def test_without_a_store_of_its_own_the_page_leads_to_the_plain_form(phone, visit, register):
    page = phone.page
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    sign_out = visit(viewport=PHONE, java_script_enabled=False)
    sign_out.page.goto("/phone/")
    sign_out.page.wait_for_url(re.compile("sign-in"))
    page.goto("/phone/")
    page.wait_for_selector("#gate:has-text('不能安全地离线保存')")
    assert phone.accessibility() == []
    page.click("#gate-link")
    page.fill("input[name=username]", "helper")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_selector("select[name=household]")
    assert phone.accessibility() == []
    page.select_option("select[name=household]", index=1)
    page.fill("textarea[name=text]", TEXTS[2])
    page.click(".form-foot .btn-primary")
    page.wait_for_url(re.compile(r"/visits/\d+/$"))
    assert counts() == (1, 0)
