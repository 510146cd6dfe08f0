"""Where many are called nearly the same, the one that is the same is still found."""

from kamsync.engine.matching.candidates import COMPARED_LIMIT


def test_the_same_one_is_found_among_many_who_are_called_nearly_the_same(stage):
    """It shares more than the others do, who are too many to be compared one by one."""
    here = stage(entities=("account", "contact"))
    for number in range(2 * COMPARED_LIMIT):
        phone = f"+4930{number:07}"
        here["sales"].create(
            "contact", first_name="Ada", last_name=f"Person {number:04}", phone=phone
        )
    here["success"].create(
        "contact", first_name="Ada", last_name="Person 0150", phone="+49300000150"
    )

    here.meet()

    (question,) = here.conflicts()
    assert here.of("sales", "contact-151") in [side.value for side in question.contenders]
