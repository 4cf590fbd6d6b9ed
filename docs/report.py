"""Makes docs/report.png: what a student sees of a wrong submission, as `grade --preview` shows it, in headless Chromium.

    .venv/bin/python docs/report.py
"""
from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SUBMISSION = ROOT / "tests" / "submissions" / "g-for-h-in-dw" / "submission"
WIDTH, HEIGHT, COLOURS = 900, 1780, 96


def main(picture: Path) -> None:
    """Grade, preview, photograph. Raises CalledProcessError where a step fails."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("docs/report.py needs chromium (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        command = [sys.executable, "-m", "grader", "grade", str(SUBMISSION), "--preview", str(page)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        look = [browser, *options, f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}", page.as_uri()]
        subprocess.run(look, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        Image.open(shot).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
