"""bfloat16 where the processor computes in it; elsewhere it is imitated, ten times slower than float32."""

import torch

NATIVE = any(torch.cpu.get_capabilities().get(unit) for unit in ("amx_bf16", "avx512_bf16", "bf16"))
QUICK = torch.bfloat16 if NATIVE else torch.float32


def quick() -> torch.autocast:
    """A context in which networks compute in bfloat16 where that is quicker and safe."""
    return torch.autocast("cpu", torch.bfloat16, enabled=NATIVE)
