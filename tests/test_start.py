"""What a start loads: nothing that only letters, exports, migrations, logins elsewhere or the demo's mails need."""

import os
import subprocess
import sys

from config import ROOT

LATER = {"aiosmtpd", "alembic", "authlib", "celery", "fontTools", "fpdf", "holidays", "joserfc", "ruamel", "xlsxwriter"}
START = """
import sys
from app import create_app
assert create_app({"WORKER": "off"}).test_client().get("/").status_code == 200
print(*sys.modules)
"""


def test_nothing_is_loaded_that_the_first_page_has_no_use_for(sqlite_url, tmp_path):
    settings = {"DATABASE_URL": sqlite_url, "VAR_DIR": str(tmp_path)}
    command = (sys.executable, "-c", START)
    told = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in told.stdout.split()}
    assert "flask_appbuilder" in packages
    assert not LATER & packages
