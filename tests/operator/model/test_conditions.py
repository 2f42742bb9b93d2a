"""The time of a condition moves with its status, and with nothing else."""

from backpack_operator.model.conditions import Verdict, timed

BEFORE, NOW = "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"


def test_the_time_is_that_of_the_last_change_of_status() -> None:
    first = timed([Verdict("Ready", False, "Starting", "m")], (), 1, BEFORE)
    reason = timed([Verdict("Ready", False, "Stuck", "n")], first, 2, NOW)
    assert (reason[0].last_transition_time, reason[0].reason, reason[0].observed_generation) == (
        BEFORE,
        "Stuck",
        2,
    )
    status = timed([Verdict("Ready", True, "Available", "n")], reason, 2, NOW)
    assert status[0].last_transition_time == NOW


def test_unknown_is_a_status_of_its_own() -> None:
    assert timed([Verdict("Ready", None, "r", "m")], (), 1, NOW)[0].status == "Unknown"


def test_a_long_message_is_cut_to_what_the_schema_takes() -> None:
    message = timed([Verdict("Ready", True, "r", "x" * 5000)], (), 1, NOW)[0].message
    assert len(message) == 4096
    assert message.endswith("...")
