"""How a client finds the local AWS: the environment variables that every AWS SDK reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

from lakehouse.errors import EnvironmentProblem

REGION = "us-east-1"
LOOPBACK = "127.0.0.1"


def client_environment(url: str) -> dict[str, str]:
    """The variables that send an AWS SDK to `url`, with keys that open nothing else."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": _without_proxy(os.environ.get("NO_PROXY", "")),
    }


# A session token or profile would come before the test keys; a bundle of certificates serves no loopback.
OBSTACLES = ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE")


def shell_lines(url: str) -> list[str]:
    """The same as lines of a shell: `eval "$(lakehouse aws up)"`."""
    exports = [f"export {name}={value}" for name, value in client_environment(url).items()]
    return [*exports, f"unset {' '.join(OBSTACLES)}"]


def process_environment(url: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A whole environment for a process that is to work on the local AWS."""
    inherited = os.environ if base is None else base
    kept = {name: value for name, value in inherited.items() if name not in OBSTACLES}
    return kept | client_environment(url)


def _without_proxy(already: str) -> str:
    names = [name for name in already.split(",") if name]
    return ",".join([*names, *(name for name in (LOOPBACK, "localhost") if name not in names)])


def require_aws_packages() -> None:
    """Refuse to go on without boto3 and moto.

    Raises:
        EnvironmentProblem: they are not installed.
    """
    missing = [name for name in ("boto3", "moto", "flask") if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"The local AWS needs {', '.join(missing)}, which this Python lacks. "
            "Install them with pip install 'softcart-lakehouse[aws]'; in a checkout, `make setup` brings them."
        )
