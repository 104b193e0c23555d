"""Finished assets: which file of build/static a name stands for, served once and kept by the browser for good."""

import json
from pathlib import Path

from flask import Flask, current_app
from whitenoise import WhiteNoise

import config

BUILT = config.ROOT / "build" / "static"


def init_assets(app: Flask) -> None:
    """Serve build/static under /static/ and let templates ask for an asset by its plain name."""
    built = Path(app.config.setdefault("ASSETS", BUILT))
    manifest = built / "manifest.json"
    known = json.loads(manifest.read_text()) if manifest.exists() else {}
    app.extensions["assets"] = known
    app.jinja_env.globals["asset"] = asset
    if known:
        serve = WhiteNoise(app.wsgi_app, max_age=315_360_000, immutable_file_test=r"^.+\.[0-9a-f]{12}\.\w+$")
        serve.add_files(str(built), prefix="static/")
        app.wsgi_app = serve  # type: ignore[method-assign]
    else:
        app.logger.warning("No assets are built: run `python -m app.setup.assets`. Pages will have no style.")


def asset(name: str) -> str:
    """Address of an asset, such as `look.css`."""
    known: dict[str, str] = current_app.extensions["assets"]
    return f"/static/{known.get(name, name)}"
