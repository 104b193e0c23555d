"""What several looks have seen, put together: the latest of each, whichever look saw it."""

from app.workflow.evidence import Fault, Proved, Seen

ONE, OTHER = (1, "answers.a"), (2, "")


def test_what_two_looks_saw_is_added():
    seen = Seen(rows=2, seals=5, adopted=1, met={3})
    seen.add(Seen(faults=[Fault("wrong")], rows=3, seals=4, adopted=2, met={4}))
    assert (seen.rows, seen.seals, seen.adopted, seen.met, seen.faults) == (5, 5, 3, {3, 4}, [])
    seen.add(Seen(seals=9))
    assert (seen.rows, seen.seals, seen.adopted) == (5, 9, 3)


def test_the_latest_row_of_a_case_counts_whichever_look_saw_it():
    seen = Seen(erased={ONE: (3, 30)}, forgotten={ONE: 3})
    seen.add(Seen(erased={ONE: (2, 20), OTHER: (1, 40)}, forgotten={ONE: 2, OTHER: 1}))
    assert (seen.erased, seen.forgotten) == ({ONE: (3, 30), OTHER: (1, 40)}, {ONE: 3, OTHER: 1})
    seen.add(Seen(erased={ONE: (4, 50)}, forgotten={ONE: 4}))
    assert (seen.erased[ONE], seen.forgotten[ONE]) == ((4, 50), 4)


def test_of_words_taken_out_the_later_look_counts():
    seen = Seen(rewritten={1: (10, 1), 2: (11, 2)}, redacted={1: 12, 2: 13})
    seen.add(Seen(rewritten={1: (20, 1)}, redacted={1: 22}))
    assert (seen.rewritten, seen.redacted) == ({1: (20, 1), 2: (11, 2)}, {1: 22, 2: 13})


def test_the_newest_key_counts():
    old, new = Proved(1, 1, 0, 0), Proved(5, 2, 0, 1)
    seen = Seen()
    seen.add(Seen())
    assert (seen.links, seen.digests) == (None, None)
    assert (seen.rows, seen.seals, seen.adopted) == (0, 0, 0), "nothing was seen"
    seen.add(Seen(links=old, digests=new))
    assert (seen.links, seen.digests) == (old, new)
    seen.add(Seen(links=new, digests=old))
    assert (seen.links, seen.digests) == (new, new)
    seen.add(Seen())
    assert (seen.links, seen.digests) == (new, new)
