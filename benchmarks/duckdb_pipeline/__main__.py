"""`python -m benchmarks.duckdb_pipeline LANDING OUT`: builds every table, and prints the seconds of each as JSON."""

import json
import sys
from pathlib import Path

from benchmarks.duckdb_pipeline import build

if __name__ == "__main__":
    print(json.dumps(build(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), *sys.argv[3:])))
