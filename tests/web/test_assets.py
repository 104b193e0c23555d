import gzip
import json
import re

import pytest

from app.setup import assets
from tests.house import make_app


@pytest.fixture
def served(sqlite_url, tmp_path):
    files = assets.build(tmp_path / "static")
    return make_app(sqlite_url, tmp_path, ASSETS=tmp_path / "static").test_client(), files


def test_every_asset_is_served_for_good_under_its_contents_name(served):
    client, files = served
    for name, file in files.items():
        answer = client.get(f"/static/{file}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"]
    assert f"/static/{files['look.css']}" in client.get("/login/").get_data(as_text=True)


def test_a_browser_that_can_gets_the_small_file(served):
    client, files = served
    answer = client.get(f"/static/{files['look.css']}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b".site-header" in gzip.decompress(answer.data)


def test_the_style_asks_for_nothing_from_elsewhere(served):
    client, files = served
    style = client.get(f"/static/{files['look.css']}").get_data(as_text=True)
    addresses = re.findall(r"url\(\s*[\"']?([^\"')]{1,30})", style)
    assert {address[:5] for address in addresses if not address.startswith(("data:", "#"))} == {"inter"}
    assert "@import" not in style


def test_the_same_content_has_the_same_name(tmp_path):
    assert assets.build(tmp_path / "a") == assets.build(tmp_path / "b")
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["look.css"]


def test_nothing_but_finished_assets_is_served(served):
    client, _ = served
    for path in ("app.css", "../config.py", "appbuilder/js/jquery-latest.js", "node_modules/x", "%2e%2e/config.py"):
        assert client.get(f"/static/{path}").status_code == 404
