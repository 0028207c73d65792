"""Learning rate, weight averaging and checkpoints shared by both trainings."""

import argparse
import copy
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from films import DATA
from muon import Muon, split

BATCH = 8
KEEPS, AGAIN_KEEPS = 0.998, 0.99
"""What a step leaves of the average of weights: less in a second cycle, which is short and shall forget its start."""
SETTLED = 5000
"""Steps after which an average no longer remembers random first weights."""


def arguments(about: str | None, **also: type) -> argparse.Namespace:
    """The options both trainers share, and further required ones by name and type."""
    args = argparse.ArgumentParser(description=about)
    args.add_argument("--fold", type=int, default=-1, help="films of this fold are not learnt; -1: all are")
    args.add_argument("--count", type=int, default=4, help="number of folds")
    args.add_argument("--epochs", type=int, default=45)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--lr", type=float, default=1.5e-3, help="peak of AdamW")
    args.add_argument("--muon", type=float, default=0.06, help="peak of Muon")
    args.add_argument("--out", type=Path, required=True, help="checkpoint; an existing one is resumed")
    args.add_argument(
        "--start", type=Path, help="checkpoint whose averaged weights a new training begins with"
    )
    args.add_argument("--every", type=int, default=5, help="epochs between looks at the fold left out")
    args.add_argument("--films", type=Path, default=DATA)
    args.add_argument("--seed", type=int, default=1)
    for name, kind in also.items():
        args.add_argument(f"--{name}", type=kind, required=True)
    return args.parse_args()


def cosine(step: int, *, total: int, peak: float, warm: int = 100) -> float:
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm)))) + 0.005)


class Average:
    """Exponential moving average of weights and buffers."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net = copy.deepcopy(net).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, theirs in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


class Optimizers:
    """Muon for normalised convolutions, AdamW for the rest, on one schedule."""

    def __init__(self, net: nn.Module, *, lr: float, muon_lr: float) -> None:
        convs, rest = split(net)
        self.peaks = (muon_lr, lr)
        self.both = (Muon(convs, lr=muon_lr), torch.optim.AdamW(rest, lr=lr, weight_decay=0.02))

    def step(self, loss: torch.Tensor, net: nn.Module, *, at: int, total: int) -> None:
        for opt, peak in zip(self.both, self.peaks, strict=True):
            for group in opt.param_groups:
                group["lr"] = cosine(at, total=total, peak=peak)
            opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        for opt in self.both:
            opt.step()

    def state_dict(self):
        return [opt.state_dict() for opt in self.both]

    def load_state_dict(self, states) -> None:
        for opt, state in zip(self.both, states, strict=True):
            opt.load_state_dict(state)


class Checkpoint:
    """Saves after every epoch, atomically; resumes where the last one stopped."""

    def __init__(
        self, path: Path, net: nn.Module, opt: Optimizers, average: Average, *, start: Path | None
    ) -> None:
        self.path, self.net, self.opt, self.average, self.start = path, net, opt, average, start
        path.parent.mkdir(parents=True, exist_ok=True)

    def resume(self) -> int:
        if not self.path.exists():
            return self._begin() if self.start else 0
        state = torch.load(self.path, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.opt.load_state_dict(state["opt"])
        self.average.net.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        return int(state["epoch"])

    def _begin(self) -> int:
        weights = torch.load(self.start, weights_only=True)["average"]
        self.net.load_state_dict(weights)
        self.average.net.load_state_dict(weights)
        self.average.steps = SETTLED
        return 0

    def save(self, epoch: int) -> None:
        part = self.path.with_suffix(".part")
        torch.save(
            {
                "net": self.net.state_dict(),
                "opt": self.opt.state_dict(),
                "average": self.average.net.state_dict(),
                "steps": self.average.steps,
                "epoch": epoch,
            },
            part,
        )
        part.replace(self.path)


class Learner:
    """A network with its optimisers, the average of its weights and its checkpoint."""

    def __init__(self, net: nn.Module, *, options: argparse.Namespace, steps_per_epoch: int) -> None:
        self.net = net.to(memory_format=torch.channels_last)
        self.options, self.steps_per_epoch = options, steps_per_epoch
        self.opt = Optimizers(self.net, lr=options.lr, muon_lr=options.muon)
        self.average = Average(self.net, AGAIN_KEEPS if options.start else KEEPS)
        self.keep = Checkpoint(options.out, self.net, self.opt, self.average, start=options.start)

    def learn(self, loss: torch.Tensor, *, epoch: int, step: int) -> None:
        """One step of both optimisers."""
        per = self.steps_per_epoch
        self.opt.step(loss, self.net, at=epoch * per + step, total=self.options.epochs * per)
        self.average.update(self.net)

    def epochs(self, train: Callable[[int], str], held: Callable[[nn.Module], str]) -> None:
        """Train from the last checkpoint to the last epoch; now and then look at the films held out."""
        last = self.options.epochs
        for epoch in range(self.keep.resume(), last):
            started = time.time()
            torch.manual_seed(
                1000 * self.options.seed + epoch
            )  # a resumed run drops what the whole one drops
            self.net.train()
            said = train(epoch)
            line = f"epoch {epoch} {time.time() - started:.0f}s train {said}"
            look = (epoch + 1) % self.options.every == 0 or epoch + 1 == last
            seen = held(self.average.net) if look else ""
            print(f"{line} held {seen}" if seen else line, flush=True)
            self.keep.save(epoch + 1)
