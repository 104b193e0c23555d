"""Django's pages: the admin's, and those that nobody generates."""

from __future__ import annotations

import secrets
import statistics
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import ExtractMonth
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench.peers.django_cases.models import Action, Area, Case, Event, Outbox, Person, Unit
from bench.peers.settings import COLUMNS, FACULTY, HANDLER, NOW, OPEN_STATES, PAGE, STATES, TUNED


def now() -> datetime:
    """This moment; the peers' columns have no time zone."""
    return datetime.now()  # noqa: DTZ005


def move(pk: int, name: str) -> None:
    """Move a case by its machine: state, event and mail in one transaction."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=pk, faculty_id=FACULTY)
        before, at = case.state, now()
        getattr(case, name)()
        case.version += 1
        case.save(update_fields=["state", "version"])
        states = {"from_state": before, "to_state": case.state}
        Event.objects.create(case_id=pk, at=at, actor_id=HANDLER, kind=name, note=name, **states)
        _mail(name, case, f"{name}:{pk}:{case.version}", at)


def _mail(kind: str, case: Case, key: str, at: datetime) -> None:
    kept = {"kind": kind, "case_id": case.id, "to_email": case.reporter_email, "dedupe_key": key}
    Outbox.objects.create(state="waiting", created_at=at, **kept)


class EventInline(admin.TabularInline):
    """What happened to a case."""

    model = Event
    extra = 0
    fields: ClassVar = ["at", "actor", "kind", "from_state", "to_state", "note"]
    can_delete = False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody rewrites it."""
        return False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002
        """Nor adds to it."""
        return False

    def get_queryset(self, request: Any) -> Any:
        """With who did it."""
        return super().get_queryset(request).select_related("actor")


class StateFilter(admin.SimpleListFilter):
    """The states that are known, so that the list needn't ask which occur."""

    title = parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> Any:  # noqa: ARG002
        """Every state."""
        return [(each, each) for each in STATES]

    def queryset(self, request: Any, queryset: Any) -> Any:  # noqa: ARG002
        """Those in the chosen one."""
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """The faculty's cases; tuned by what somebody who knows the admin adds in five minutes."""

    list_display: ClassVar = list(COLUMNS)
    list_filter: ClassVar = [StateFilter if TUNED else "state", "unit"]
    list_select_related: ClassVar = ["unit", "area", "handler"] if TUNED else False
    show_full_result_count = not TUNED
    list_per_page = PAGE
    search_fields: ClassVar = ["title", "body"]
    ordering: ClassVar = ["-id"]
    inlines: ClassVar = [EventInline]
    actions: ClassVar = ["accept"]
    fields: ClassVar = [*COLUMNS, "body", "reporter_email", "closed_at"]

    def get_queryset(self, request: Any) -> Any:
        """Rows of the faculty."""
        return super().get_queryset(request).filter(faculty_id=FACULTY)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002
        """Cases are moved, not edited."""
        return False

    def has_add_permission(self, request: Any) -> bool:  # noqa: ARG002
        """They are reported."""
        return False

    @admin.action(permissions=["view"])
    def accept(self, request: Any, queryset: Any) -> None:  # noqa: ARG002
        """Move the chosen ones."""
        for case in queryset:
            move(case.id, "accept")


for _model in (Action, Unit, Area, Person):
    admin.site.register(_model)


class Submit(forms.Form):
    """The form of a report."""

    title = forms.CharField(max_length=200)
    body = forms.CharField(widget=forms.Textarea)
    email = forms.EmailField()
    unit = forms.ModelChoiceField(Unit.objects.order_by("id"))
    area = forms.ModelChoiceField(Area.objects.order_by("id"))


PAGE_OF_FORM = engines["django"].from_string(
    "<!doctype html><form method=post>{% csrf_token %}{{ form.as_p }}<button>Send</button></form>"
)


def submit(request: Any) -> HttpResponse:
    """Report."""
    form = Submit(request.POST or None)
    if not form.is_valid():
        return HttpResponse(PAGE_OF_FORM.render({"form": form}, request))
    given, at = form.cleaned_data, now()
    where = {"faculty": given["unit"], "unit": given["unit"], "area": given["area"]}
    texts = {"title": given["title"], "body": given["body"], "reporter_email": given["email"]}
    with transaction.atomic():
        ref = "B-" + secrets.token_hex(6)
        case = Case.objects.create(ref=ref, state="received", created_at=at, **where, **texts)
        Event.objects.create(case_id=case.id, at=at, kind="submit", to_state="received", note="submit")
        _mail("receipt", case, f"receipt:{case.id}", at)
    return HttpResponseRedirect("/submit")


def badges(request: Any) -> HttpResponse:
    """Open cases by state, mine, and overdue actions."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    here = Case.objects.filter(faculty_id=FACULTY)
    found = {state: here.filter(state=state).count() for state in OPEN_STATES}
    found["mine"] = here.filter(handler_id=HANDLER, state__in=OPEN_STATES).count()
    late = Action.objects.filter(case__faculty_id=FACULTY, state="open", due_at__lt=NOW)
    return JsonResponse({**found, "overdue": late.count()})


@csrf_exempt
def sweep(request: Any) -> HttpResponse:  # noqa: ARG001
    """Write a mail for each overdue action; tuned: all of them at once."""
    late = Action.objects.filter(state="open", due_at__lt=NOW, reminded_at=None)
    with transaction.atomic():
        due = list(late.select_related("owner"))
        rows = [_reminder(each) for each in due]
        if TUNED:
            Outbox.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
            late.update(reminded_at=NOW, reminders=F("reminders") + 1)
        else:
            for each, row in zip(due, rows, strict=True):
                row.save()
                each.reminded_at, each.reminders = NOW, each.reminders + 1
                each.save(update_fields=["reminded_at", "reminders"])
    return JsonResponse({"mails": len(rows)})


def _reminder(action: Action) -> Outbox:
    key = f"reminder:{action.id}:{action.reminders + 1}"
    about = {"case_id": action.case_id, "action_id": action.id, "to_email": action.owner.email}
    return Outbox(kind="reminder", state="waiting", dedupe_key=key, created_at=NOW, **about)


def report(request: Any, year: int) -> HttpResponse:
    """The year in numbers."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    first, last = datetime(year, 1, 1), datetime(year + 1, 1, 1)  # noqa: DTZ001
    here = Case.objects.filter(created_at__gte=first, created_at__lt=last).order_by()
    by = here.annotate(month=ExtractMonth("created_at")).values_list("unit_id", "area_id", "severity", "month")
    days: dict[int, list[float]] = {}
    for unit, began, ended in here.filter(closed_at__isnull=False).values_list("unit_id", "created_at", "closed_at"):
        days.setdefault(unit, []).append((ended - began).total_seconds() / 86400)
    medians = {unit: statistics.median(each) for unit, each in days.items()}
    return JsonResponse({"groups": [list(row) for row in by.annotate(n=Count("id"))], "medians": medians})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("submit", submit),
    path("badges", badges),
    path("bench/sweep", sweep),
    path("report/<int:year>", report),
]
