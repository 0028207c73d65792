"""A checkpoint from shipped ONNX weights, to go on training when the checkpoints are gone.

python warm_start.py src/spondyl/radiograph/weights/refiner-0.onnx refiner runs/start0.pt --fold 0
python train_refiner.py --fold=0 --start=runs/start0.pt --out=runs/again0.pt …

The exporter folds every normalisation into the convolution before it. Here each is given back: filters of unit norm as
Muon keeps them, and the mean and variance that the layer sees on training strips. The function stays the same.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from canvases import labelled
from canvases import sample as canvas_sample
from export import SHAPES, trace
from films import DATA, folds, load_films
from schedule import BATCH
from strips import make_strip, reduced
from train_locator import AP, stack
from train_refiner import batch_of

LOOKS = 12
"""Batches that the statistics are taken from."""

Pair = tuple[nn.Conv2d, nn.BatchNorm2d]


def pairs_of(net: nn.Module) -> list[Pair]:
    """Convolutions with the normalisation that follows each."""
    inside = (list(m.children()) for m in net.modules() if isinstance(m, nn.Sequential))
    both = (pair for kids in inside for pair in pairwise(kids))
    return [(a, b) for a, b in both if isinstance(a, nn.Conv2d) and isinstance(b, nn.BatchNorm2d)]


@torch.no_grad()
def neutralise(net: nn.Module) -> None:
    """Make every normalisation add its bias and nothing else, as if it were folded already."""
    for _, norm in pairs_of(net):
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.fill_(1.0)


def stored(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Weights by the name that the graph uses, float32, whether stored as int8, float16 or as they are."""
    raw = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    out = {}
    for name, array in raw.items():
        if name.endswith("_steps"):
            base = name.removesuffix("_steps")
            out[base] = array.astype(np.float32) * raw[base + "_scale"]
        elif not name.endswith("_scale"):
            out[name.removesuffix("_half")] = np.array(array, dtype=np.float32)
    return out


@torch.no_grad()
def homes(name: str) -> dict[str, tuple[str, bool]]:
    """Which parameter each initializer of an exported network is, and whether it is stored transposed.

    Found by exporting a network in which no two parameters are alike.
    """
    net = SHAPES[name][0]().eval()
    for p in net.parameters():
        p.copy_(torch.randn_like(p))
    neutralise(net)
    with TemporaryDirectory() as folder:
        graph = onnx.load(str(trace(net, name, Path(folder) / "probe.onnx"))).graph
    own = {n: p.numpy() for n, p in net.named_parameters()}
    found = {}
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        for parameter, value in own.items():
            if array.size > 1 and _same(array, value):
                found[tensor.name] = (parameter, False)
            elif array.ndim == 2 and _same(array.T, value):
                found[tensor.name] = (parameter, True)
    return found


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def unfolded(path: Path, name: str) -> nn.Module:
    """The network whose shipped weights lie at ``path``; filters of unit norm, their size in the normalisation."""
    net, weights = SHAPES[name][0]().eval(), stored(onnx.load(str(path)))
    own = dict(net.named_parameters())
    for tensor, (parameter, turned) in homes(name).items():
        value = torch.from_numpy(weights[tensor])
        own[parameter].copy_(value.T if turned else value)
    neutralise(net)
    for conv, norm in pairs_of(net):
        size = conv.weight.flatten(1).norm(dim=1)
        conv.weight.div_(size[:, None, None, None])
        norm.weight.copy_(size)
    return net


@torch.no_grad()
def calibrate(net: nn.Module, batches: Iterator[tuple[Tensor, ...]]) -> None:
    """Give every normalisation the mean and variance of what it sees, and the gain and bias that undo them."""
    pairs = pairs_of(net)
    sums = {norm: [0, 0.0, 0.0] for _, norm in pairs}

    def watch(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].double()
        for n, part in enumerate((x.numel() // x.shape[1], x.sum((0, 2, 3)), (x**2).sum((0, 2, 3)))):
            sums[norm][n] = sums[norm][n] + part

    hooks = [norm.register_forward_pre_hook(watch) for _, norm in pairs]
    for batch in batches:
        net(*batch)
    for hook in hooks:
        hook.remove()
    for norm, (count, total, squares) in sums.items():
        mean = total / count
        var = (squares / count - mean**2).clamp(min=1e-6)
        norm.bias.add_((norm.weight.double() * mean).float())
        norm.weight.copy_((norm.weight.double() * torch.sqrt(var + norm.eps)).float())
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)


def looks(name: str, films: list, train: np.ndarray) -> Iterator[tuple[Tensor, ...]]:
    """Training batches of films numbered ``train``, as inputs of the network."""
    rng = np.random.default_rng(0)
    for _ in range(LOOKS):
        picked = rng.choice(train, BATCH, replace=False)
        if name == "refiner":
            batch = batch_of([make_strip(*reduced(films[i]), rng=rng, off=0.3) for i in picked])
            yield batch["strip"], batch["guide"], batch["prior"]
        else:
            yield (stack([canvas_sample(*labelled(films[i]), AP, rng=rng) for i in picked])[0],)


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("weights", type=Path)
    args.add_argument("name", choices=SHAPES)
    args.add_argument("out", type=Path)
    args.add_argument("--fold", type=int, required=True, help="films of this fold are not looked at")
    args.add_argument("--count", type=int, default=4)
    args.add_argument("--films", type=Path, default=DATA)
    o = args.parse_args()
    films = load_films(o.films)
    net = unfolded(o.weights, o.name)
    calibrate(net, looks(o.name, films, np.flatnonzero(folds(films, o.count) != o.fold)))
    o.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"average": net.state_dict()}, o.out)


if __name__ == "__main__":
    main()
