"""The command line of `./dev`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from devtools import environment
from devtools.paths import PYTHON, ROOT, Failure, say

# Commands of manage.py that need no server; starting one for them would only cost time.
_WITHOUT_SERVERS = {"check", "compilemessages", "diffsettings", "help", "makemessages", "makemigrations", "spectacular"}


def main(arguments: list[str]) -> int:
    """Carry out one command; the exit status."""
    # What follows these two is pytest's and Django's own, option by option.
    rest = arguments[1:] if arguments[:1] in (["test"], ["manage"]) else []
    options = _parser().parse_args(arguments[: len(arguments) - len(rest)])
    signal.signal(signal.SIGTERM, _end)
    # A shell starts background jobs with this one ignored; we are to be stopped by it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        environment.require_python()
        environment.ensure()
        return _carry_out(options, rest)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev", description="One command for each job.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("run", help="the whole platform with demo data, in the foreground")
    run.add_argument("--port", type=int, default=8000, help="port of the web pages (another free one if taken)")
    run.add_argument("--scale", type=int, default=100, help="seed 1 in N of the 2016 register")
    run.add_argument("--fresh", action="store_true", help="throw the local data away first")
    commands.add_parser("test", help="all tests on a throw-away database; arguments go to pytest", add_help=False)
    commands.add_parser("check", help="formatter, linter, types, floors, migrations, templates, catalogues, compose")
    bench = commands.add_parser("bench", help="benchmarks at full scale; a name runs only that one")
    bench.add_argument("names", nargs="*", help="only these")
    bench.add_argument("--scale", type=int, default=1, help="1 in N of the 2016 register")
    bench.add_argument("--fresh", action="store_true", help="throw the data of this scale away first")
    walls = commands.add_parser("walls", help="take away each guard and each policy in turn: do the tests see it?")
    walls.add_argument("tests", nargs="*", help="files of tests to try; the usual ones without")
    walls.add_argument("--only", default="", help="mutants whose file, line or table contains this text")
    walls.add_argument(
        "--app", action="append", default=[], help="mutants of this app alone, walked past its addresses"
    )
    walls.add_argument("--limit", type=int, default=0, help="no more than so many mutants of either kind")
    scan = commands.add_parser("scan", help="security scanners, each in an environment of its own; docs/security.md")
    scan.add_argument("names", nargs="*", help="only these: bandit, semgrep, sbom, pages, api, remains")
    commands.add_parser("manage", help="manage.py with the running servers, or its own", add_help=False)
    commands.add_parser("messages", help="extract and compile the interface's messages")
    return parser


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _carry_out(options: argparse.Namespace, rest: list[str]) -> int:
    # Imported here: these look into the environment that has only just been made.
    from devtools import benching, checking, running, scanning, testing, walls

    match options.command:
        case "run":
            return running.run(port=options.port, scale=options.scale, fresh=options.fresh)
        case "test":
            return testing.run(rest)
        case "check":
            return checking.check()
        case "bench":
            return benching.run(options.names, scale=options.scale, fresh=options.fresh)
        case "walls":
            return walls.run(only=options.only, apps=options.app, limit=options.limit, tests=options.tests)
        case "scan":
            return scanning.run(options.names)
        case "messages":
            return checking.messages()
        case _:
            return _manage(rest)


def _manage(rest: list[str]) -> int:
    from devtools import servers

    if not rest or rest[0] in _WITHOUT_SERVERS or "--help" in rest:
        nowhere = servers.Servers("postgres://nobody@127.0.0.1:1/none", "", "", "redis://127.0.0.1:1/0")
        env = nowhere.environment() | {"PYTHONWARNINGS": "ignore:Got an error checking a consistent migration"}
        return subprocess.run([PYTHON, "manage.py", *rest], cwd=ROOT, env=env, check=False).returncode
    if rest[0] in {"migrate", "sqlflush", "dbshell", "loaddata", "flush"} and "--database" not in rest:
        say("as the database's owner (--database owner)")
        rest = [rest[0], "--database", "owner", *rest[1:]]
    with servers.in_use() as running:
        return servers.manage(running, *rest, check=False)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
