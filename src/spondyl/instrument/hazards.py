"""What may go wrong, what is done against it, and the test that proves it: docs/reference/hazards.md is made from here.

Written in the manner of ISO 14971 (hazard, control, verification). The safety kernel is written as IEC 62304 class C
software would be; the closed loop is seen in the light of IEC 60601-1-10. No conformity is claimed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A way to harm, its control, where the control lives, and its test as ``file::function``."""

    name: str
    control: str
    where: str
    test: str


def _hazard(name: str, control: str, where: str, test: str) -> Hazard:
    return Hazard(name=name, control=control, where=where, test=test)


_LIMITS = "test_kernel_limits.py::"
_STATE = "test_kernel_state.py::"
_FAULTS = "test_firmware_faults.py::"
_CONTRACT = "test_contract.py::"
_WIRE = "test_protocol.py::"

HAZARDS: tuple[Hazard, ...] = (
    _hazard(
        "Force that nobody chose",
        "The maximum is zero until a clinician sets it.",
        "limits, firmware",
        _LIMITS + "test_a_maximum_is_zero_until_it_is_set",
    ),
    _hazard(
        "Too much force",
        "The lowest of the clinician's maximum, the region's cap and the budgets; preload counts.",
        "limits",
        _LIMITS + "test_it_refuses",
    ),
    _hazard(
        "A host that is wrong about the cap",
        "The firmware clamps by itself.",
        "simulator.clamps",
        _FAULTS + "test_the_firmware_refuses_what_the_kernel_would_have",
    ),
    _hazard(
        "A tip that swings on past the command, on springy tissue",
        "The command is lowered by what the contact did before; a pulse about to pass the clamp is cut.",
        "simulator.governor",
        "test_force_clamp.py::test_no_tissue_feels_more_than_the_clamp",
    ),
    _hazard(
        "A sensor that fails for a moment of a pulse, too short for the watchdog",
        "A missing or repeated reading, or one that is no number, cuts the pulse; what was half seen teaches nothing.",
        "simulator.firmware",
        "test_force_clamp.py::test_nor_when_the_sensor_fails_for_a_moment_of_the_pulse",
    ),
    _hazard(
        "A tip pressed on a person without leave",
        "Stop, consent, contraindications, declared instrument and cap hold for the preload, too.",
        "limits, interlock, firmware",
        "test_contact_leave.py::test_the_tip_stays_off",
    ),
    _hazard(
        "A limit raised by a plan",
        "Limits above the placeholders cannot be made.",
        "limits",
        _LIMITS + "test_a_limit_lies_between_zero_and_the_placeholder",
    ),
    _hazard(
        "Treating a person who must not be treated",
        "Each contraindication and consent blocks, also while unknown.",
        "gate",
        _LIMITS + "test_each_contraindication_blocks_when_present_or_unknown",
    ),
    _hazard(
        "Too many pulses or too much impulse",
        "Counts and impulse by segment and session, charged before the pulse.",
        "limits, ledger",
        _STATE + "test_a_charge_is_made_before_the_pulse",
    ),
    _hazard(
        "A pulse that took place and is not counted",
        "Only the instrument's own counter of this session and run gives a charge back.",
        "ledger",
        _STATE + "test_only_the_counter_gives_a_charge_back",
    ),
    _hazard(
        "A pulse that nobody asked for",
        "The instrument's counter is compared before every pulse, at every rest and at the end; a difference ends all.",
        "limits, ledger, the session's host",
        _STATE + "test_the_counter_tells_of_pulses_that_were_not_asked_for",
    ),
    _hazard(
        "Deciding on a bad measurement",
        "Stale, future, disordered, flat, noisy, saturated or missing data refuse.",
        "signal_check",
        _LIMITS + "test_it_refuses",
    ),
    _hazard(
        "A waveform that cannot have been measured",
        "It is refused, its pulse stays charged, and the session ends; the record and a replay hold.",
        "driver",
        "test_bad_waveform.py::test_a_waveform_that_cannot_be_is_refused_and_its_pulse_charged",
    ),
    _hazard(
        "A sensor whose zero has moved, so that the clamp sees too little",
        "With the tip off it must read about nothing, else no contact is made: asked by the host and by the firmware.",
        "driver, firmware",
        "test_sensor_zero.py::test_a_sensor_whose_zero_has_moved_is_not_armed_with",
    ),
    _hazard(
        "A sensor that fails, taken for a tip without force",
        "Without a valid measurement the force is reported as not known, and then nothing is proved safe.",
        "firmware, driver",
        "test_silent_sensor.py::test_a_force_that_nobody_measures_is_never_told_as_safe",
    ),
    _hazard(
        "A sensor that fails under way",
        "A watchdog of 20 ms that only valid measurements feed cuts the force.",
        "watchdog, firmware",
        _FAULTS + "test_every_fault_in_every_state_ends_without_force",
    ),
    _hazard(
        "A stop that does not stop",
        "Valid in every state, before every queue, force gone in 5 ms.",
        "firmware, protocol",
        _FAULTS + "test_a_stop_at_any_moment_of_a_pulse_leaves_no_force_after_5_ms",
    ),
    _hazard(
        "A stop lost in the bytes around it",
        "Eight zeros need no frame, number or CRC.",
        "protocol",
        _WIRE + "test_the_stop_is_seen_however_it_is_cut",
    ),
    _hazard(
        "Going on after a stop by accident",
        "The stop latches until a named person clears it, and then leads to SAFE.",
        "latch, firmware",
        _CONTRACT + "test_the_stop_latches_until_a_person_clears_it",
    ),
    _hazard(
        "A release of one stop that lets go of a later one",
        "Only an instrument that has told of its newest stop obeys a release; frames from before a stop are late.",
        "simulator.wire, driver",
        "test_late_release.py::test_a_release_never_lets_go_of_a_stop_that_came_after_it",
    ),
    _hazard(
        "One wish, two pulses",
        "A token has a sequence and is spent once; repeating the frame repeats the answer.",
        "firmware",
        _CONTRACT + "test_a_token_gives_one_pulse",
    ),
    _hazard(
        "A pulse long after the wish",
        "A token runs out in the instrument's clock, which accepts none that ends late.",
        "limits, firmware",
        _FAULTS + "test_an_expired_token_does_nothing",
    ),
    _hazard(
        "Arming by itself after the host or the link comes back",
        "Connecting leads to SAFE with no session and a maximum of zero; a session that opens has no contact.",
        "firmware",
        _CONTRACT + "test_connecting_again_never_arms",
    ),
    _hazard(
        "A host that stalls or dies",
        "The host shapes nothing; its silence leads to SAFE.",
        "firmware",
        _CONTRACT + "test_silence_of_the_host_leads_to_safe",
    ),
    _hazard(
        "A corrupted frame that is obeyed",
        "CRC-32 over version, kind, epoch, number and payload.",
        "protocol",
        _WIRE + "test_one_changed_byte_is_never_a_frame",
    ),
    _hazard(
        "The tip slips, the patient moves",
        "Every contact has its own number; over-force and lost contact cut the force.",
        "firmware",
        _FAULTS + "test_every_fault_in_every_state_ends_without_force",
    ),
    _hazard(
        "A simulation taken for a treatment, or the reverse",
        "Every identity, status, token and waveform is marked; limits are the same.",
        "limits, driver",
        _CONTRACT + "test_it_says_whether_it_is_simulated",
    ),
)
