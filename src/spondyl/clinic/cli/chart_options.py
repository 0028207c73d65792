"""The options that say where a clinic's chart is, the same for every command that opens one."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option(help="Folder with the clinic's data.")]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        help="Address of the PostgreSQL database; without it the file in the folder.", show_default=False
    ),
]
KeyOption = Annotated[
    Path | None, typer.Option(help="The clinic's key file, when it is not in the folder.", show_default=False)
]
