"""Some seconds of the soak: real processes are killed while people work, and nothing is lost or invented (F48)."""

from bench.soak.run import Plan, soak


def test_whatever_is_killed_nothing_that_was_acknowledged_is_lost_and_no_mail_is_invented(sqlite_url, tmp_path):
    figures, faults = soak(Plan(tmp_path, sqlite_url, kills=1000, seconds=18, filled=True))
    assert faults == []
    assert figures["kills"]["workers"] > 1
    assert figures["reports acknowledged"] > 0
    assert figures["mails"] > 0
