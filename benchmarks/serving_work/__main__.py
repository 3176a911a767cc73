"""`python -m benchmarks.serving_work train STORE COUNTRIES`, or `bare`: serves, and prints where."""

from __future__ import annotations

import sys

from benchmarks.serving_work import answer_bare, train

if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "train":
        train(arguments[0], int(arguments[1]))
    else:
        answer_bare()
