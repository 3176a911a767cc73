"""Pure functions from DataFrames to DataFrames: no I/O, no session, no clock, no random."""
