"""Train the refiner on films outside one fold (or on all), with checkpoints; a rerun resumes."""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from films import folds, load_films
from networks import Refiner
from schedule import Average, Checkpoint, Optimizers
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


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("--fold", type=int, default=-1)
    args.add_argument("--count", type=int, default=4)
    args.add_argument("--epochs", type=int, default=40)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--lr", type=float, default=1.5e-3)
    args.add_argument("--muon", type=float, default=0.06)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--every", type=int, default=5)
    o = args.parse_args()
    torch.set_num_threads(o.threads)
    films = load_films()
    fold = folds(films, o.count)
    small = [reduced(f) for f in films]
    small = [(s.astype(np.float16), c) for s, c in small]
    train = [i for i in range(len(films)) if fold[i] != o.fold]
    held = [i for i in range(len(films)) if fold[i] == o.fold]
    torch.manual_seed(1)
    net = Refiner().to(memory_format=torch.channels_last)
    opt = Optimizers(net, lr=o.lr, muon_lr=o.muon)
    average = Average(net, 0.998)
    per = len(train) // 8
    keep = Checkpoint(o.out, net, opt, average)
    start = keep.resume()
    for epoch in range(start, o.epochs):
        t0, sums = time.time(), []
        rng = np.random.default_rng((17, epoch, o.fold + 1))
        order = rng.permutation(train)
        net.train()
        for step in range(per):
            x, guide, prior, target = batch_of(
                [
                    make_strip(small[i][0].astype(np.float32), small[i][1], rng=rng)
                    for i in order[step * 8 : step * 8 + 8]
                ]
            )
            with torch.autocast("cpu", torch.bfloat16):
                out = net(x.to(memory_format=torch.channels_last), guide, prior)
            loss, px, deg = loss_of(out, target)
            opt.step(loss, net, at=epoch * per + step, total=o.epochs * per)
            average.update(net)
            sums.append((loss.item(), px, deg))
        line = f"epoch {epoch} {time.time() - t0:.0f}s train loss/px/deg {np.mean(sums, 0).round(3)}"
        if held and ((epoch + 1) % o.every == 0 or epoch + 1 == o.epochs):
            line += f" held px/deg {validate(average.net, held, small)}"
        print(line, flush=True)
        keep.save(epoch + 1)


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
