"""Scans of a running platform of its own: every operation of the API as every kind of account, and the signed-in pages.

Only 127.0.0.1 is asked, the number of questions and the time are bounded, and the same seed asks the same questions.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from devtools import scanning
from devtools.paths import ROOT, Failure, local_folder, say
from devtools.site import Session, Site

# How much is asked: examples of each operation, and the most seconds of one account.
EXAMPLES = 5
MOST = 3600

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance", "negative_data_rejection",
)  # fmt: skip

# One's own password, second factor and sessions: wrong tries lock the account, right ones end the session.
OWN = r"^/api/v1/(session|sessions|password|second-factor)/"


@dataclass(frozen=True)
class Asker:
    """Who asks: an account, a client ("client") or nobody (""). `thorough`: the boundaries of each parameter, too."""

    name: str
    thorough: bool = False
    only: str = ""


ASKERS = (
    Asker("village-150422100200", thorough=True),
    Asker("township-150422100"),
    Asker("county-150422"),
    Asker("league-1504"),
    Asker("finance-150422"),
    Asker("helper-1"),
    Asker("sysadmin"),
    Asker("auditor"),
    Asker("client", thorough=True),
    Asker("secadmin"),
    Asker("region", thorough=True),
    Asker("helper-2", only=OWN),
    Asker("", thorough=True),
)


def api(ours: Site) -> list[str]:
    """schemathesis over the whole OpenAPI schema: no 5xx, answers as the schema says, 405 for what is not offered."""
    program, reports = scanning.SCHEMATHESIS.command(), local_folder("scan-reports")
    complaints: list[str] = []
    # Made anew at every question and not small: fetched once, by us.
    schema = reports / "openapi.json"
    schema.write_bytes(Session(ours.url).raw("GET", "api/v1/schema/?format=json"))
    for asker in ASKERS:
        complaints += _asked(ours, asker, program, reports / f"api-{asker.name or 'anonymous'}")
    return complaints + _logged()


def _asked(ours: Site, asker: Asker, program: str, report: Path) -> list[str]:
    """The failures of one account's run, by kind and operation."""
    name = asker.name or "anonymous"
    session = ours.sign_in(asker.name) if asker.name not in ("", "client") else None
    headers: dict[str, str] = {}
    if session is not None:
        headers = {"Cookie": session.cookies, "X-CSRFToken": session.csrf}
    elif asker.name:
        headers = {"Authorization": f"Bearer {ours.token()}"}
    # Before there is an account, nothing is said about methods either: 401 for all of them. A client's token is known
    # to its own addresses alone, and whoever is asked about his own session may have ended it.
    by_method = asker.name not in ("", "client") and not asker.only
    checks = [one for one in CHECKS if one != "unsupported_method" or by_method]
    phases = "examples,coverage,fuzzing" if asker.thorough or asker.only else "fuzzing"
    command = [program, "run", str(report.with_name("openapi.json")), "--url", ours.url]
    command += ["--checks", ",".join(checks), "--phases", phases]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic", "--workers", "2"]
    command += ["--continue-on-failure", "--no-color", "--request-timeout", "60"]
    command += ["--report", "ndjson", "--report-ndjson-path", str(report.with_suffix(".ndjson"))]
    if asker.only:
        command += ["--include-path-regex", asker.only]
    elif asker.name:
        command += ["--exclude-path-regex", OWN]
    for key, value in headers.items():
        command += ["--header", f"{key}: {value}"]
    env = os.environ | {"SCHEMATHESIS_HOOKS": "devtools.scanhooks", "PYTHONPATH": str(ROOT)}
    started, events = time.monotonic(), report.with_suffix(".ndjson")
    events.unlink(missing_ok=True)
    found = []
    with report.with_suffix(".txt").open("w") as log:
        try:
            subprocess.run(
                command, cwd=local_folder("tools"), env=env, stdout=log, stderr=log, timeout=MOST, check=False
            )
        except subprocess.TimeoutExpired:
            found.append(f"{name}: not finished after {MOST} seconds")
    lines = events.read_text(errors="replace").splitlines() if events.exists() else []
    cases, operations, failures = outcome(lines)
    if not cases:
        raise Failure(f"schemathesis as {name} asked nothing:\n{report.with_suffix('.txt').read_text()[-1500:]}")
    say(f"{name}: {cases:,} requests to {operations} operations in {time.monotonic() - started:.0f} s")
    found += [f"{name}: {where}: {kind}" for where, kind in failures]
    if session is not None and not asker.only:
        try:
            session.call("GET", "api/v1/session/")
        except HTTPError:
            found.append(f"{name}: the session ended on the way")
    return found


