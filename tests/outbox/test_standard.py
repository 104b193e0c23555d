import re

import pytest

from app.outbox import standard


@pytest.mark.parametrize("mail", ["accepted", "reminder", "no_handler"])
@pytest.mark.parametrize("language", ["nb", "nn", "en", "se"])
@pytest.mark.parametrize("link", ["case:1", "action:1", "follow:1", "report:all", ""])
def test_every_standard_text_is_whole_in_every_language(mail, language, link):
    subject, body = standard.texts(mail, language, link)
    placeholders = set(re.findall(r"{(.*?)}", subject + body))
    about_report = mail == "accepted" and link == "report:all"
    assert placeholders == ({"report"} if about_report else {"number", "state"}) | ({"link"} if link else set())
    assert body[-1] in ".}"


def test_a_mail_is_about_what_its_link_opens():
    assert [standard.texts("x", "nb", link)[0].split()[0] for link in ("case:1", "action:1", "")] == [
        "Sak",
        "Tiltak",
        "Sak",
    ]


def test_a_language_without_words_here_gets_english():
    assert standard.texts("x", "se", "case:1") == standard.texts("x", "en", "case:1")


@pytest.mark.parametrize(("language", "line"), [("nb", "Åpne her"), ("nn", "Opne her"), ("en", "Open it here")])
def test_the_link_stands_on_a_line_of_its_own_below_the_words(language, line):
    _, without = standard.texts("accepted", language, "")
    assert standard.texts("accepted", language, "case:1")[1] == f"{without}\n\n{line}: {{link}}"


def test_what_a_mail_is_about_is_named_in_each_language():
    assert [standard.noun("action", language) for language in ("nb", "nn", "en", "se")] == [
        *("Tiltak", "Tiltak", "Action", "Action"),
    ]
    assert standard.noun("something else", "nb") == "Sak"
    assert "{noun}" not in "".join(standard.texts("no_handler", "en", "case:1"))
    assert standard.texts("reminder", "en", "report:all")[0] == "Reminder: {number}", "a mail of its own name"
