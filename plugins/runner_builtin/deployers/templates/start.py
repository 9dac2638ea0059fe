"""Serve the model in `bundle/`: `python start.py`; `settings.json` says where, and words given here say it last."""

import json
import os
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
settings = json.loads((here / "settings.json").read_text(encoding="utf-8"))
words = [word for name in sorted(settings) for word in (f"--{name}", str(settings[name]))]
command = [sys.executable, "-m", "runner.cli", "serve", str(here / "bundle"), *words, *sys.argv[1:]]
os.execv(command[0], command)
