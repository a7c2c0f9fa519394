"""Takes the README's picture of the console: ``make screenshot``, with Kefir on stage local."""

from __future__ import annotations

import signal
import subprocess
import sys

from playwright.sync_api import expect, sync_playwright

from tests.repository import ROOT

TARGET = ROOT / "docs" / "console.png"


def main() -> None:
    command = [sys.executable, "-m", "pkgops.cli", "console", "--no-open", "--stage", "local"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            _take(running.stdout.readline().strip())
        finally:
            running.send_signal(signal.SIGINT)


def _take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 860})
        page.goto(address)
        page.goto(f"{page.url}systems/kefir")
        expect(page.locator(".waiting")).to_have_count(0)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
