"""What a job brings along, fetched from S3: its script, Python modules, jars."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from lakehouse.errors import LakehouseError
from lakehouse.standins.glue.arguments import listed

PY_FILES, MODULES, JARS = "--extra-py-files", "--additional-python-modules", "--extra-jars"
REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*(?:==\s*([\w.]+))?")


class ArtifactProblem(LakehouseError):
    """Something that a job brings along is not there or cannot be used; the job fails, as it would on Glue."""


@dataclass(frozen=True)
class Artifacts:
    """A job's files on this machine; `python_path` comes before all that is installed."""

    script: Path
    python_path: list[Path]
    jars: list[Path]


def fetch(s3: Any, script: str, arguments: Mapping[str, str], folder: Path) -> Artifacts:
    """Fetch all that a job brings along into a folder.

    Args:
        s3: a boto3 client of S3, with the rights of the job's role.

    Raises:
        ArtifactProblem: something is not there, may not be read, or is of a kind that does not work here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    modules = [*listed(arguments, PY_FILES), *listed(arguments, MODULES)]
    for requirement in modules:
        if not requirement.startswith("s3://"):
            require_installed(requirement)
    found = [_download(s3, uri, folder / "modules") for uri in modules if uri.startswith("s3://")]
    return Artifacts(
        script=_download(s3, script, folder),
        python_path=list(dict.fromkeys(_importable(file) for file in found)),
        jars=[_download(s3, uri, folder / "jars") for uri in listed(arguments, JARS)],
    )


def _download(s3: Any, uri: str, folder: Path) -> Path:
    address = urlsplit(uri)
    if address.scheme not in ("s3", "s3a") or not address.path.strip("/"):
        raise ArtifactProblem(f"{uri} is no address of an object on S3.")
    file = folder / Path(address.path).name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(address.netloc, address.path.lstrip("/"), str(file))
    except ClientError as error:
        raise ArtifactProblem(f"{uri} cannot be read: {error.response['Error']['Message']}") from error
    return file


def _importable(file: Path) -> Path:
    """The folder to import from: a wheel or zip is unpacked, since code may open the files beside it."""
    if file.suffix == ".py":
        return file.parent
    if file.suffix not in (".whl", ".zip", ".egg"):
        raise ArtifactProblem(f"{file.name} is no Python module: it must be a .py, .zip, .egg or .whl.")
    unpacked = file.with_suffix("")
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(unpacked)
    except zipfile.BadZipFile as error:
        raise ArtifactProblem(f"{file.name} cannot be unpacked: {error}") from error
    return unpacked


def require_installed(requirement: str) -> None:
    """Refuse a module that Glue would install and this Python lacks: nothing is installed behind the user's back.

    Raises:
        ArtifactProblem: it is not installed, or in another version than the one asked for.
    """
    parsed = REQUIREMENT.match(requirement)
    name, wanted = parsed.groups() if parsed else (requirement, None)
    try:
        found = version(name)
    except PackageNotFoundError as error:
        raise ArtifactProblem(
            f"{MODULES} asks for {requirement}, which this Python lacks: install it to run the job here."
        ) from error
    if wanted and found != wanted:
        raise ArtifactProblem(f"{MODULES} asks for {requirement}, and this Python has {found}.")
