"""Fields that every routine has without declaring them, with their types and labels.

Source: the language's section 7.
"""

from app.language.definition import Field, Routine, Text


def _three(nb: str, nn: str, en: str) -> Text:
    return {"nb": nb, "nn": nn, "en": en}


def _field(name: str, kind: str, label: Text, *, many: bool = False) -> Field:
    return Field(name, label, type=kind, many=many)


READ_ONLY = {
    field.name: field
    for field in (
        _field("number", "text", _three("Saksnummer", "Saksnummer", "Case number")),
        _field("state", "state", _three("Status", "Status", "State")),
        _field("round", "number", _three("Runde", "Runde", "Round")),
        _field("handler", "person", _three("Behandler", "Behandlar", "Handler")),
        _field("submitted_on", "date", _three("Meldt", "Meld", "Reported")),
        _field("told", "text", _three("Beskjed til melder", "Melding til meldaren", "Told to the reporter")),
        _field("history", "text", _three("Tidligere svar", "Tidlegare svar", "Earlier answers")),
        _field("access_log", "text", _three("Innsynslogg", "Innsynslogg", "Access log")),
    )
}
"""Fields the system writes; a form never asks them."""

STANDARD = {
    field.name: field
    for field in (
        _field("title", "text", _three("Tittel", "Tittel", "Title")),
        _field("description", "text", _three("Beskrivelse", "Skildring", "Description")),
        _field("attachments", "file", _three("Vedlegg", "Vedlegg", "Attachments"), many=True),
        _field("unit", "unit", _three("Enhet meldingen gjelder", "Eining meldinga gjeld", "Unit the report is about")),
        _field("area", "area", _three("Område", "Område", "Area")),
        _field("severity", "choice", _three("Alvorlighetsgrad", "Alvorsgrad", "Severity")),
        _field("reporter", "person", _three("Melder", "Meldar", "Reporter")),
        _field("reporter_kind", "text", _three("Jeg er", "Eg er", "I am")),
        _field("entered_by", "person", _three("Registrert av", "Registrert av", "Entered by")),
        _field("language", "text", _three("Språk", "Språk", "Language")),
        _field("comment", "text", _three("Kommentar", "Kommentar", "Comment")),
        _field("message", "text", _three("Melding", "Melding", "Message")),
        _field("reason", "text", _three("Begrunnelse", "Grunngiving", "Reason")),
        _field("summary", "text", _three("Endelig behandling", "Endeleg behandling", "Final treatment")),
        _field(
            "result",
            "text",
            _three(
                "Gjennomføring og evaluering av tiltaket",
                "Gjennomføring og evaluering av tiltaket",
                "How the action was carried out, and how it worked",
            ),
        ),
        _field("new_handler", "person", _three("Ny behandler", "Ny behandlar", "New handler")),
        _field(
            "recipients",
            "person",
            _three("Hvem skal informeres?", "Kven skal informerast?", "Who should be informed?"),
            many=True,
        ),
        _field("owner", "person", _three("Tiltaksansvarlig", "Tiltaksansvarleg", "Responsible for the action")),
        _field("due_on", "date", _three("Frist", "Frist", "Due")),
    )
}
"""Fields a form may ask without their being declared."""

EVERY_STANDARD = {**STANDARD, **READ_ONLY}


def is_declared(routine: Routine, name: str) -> bool:
    """Whether the routine itself speaks of the standard field."""
    return routine.fields[name] is not EVERY_STANDARD[name]


ANSWERED = frozenset({"reporter", "reporter_kind", "entered_by", "language", *READ_ONLY})
"""Fields that have an answer on every case without being asked."""
