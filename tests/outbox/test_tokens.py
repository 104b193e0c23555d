import re

from app.outbox import tokens

SECRET = "a secret"


def test_a_token_has_256_bits_and_belongs_to_one_case_one_salt_and_one_installation():
    one = tokens.token(SECRET, 1, "salt")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one)
    assert one == tokens.token(SECRET, 1, "salt")
    others = {tokens.token(SECRET, 2, "salt"), tokens.token(SECRET, 1, "other"), tokens.token("other", 1, "salt")}
    assert len({one} | others) == 4


def test_salts_differ():
    assert len({tokens.new_salt() for _ in range(100)}) == 100


def test_a_code_can_be_read_aloud():
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", tokens.code(SECRET, 1, "salt"))
    assert tokens.code(SECRET, 1, "salt") != tokens.code(SECRET, 2, "salt")


def test_a_code_may_be_typed_as_people_type():
    assert tokens.normal(" 7k4m q2xp9tra-vw3e ") == "7K4M-Q2XP-9TRA-VW3E"
    assert tokens.normal("oil") == "011"
    for typed in ("", "\x00", "å" * 1000, "\ud800"):
        tokens.digest(tokens.normal(typed))


def test_the_digest_is_all_that_needs_keeping():
    assert tokens.digest("x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def test_links_and_codes_that_were_given_out_open_their_page_after_an_upgrade():
    assert tokens.token(SECRET, 1, "salt") == "rEJho-YZ-RnfP3RkvHuLnuxKI8uxoMGLLCdak0rYg2k"
    assert tokens.code(SECRET, 1, "salt") == "YKTF-KE8K-FXAX-JD2B"


def test_what_was_kept_is_made_again_by_the_secret_it_was_made_with():
    made = {secret: tokens.token(secret, 1, "salt") for secret in ("now", "before")}

    def again(kept):
        return tokens.again(tokens.token, ("now", "before"), 1, "salt", kept)

    assert again(tokens.digest(made["before"])) == made["before"]
    assert again(tokens.digest(made["now"])) == made["now"]
    assert again("of nothing") == again(None) == made["now"]


def test_only_the_beginning_of_what_is_typed_is_read():
    assert tokens.normal("1" * 101) == tokens.normal("1" * 100) != tokens.normal("1" * 99)
    assert len(tokens.new_salt()) == 32
