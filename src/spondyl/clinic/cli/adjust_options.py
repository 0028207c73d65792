"""The options that the commands of ``spondyl adjust`` share."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class RuleChoice(Enum):
    """What ``--rule`` takes."""

    PAIN = "pain"
    STIFFNESS = "stiffness"
    CLINICIAN = "clinician"


Simulated = Annotated[bool, typer.Option("--simulated", help="Declare the instrument a simulator.")]
Live = Annotated[
    bool, typer.Option("--live", help="Declare the instrument at --instrument a real one. Never the default.")
]
Seed = Annotated[int, typer.Option(help="Draws the simulated patient.", min=0)]
Address = Annotated[
    str | None,
    typer.Option(
        "--instrument", help="tcp://host:port or serial:///dev/name; without it, a simulator in this process."
    ),
]
MaxN = Annotated[
    float | None,
    typer.Option(
        help="Most total force in newtons, set by a clinician; 0 until then. Lower caps still hold."
    ),
]
Segments = Annotated[str, typer.Option(help="L1-L5, or names with commas.")]
RuleOption = Annotated[RuleChoice, typer.Option(help="How the target is chosen.")]
Chosen = Annotated[str, typer.Option("--segment", help="The target of --rule clinician.")]
Pain = Annotated[str, typer.Option(help="Pain on pressing, 0 to 10, such as L4=6,L5=3.")]
ScreenFile = Annotated[
    Path | None,
    typer.Option("--screen", help="Answers for 'spondyl screen'; with --live nothing happens without."),
]
Film = Annotated[
    Path | None,
    typer.Option("--film", help="Give the simulated patient the spine of this film; needs --landmarks."),
]
FilmLandmarks = Annotated[Path | None, typer.Option("--landmarks", help="The landmark file of --film.")]
RecordPath = Annotated[
    Path | None, typer.Option("--record", help="A new file for the record; else one in adjustments/.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
