"""Take the pictures of the documentation from a running `./dev run`: `.venv/bin/python -m devtools.pictures [name …]`.

Needs Chromium; writes docs/pictures/<page>-<width>.png at 1440 and 360 px.
"""

import base64
import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import FilePayload, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SIZES = {1440: 900, 360: 780}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SAMPLE = ROOT / "tests" / "data" / "township_dirty.xlsx"
# name, account, path; a path ending in ">" opens the first row of that list, one with "!" a step of STEPS.
PAGES = [
    ("desk-region", "region", "/"),
    ("desk", "county-150422", "/"),
    ("desk-village", "village-150422100200", "/"),
    ("desk-helper", "helper-1", "/"),
    ("list", "county-150422", "/households/"),
    ("household", "village-150422100200", "/households/>"),
    ("household-form", "village-150422100200", "/households/>!edit"),
    ("findings", "region", "/findings/"),
    ("finding", "region", "/findings/>"),
    ("rules", "region", "/rules/"),
    ("import-upload", "county-150422", "/imports/new/register/"),
    ("import-shown", "county-150422", "/imports/new/register/!upload"),
    ("imports", "county-150422", "/imports/"),
    ("users", "county-150422", "/users/"),
    ("phone-writing", "helper-1", "/phone/!write"),
    ("phone-queue", "helper-1", "/phone/!queue"),
    ("phone-sent", "helper-1", "/phone/!sent"),
    ("desk-english", "county-150422", "/!english"),
]


def sign_in(page: Page, base: str, username: str, password: str) -> None:
    """Open a session through the sign-in page."""
    page.goto(f"{base}/account/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def edit(page: Page) -> None:
    """From a row to its form."""
    page.click(".page-actions a.btn-primary")
    page.wait_for_load_state("networkidle")


def upload(page: Page) -> None:
    """Hand in the sample and wait until it is shown."""
    page.set_input_files("[name=file]", SAMPLE)
    page.click(".form-foot .btn-primary")
    page.wait_for_selector(".outcomes", timeout=60_000)


def english(page: Page) -> None:
    """The same page in English; the account's own language is put back when the window closes."""
    page.evaluate("document.querySelector('[name=language][value=en]').click()")
    page.wait_for_load_state("networkidle")


def write(page: Page, words: str = "羊舍顶棚已修好，冬草备足；讲了医保报销政策。", family: int = 0) -> None:
    """A diary on the phone that is being written, with photos drawn by the browser itself."""
    page.click(f"#households button >> nth={family}")
    page.fill("#text", words)
    page.fill("#help_given", "下月初送化肥两袋，联系收羊的经纪人。")
    page.set_input_files("#album", [_landscape(page, one) for one in (("#8fc1ea", "#6f9f4f"), ("#e8c9a0", "#a88b4a"))])
    page.wait_for_selector("#photos li >> nth=1")


def _landscape(page: Page, colours: tuple[str, str]) -> FilePayload:
    """Sky, steppe and a yurt."""
    drawn = page.evaluate(
        """([sky, grass]) => {
          const canvas = Object.assign(document.createElement("canvas"), {width: 1600, height: 1200});
          const pen = canvas.getContext("2d");
          const fill = (colour, ...box) => { pen.fillStyle = colour; pen.fillRect(...box); };
          fill(sky, 0, 0, 1600, 700);
          fill(grass, 0, 700, 1600, 500);
          fill("#f4efe6", 600, 620, 420, 200);
          pen.beginPath(); pen.moveTo(560, 620); pen.lineTo(810, 480); pen.lineTo(1060, 620); pen.fill();
          fill("#9c4a2f", 770, 690, 90, 130);
          return canvas.toDataURL("image/jpeg").split(",")[1];
        }""",
        list(colours),
    )
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": base64.b64decode(drawn)}


def queue(page: Page) -> None:
    """Two diaries written without a network, waiting."""
    page.context.set_offline(True)
    for family, words in enumerate(("老人身体尚可，降压药已续上。", "核对了草原补贴，已到账。"), start=1):
        page.evaluate("location.hash = '#write'")
        write(page, words, family)
        page.click("#finish")
        page.wait_for_selector(f"#entries li:has-text('{words}')")
    page.wait_for_timeout(6000)  # until the note that it waits has gone


def sent(page: Page) -> None:
    """The same two, sent."""
    page.context.set_offline(False)
    page.evaluate("location.hash = '#queue'")
    page.click("#send")
    page.wait_for_selector("#entries li[data-state=sent] >> nth=1")
    page.evaluate("location.hash = '#sent'")
    page.wait_for_selector("#visits li >> nth=1")
    page.wait_for_load_state("networkidle")


STEPS = {"write": write, "queue": queue, "sent": sent, "edit": edit, "upload": upload, "english": english}


def take(page: Page, base: str, name: str, path: str, width: int) -> None:
    """One picture; the page must answer 200 and must not be wider than the screen."""
    path, _, step = path.partition("!")
    answer = page.goto(base + path.rstrip(">"))
    page.wait_for_load_state("networkidle")
    if path.endswith(">"):
        page.click("table.rows tbody a")
        page.wait_for_load_state("networkidle")
    if step:
        STEPS[step](page)
    page.wait_for_timeout(600)  # charts draw themselves in
    wide = page.evaluate("document.documentElement.scrollWidth")
    print(f"{name} {width}: {answer and answer.status}{' TOO WIDE' if wide > width else ''}", flush=True)
    page.screenshot(path=PICTURES / f"{name}-{width}.png")
    if step == "english":
        page.evaluate("document.querySelector('[name=language][value=\"zh-hans\"]').click()")
        page.wait_for_load_state("networkidle")


def main() -> None:
    """All pictures of all pages, or of those named on the command line."""
    demo = json.loads((ROOT / ".local" / "demo.json").read_text())
    base = demo["url"].rstrip("/")
    wanted = [one for one in PAGES if not sys.argv[1:] or one[0] in sys.argv[1:]]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width, height in SIZES.items():
            for username in dict.fromkeys(account for _name, account, _path in wanted):
                context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
                page = context.new_page()
                sign_in(page, base, username, demo["password"])
                for name, account, path in wanted:
                    if account == username and not (name.startswith("phone-") and width > 360):
                        take(page, base, name, path, width)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
