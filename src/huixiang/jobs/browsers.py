"""Where the machine keeps its Chromium, and how the journeys start it."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# libatomic1 is for Playwright's driver, which does not start on a minimal Debian without it.
PACKAGES = "chromium fonts-noto-cjk libatomic1"
INSTALL_HINT = f"on Debian or Ubuntu: apt-get install {PACKAGES}; or set HUIXIANG_CHROMIUM to a Chromium"
# No sandbox because CI runs as root; the rest keeps the browser from talking to anybody but the site under test.
LAUNCH_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The Chromium named by HUIXIANG_CHROMIUM, else the first on PATH; None if there is none that can be started."""
    given = os.environ.get("HUIXIANG_CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) and Path(given).is_file() else None
    return next((path for path in map(shutil.which, NAMES) if path), None)
