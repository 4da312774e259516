"""`./dev scan`: scanners that others wrote, each in an environment of its own, and what they find held against a list.

A finding that is right about the code is mended. One that is not is named in `devtools/accepted.toml` with its file,
how often, and why; another one of the same kind in the same file fails again, and so does an entry that nothing needs.
"""

from __future__ import annotations

import functools
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devtools.paths import LOCAL, PYTHON, ROOT, Failure, local_folder, say

ACCEPTED = ROOT / "devtools/accepted.toml"
RULES = ROOT / "devtools/semgrep.yml"
SAMPLES = ROOT / "devtools/semgrep_samples.toml"
CODE = ("apps", "config", "devtools")

Found = Counter[tuple[str, str]]
"""How often a rule (or kind of fault) was found in a file."""


@dataclass(frozen=True)
class Tool:
    """A program from the package registry: its package with the version, and the oldest Python that takes it."""

    package: str
    program: str
    python: tuple[int, int] = (3, 11)

    def command(self) -> str:
        """The program's path; installed below .local/tools at its first use, apart from the platform's packages."""
        folder = local_folder("tools") / self.package.replace("==", "-")
        if not (folder / "done").exists():
            say(f"installing {self.package}")
            shutil.rmtree(folder, ignore_errors=True)
            _run([python_of(self.python), "-m", "venv", str(folder)])
            inside = folder / "bin/python"
            uv = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
            pip = [uv, "pip", "install", "--python", str(inside)] if uv else [str(inside), "-m", "pip", "install"]
            _run([*pip, "--quiet", self.package])
            (folder / "done").touch()
        return str(folder / "bin" / self.program)


BANDIT = Tool("bandit==1.9.4", "bandit")
SEMGREP = Tool("semgrep==1.182.0", "semgrep")
CYCLONEDX = Tool("cyclonedx-bom==7.5.0", "cyclonedx-py")
SCHEMATHESIS = Tool("schemathesis==4.32.5", "schemathesis", (3, 12))
WAPITI = Tool("wapiti3==3.3.2", "wapiti", (3, 12))


def run(names: list[str]) -> int:
    """Carry out the named scans, or all; 0 when each is content. Those of a running platform share one."""
    from devtools import probing, remains
    from devtools.site import site

    code: dict[str, Callable[[], list[str]]] = {"bandit": bandit, "semgrep": semgrep, "sbom": sbom}
    live = {"remains": remains.search, "pages": probing.pages, "api": probing.api}
    if unknown := set(names) - set(code) - set(live):
        raise Failure(f"No such scan: {', '.join(sorted(unknown))}; there are {', '.join((*code, *live))}.")
    failed = [name for name, scan in code.items() if (name in names or not names) and not told(name, scan())]
    if wanted := [name for name in live if name in names or not names]:
        with site() as ours:
            failed += [name for name in wanted if not told(name, live[name](ours))]
    return 1 if failed else 0


def told(name: str, complaints: list[str]) -> bool:
    """Say how a scan ended; whether it was content."""
    say(f"{'failed' if complaints else 'ok':6} {name}")
    for complaint in complaints:
        say(f"  {complaint}")
    return not complaints


# --- Scans of the code ------------------------------------------------------------------------------------------------


def bandit() -> list[str]:
    """The usual mistakes in Python."""
    done = _run([BANDIT.command(), "--quiet", "--recursive", *CODE, "--format", "json"], fine=(0, 1))
    results = json.loads(done)["results"]
    return compared("bandit", Counter((one["test_id"], one["filename"].removeprefix("./")) for one in results))


def semgrep() -> list[str]:
    """Our own rules; nothing is fetched, nothing is reported to anybody. First they are shown what they must find."""
    samples = tomllib.loads(SAMPLES.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for rule, sample in samples.items():
            path = Path(folder, rule, sample["path"])
            path.parent.mkdir(parents=True)
            path.write_text(sample["text"])
        found = {rule for rule, path in matches(["."], Path(folder)) if path.startswith(f"{rule}/")}
    if missed := set(samples) - found:
        raise Failure(f"These rules do not find their own sample: {', '.join(sorted(missed))}.")
    return compared("semgrep", matches([*CODE, "templates", "deploy"]))


def matches(places: list[str], root: Path = ROOT) -> Found:
    """What the rules find in these folders."""
    options = ["--metrics", "off", "--disable-version-check", "--quiet", "--json", "--no-git-ignore"]
    done = json.loads(_run([SEMGREP.command(), "scan", "--config", str(RULES), *options, *places], at=root))
    if done["errors"]:
        raise Failure(f"semgrep could not read everything: {done['errors'][0].get('message', done['errors'][0])}")
    return Counter((one["check_id"].rsplit(".", 1)[-1], one["path"]) for one in done["results"])


def sbom() -> list[str]:
    """The bill of materials of requirements.lock as CycloneDX 1.6, in .local/sbom.json."""
    lock = ROOT / "requirements.lock"
    target = local_folder() / "sbom.json"
    command = [CYCLONEDX.command(), "requirements", str(lock), "--output-format", "JSON", "--spec-version", "1.6"]
    _run([*command, "--output-reproducible", "--output-file", str(target)])
    listed = {one["name"].lower() for one in json.loads(target.read_text())["components"]}
    locked = {line.split("==")[0].lower() for line in lock.read_text().splitlines() if "==" in line and line[0] != " "}
    say(f"{target.relative_to(ROOT)}: {len(listed)} components")
    return [f"{name} is in requirements.lock and not in the bill" for name in sorted(locked - listed)]


# --- What is accepted -------------------------------------------------------------------------------------------------


def accepted(tool: str) -> Found:
    """What was looked at and left, by rule and file."""
    found: Found = Counter()
    for entry in tomllib.loads(ACCEPTED.read_text()).get(tool, []):
        if not entry["why"].strip():
            raise Failure(f"{ACCEPTED.name}: {tool} {entry['rule']} says no reason")
        for path, count in entry["files"].items():
            found[entry["rule"], path] += count
    return found


def compared(tool: str, found: Found) -> list[str]:
    """How the findings differ from what is accepted."""
    known = accepted(tool)
    say(f"{tool}: {found.total()} found, {known.total()} accepted")
    return [
        f"{rule} in {path}: {found[rule, path]} found, {known[rule, path]} accepted"
        for rule, path in sorted(found | known)
        if found[rule, path] != known[rule, path]
    ]


# --- Programs ---------------------------------------------------------------------------------------------------------


@functools.cache
def python_of(least: tuple[int, int]) -> str:
    """An interpreter of at least this version: the running one, one on the PATH, or one of pyenv's."""
    named = [shutil.which(f"python3.{minor}") for minor in range(least[1], least[1] + 4)]
    kept = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))
    asked = "import sys; print(*sys.version_info[:2])"
    for path in [sys.executable, *filter(None, named), *kept]:
        told = subprocess.run([path, "-c", asked], capture_output=True, text=True, check=False).stdout.split()
        if len(told) == 2 and tuple(map(int, told)) >= least:
            return path
    raise Failure(f"This scanner needs Python {least[0]}.{least[1]} or newer on the PATH.")


def _run(command: list[str], *, at: Path = ROOT, fine: tuple[int, ...] = (0,)) -> str:
    """What a program writes; Failure when it ends in another way than it should."""
    env = os.environ | {"SEMGREP_SEND_METRICS": "off", "SEMGREP_SETTINGS_FILE": str(LOCAL / "tools/semgrep.yml")}
    done = subprocess.run(command, cwd=at, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        raise Failure(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr).strip()[-3000:]}")
    return done.stdout
