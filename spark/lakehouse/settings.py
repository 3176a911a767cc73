"""Where a state lies on this machine, and what it remembers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from lakehouse.addresses import is_s3
from lakehouse.atomic import replace_file
from lakehouse.errors import EnvironmentProblem, UsageError
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.sources.storage import Storage, storage_at

ROOT = Path(".lakehouse")
LAST = ROOT / "last"


@dataclass(frozen=True)
class State:
    """One source's state: its folder, its mapping (a built-in name or a file), and where its files land.

    The mapping's file and the landed ones may lie on S3, below `s3://bucket/prefix`.
    """

    home: Path
    source: str
    landing: Path | str

    @property
    def lake(self) -> Path:
        """Root of the Delta tables."""
        return self.home / "lake"

    @property
    def exports(self) -> Path:
        """Parquet files on their way to the warehouse."""
        return self.home / "exports"

    @property
    def warehouse(self) -> Path:
        """File of the embedded warehouse."""
        return self.home / "warehouse.duckdb"

    @property
    def locked(self) -> Path:
        """Folder whose lock a run holds: where the lake lies, since two states may share one through a link."""
        return self.lake.resolve().parent if self.lake.is_symlink() else self.home

    @property
    def spark_log(self) -> Path:
        """Spark's own log."""
        return self.home / "spark.log"

    @property
    def storage(self) -> Storage:
        """The landing place, to be read."""
        return storage_at(self.landing)

    def mapping(self) -> Mapping:
        """The source's mapping, as its file is now."""
        return load_mapping(self.source)

    def save(self) -> None:
        """Remember source and landing, and that this state was the last one run.

        Raises:
            EnvironmentProblem: the folder cannot be written.
        """
        content = {"source": self.source, "name": self.mapping().name, "landing": str(self.landing)}
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            replace_file(self.home / "state.json", json.dumps(content, indent=2) + "\n")
            if not os.environ.get("LAKEHOUSE_HOME"):
                ROOT.mkdir(exist_ok=True)
                replace_file(LAST, str(self.home.resolve()) + "\n")
        except OSError as error:
            raise EnvironmentProblem(
                f"The state folder {self.home} cannot be written ({error.strerror}). "
                "Name another one with --home or LAKEHOUSE_HOME."
            ) from error


def project_file(name: str) -> Path:
    """A file or folder of the project that the package uses, such as glue_jobs/pipeline.yaml.

    An installed wheel brings them along; a checkout has them where they are written.
    """
    packed = Path(__file__).parent / "_project" / name
    return packed if packed.exists() else Path(__file__).parents[2] / name


def find_home(home: Path | None, source: str | None = None) -> Path:
    """The state's folder: the one named, else LAKEHOUSE_HOME, else the source's, else the one last run.

    Raises:
        UsageError: none of these is known.
    """
    named = home or (Path(os.environ["LAKEHOUSE_HOME"]) if os.environ.get("LAKEHOUSE_HOME") else None)
    if named:
        return named
    if source:
        return ROOT / load_mapping(source).name
    if LAST.is_file():
        return Path(LAST.read_text().strip())
    raise UsageError(
        "Nothing has been run here yet. Start with `lakehouse demo`, or with "
        "`lakehouse run --source SOURCE --landing FOLDER`; `lakehouse source list` shows the sources."
    )


def open_state(home: Path | None) -> State:
    """The state in `home`, or the one last run.

    Raises:
        UsageError: there is no state.
    """
    folder = find_home(home)
    remembered = _remembered(folder)
    if remembered is None:
        raise UsageError(
            f"There is no state in {folder}. `lakehouse run --source S --landing DIR --home {folder}` makes one."
        )
    return State(folder, remembered["source"], _place(remembered["landing"]))


def state_for_run(home: Path | None, source: str | None, landing: Path | str | None) -> State:
    """The state that a run is to work on; what is not named is as in its last run.

    Raises:
        UsageError: source or landing is not known, or the state belongs to another source.
    """
    folder = find_home(home, source)
    remembered = _remembered(folder) or {}
    source = _absolute(source) if source else remembered.get("source")
    landing = landing or remembered.get("landing")
    if source is None:
        raise UsageError(f"The state in {folder} has no source yet: name one with --source.")
    if landing is None:
        raise UsageError(
            f"The state in {folder} has no landing folder yet: name the folder of your files with --landing."
        )
    name = load_mapping(source).name
    if remembered and remembered["name"] != name:
        raise UsageError(
            f"The state in {folder} belongs to the source {remembered['name']}, not to {name}. "
            f"Each source has a state of its own: leave --home out, or name another folder."
        )
    return State(folder, source, _place(landing))


def _remembered(folder: Path) -> dict[str, str] | None:
    file = folder / "state.json"
    if not file.is_file():
        return None
    try:
        content: dict[str, str] = json.loads(file.read_text())
    except ValueError as error:
        raise UsageError(
            f"{file} cannot be read ({error}). Delete it and run again with --source and --landing: the tables stay."
        ) from error
    return content


def _absolute(source: str) -> str:
    is_file = source.endswith(".toml") and not is_s3(source)
    return str(Path(source).expanduser().resolve()) if is_file else source


def _place(landing: Path | str) -> Path | str:
    """A folder by its absolute path, since a later run may start elsewhere."""
    return landing if is_s3(str(landing)) else Path(landing).resolve()
