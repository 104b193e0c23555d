"""How gunicorn serves the product: one process with threads, which SQLite and the embedded worker suit."""

import config as settings

bind = f"0.0.0.0:{settings.PORT}"
workers = 1
worker_class = "gthread"
threads = 8
graceful_timeout = 20
accesslog = None
loglevel = "warning"
