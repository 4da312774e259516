"""What holds for every file of the repository, whoever writes it."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".jpg", ".xlsx", ".xls", ".woff2", ".gz", ".ico"}
MAX_LINES = 400


@cache
def tracked() -> tuple[Path, ...]:
    """Files that are or will be committed; without git (in an archive) whatever lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        ignored = {".venv", "node_modules", ".local", "__pycache__"}
        return tuple(p for p in ROOT.rglob("*") if p.is_file() and not ignored & set(p.relative_to(ROOT).parts))
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def sources() -> list[Path]:
    return [path for path in tracked() if path.suffix not in BINARY]


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json"])
def test_lock_files_hold_no_address(name: str) -> None:
    assert [line for line in (ROOT / name).read_text().splitlines() if "://" in line] == []


def test_every_python_package_is_locked_with_its_hash() -> None:
    text = (ROOT / "requirements.lock").read_text()
    wanted = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}
    assert {name.lower().replace("_", "-") for name in wanted} - locked == set()
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_no_path_of_a_machine_is_written_down() -> None:
    # /root and /home appear on every machine, /work on that of whoever worked there.
    machine = re.compile(r"(?<![\w./-])/(?:work|root|home)/\w+")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if machine.search(line) and path != Path(__file__)
    ]
    assert found == []


def test_files_of_the_platform_stay_short() -> None:
    found = {}
    for path in sources():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and parts[0] in {"apps", "config", "devtools"} and "migrations" not in parts:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > MAX_LINES:
                found["/".join(parts)] = lines
    assert found == {}


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        if path.suffix in {".py", ".html", ".js", ".css", ".md"} and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert found == []


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    """The content security policy would block them, silently for whoever does not look at the console."""
    inline = re.compile(
        r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style\b|\sstyle=|\son[a-z]+=|javascript:"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in sources()
        if path.suffix == ".html"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []


def test_commands_are_executable() -> None:
    for name in ("dev", "manage.py", ".ci/run", "deploy/bootstrap.sh"):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_devtools_need_only_the_standard_library() -> None:
    """`./dev` runs before anything is installed. These six run inside what it installs."""
    allowed = {"catalogues.py", "extraction.py", "migrating.py", "mutation.py", "opening.py", "templates.py"}
    third_party = re.compile(r"^\s*(?:from|import) (?:django|psycopg|polib|redis|celery|apps|config)\b", re.MULTILINE)
    found = [
        p.name for p in (ROOT / "devtools").glob("*.py") if third_party.search(p.read_text()) and p.name not in allowed
    ]
    assert found == []
