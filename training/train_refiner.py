"""Train the refiner on films outside one fold (or on all), with checkpoints; a rerun resumes."""

import numpy as np
import torch

from films import folds, load_films
from networks import Refiner
from precision import quick
from schedule import BATCH, Learner, arguments
from strips import make_strip, reduced
from twins import learnt

TILT_WEIGHT = 1.5
SHIFT_WEIGHT = 0.3
OFF_BY_ONE = 0.3
"""Share of training strips whose chain is one level too high or too low."""


def tilt_deg(corners: torch.Tensor) -> torch.Tensor:
    v = (corners[..., 1, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 2, :]) / 2
    return torch.rad2deg(torch.atan2(v[..., 1], v[..., 0]))


def endplates_deg(corners: torch.Tensor) -> torch.Tensor:
    v = corners[..., [1, 3], :] - corners[..., [0, 2], :]
    return torch.rad2deg(torch.atan2(v[..., 1], v[..., 0].clamp(min=1.0)))


def mean_of(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean over levels (b, 17, …) that the label knows: ``weight`` (b, 17) is 1 for those, else 0."""
    per_level = values.flatten(2).mean(-1) if values.dim() > 2 else values
    return (per_level * weight).sum() / weight.sum()


def laplace(error: torch.Tensor, log_b: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return mean_of(error.detach() * torch.exp(-log_b) + log_b, weight)


def distance(corners, target, weight):
    away = (corners - target).norm(dim=-1)
    d_tilt = (tilt_deg(corners) - tilt_deg(target)).abs().clamp(max=25)
    d_ends = (endplates_deg(corners) - endplates_deg(target)).abs().clamp(max=25)
    cost = mean_of(torch.sqrt(away**2 + 1) - 1, weight)
    cost = cost + TILT_WEIGHT * (mean_of(d_tilt, weight) + 0.2 * mean_of(d_ends, weight))
    return cost, away, d_tilt


def loss_of(out, batch):
    corners, logs, var, shift, looks = out
    target, weight = batch["target"], batch["weight"]
    cost, away, d_tilt = distance(corners, target, weight)
    earlier = [distance(look, target, weight)[0] for look in looks[:, :-1].unbind(1)]
    loss = cost + 0.5 * sum(earlier) + 0.02 * mean_of(var.clamp(max=60), weight)
    spread = laplace(away.mean(-1), logs[..., 0], weight) + laplace(d_tilt, logs[..., 1], weight)
    level = torch.nn.functional.cross_entropy(shift, batch["shift"])
    loss = loss + 0.1 * spread + SHIFT_WEIGHT * level
    return loss, mean_of(away, weight).item(), mean_of(d_tilt, weight).item(), level.item()


def batch_of(samples):
    return {key: torch.from_numpy(np.stack([s[key] for s in samples])) for key in samples[0]}


def look(net, batch):
    """Network outputs of a batch, in bfloat16 where that is quick and safe."""
    with quick():
        strip = batch["strip"].to(memory_format=torch.channels_last)
        return net(strip, batch["guide"], batch["prior"])


def main() -> None:
    o = arguments(__doc__)
    torch.set_num_threads(o.threads)
    films = load_films(o.films)
    fold = folds(films, o.count)
    small = [(s.astype(np.float16), c) for s, c in map(reduced, films)]
    train = learnt(films, fold, o.fold)
    held = [i for i in range(len(films)) if fold[i] == o.fold]
    torch.manual_seed(o.seed)
    learner = Learner(Refiner(), options=o, steps_per_epoch=len(train) // BATCH)

    def epoch_of(epoch: int) -> str:
        rng = np.random.default_rng((16 + o.seed, epoch, o.fold + 1))
        return (
            f"loss/px/deg/shift {train_epoch(learner, epoch, small, order=rng.permutation(train), rng=rng)}"
        )

    learner.epochs(epoch_of, lambda net: f"px/deg {validate(net, held, small)}" if held else "")


def train_epoch(learner: Learner, epoch: int, small, *, order, rng):
    """One pass; the mean loss, corner distance (strip px) and tilt error (degrees)."""
    sums = []
    for step in range(learner.steps_per_epoch):
        picked = order[step * BATCH : step * BATCH + BATCH]
        strips = [
            make_strip(small[i][0].astype(np.float32), small[i][1], rng=rng, off=OFF_BY_ONE) for i in picked
        ]
        batch = batch_of(strips)
        loss, *figures = loss_of(look(learner.net, batch), batch)
        learner.learn(loss, epoch=epoch, step=step)
        sums.append((loss.item(), *figures))
    return np.mean(sums, 0).round(3)


@torch.no_grad()
def validate(net, held, small):
    """Of every look: median and mean corner distance (strip px), median and mean tilt error (degrees); then the share
    of shifts told rightly, of chains too high, right and too low."""
    net.eval()
    away, right = [], ([], [], [])
    rng = np.random.default_rng(5)
    for i in held:
        s, c = small[i]
        for off in (0.0, 1.0):
            batch = batch_of([make_strip(s.astype(np.float32), c, rng=rng, off=off)])
            _, _, _, shift, looks = look(net, batch)
            right[int(batch["shift"])].append(int(shift.argmax()) == int(batch["shift"]))
            if off == 0.0:
                away.append([apart(found, batch["target"]) for found in looks.unbind(1)])
    px, deg = np.moveaxis(np.array(away), -1, 0)
    figures = np.stack([np.median(px, 0), px.mean(0), np.median(deg, 0), deg.mean(0)], -1)
    return f"{figures.round(2).tolist()} level {np.round([np.mean(told) for told in right], 2)}"


def apart(found, target):
    px = (found - target).norm(dim=-1).mean().item()
    return px, (tilt_deg(found) - tilt_deg(target)).abs().mean().item()


if __name__ == "__main__":
    main()
