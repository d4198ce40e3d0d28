"""For HEALTHCHECK: exits 0 while the process answers; whether it is ready to serve is asked at /readyz."""

import os
import sys
from urllib.request import urlopen

port = (os.environ.get("CMS_BIND") or ":8000").rpartition(":")[2]
try:
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError:
    sys.exit(1)
