"""The connection to Snowflake as AWS Secrets Manager keeps it, for jobs that run where no connections.toml is."""

from __future__ import annotations

import json

from lakehouse.errors import EnvironmentProblem, UsageError

NEEDED = frozenset({"account", "user", "private_key"})
KNOWN = NEEDED | {"role", "warehouse"}


def secret_options(name: str) -> dict[str, str]:
    """The options of `snowflake.connector.connect` that the secret holds as JSON; the private key is PEM (PKCS 8).

    Raises:
        EnvironmentProblem: the secret cannot be read.
        UsageError: it holds something else.
    """
    try:
        options = json.loads(_read(name))
    except ValueError as problem:
        raise UsageError(f"The secret {name} is no JSON: docs/deploy.md says what it must hold.") from problem
    given = set(options) if isinstance(options, dict) else set()
    if not NEEDED <= given <= KNOWN:
        raise UsageError(
            f"The secret {name} must hold {', '.join(sorted(NEEDED))}, and may hold "
            f"{', '.join(sorted(KNOWN - NEEDED))}; it holds {', '.join(sorted(given)) or 'none of them'}."
        )
    return {"authenticator": "SNOWFLAKE_JWT", **options}


def _read(name: str) -> str:
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as problem:
        raise EnvironmentProblem(f"To read the secret {name}, boto3 must be installed: pip install boto3") from problem
    try:
        return str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    except (BotoCoreError, ClientError) as problem:
        raise EnvironmentProblem(f"The secret {name} cannot be read: {problem}") from problem
