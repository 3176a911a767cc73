"""The command line: `lakehouse --help`."""

from lakehouse.cli.app import main

__all__ = ["main"]
