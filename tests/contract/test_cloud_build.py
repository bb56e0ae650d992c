"""The build for the cloud, made here whatever this machine is: python3.13 on arm64, the template's own defaults."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AARCH64 = 183
"""``e_machine`` of an ELF file (ELF-64 Object File Format, "Machine")."""
MOST_UNZIPPED = 250_000_000
"""A function with all its layers (AWS Lambda quotas)."""
EXTENSION = re.compile(r"\.(?P<tag>cpython-313-aarch64-linux-gnu|abi3)\.so$")

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build folder. No variable of the local stack's may reach it."""
    folder = tmp_path_factory.mktemp("cloud")
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PY", "PLAT", "INTERPRETER", "PYTHONPATH")
    }
    done = subprocess.run(
        [ROOT / ".venv-sam/bin/sam", "build", "--template-file", ROOT / "template.yaml", "--base-dir", ROOT,
         "--build-dir", folder / "build", "--cache-dir", folder / "cache"],
        cwd=folder,
        env=kept | {"UV": str(ROOT / ".tools/bin/uv"), "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "build"


def test_every_native_file_is_for_the_clouds_processor_and_python(built: Path) -> None:
    native = sorted(built.rglob("*.so*"))
    assert {"etree", "_pydantic_core", "_rust", "_core"} <= {file.name.split(".")[0] for file in native}
    for file in native:
        header = file.read_bytes()[:20]
        assert header[:5] == b"\x7fELF\x02", file
        assert struct.unpack_from("<H", header, 18)[0] == AARCH64, file
        if ".libs" not in str(file.parent):  # those are libraries of libraries, no extensions
            assert EXTENSION.search(file.name), file


def test_functions_hold_only_themselves_and_layers_what_they_import(built: Path) -> None:
    for name in ("Install", "App", "Webhooks", "WebhooksWorker", "Upkeep", "Prepare", "WebConnector"):
        assert (built / name / "app.py").is_file() or name == "WebhooksWorker"
    layer = built / "DependenciesLayer" / "python"
    for package in ("boto3", "lxml", "pydantic", "httpx", "msgspec", "jinja2", "aws_lambda_powertools"):
        assert (layer / package).is_dir(), package
    assert (built / "ConnectorLayer/python/connector/shopify/documents/orders_page.graphql").is_file()
    for needed in ("dynamodb", "kms", "scheduler", "secretsmanager", "sqs", "stepfunctions"):
        assert (layer / "botocore/data" / needed).is_dir(), needed
    assert not (layer / "botocore/data/ec2").exists()


def test_a_function_with_its_layers_is_far_below_the_limit(built: Path) -> None:
    sizes = {
        folder.name: sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        for folder in built.iterdir()
        if folder.is_dir()
    }
    layers = sizes.pop("DependenciesLayer") + sizes.pop("ConnectorLayer")
    assert max(sizes.values()) + layers < MOST_UNZIPPED / 2


def test_bytecode_is_shipped_that_no_time_stamp_can_spoil(built: Path) -> None:
    """The zip's files are all of 1980: bytecode that is checked against its source's time would be thrown away."""
    if not any(built.rglob("*.pyc")):
        pytest.skip("no python3.13 on this machine to compile with; the layers then ship without bytecode")
    for source in (
        built / "DependenciesLayer/python/boto3/session.py",
        built / "ConnectorLayer/python/connector/__init__.py",
    ):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        flags = struct.unpack_from("<I", compiled.read_bytes(), 4)[0]
        assert flags == 0b01, compiled  # hash-based, not checked (PEP 552)
