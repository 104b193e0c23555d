"""When somebody with a slow telephone sees a page: largest contentful paint and layout shift in throttled Chromium.

    python -m bench.painted                     # slow 4G, a processor four times slower, nothing kept from before

The network is what Lighthouse calls slow 4G: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from app.setup.accounts import DEMO_PASSWORD
from bench.crowd import seed
from bench.products import OWN_BIN
from bench.served import Server
from config import ROOT

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
TIMES = 5
PAGES = ("/", "/?area=education_quality", "/login/", "/cases/")
WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(l => l.getEntries().forEach(e => window.seen.paint = e.startTime))
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => l.getEntries().forEach(e => window.seen.shift += e.hadRecentInput ? 0 : e.value))
  .observe({type: 'layout-shift', buffered: true});
"""


def main() -> None:
    """Start the product with its demo, look at its pages, and print milliseconds."""
    argparse.ArgumentParser(prog="bench.painted", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="painted-") as folder:
        environment = {
            "PATH": str(OWN_BIN),
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": seed(Path(folder)),
            "VAR_DIR": folder,
            "WORKER": "off",
            "DEMO": "0",
            "SECOND_FACTOR": "0",
        }
        command = (str(OWN_BIN / "gunicorn"), "--config", str(ROOT / "deploy" / "gunicorn.py"), "app:create_app()")
        server = Server(command, environment, "/", Path(folder) / "log")
        try:
            with sync_playwright() as playwright:
                found = shutil.which("chromium") or shutil.which("google-chrome")
                arguments = ["--no-sandbox", "--disable-gpu"]
                with closing(playwright.chromium.launch(executable_path=found, args=arguments)) as browser:
                    for path in PAGES:
                        tell(browser, f"http://127.0.0.1:{server.port}", path)
        finally:
            server.stop()


def tell(browser: Browser, address: str, path: str) -> None:
    """Open a page several times as for the first time, and print the middle one's figures."""
    seen = [look(browser, address, path) for _ in range(TIMES)]
    paints = sorted(paint for paint, _ in seen)
    print(f"{path:28} {median(paints):6.0f} ms ({paints[0]:.0f}-{paints[-1]:.0f}), shift {max(s for _, s in seen):.3f}")


def look(browser: Browser, address: str, path: str) -> tuple[float, float]:
    """Give the largest paint in milliseconds, and how much of the page moved afterwards."""
    context = browser.new_context(viewport={"width": 375, "height": 740})
    page = context.new_page()
    if path.startswith("/cases"):
        page.goto(f"{address}/login/")
        page.fill("input[name=username]", "quality_ie")
        page.fill("input[name=password]", DEMO_PASSWORD)
        with page.expect_navigation():
            page.press("input[name=password]", "Enter")
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    tools.send("Network.emulateNetworkConditions", SLOW_4G)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(f"{address}{path}", wait_until="networkidle")
    page.wait_for_timeout(300)
    paint, shift = page.evaluate("[window.seen.paint, window.seen.shift]")
    context.close()
    return paint, shift


if __name__ == "__main__":
    main()
