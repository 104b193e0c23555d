"""Build what the browser gets: Designsystemet, its theme, our own style and scripts, each under its content's hash."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

from app.outbox.paper import FACES, FONTS

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
OWN = ROOT / "app" / "static"
BUILT = ROOT / "build" / "static"

STYLES = (
    MODULES / "@digdir/designsystemet-css/dist/src/index.css",
    MODULES / "@digdir/designsystemet-theme/src/themes/designsystemet.css",
    OWN / "app.css",
)
FONT = MODULES / "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
COMPONENTS = MODULES / "@digdir/designsystemet-web/dist/umd/index.js"
SCRIPTS = ("look.js", "coverage.js", "editor.js", "proof.js", "proof-worker.js")


def build(target: Path = BUILT) -> dict[str, str]:
    """Write every asset and manifest.json to `target`; give plain name -> file name."""
    letters = (FONTS / file for file in FACES.values())
    missing = [str(path) for path in (*STYLES, FONT, COMPONENTS, *letters) if not path.exists()]
    if missing:
        raise FileNotFoundError(f"run `npm ci --ignore-scripts` first; missing: {', '.join(missing)}")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    font = _write(target, "inter.woff2", FONT.read_bytes())
    files = {"inter.woff2": font, "look.css": _write(target, "look.css", _styles(font))}
    files["ds.js"] = _write(target, "ds.js", _without_map(COMPONENTS.read_text()))
    for name in SCRIPTS:
        files[name] = _write(target, name, (OWN / name).read_bytes())
    (target / "manifest.json").write_text(json.dumps(files, indent=2, sort_keys=True))
    return files


def _styles(font: str) -> bytes:
    joined = "\n".join(path.read_text().replace('@charset "UTF-8";', "") for path in STYLES)
    return joined.replace("url(inter.woff2)", f"url({font})").encode()


def _without_map(script: str) -> bytes:
    return script.split("//# sourceMappingURL=", maxsplit=1)[0].encode()


def _write(target: Path, name: str, content: bytes) -> str:
    stem, ending = name.split(".")
    file = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    (target / file).write_bytes(content)
    if ending != "woff2":
        (target / f"{file}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    return file


if __name__ == "__main__":
    build()
