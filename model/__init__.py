"""What is kept: the declarative tables, their constraints and relations, and nothing else."""

from model import append_only, searching  # noqa: F401 - lets the tables be made with what guards and finds rows
from model.account import GivenPassword, Login, RecoveryCode, SecondFactor
from model.base import Base
from model.case import Case, Part, Subject
from model.clock import Clock
from model.document import Document
from model.edition import (
    ConfigurationEntry,
    Draft,
    DraftChange,
    DryRun,
    DryRunCase,
    LastCheck,
    Migration,
    StuckCase,
    WorkflowEdition,
)
from model.file import CLEAN, INFECTED, PENDING, UNSCANNED, PendingFile, StoredFile
from model.guarding import DELETED, EXPIRED, RELEASED, WAITING, AttackMode, HeldFile, HeldReport, RateCount
from model.identity import Identity
from model.joined import CaseLink, CaseReading, CodeName
from model.journal import JournalEntry, JournalSeal
from model.organisation import (
    Area,
    Assignment,
    Away,
    Calendar,
    ConfigurationVersion,
    MailText,
    Person,
    Role,
    RoutingRow,
    Unit,
)
from model.outbox import Counter, Lease, OutboxPause, OutgoingMail
from model.tally import Tally, TallyDue, TallyPart, TallyState

__all__ = [
    "CLEAN",
    "DELETED",
    "EXPIRED",
    "INFECTED",
    "PENDING",
    "RELEASED",
    "UNSCANNED",
    "WAITING",
    "Area",
    "Assignment",
    "AttackMode",
    "Away",
    "Base",
    "Calendar",
    "Case",
    "CaseLink",
    "CaseReading",
    "Clock",
    "CodeName",
    "ConfigurationEntry",
    "ConfigurationVersion",
    "Counter",
    "Document",
    "Draft",
    "DraftChange",
    "DryRun",
    "DryRunCase",
    "GivenPassword",
    "HeldFile",
    "HeldReport",
    "Identity",
    "JournalEntry",
    "JournalSeal",
    "LastCheck",
    "Lease",
    "Login",
    "MailText",
    "Migration",
    "OutboxPause",
    "OutgoingMail",
    "Part",
    "PendingFile",
    "Person",
    "RateCount",
    "RecoveryCode",
    "Role",
    "RoutingRow",
    "SecondFactor",
    "StoredFile",
    "StuckCase",
    "Subject",
    "Tally",
    "TallyDue",
    "TallyPart",
    "TallyState",
    "Unit",
    "WorkflowEdition",
]
