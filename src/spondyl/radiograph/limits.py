"""How much a film may cost to decode."""

from dataclasses import asdict, dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """What one film may take. The defaults hold for the largest stitched films and stop everything that runs away.

    * ``wall_s``: seconds from the request to the pixels; the decoding process is killed after them.
    * ``cpu_s``: processor seconds of one film.
    * ``memory_bytes``: address space of the decoding process, Python and libraries included (about 300 MiB).
    * ``max_pixels``: rows x columns x frames, checked before decoding.
    * ``max_file_bytes``, ``max_inflated_bytes``: size of the file, and of a deflated DICOM file once inflated.
    * ``min_side_px``: shorter pictures cannot show a spine.
    """

    wall_s: float = 20.0
    cpu_s: int = 20
    memory_bytes: int = 3072 * MIB
    max_pixels: int = 100_000_000
    max_file_bytes: int = 512 * MIB
    max_inflated_bytes: int = 1024 * MIB
    min_side_px: int = 64

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not value > 0:
                raise ValueError(f"DecodeLimits.{name} is {value}; every limit must be above zero.")
