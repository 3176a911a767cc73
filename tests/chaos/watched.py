"""`lakehouse` with its failpoints written to a file, and with the death of the process at one of them.

    python -m tests.chaos.watched LOG DEATH COMMAND...

DEATH is a Death as JSON. The process is to be the leader of its process group, in which its JVM is as well.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer

from lakehouse import cli
from lakehouse.failpoints import installed


@dataclass(frozen=True)
class Death:
    """When and how a process is to die: by SIGKILL, some seconds after an event has come for the n-th time.

    Without an event, any event counts; with `time` 0, the start of the process does. `alone`: the JVM is left behind.
    """

    event: str = ""
    time: int = 0
    seconds: float = 0.0
    alone: bool = False


class Watch:
    """A hook that writes events down and dies."""

    def __init__(self, log: Path, death: Death | None) -> None:
        self._log = log.open("a", buffering=1)
        self._death = death
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def start(self) -> None:
        """The start of the process."""
        if self._death and self._death.time == 0:
            self._die(self._death)

    def __call__(self, event: str) -> None:
        """Note the event."""
        with self._lock:
            self._log.write(f"{event}\n")
            self._seen.update((event, ""))
            death = self._death
            if death and death.event in (event, "") and self._seen[death.event] == death.time:
                self._die(death)

    def _die(self, death: Death) -> None:
        if death.seconds:
            timer = Timer(death.seconds, _kill, [death])
            timer.daemon = True
            timer.start()
        else:
            _kill(death)


def _kill(death: Death) -> None:
    if death.alone:
        os.kill(os.getpid(), signal.SIGKILL)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the command line, watched."""
    log, death, *command = sys.argv[1:]
    given = json.loads(death)
    watch = Watch(Path(log), Death(**given) if given else None)
    sys.argv = ["lakehouse", *command]
    watch.start()
    with installed(watch):
        cli.main()


if __name__ == "__main__":
    main()
