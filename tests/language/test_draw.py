from app.language.draw import draw
from app.language.load import load


def test_a_flow_as_a_diagram(routine):
    assert draw(routine, routine.flows["case"]).splitlines() == [
        "stateDiagram-v2",
        '    state "Received" as received',
        '    state "Open" as open',
        '    state "Waiting" as waiting',
        '    state "Closed" as closed',
        '    state "Rejected" as rejected',
        "    [*] --> received: Report (anyone)",
        "    received --> open: Take it (desk)",
        "    waiting --> open: Take it (desk)",
        "    received --> waiting: Wait (handler)",
        "    open --> waiting: Wait (handler)",
        "    waiting --> waiting: Wait (handler)",
        "    waiting --> received: Go on (handler)",
        "    waiting --> open: Go on (handler)",
        "    open --> closed: Approve (dean, handler, contact)",
        "    waiting --> closed: Close by itself (itself)",
        "    closed --> open: Reopen (dean)",
        "    received --> rejected: Reject (desk)",
        '    state "Praise#58; Thanked" as praise_thanked',
        "    received --> praise_thanked: This is praise (desk)",
        "    closed --> [*]",
        "    rejected --> [*]",
    ]


def test_words_cant_break_the_diagram(complete, broken):
    text = broken(complete, [("label: Take it", 'label: "A: \\"b\\" --> [*];\\n<b>#"')])
    routine = load(text).routine
    line = draw(routine, routine.flows["case"]).splitlines()[7]
    assert line == "    received --> open: A#58; #34;b#34; --#62; [*]#59;#10;#60;b#62;#35; (desk)"
