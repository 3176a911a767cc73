"""`python -m benchmarks.forecast_work uci HOME`, or `generated SEED COUNTRIES`: prints the accuracy as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.forecast_work import on_generated, on_uci

if __name__ == "__main__":
    data, *arguments = sys.argv[1:]
    found = on_uci(Path(arguments[0])) if data == "uci" else on_generated(*map(int, arguments))
    print(json.dumps(found))
