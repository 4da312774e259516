"""Take the pictures of the documentation from a running `./dev run`: `.venv/bin/python -m devtools.pictures [name …]`.

Needs Chromium; writes docs/pictures/<page>-<width>.png at 1440 and 360 px.
"""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

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


STEPS = {"edit": edit, "upload": upload, "english": english}


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
                    if account == username:
                        take(page, base, name, path, width)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
