"""A real server with its own database, a real browser, and watchers that fail a journey on any complaint.

Journeys speak to the site only through the browser and `live_site.run(...)`; they never touch the database themselves.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browsing import started

from huixiang.jobs.browsers import INSTALL_HINT, find_chromium
from huixiang.jobs.foreground import SOURCE, Children, next_free_port

HOST = "127.0.0.1"
WIDTHS = (390, 1440)
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
ROOT = SOURCE.parent
# What fills the database of the journeys: modules, run in this order before the server starts.
PREPARE = (("huixiang", "migrate", "--noinput"), ("tests.journeys.town",))


@dataclass
class Site:
    """The running product: its address, its log, and a way to run its commands against the same database."""

    url: str
    env: dict
    log: Path

    def run(self, *arguments):
        """Run a management command against the site's database; what it printed."""
        return self.run_module("huixiang", *arguments)

    def run_module(self, *arguments):
        """Run a module with the site's settings; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass
class Complaints:
    """What went wrong behind a page: script errors, broken policies, failed requests."""

    lines: list = field(default_factory=list)
    expected: list = field(default_factory=list)

    def expect(self, pattern):
        """Allow complaints that match, for a journey that provokes an error on purpose."""
        self.expected.append(re.compile(pattern))

    def unexpected(self):
        return [line for line in self.lines if not any(pattern.search(line) for pattern in self.expected)]


def site_environment(folder):
    """The demo's environment, with everything it writes in a folder of its own."""
    unwanted = {"HUIXIANG_TEST", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    env = {key: value for key, value in os.environ.items() if key not in unwanted}
    return env | {
        "DJANGO_SETTINGS_MODULE": "huixiang.config.settings",
        "HUIXIANG_DEMO": "1",
        "HUIXIANG_DATA_DIR": str(folder),
        # One browser plays a whole town here: the limits per person would stop it.
        "HUIXIANG_RATE_SCALE": "1000",
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)]),
        "PYTHONUTF8": "1",
    }


@pytest.fixture(scope="session")
def live_site(tmp_path_factory):
    """The product as `./huixiang demo` runs it, server and background loops, on a database of its own."""
    folder = tmp_path_factory.mktemp("site")
    port = next_free_port(HOST, 8100)
    site = Site(f"http://{HOST}:{port}", site_environment(folder), folder / "site.log")
    for command in PREPARE:
        site.run_module(*command)
    children = Children()
    clean = {"HUIXIANG_TEST": "0", "DATABASE_URL": ""}
    with site.log.open("wb") as log:
        try:
            serve = ["serve", f"--host={HOST}", f"--port={port}", "--workers=1"]
            children.start("web", serve, site.env | clean, log.fileno())
            children.start("loops", ["run_loops"], site.env | clean, log.fileno())
            children.wait_for_site(HOST, port, 60)
            yield site
            children.check()
            assert "Traceback" not in site.log.read_text(errors="replace"), "the server or a loop broke: see the log"
        except Exception:
            print(site.log.read_text(errors="replace")[-4000:])
            raise
        finally:
            children.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Debian's Chromium; the journeys fail rather than pass unseen where there is none."""
    executable = find_chromium()
    if executable is None:
        pytest.fail(f"the journeys need Chromium ({INSTALL_HINT})")
    with started(executable, tmp_path_factory.mktemp("browser")) as chromium:
        yield chromium


@pytest.fixture
def complaints():
    """Collected from every page of the test; must be empty at its end."""
    collected = Complaints()
    yield collected
    unexpected = collected.unexpected()
    assert not unexpected, "behind the pages:\n" + "\n".join(unexpected)


@pytest.fixture
def new_page(browser, live_site, complaints):
    """Open a page for another person: a browser context with its own cookies, `width` CSS pixels wide."""
    contexts = []

    def open_page(width=1440, **options):
        context = browser.new_context(
            base_url=live_site.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 900},
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints, live_site.url)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """One person's page on a desk-sized screen."""
    return new_page()


def watch(page, complaints, base_url):
    """Note every console error (a broken policy is one), script error, failed and refused request."""

    def console(message):
        # The browser repeats each bad answer as a console error of its own; `answered` names it better.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.lines.append(f"console: {message.text}")

    def failed(request):
        # A page that is left takes its unfinished requests with it; that is no fault.
        if request.failure != "net::ERR_ABORTED":
            complaints.lines.append(f"failed: {request.method} {request.url} {request.failure}")

    def answered(response):
        if response.status >= 400:
            complaints.lines.append(f"answered {response.status}: {response.request.method} {response.url}")

    def asked(request):
        if not request.url.startswith((base_url, "data:", "blob:")):
            complaints.lines.append(f"asked a stranger: {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.lines.append(f"script: {error}"))
    page.on("requestfailed", failed)
    page.on("response", answered)
    page.on("request", asked)


@pytest.fixture
def axe():
    """`axe(page)`: no violation of WCAG 2.2 AA as far as a machine can see."""

    def look(page):
        found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
        lines = [
            f"{violation['id']}: {violation['help']} – {node['html'][:160]}"
            for violation in found
            for node in violation["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return look


@pytest.fixture
def shot():
    """`shot(page, name)`: a phone and a desk picture in HUIXIANG_SHOTS, nothing when it is not set."""
    folder = os.environ.get("HUIXIANG_SHOTS")

    def take(page, name):
        if not folder:
            return
        size = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(size)

    return take
