"""Names the application."""

from django.apps import AppConfig


class Cases(AppConfig):
    """The one application beside Django's own."""

    name = "bench.peers.django_cases"
    label = "bench_cases"
