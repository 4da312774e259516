"""`python -m devtools.unpacking FOLDER`: what the columns of packed files hold, a line of JSON for each file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyarrow import parquet


def main(folder: Path) -> None:
    """Write [name, text of all its columns] of every Parquet file below the folder."""
    for path in sorted(folder.rglob("*.parquet")):
        print(json.dumps([str(path.relative_to(folder)), str(parquet.read_table(path).to_pydict())]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
