"""The two networks: the locator looks at the whole film, the refiner at the straightened spine."""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, relu

LEVELS = 17
STRIDE = 8


def conv_bn(inp: int, out: int, *, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inp, out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    def __init__(self, inp: int, out: int, stride: int) -> None:
        super().__init__()
        self.first = conv_bn(inp, out, stride=stride)
        self.second = nn.Sequential(nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out))
        same = inp == out and stride == 1
        self.skip = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inp, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        )

    def forward(self, x: Tensor) -> Tensor:
        return relu(self.skip(x) + self.second(self.first(x)))


class Pyramid(nn.Module):
    """Residual encoder from stride 8 to 32 (or 64) and a top-down decoder back to stride 8."""

    def __init__(self, *, widths: tuple[int, ...], extra: int, out: int, dropout: float) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            conv_bn(2, 32, stride=2), conv_bn(32, 64, stride=2), conv_bn(64, widths[0], stride=2)
        )
        ins = (widths[0] + extra, *widths[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(Residual(i, w, 2 if n else 1), Residual(w, w, 1))
            for n, (i, w) in enumerate(zip(ins, widths, strict=True))
        )
        self.lateral = nn.ModuleList(nn.Conv2d(w, out, 1) for w in widths)
        self.smooth = nn.ModuleList(conv_bn(out, out) for _ in widths)
        self.drop = nn.Dropout2d(dropout)

    def forward(self, x: Tensor, extra: Tensor | None) -> tuple[Tensor, Tensor]:
        x = self.stem(x)
        if extra is not None:
            x = torch.cat([x, extra.to(x.dtype)], 1)
        taps = []
        for stage in self.stages:
            x = stage(x)
            taps.append(x)
        y = self.smooth[-1](self.lateral[-1](self.drop(taps[-1])))
        for n in range(len(taps) - 2, -1, -1):
            y = interpolate(y, scale_factor=2.0, mode="nearest") + self.lateral[n](taps[n])
            y = self.smooth[n](y)
        return y, taps[-1]


class Locator(nn.Module):
    """Canvas (b, 2, 512, 256) → heat logits (b, 17, 64, 32), null logits (b, 17), film class logits (b, 3)."""

    def __init__(
        self, widths: tuple[int, ...] = (128, 192, 256, 256), out: int = 96, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.body = Pyramid(widths=widths, extra=0, out=out, dropout=dropout)
        self.heat = nn.Sequential(conv_bn(out, out), nn.Conv2d(out, LEVELS, 1))
        self.null = nn.Linear(widths[-1], LEVELS)
        self.film = nn.Linear(widths[-1], 3)

    def forward(self, canvas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        y, top = self.body(canvas, None)
        pooled = torch.cat([top.float().mean((2, 3))], 1)
        return self.heat(y).float(), self.null(pooled), self.film(pooled)


class ChainHead(nn.Module):
    """Second look: what was seen at the four corners of every vertebra, passed along the chain, moves the corners."""

    def __init__(self, channels: int, hidden: int = 192) -> None:
        super().__init__()
        self.enter = nn.Linear(4 * channels + 12, hidden)
        self.along = nn.ModuleList(nn.Conv1d(hidden, hidden, 5, padding=2) for _ in range(3))
        self.drop = nn.Dropout(0.1)
        self.leave = nn.Linear(hidden, 10)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, seen: Tensor, cells: Tensor, var: Tensor) -> Tensor:
        middle = cells.mean(2, keepdim=True)
        shape = torch.cat([((cells - middle) / 6).flatten(2), torch.log(var.clamp(min=1e-3)) / 4], -1)
        x = relu(self.enter(torch.cat([seen.flatten(2), shape], -1))).transpose(1, 2)
        for conv in self.along:
            x = x + relu(conv(self.drop(x)))
        return self.leave(x.transpose(1, 2))


class Refiner(nn.Module):
    """Strip (b, 2, 896, 160), guide (b, 3, 112, 20), log prior (b, 17, 4, 112, 20) of each corner → corners in strip
    px (b, 17, 4, 2), log Laplace scales (b, 17, 2) of a corner (px) and of the tilt (degrees), first-look corners."""

    def __init__(
        self, widths: tuple[int, ...] = (128, 192, 256), out: int = 96, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.body = Pyramid(widths=widths, extra=3, out=out, dropout=dropout)
        self.head = nn.Sequential(conv_bn(out, out), nn.Conv2d(out, 12, 1))
        self.chain = ChainHead(out)

    def forward(self, strip: Tensor, guide: Tensor, prior: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        y, _ = self.body(strip, guide)
        maps = self.head(y).float()
        with torch.autocast("cpu", enabled=False):
            return self.read(y.float(), maps, prior)

    def read(self, y: Tensor, maps: Tensor, prior: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        logits, fine = maps[:, :4], maps[:, 4:]
        _, _, h, w = logits.shape
        p = torch.softmax((logits[:, None] + prior).flatten(3), -1)
        cols = torch.arange(w, dtype=torch.float32).repeat(h)
        rows = torch.arange(h, dtype=torch.float32).repeat_interleave(w)
        cells = torch.stack([cols, rows], -1)
        mean = p @ cells
        var = (p @ (cells**2) - mean**2).sum(-1)
        off = fine.flatten(2)
        offsets = torch.stack([(p[:, :, k] @ off[:, 2 * k : 2 * k + 2].transpose(1, 2)) for k in range(4)], 2)
        spots = mean + offsets
        seen = p.flatten(1, 2) @ y.flatten(2).transpose(1, 2)
        moved = self.chain(seen.view(-1, LEVELS, 4, y.shape[1]), spots, var)
        better = spots + moved[..., :8].reshape(spots.shape)
        return (better + 0.5) * STRIDE - 0.5, moved[..., 8:], (spots + 0.5) * STRIDE - 0.5, var
