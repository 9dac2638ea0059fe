"""Exit with 0 if the server beside this file is ready to answer, else with 1."""

import json
import sys
import urllib.request
from pathlib import Path

settings = json.loads((Path(__file__).resolve().parent / "settings.json").read_text(encoding="utf-8"))
url = f"http://127.0.0.1:{settings['port']}/v2/health/ready"
try:
    with urllib.request.urlopen(url, timeout=4) as reply:
        sys.exit(0 if reply.status == 200 else 1)
except OSError:
    sys.exit(1)
