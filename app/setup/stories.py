"""What happened in the demo before it began, in the words of people who use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """`who` did `do` on the story's `day`; a number among the answers is a date that many days later."""

    day: int
    who: str
    do: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    on_action: bool = False
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """One case that began `days` ago."""

    days: int
    steps: tuple[Step, ...]
    minute: int = 0

    @property
    def who(self) -> frozenset[str]:
        """Everybody in it."""
        return frozenset(step.who for step in self.steps)


def report(who: str, area: str, description: str, tried: str = "tried", **more: str) -> Step:
    """A student reports."""
    answers = {"area": area, "description": description, "tried_first": tried, "no_personal_data": True, **more}
    return Step(0, who, "submit", answers)


def forward(day: int, unit: str, area: str, **more: Any) -> Step:
    """The first line sends it to a unit."""
    return Step(day, "desk", "forward", {"unit": unit, "area": area, **more}, minute=30)


def accept(day: int, who: str) -> Step:
    """The contact takes it on."""
    return Step(day, who, "accept", minute=60)


def assess(day: int, who: str, severity: str) -> Step:
    """The contact says how severe it is."""
    return Step(day, who, "assess", {"severity": severity, "others_to_inform": "nobody"}, minute=65)


def add(day: int, who: str, description: str, owner: str, due_in: int) -> Step:
    """The contact gives somebody an action to do."""
    return Step(day, who, "add", {"description": description, "owner": owner, "due_on": due_in}, minute=70)


def act(day: int, who: str, do: str, **answers: str) -> Step:
    """The action's owner does something with it."""
    return Step(day, who, do, answers, on_action=True, minute=120)


QUALITY, MIND, PLACE, HSE = "education_quality", "psychosocial", "physical", "hse"

STORIES = (
    Story(
        0,
        (
            report(
                "student_idi", QUALITY, "Øvingene i emnet blir ikke rettet før neste frist er ute.", course="TDT4100"
            ),
        ),
    ),
    Story(1, (report("student_isl", "other", "Kantina stengjer før kveldsundervisninga er ferdig."),)),
    Story(
        3,
        (
            report("student_mtp", QUALITY, "Vi har ikkje fått tilbakemelding på prosjektet.", course="TMM4100"),
            forward(1, "iv", QUALITY),
        ),
        minute=12,
    ),
    Story(
        4,
        (
            report("student_ibi", PLACE, "Teleslyngen i auditoriet virker ikke. Det gjelder alle forelesningene våre."),
            forward(1, "nv", PLACE),
        ),
        minute=40,
    ),
    Story(
        9,
        (
            report("student_ips", MIND, "Some students are left out every time groups are made.", "difficult"),
            forward(1, "su", MIND),
            accept(2, "quality_su"),
            Step(3, "quality_su", "write_to_reporter", {"conversation": "Thank you. Is this in one course or more?"}),
            Step(4, "student_ips", "reply", {"conversation": "In all the courses with group work this term."}),
            Step(5, "quality_su", "note", {"comment": "Referansegruppa i et annet emne sa det samme i fjor."}),
        ),
        minute=5,
    ),
    Story(
        11,
        (
            report("student_ikom", HSE, "Avtrekket på laboratoriet stoppet to ganger denne uka."),
            forward(1, "mh", HSE),
            accept(2, "hse_mh"),
            assess(2, "hse_mh", "high"),
            add(2, "hse_mh", "Få avtrekket kontrollert, og steng rommet til det er i orden.", "head_ikom", 14),
            act(3, "head_ikom", "clarify", comment="Stenging av rommet må avklares med fakultetet."),
        ),
        minute=55,
    ),
    Story(
        12,
        (
            report("student_iik", QUALITY, "Lectures were cancelled twice, and we were not told.", course="TTM4100"),
            forward(1, "ie", QUALITY),
            accept(2, "quality_ie"),
            assess(2, "quality_ie", "medium"),
            add(2, "quality_ie", "Sørg for at avlyste forelesninger blir varslet og tatt igjen.", "course_iik", 21),
            act(4, "course_iik", "decline", comment="Emnet hører til et annet institutt dette semesteret."),
        ),
        minute=20,
    ),
    Story(
        14,
        (
            report("student_iap", "other", "Det er for få parkeringsplasser ved campus."),
            Step(
                1,
                "desk",
                "reject",
                {"reason": "Parkering hører til eiendomsavdelingen, ikke til dette systemet.", "help_offered": True},
            ),
        ),
    ),
    Story(
        15,
        (
            report("student_iot", MIND, "Tonen i veiledningen gjør at flere slutter å møte opp.", "difficult"),
            Step(1, "desk", "consult", {"comment": "Instituttleder er konferert.", "consulted_on": 0, "outcome": "go"}),
            forward(1, "ok", MIND, personnel_matter=True),
        ),
        minute=33,
    ),
    Story(
        20,
        (
            report(
                "student_imf",
                QUALITY,
                "Referansegruppa vart aldri sett ned i haust. Emnet har heller ikkje vore evaluert dei siste to åra.",
                course="TMA4100",
            ),
            forward(1, "ie", QUALITY),
            accept(3, "quality_ie"),
            assess(3, "quality_ie", "medium"),
            add(3, "quality_ie", "Send ut emneevaluering for høsten.", "head_imf", 14),
            act(5, "head_imf", "accept"),
            act(9, "head_imf", "complete", result="Evalueringen er sendt til alle i emnet, og mange har svart."),
            add(10, "quality_ie", "Sørg for at emnet har referansegruppe når vårsemesteret starter.", "course_imf", 24),
        ),
        minute=42,
    ),
    Story(
        26,
        (
            report("student_idi", QUALITY, "Sensuren i emnet kom tre uker for sent.", course="TDT4120"),
            forward(1, "ie", QUALITY),
            accept(2, "quality_ie"),
            assess(2, "quality_ie", "low"),
            add(2, "quality_ie", "Lag en plan for sensur som holder fristen neste gang.", "course_idi", 21),
            act(3, "course_idi", "accept"),
        ),
    ),
    Story(
        34,
        (
            report("student_ilu", QUALITY, "Eksamensrommet var dobbeltbooket, og vi begynte en time for sent."),
            forward(1, "su", QUALITY),
            accept(2, "quality_su"),
            assess(2, "quality_su", "medium"),
            add(2, "quality_su", "Gå gjennom rutinen for booking av eksamensrom.", "head_ilu", 14),
            act(3, "head_ilu", "accept"),
            act(9, "head_ilu", "complete", result="Booking og eksamensplan blir nå kontrollert mot hverandre."),
            Step(
                10,
                "quality_su",
                "close",
                {"summary": "Rutinen for booking er endret, og dere som var der fikk ekstra tid."},
            ),
        ),
        minute=25,
    ),
    Story(
        45,
        (
            report("student_iha", HSE, "Golvet i øvingsrommet er glatt når det regnar."),
            forward(1, "mh", HSE),
            accept(2, "hse_mh"),
            Step(6, "hse_mh", "close", {"summary": "Det er lagt nye matter ved inngangen."}),
        ),
        minute=48,
    ),
)
