"""Runs Terraform in tests, with providers that lie on this machine: nothing is fetched, and nothing is left behind."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

INFRA = Path(__file__).parents[2] / "infra"
MODULES = sorted(path.parent.name for path in INFRA.glob("modules/*/main.tf"))
ENVIRONMENTS = sorted(path.parent.name for path in INFRA.glob("envs/*/main.tf"))

PROVIDERS = {"hashicorp/aws": "5.*", "snowflakedb/snowflake": "2.*"}
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def mirrors() -> Iterable[Path]:
    """Folders in which providers may lie unpacked: where Terraform itself looks or keeps them, and where people do."""
    named = (os.environ.get(name) for name in ("TF_PLUGIN_MIRROR", "TF_PLUGIN_CACHE_DIR"))
    yield from (Path(name) for name in named if name)
    home = Path.home() / ".terraform.d"
    yield from (home / "plugins", home / "plugin-cache", Path("/usr/share/terraform/plugins"))
    yield Path("/usr/local/share/terraform/plugins")
    yield from sorted(INFRA.glob("envs/*/.terraform/providers"))
    yield from sorted(Path("/opt").glob("*"))


def provider_folder(provider: str) -> Path | None:
    """The folder with the provider's program, in the newest version that the modules allow; None where it is not."""
    pattern = f"*/{provider}/{PROVIDERS[provider]}/{platform.system().lower()}_{MACHINE}"
    for mirror in mirrors():
        found = [path for path in mirror.glob(pattern) if any(path.glob("terraform-provider-*"))]
        if found:
            return max(found, key=lambda path: [int(part) for part in path.parent.name.split(".")])
    return None


def needed_providers(folder: Path) -> set[str]:
    """The providers that a configuration names itself."""
    text = (folder / "versions.tf").read_text()
    return {provider for provider in PROVIDERS if f'"{provider}"' in text}


class Terraform:
    """Terraform on one configuration, its own files kept in a folder of their own."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        """Skips the test where the program or a provider is not on this machine."""
        if shutil.which("terraform") is None:
            pytest.skip("terraform is not installed: version 1.11 or newer tries the modules of infra/")
        folders = {provider: provider_folder(provider) for provider in needed_providers(folder)}
        lacking = sorted(provider for provider, found in folders.items() if found is None)
        if lacking:
            pytest.skip(
                f"Terraform's provider {' and '.join(lacking)} is not on this machine: `terraform init` in "
                "infra/envs/dev fetches it, or TF_PLUGIN_MIRROR names a folder that has it"
            )
        # Not `terraform init`: it copies 700 MB, and sums them up again in every command.
        overrides = "".join(f"    {json.dumps(name)} = {json.dumps(str(path))}\n" for name, path in folders.items())
        self.folder, self.scratch = folder, scratch
        self.config = scratch / "terraform.rc"
        self.config.write_text(f"provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n  direct {{}}\n}}\n")
        if 'source = "../' in "".join(path.read_text() for path in folder.glob("*.tf")):
            self.run("get")

    def run(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """What a command writes to both outputs; fails the test with it where the exit code is not among `accepted`."""
        own = ("TF_", "AWS_", "SNOWFLAKE_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        environment |= {"TF_CLI_CONFIG_FILE": str(self.config), "TF_DATA_DIR": str(self.scratch / "data")}
        environment |= {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"}
        command = ["terraform", *arguments, *([] if arguments[0] == "get" else ["-no-color"])]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode in accepted, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr
