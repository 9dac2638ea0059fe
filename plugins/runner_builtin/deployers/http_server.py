"""A folder from which a server of the model is started by one command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le

from runner_builtin.deployers.lock import pinned
from runner_builtin.deployers.server_folder import (
    check_engine,
    copy_bundle,
    server_packages,
    settings_text,
    template,
    write_all,
)

_README = """# How to start it

    python -m venv venv
    venv/bin/pip install -r requirements.lock
    venv/bin/python start.py

`settings.json` says where it listens; `venv/bin/python start.py --port 9000` changes it for once. On another address
than 127.0.0.1 the server asks for a token: RUNNER_SERVE_TOKEN, or `--token-file FILE`.
"""


class HttpServerDeployer:
    """Writes the bundle, the versions it was made with, and `start.py`.

    host, port: where the server listens. engine: which export answers; left open, the server chooses. extras: of
    runner-ml that the model's steps need, such as "images".
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: Annotated[int, Ge(1), Le(65535)] = 8080,
        engine: Literal["onnx", "sklearn"] | None = None,
        extras: list[str] | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.engine = engine
        self.extras = extras

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Write `bundle/`, `requirements.lock`, `settings.json`, `start.py` and `README.md`."""
        check_engine("http_server", bundle, self.engine)
        packages = server_packages("http_server", bundle, self.extras or [], self.engine)
        written = write_all(
            folder,
            {
                "requirements.lock": pinned(packages),
                "settings.json": settings_text({"host": self.host, "port": self.port, "engine": self.engine}),
                "start.py": template("start.py"),
                "README.md": _README,
            },
        )
        return [*written, *copy_bundle(bundle, folder)]
