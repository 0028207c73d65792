"""Muon: momentum, then the nearest orthogonal matrix, for convolutions that a normalisation follows.

Source: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024). Filters keep unit norm, so
the learning rate is a relative step.
"""

import torch
from torch import Tensor, nn

from precision import QUICK

A, B, C = 3.4445, -4.7750, 2.0315


def orthogonal(g: Tensor, steps: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrix by the quintic Newton-Schulz iteration."""
    x = g.to(QUICK)
    x = x / (x.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = A * x + (B * gram + C * gram @ gram) @ x
    return (x.T if tall else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr: float, momentum: float = 0.9) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "speed" not in state:
                    state["speed"] = torch.zeros_like(p)
                speed = state["speed"]
                speed.lerp_(p.grad, 1 - group["momentum"])
                g = p.grad.lerp(speed, group["momentum"])
                p.mul_(len(p) ** 0.5 / (p.norm() + 1e-7))
                p.add_(orthogonal(g.reshape(len(g), -1)).view_as(p), alpha=-group["lr"])


def split(net: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Convolutions without a bias (a normalisation follows) but for the first one; everything else."""
    convs = [
        m.weight for m in net.modules() if isinstance(m, nn.Conv2d) and m.bias is None and m.in_channels > 8
    ]
    ids = {id(p) for p in convs}
    return convs, [p for p in net.parameters() if id(p) not in ids]
