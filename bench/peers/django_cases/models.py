# ruff: noqa: DJ001, DJ008 - the tables are as they are, and nobody prints these rows
"""The small tables as Django's models, the state as django-fsm's field."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_fsm import FSMField, transition

from bench.peers.settings import FACULTY


def _to(model: Any, **options: Any) -> Any:
    return models.ForeignKey(model, models.DO_NOTHING, db_constraint=False, **options)


class Unit(models.Model):
    parent_id = models.IntegerField(null=True)
    code = models.TextField()
    name = models.TextField()

    class Meta:
        managed, db_table = False, "unit"

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    name = models.TextField()

    class Meta:
        managed, db_table = False, "area"

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    username = models.TextField()
    name = models.TextField()
    email = models.TextField()
    unit_id = models.IntegerField()

    class Meta:
        managed, db_table = False, "person"

    def __str__(self) -> str:
        return self.name


def is_of_mine(case: Case) -> bool:
    return case.faculty_id == FACULTY


class Case(models.Model):
    ref = models.TextField()
    title = models.TextField()
    body = models.TextField()
    state = FSMField()
    faculty = _to(Unit, related_name="+")
    unit = _to(Unit, related_name="+")
    area = _to(Area)
    severity = models.TextField(null=True)
    reporter_email = models.TextField()
    handler = _to(Person, null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=0)

    class Meta:
        managed, db_table = False, "cases"

    def __str__(self) -> str:
        return self.ref

    @transition(state, source="received", target="at_faculty")
    def forward(self) -> None:
        """Give it to a faculty."""

    @transition(state, source="at_faculty", target="in_progress", conditions=[is_of_mine])
    def accept(self) -> None:
        """Take it on."""

    @transition(state, source="in_progress", target="at_faculty")
    def send_back(self) -> None:
        """Give it back."""

    @transition(state, source="in_progress", target="closed")
    def close(self) -> None:
        """End it."""

    @transition(state, source=["received", "at_faculty"], target="rejected")
    def reject(self) -> None:
        """Refuse it."""


class Event(models.Model):
    case = _to(Case)
    at = models.DateTimeField()
    actor = _to(Person, null=True)
    kind = models.TextField()
    from_state = models.TextField(null=True)
    to_state = models.TextField()
    note = models.TextField(null=True)

    class Meta:
        managed, db_table, ordering = False, "event", ["id"]

    def __str__(self) -> str:
        return self.note or ""


class Action(models.Model):
    case = _to(Case)
    owner = _to(Person)
    title = models.TextField()
    state = models.TextField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.IntegerField(default=0)

    class Meta:
        managed, db_table = False, "action"


class Outbox(models.Model):
    kind = models.TextField()
    case_id = models.IntegerField(null=True)
    action_id = models.IntegerField(null=True)
    to_email = models.TextField()
    dedupe_key = models.TextField(unique=True)
    state = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        managed, db_table = False, "outbox"
