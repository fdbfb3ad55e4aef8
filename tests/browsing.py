"""Starting the browser of the tests, which writes nothing into the home of whoever runs them."""

import os
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from huixiang.jobs.browsers import LAUNCH_FLAGS


@contextmanager
def started(executable, home):
    """Gives a running Chromium whose settings and caches lie in `home`."""
    with sync_playwright() as playwright:
        env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        browser = playwright.chromium.launch(executable_path=str(executable), args=list(LAUNCH_FLAGS), env=env)
        yield browser
        browser.close()
