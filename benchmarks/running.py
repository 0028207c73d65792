"""Whether a process runs, for tests and benchmarks that end some."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process still has its memory: neither gone nor waiting for its parent to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False