def outcome(lines: list[str]) -> tuple[int, int, list[tuple[str, str]]]:
    """Requests, operations, and each failure's operation and kind, from schemathesis's events (one JSON a line)."""
    cases: set[str] = set()
    operations: set[str] = set()
    failures: set[tuple[str, str]] = set()
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # cut off by the time limit
        if error := event.get("NonFatalError"):
            failures.add((str(error.get("label")), f"error: {str(error.get('value'))[:200]}"))
        recorder = event.get("ScenarioFinished", {}).get("recorder")
        if recorder is None or not recorder.get("checks"):
            continue  # nothing was asked
        operations.add(recorder["label"])
        for case, checks in recorder["checks"].items():
            cases.add(case)
            for check in checks:
                if check["status"] != "success":
                    told = check.get("failure_info", {}).get("failure", {})
                    message = str(told.get("message", "")).splitlines()
                    failures.add((recorder["label"], f"{told.get('title', check['name'])}: {' '.join(message[:1])}"))
    return len(cases), len(operations), sorted(failures)


def _logged() -> list[str]:
    """Faults that the server wrote to its log, whatever was answered."""
    text = (local_folder("logs") / "scan-web.log").read_text(errors="replace")
    return sorted({f"the server's log: {one}" for one in re.findall(r"^ERROR .*$", text, re.MULTILINE)})


# --- Pages ------------------------------------------------------------------------------------------------------------

WALKERS = ("village-150422100200", "county-150422")
MODULES = "xss,permanentxss,sql,exec,file,redirect,crlf,ssrf,csrf,cookieflags,http_headers,csp"
SCAN_SECONDS, MODULE_SECONDS = 900, 60

# Ends the session or changes what the next page would say about all others.
LEFT_OUT = ("account/sign-out/", "account/sessions/", "account/password/", "account/second-factor/")


def pages(ours: Site) -> list[str]:
    """wapiti over the pages as a village's and a county's account; each module and the whole have their time."""
    program, reports = scanning.WAPITI.command(), local_folder("scan-reports")
    found: scanning.Found = scanning.Counter()
    for walker in WALKERS:
        found |= _walked(ours, walker, program, reports / f"pages-{walker}.json")
    return _logged() + scanning.compared("wapiti", found)


def _walked(ours: Site, walker: str, program: str, report: Path) -> scanning.Found:
    session = ours.sign_in(walker)
    jar = report.with_suffix(".cookies")
    host = ours.url.split("/")[2].split(":")[0]
    cookies = {one.name: {"value": one.value, "version": 0, "expires": None, "secure": False, "port": None}
               for one in session.jar}  # fmt: skip
    jar.write_text(json.dumps({host: {"/": cookies}}))
    report.unlink(missing_ok=True)
    store = local_folder("scan-reports", "wapiti")
    shutil.rmtree(store, ignore_errors=True)
    command = [program, "--url", ours.url, "--scope", "folder", "--module", MODULES, "--cookie", str(jar)]
    command += ["--max-scan-time", str(SCAN_SECONDS), "--max-attack-time", str(MODULE_SECONDS)]
    command += ["--max-links-per-page", "25", "--max-files-per-dir", "6", "--max-parameters", "20", "--depth", "2"]
    command += ["--tasks", "4", "--timeout", "20", "--flush-session"]
    command += ["--format", "json", "--output", str(report), "--store-session", str(store), "--no-bugreport"]
    command += ["--dns-endpoint", "127.0.0.1", "--external-endpoint", ours.url, "--internal-endpoint", ours.url]
    for path in LEFT_OUT:
        command += ["--exclude", f"{ours.url}{path}*"]
    with report.with_suffix(".txt").open("w") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, timeout=2 * SCAN_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"wapiti as {walker} did not end in {2 * SCAN_SECONDS} seconds.") from error
    if not report.exists():
        raise Failure(f"wapiti left no report:\n{report.with_suffix('.txt').read_text()[-2000:]}")
    told = json.loads(report.read_text())
    pages_seen = told["infos"].get("crawled_pages_nbr", 0)
    say(f"{walker}: {pages_seen} pages")
    try:
        session.raw("GET", "api/v1/session/")
    except HTTPError as error:
        raise Failure(f"{walker} was signed out on the way; what wapiti saw is not the platform") from error
    kinds = {(kind, _where(kind, one["path"])) for group in ("vulnerabilities", "anomalies")
             for kind, all_ in told[group].items() for one in all_}  # fmt: skip
    return scanning.Counter(kinds)


def _where(kind: str, path: str) -> str:
    """The address a finding is counted under: rows without their number, all files as one, all cookies as one."""
    if path.startswith("/static/"):
        return "/static/"
    return "/" if kind == "Secure Flag cookie" else re.sub(r"\d+", "N", path)
