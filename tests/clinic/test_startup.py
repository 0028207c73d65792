"""Claim: asking for help loads nothing heavy, so it answers at once (limit 300 ms; see benchmarks/startup.py)."""

import subprocess
import sys

HEAVY = {"numpy", "scipy", "pydicom", "onnxruntime", "pyarrow", "PIL", "reportlab", "rich", "distributed"}


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv[1:] = ['measure', '--help']\n"
        "from spondyl.clinic.cli import app\n"
        "app(standalone_mode=False)\n"
        "print('LOADED', *sorted(name for name in sys.modules if '.' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rsplit("LOADED ", 1)[1].split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()
