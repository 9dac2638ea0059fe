"""Make the pictures of the pages from the reports of shipped experiments.

`python docs/make_pictures.py`, after the figures of the reports have changed. Each command is one that a reader can
give; the figures that a page shows are copied from its folder into `docs/pictures/`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PICTURES = Path(__file__).parent / "pictures"
#: A page should open at once, so that no picture may have more bytes.
MOST = 60_000
_NETWORK = "+experiment=digits model=mlp optimizer=adam optimizer.learning_rate=0.01 augmenters=[]"
#: Command -> figure -> the picture it becomes.
WANTED = {
    "-m +experiment=breast_cancer optimizer.learning_rate=0.001,0.003,0.01,0.03,0.1,0.3 model.l2=1e-4,1e-2": {
        "score_by_1": "learning_rate",
        "score_map": "score_map",
    },
    "+experiment=breast_cancer": {"calibration": "calibration", "roc_curve": "roc_curve"},
    "+experiment=digits": {"confusion_matrix": "confusion_matrix"},
    f"{_NETWORK} model.validation_share=0.2": {"learning_curve": "overfitting"},
}


def figures(command: str, folder: Path) -> Path:
    """Run a command in a folder with its report, and return where the figures are: of a sweep, or of the only run."""
    words = [sys.executable, "-P", "-m", "runner.cli", *command.split(), "report=html", "exporters=[]"]
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    made = sorted(folder.glob("outputs/*/*/figures"), key=lambda path: not path.parent.name.startswith("sweep-"))
    return made[0]


def main() -> None:
    """Make all pictures. Raises ValueError for one that is too large."""
    PICTURES.mkdir(exist_ok=True)
    for command, wanted in WANTED.items():
        with TemporaryDirectory() as folder:
            place = figures(command, Path(folder))
            for figure, picture in wanted.items():
                found = place / f"{figure}.png"
                if found.stat().st_size > MOST:
                    raise ValueError(
                        f"{found.name} of {command!r} has {found.stat().st_size} bytes, more than {MOST}"
                    )
                shutil.copyfile(found, PICTURES / f"{picture}.png")


if __name__ == "__main__":
    main()
