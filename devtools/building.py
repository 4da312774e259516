"""`python -m devtools.building`: what an image needs made once: catalogues, and static files under hashed names."""

from __future__ import annotations

import subprocess
import sys

from devtools.checking import production_environment
from devtools.paths import PYTHON, ROOT


def main() -> int:
    for command in (
        [str(PYTHON), "-m", "devtools.catalogues", "compile"],
        [str(PYTHON), "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
    ):
        status = subprocess.run(command, cwd=ROOT, env=production_environment(), check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
