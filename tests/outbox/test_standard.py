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
