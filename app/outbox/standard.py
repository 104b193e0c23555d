"""What a mail says that the institution has given no words of its own: number, state and link."""

from collections.abc import Mapping

Text = Mapping[str, str]

NOUNS: Mapping[str, Text] = {
    "case": {"nb": "Sak", "nn": "Sak", "en": "Case"},
    "action": {"nb": "Tiltak", "nn": "Tiltak", "en": "Action"},
}
SUBJECTS: Mapping[str, Text] = {
    "": {"nb": "{noun} {number}", "nn": "{noun} {number}", "en": "{noun} {number}"},
    "reminder": {"nb": "Påminnelse: {number}", "nn": "Påminning: {number}", "en": "Reminder: {number}"},
    "no_handler": {
        "nb": "{noun} {number} mangler saksbehandler",
        "nn": "{noun} {number} manglar saksbehandlar",
        "en": "{noun} {number} has no handler",
    },
    "report": {"nb": "Rapport: {report}", "nn": "Rapport: {report}", "en": "Report: {report}"},
}
STATES: Text = {
    "nb": "{noun} {number} har nå status «{state}».",
    "nn": "{noun} {number} har no status «{state}».",
    "en": "{noun} {number} is now “{state}”.",
}
BODIES: Mapping[str, Text] = {
    "": STATES,
    "reminder": {
        "nb": "{noun} {number} har en frist. Status er «{state}».",
        "nn": "{noun} {number} har ein frist. Status er «{state}».",
        "en": "{noun} {number} has a deadline. It is “{state}”.",
    },
    "no_handler": {
        "nb": "{noun} {number} har ingen saksbehandler: rollen den skulle til, er uten folk. Status er «{state}».",
        "nn": "{noun} {number} har ingen saksbehandlar: rolla ho skulle til, er utan folk. Status er «{state}».",
        "en": "{noun} {number} has no handler: nobody holds the role it should go to. It is “{state}”.",
    },
    "report": {
        "nb": "Rapporten «{report}» er klar.",
        "nn": "Rapporten «{report}» er klar.",
        "en": "The report “{report}” is ready.",
    },
}
LINES: Text = {"nb": "Åpne her: {link}", "nn": "Opne her: {link}", "en": "Open it here: {link}"}
LINK_WORDS: Text = {"nb": "[lenke]", "nn": "[lenkje]", "en": "[link]"}


def texts(mail: str, language: str, link: str) -> tuple[str, str]:
    """Give subject and body of the mail in the language, placeholders and all; English for a language not here."""
    kind, _, _ = link.partition(":")
    name = mail if mail in SUBJECTS else "report" if kind == "report" else ""
    spoken = language if language in LINES else "en"
    noun = NOUNS.get(kind, NOUNS["case"])[spoken]
    body = BODIES[name][spoken] + (f"\n\n{LINES[spoken]}" if link else "")
    return SUBJECTS[name][spoken].replace("{noun}", noun), body.replace("{noun}", noun)
