"""Train the locator on films outside one fold (or on all) and on made pictures; a rerun resumes."""

from pathlib import Path

import numpy as np
import torch

from canvases import labelled, sample
from films import folds, load_films
from networks import Locator
from pictures import load_pictures
from precision import quick
from schedule import BATCH, Learner, arguments
from spondyl.radiograph.chain import decode_chain
from twins import learnt

AP, LATERAL, OTHER = 0, 1, 2
MADE = 0.25
"""Made pictures as a share of the films."""


def loss_of(out, heat, seen, kind):
    logits, null, film = (part.float() for part in out)
    flat = torch.cat([logits.flatten(2), null[..., None]], -1)
    log_p = torch.log_softmax(flat, -1)
    full = torch.cat([heat.flatten(2), (1 - seen)[..., None]], -1)
    cross = -(full * log_p).sum(-1)
    weight = torch.where(seen > 0, 1.0, 0.5)
    return (cross * weight).mean() + 0.5 * torch.nn.functional.cross_entropy(film, kind)


def made_picture(made, ready, train, rng):
    """A made picture, or now and then a film lying on its side or standing on its head."""
    if rng.random() < 0.85:
        return made[rng.integers(len(made))]
    grey = ready[rng.choice(train)][0]
    return np.ascontiguousarray(np.rot90(grey, rng.integers(1, 4))), None, OTHER


def stack(samples):
    x, heat, seen = (torch.from_numpy(np.stack([s[k] for s in samples])) for k in range(3))
    return x.to(memory_format=torch.channels_last), heat, seen, torch.tensor([s[3] for s in samples])


def main() -> None:
    o = arguments(__doc__, made=Path)
    torch.set_num_threads(o.threads)
    films = load_films(o.films)
    fold = folds(films, o.count)
    ready = [labelled(f) for f in films]
    made = load_pictures(o.made)
    train = learnt(films, fold, o.fold)
    held = [i for i in range(len(films)) if fold[i] == o.fold]
    torch.manual_seed(o.seed)
    learner = Learner(Locator(), options=o, steps_per_epoch=int(len(train) * (1 + MADE)) // BATCH)
    extra = [-1] * (learner.steps_per_epoch * BATCH - len(train)) if made else []

    def epoch_of(epoch: int) -> str:
        rng = np.random.default_rng((23, epoch, o.fold + 1))
        order = rng.permutation(np.array([*train, *extra]))

        def pick(i: int):
            return sample(*((*ready[i], AP) if i >= 0 else made_picture(made, ready, train, rng)), rng=rng)

        return f"loss {train_epoch(learner, epoch, order, pick=pick):.3f}"

    learner.epochs(epoch_of, lambda net: f"{validate(net, held, ready)}" if held else "")


def train_epoch(learner: Learner, epoch: int, order, *, pick) -> float:
    """One pass over films and made pictures; the mean loss."""
    sums = []
    for step in range(len(order) // BATCH):
        x, heat, seen, kind = stack([pick(i) for i in order[step * BATCH : step * BATCH + BATCH]])
        with quick():
            out = learner.net(x)
        loss = loss_of(out, heat, seen, kind)
        learner.learn(loss, epoch=epoch, step=step)
        sums.append(loss.item())
    return float(np.mean(sums))


@torch.no_grad()
def validate(net, held, ready):
    """Median and mean centre error, 90th centile, in vertebral spacings; share of films shifted by a level."""
    net.eval()
    errors, shifted = [], 0
    for i in held:
        small, corners = ready[i]
        s = sample(small, corners, AP, rng=None)
        with quick():
            heat, null, _ = net(torch.from_numpy(s[0])[None].to(memory_format=torch.channels_last))
        chain = decode_chain(heat[0].float().numpy(), null[0].float().numpy())
        truth = corners.mean(1) @ s[4][:, :2].T + s[4][:, 2]
        level = np.linalg.norm(np.diff(truth, axis=0), axis=1).mean()
        away = np.linalg.norm(chain.centres - truth, axis=1) / level
        errors.append(away.mean())
        shifted += np.median(away) > 0.6
    return np.round([np.median(errors), np.mean(errors), np.quantile(errors, 0.9), shifted / len(held)], 3)


if __name__ == "__main__":
    main()
