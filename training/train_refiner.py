"""Train the refiner on films outside one fold (or on all), with checkpoints; a rerun resumes."""

import argparse
from pathlib import Path

import numpy as np
import torch

from films import DATA, folds, load_films
from networks import Refiner
from schedule import BATCH, Learner
from strips import make_strip, reduced

TILT_WEIGHT = 1.5


def tilt_deg(corners: torch.Tensor) -> torch.Tensor:
    v = (corners[..., 1, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 2, :]) / 2
    return torch.rad2deg(torch.atan2(v[..., 1], v[..., 0]))


def endplates_deg(corners: torch.Tensor) -> torch.Tensor:
    v = corners[..., [1, 3], :] - corners[..., [0, 2], :]
    return torch.rad2deg(torch.atan2(v[..., 1], v[..., 0].clamp(min=1.0)))


def laplace(error: torch.Tensor, log_b: torch.Tensor) -> torch.Tensor:
    return (error.detach() * torch.exp(-log_b) + log_b).mean()


def distance(corners, target):
    away = (corners - target).norm(dim=-1)
    d_tilt = (tilt_deg(corners) - tilt_deg(target)).abs().clamp(max=25)
    d_ends = (endplates_deg(corners) - endplates_deg(target)).abs().clamp(max=25)
    cost = (torch.sqrt(away**2 + 1) - 1).mean() + TILT_WEIGHT * (d_tilt.mean() + 0.2 * d_ends.mean())
    return cost, away, d_tilt


def loss_of(out, target):
    corners, logs, first, var = out
    cost, away, d_tilt = distance(corners, target)
    loss = cost + 0.5 * distance(first, target)[0] + 0.02 * var.clamp(max=60).mean()
    spread = laplace(away.mean(-1), logs[..., 0]) + laplace(d_tilt, logs[..., 1])
    return loss + 0.1 * spread, away.mean().item(), d_tilt.mean().item()


def batch_of(samples):
    return [torch.from_numpy(np.stack([s[k] for s in samples])) for k in range(4)]


def arguments() -> argparse.Namespace:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--fold", type=int, default=-1)
    args.add_argument("--count", type=int, default=4)
    args.add_argument("--epochs", type=int, default=40)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--lr", type=float, default=1.5e-3)
    args.add_argument("--muon", type=float, default=0.06)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--every", type=int, default=5)
    args.add_argument("--films", type=Path, default=DATA)
    args.add_argument("--seed", type=int, default=1)
    return args.parse_args()


def main() -> None:
    o = arguments()
    torch.set_num_threads(o.threads)
    films = load_films(o.films)
    fold = folds(films, o.count)
    small = [(s.astype(np.float16), c) for s, c in map(reduced, films)]
    train = [i for i in range(len(films)) if fold[i] != o.fold]
    held = [i for i in range(len(films)) if fold[i] == o.fold]
    torch.manual_seed(o.seed)
    learner = Learner(Refiner(), options=o, steps_per_epoch=len(train) // BATCH)

    def epoch_of(epoch: int) -> str:
        rng = np.random.default_rng((17, epoch, o.fold + 1))
        return f"loss/px/deg {train_epoch(learner, epoch, small, order=rng.permutation(train), rng=rng)}"

    learner.epochs(epoch_of, lambda net: f"px/deg {validate(net, held, small)}" if held else "")


def train_epoch(learner: Learner, epoch: int, small, *, order, rng):
    """One pass; the mean loss, corner distance (strip px) and tilt error (degrees)."""
    sums = []
    for step in range(learner.steps_per_epoch):
        picked = order[step * BATCH : step * BATCH + BATCH]
        strips = [make_strip(small[i][0].astype(np.float32), small[i][1], rng=rng) for i in picked]
        x, guide, prior, target = batch_of(strips)
        with torch.autocast("cpu", torch.bfloat16):
            out = learner.net(x.to(memory_format=torch.channels_last), guide, prior)
        loss, px, deg = loss_of(out, target)
        learner.learn(loss, epoch=epoch, step=step)
        sums.append((loss.item(), px, deg))
    return np.mean(sums, 0).round(3)


@torch.no_grad()
def validate(net, held, small):
    net.eval()
    px, deg = [], []
    rng = np.random.default_rng(5)
    for i in held:
        s, c = small[i]
        sample = make_strip(s.astype(np.float32), c, rng=rng)
        x, guide, prior, target = batch_of([sample])
        with torch.autocast("cpu", torch.bfloat16):
            out = net(x.to(memory_format=torch.channels_last), guide, prior)
        corners = out[0]
        px.append((corners - target).norm(dim=-1).mean().item())
        deg.append((tilt_deg(corners) - tilt_deg(target)).abs().mean().item())
    return np.round([np.median(px), np.mean(px), np.median(deg), np.mean(deg)], 3)


if __name__ == "__main__":
    main()
