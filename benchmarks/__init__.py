"""What the lakehouse costs in seconds, CPU and memory, beside others that do the same: `make bench`."""
