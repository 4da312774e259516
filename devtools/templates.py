"""Compiles every template of the project (`python -m devtools.templates`): a misspelt tag is found before a page is."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    django.setup()
    engine = engines["django"].engine  # type: ignore[attr-defined]
    folders = [*engine.dirs, *ROOT.glob("apps/*/templates")]
    failed = 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if not path.is_file():
                continue
            try:
                engine.get_template(path.relative_to(folder).as_posix())
            except (TemplateSyntaxError, UnicodeDecodeError) as error:
                print(f"{path.relative_to(ROOT)}: {error}")
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
