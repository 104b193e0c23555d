"""Finished assets: which file of build/static a name stands for, served once and kept by the browser for good."""

import json
from pathlib import Path

from flask import Flask, current_app
from whitenoise import WhiteNoise

import config
from app.web.headers import for_assets

BUILT = config.ROOT / "build" / "static"


def init_assets(app: Flask) -> None:
    """Serve build/static under /static/ and let templates ask for an asset by its plain name."""
    built = Path(app.config.setdefault("ASSETS", BUILT))
    manifest = built / "manifest.json"
    known = json.loads(manifest.read_text()) if manifest.exists() else {}
    app.extensions["assets"] = known
    app.jinja_env.globals["asset"] = asset
    if known:
        said = for_assets(bool(app.config["SESSION_COOKIE_SECURE"]))
        serve = WhiteNoise(
            app.wsgi_app,
            max_age=315_360_000,
            immutable_file_test=r"^.+\.[0-9a-f]{12}\.\w+$",
            allow_all_origins=False,
            add_headers_function=lambda headers, _path, _url: [headers.add_header(*each) for each in said.items()],
        )
        serve.add_files(str(built), prefix="static/")
        app.wsgi_app = serve  # type: ignore[method-assign]
    else:
        app.logger.warning("No assets are built: run `python -m app.setup.assets`. Pages will have no style.")


def asset(name: str) -> str:
    """Address of an asset, such as `look.css`."""
    known: dict[str, str] = current_app.extensions["assets"]
    return f"/static/{known.get(name, name)}"
