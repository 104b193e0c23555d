import pytest

from app import create_app
from app.worker.demo_mail import linked
from app.worker.tick import mailbox, tick
from tests.worker.conftest import post, settings


def test_what_was_sent_can_be_found_and_read(app, session):
    post(session, state="<script>alert(1)</script>")
    tick(app)
    client = app.test_client()
    page = client.get("/demo/mail").text
    (name,) = mailbox(app).names()
    assert f"/demo/mail/{name}" in page
    assert "Sak 2024-1" in page
    assert "marit@example.no" in page
    mail = client.get(f"/demo/mail/{name}").text
    assert '<a class="ds-link" href="https://avvik.example.no/follow/' in mail
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in mail
    assert "<script>alert" not in mail


def test_mails_are_found_by_receiver(app, session):
    post(session)
    tick(app)
    client = app.test_client()
    assert "Sak 2024-1" in client.get("/demo/mail?to=Marit@").text
    assert "Sak 2024-1" not in client.get("/demo/mail?to=nobody").text


@pytest.mark.parametrize(
    "path", ["/demo/mail/1", "/demo/mail/..%2Fsecret_key", "/demo/mail/" + "0" * 20 + "-" + "0" * 8]
)
def test_there_is_no_other_mail(app, path):
    assert app.test_client().get(path).status_code == 404


def test_outside_the_demo_there_is_no_such_page(folder):
    client = create_app(settings(folder, DEMO=False)).test_client()
    assert client.get("/demo/mail").status_code == 404


def test_web_addresses_become_links_and_nothing_else_becomes_anything():
    text = 'See https://a.no/x?y=1&z=2. "javascript:alert(1)" <b>\nhttp://b.no/"onclick=x'
    assert linked(text) == (
        'See <a class="ds-link" href="https://a.no/x?y=1&amp;z=2">https://a.no/x?y=1&amp;z=2</a>. '
        "&#34;javascript:alert(1)&#34; &lt;b&gt;<br>\n"
        '<a class="ds-link" href="http://b.no/">http://b.no/</a>&#34;onclick=x'
    )
