"""How the JVM compiles: Spark's planner runs once and is not worth the compiler's second stage, which took a third of
all CPU time of a run of half a million lines; what touches every row is. With many more rows, everything is.
"""

from __future__ import annotations

from pathlib import Path

ROWS = Path(__file__).parent / "compile_well.json"
"""Compiler directives (JEP 165): the classes that see every row are compiled well, all others quickly."""


def compiler_options(*, quick: bool = False, well: bool = False) -> str:
    """The JVM's options.

    Args:
        quick: compile everything quickly; suits tests and small runs.
        well: compile whatever is busy well, as the JVM does by itself; suits large runs, most of whose time is rows.
    """
    # More room than by default, for Spark generates a class a query; and its longest methods are the busiest.
    code = "-XX:ReservedCodeCacheSize=256m -XX:-DontCompileHugeMethods"
    if quick:
        return f"{code} -XX:TieredStopAtLevel=1"
    if well:
        return code
    quiet = "-XX:CompileCommand=quiet -XX:+DisplayVMOutputToStderr"
    return f"{code} -XX:+UnlockDiagnosticVMOptions -XX:CompilerDirectivesFile={ROWS} {quiet}"
