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
    "reminders": {"nb": "Påminnelser: {count}", "nn": "Påminningar: {count}", "en": "Reminders: {count}"},
    "no_handler": {
        "nb": "{noun} {number} mangler saksbehandler",
        "nn": "{noun} {number} manglar saksbehandlar",
        "en": "{noun} {number} has no handler",
    },
    "fallen_back": {
        "nb": "{noun} {number} gikk til en annen rolle",
        "nn": "{noun} {number} gjekk til ei anna rolle",
        "en": "{noun} {number} went to another role",
    },
    "going_round": {
        "nb": "{noun} {number} sendes fram og tilbake",
        "nn": "{noun} {number} blir send fram og tilbake",
        "en": "{noun} {number} is sent back and forth",
    },
    "infected_file": {
        "nb": "{noun} {number}: en fil med virus er fjernet",
        "nn": "{noun} {number}: ei fil med virus er fjerna",
        "en": "{noun} {number}: a file with a virus was removed",
    },
    "cases_handed_over": {
        "nb": "Du har fått saker: {count}",
        "nn": "Du har fått saker: {count}",
        "en": "You have been given cases: {count}",
    },
    "stuck_cases": {
        "nb": "Saker som står fast: {count}",
        "nn": "Saker som står fast: {count}",
        "en": "Cases that are stuck: {count}",
    },
    "journal_anchor": {
        "nb": "Journalens kjede: {seals} segl",
        "nn": "Kjeda til journalen: {seals} segl",
        "en": "The journal's chain: {seals} seals",
    },
    "draft_waits": {
        "nb": "En kladd til rutinen venter på godkjenning",
        "nn": "Ein kladd til rutinen ventar på godkjenning",
        "en": "A draft of the routine waits for approval",
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
    "reminders": {
        "nb": "Disse har en frist. Du får én e-post om alle, for påminnelsene er forsinket:\n\n{cases}",
        "nn": "Desse har ein frist. Du får éin e-post om alle, for påminningane er forseinka:\n\n{cases}",
        "en": "These have a deadline. You get one mail about all of them, since the reminders are late:\n\n{cases}",
    },
    "no_handler": {
        "nb": "{noun} {number} har ingen saksbehandler: rollen den skulle til, er uten folk. Status er «{state}».",
        "nn": "{noun} {number} har ingen saksbehandlar: rolla ho skulle til, er utan folk. Status er «{state}».",
        "en": "{noun} {number} has no handler: nobody holds the role it should go to. It is “{state}”.",
    },
    "fallen_back": {
        "nb": "Ingen har rollen som {noun} {number} skulle til først. Den neste i rutingen har fått den i stedet.",
        "nn": "Ingen har rolla som {noun} {number} skulle til først. Den neste i rutinga har fått ho i staden.",
        "en": "Nobody holds the role that {noun} {number} should go to first. The next one in the routing has got it.",
    },
    "going_round": {
        "nb": "{noun} {number} har kommet til samme enhet {count} ganger. Avklar hvem som skal ha den.",
        "nn": "{noun} {number} har kome til same eining {count} gonger. Avklar kven som skal ha ho.",
        "en": "{noun} {number} has come to the same unit {count} times. Settle who is to have it.",
    },
    "infected_file": {
        "nb": "En fil i {noun} {number} hadde virus. Innholdet er slettet.",
        "nn": "Ei fil i {noun} {number} hadde virus. Innhaldet er sletta.",
        "en": "A file in {noun} {number} held a virus. Its content is erased.",
    },
    "cases_handed_over": {
        "nb": "Rutinen er endret, og {count} åpne saker har kommet til deg. De ligger i listen din.",
        "nn": "Rutinen er endra, og {count} opne saker har kome til deg. Dei ligg i lista di.",
        "en": "The routine has changed, and {count} open cases have come to you. They are in your list.",
    },
    "stuck_cases": {
        "nb": "Ingen som er til stede, kan flytte disse sakene videre:\n\n{cases}",
        "nn": "Ingen som er til stades, kan flytte desse sakene vidare:\n\n{cases}",
        "en": "Nobody who is active can move these cases on:\n\n{cases}",
    },
    "journal_anchor": {
        "nb": "Ta vare på denne linjen. Den viser senere om noe i journalen er endret eller borte:\n\n{anchor}",
        "nn": "Ta vare på denne linja. Ho viser seinare om noko i journalen er endra eller borte:\n\n{anchor}",
        "en": "Keep this line. It shows later whether anything in the journal was changed or is gone:\n\n{anchor}",
    },
    "draft_waits": {
        "nb": "{person} ber deg se på en kladd til rutinen. Den gjelder ikke før noen andre har godkjent den.",
        "nn": "{person} bed deg sjå på ein kladd til rutinen. Han gjeld ikkje før nokon andre har godkjent han.",
        "en": "{person} asks you to look at a draft of the routine. It doesn't count before somebody else approves it.",
    },
    "report": {
        "nb": "Rapporten «{report}» er klar.",
        "nn": "Rapporten «{report}» er klar.",
        "en": "The report “{report}” is ready.",
    },
}
LINES: Text = {"nb": "Åpne her: {link}", "nn": "Opne her: {link}", "en": "Open it here: {link}"}
LINK_WORDS: Text = {"nb": "[lenke]", "nn": "[lenkje]", "en": "[link]"}


def noun(kind: str, language: str) -> str:
    """Name what a mail is about, in the language; English for a language not here."""
    spoken = NOUNS.get(kind, NOUNS["case"])
    return spoken.get(language, spoken["en"])


def texts(mail: str, language: str, link: str) -> tuple[str, str]:
    """Give subject and body of the mail in the language, placeholders and all; English for a language not here."""
    kind, _, _ = link.partition(":")
    name = mail if mail in SUBJECTS else "report" if kind == "report" else ""
    spoken = language if language in LINES else "en"
    called = noun(kind, spoken)
    body = BODIES[name][spoken] + (f"\n\n{LINES[spoken]}" if link else "")
    return SUBJECTS[name][spoken].replace("{noun}", called), body.replace("{noun}", called)
