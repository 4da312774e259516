"""`python -m bench [NAME …]`: run benchmarks in the surroundings that `./dev bench` prepared."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time

import django

NAMES = (
    *("lists", "api", "search", "desk", "rules", "night", "crosscheck-accuracy", "saving", "exports", "imports"),
    *("visits", "phones", "funds", "inspections", "audit", "access", "pool", "demo"),
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit status."""
    if unknown := set(names) - set(NAMES):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    django.setup()
    bench = importlib.import_module("bench.data").Bench()
    rows = bench.rows()
    bench.report.facts = {"scale": bench.scale, "rows": rows}
    server = bench.admin().execute("SHOW server_version").fetchone()[0]
    print(f"scale 1 in {bench.scale}: " + ", ".join(f"{table} {count:,}" for table, count in rows.items()))
    print(f"PostgreSQL {server}, Python {platform.python_version()}, Django {django.get_version()}, "
          f"{os.cpu_count()} processors")  # fmt: skip
    for name in names or NAMES:
        module = importlib.import_module(f"bench.{name.replace('-', '_')}")
        print(f"\n# {name}: {(module.__doc__ or name).splitlines()[0]} (load {os.getloadavg()[0]:.1f})", flush=True)
        started = time.perf_counter()
        try:
            module.run(bench)
        finally:
            bench.close()
        seconds = time.perf_counter() - started
        bench.report.keep(name, seconds)
        print(f"# {name} took {seconds:.0f} s (load {os.getloadavg()[0]:.1f})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
