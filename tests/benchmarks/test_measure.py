"""What a measurement counts, and in which order contenders take turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measure import CommandFailed, Contender, Measurement, Sample, measure, medians, python, side_by_side

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def test_cpu_of_a_child_of_the_command_counts() -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"
    assert measure(python("-c", nested)).cpu_seconds >= 0.3


def test_memory_of_all_processes_counts() -> None:
    hold = "import time; held = bytearray(100_000_000); time.sleep(1)"
    both = f"import subprocess, sys; held = bytearray(150_000_000); subprocess.run([sys.executable, '-c', {hold!r}])"
    assert measure(python("-c", both)).peak_bytes > 250_000_000


def test_output_and_environment_are_the_commands_own() -> None:
    told = measure(python("-c", "import os; print(os.environ['PLACE'])"), {"PLACE": "here"})
    assert told.output == "here\n"


def test_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(CommandFailed, match=r"ended with 3:\nout of luck"):
        measure(python("-c", "import sys; sys.stderr.write('out of luck'); sys.exit(3)"))


def test_contenders_take_turns_in_the_opposite_order_every_second_time(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def note(text: str) -> None:
        with log.open("a") as stream:
            stream.write(text)

    def contender(name: str) -> Contender:
        command = python("-c", f"open({str(log)!r}, 'a').write({name!r})")
        return Contender(command, prepare=lambda: note(f" before {name}: "))

    measured = side_by_side({"a": contender("a"), "b": contender("b")}, runs=2)
    assert log.read_text() == " before a: a before b: b before b: b before a: a"
    assert {name: len(runs) for name, runs in measured.items()} == {"a": 2, "b": 2}


def test_median_is_taken_number_by_number() -> None:
    runs = [Measurement(3.0, 9.0, 100), Measurement(1.0, 8.0, 300), Measurement(2.0, 4.0, 200)]
    assert medians(runs) == {"wall_seconds": 2.0, "cpu_seconds": 8.0, "peak_bytes": 200, "runs": 3}


def test_cpu_between_two_moments_is_the_difference_of_the_samples_before_them() -> None:
    samples = (Sample(10.0, 0, 1.0), Sample(11.0, 0, 4.0), Sample(12.0, 0, 9.0))
    measured = Measurement(2.0, 9.0, 0, samples=samples)
    assert measured.cpu_between(11.5, 12.5) == 5.0
    assert measured.cpu_between(9.0, 11.0) == 4.0
