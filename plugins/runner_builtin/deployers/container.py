"""A build context for a container that serves the model: nothing a person wrote reaches the Dockerfile unchecked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from runner.errors import ConfigError
from runner_builtin.deployers.lock import locked
from runner_builtin.deployers.server_folder import (
    check_engine,
    copy_bundle,
    python_of,
    server_packages,
    settings_text,
    template,
    write_all,
)

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
#: An image by its digest: [host[:port]/]name[:tag]@sha256:….
_PINNED = re.compile(
    rf"(?:[a-z0-9.-]{{1,253}}(?::[0-9]{{1,5}})?/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?"
    r"@sha256:[0-9a-f]{64}"
)
_README = """# How to build and run it

    docker build --tag model .
    docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\
        --env RUNNER_SERVE_TOKEN --publish 127.0.0.1:8080:8080 model

The server asks for the token in RUNNER_SERVE_TOKEN, or in a file: `model --token-file /run/secrets/token`. It writes
nothing but temporary files, runs as user 10001, and is healthy when it is ready to answer. Everything that is
installed is pinned by its hash in `requirements.lock`; the base image is pinned by its digest.
"""
_WHEELS = "Wheels that requirements.lock names and that are not to be fetched from an index.\n"


class ContainerDeployer:
    """Writes a Dockerfile from a fixed template, the bundle, hash-locked requirements and the server's settings.

    base: an image with Python, pinned by its digest: "python:3.12-slim@sha256:<64 hex digits>", which `docker buildx
    imagetools inspect python:3.12-slim` tells. wheels: a folder of wheels, for
    what the package index has not or is not to be asked for; they are copied into the context. engine: which export
    answers; left open, the server chooses. extras: of runner-ml that the model's steps need, such as "images".
    Raises ConfigError for a base that is not pinned, and for packages whose hashes nobody knows.
    """

    def __init__(
        self,
        base: str,
        wheels: str | None = None,
        engine: Literal["onnx", "sklearn"] | None = None,
        extras: list[str] | None = None,
    ) -> None:
        self.base = base
        self.wheels = wheels
        self.engine = engine
        self.extras = extras

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Write the build context."""
        if not _PINNED.fullmatch(self.base):
            raise ConfigError(
                f"deployers.container.base: {self.base!r} is no image pinned by its digest. Write "
                "'python:3.12-slim@sha256:<64 hex digits>'; 'docker buildx imagetools inspect python:3.12-slim' "
                "tells the digest."
            )
        check_engine("container", bundle, self.engine)
        packages = server_packages("container", bundle, self.extras or [], self.engine)
        wheels = None if self.wheels is None else Path(self.wheels)
        lock = locked("container", packages, wheels, python_of(bundle))
        written = write_all(
            folder,
            {
                "Dockerfile": template("Dockerfile").replace("@BASE@", self.base),
                ".dockerignore": "README.md\n",
                "requirements.lock": lock.text,
                "settings.json": settings_text({"host": "0.0.0.0", "port": 8080, "engine": self.engine}),
                "start.py": template("start.py"),
                "healthcheck.py": template("healthcheck.py"),
                "README.md": _README,
                "wheels/README.txt": _WHEELS,
            },
        )
        copied = [Path(shutil.copy(wheel, folder / "wheels")) for wheel in lock.wheels]
        return [*written, *copied, *copy_bundle(bundle, folder)]
