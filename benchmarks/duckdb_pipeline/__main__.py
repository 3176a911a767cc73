"""`python -m benchmarks.duckdb_pipeline OUT LANDING`, or `OUT --bronze FILES...`: prints the seconds of each table."""

import json
import sys
from pathlib import Path

from benchmarks.duckdb_pipeline import build

if __name__ == "__main__":
    out, source, *files = sys.argv[1:]
    landing = None if source == "--bronze" else Path(source).resolve()
    print(json.dumps(build(Path(out).resolve(), landing=landing, bronze=files)))
