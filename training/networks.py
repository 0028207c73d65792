"""The two networks: the locator looks at the whole film, the refiner at the straightened spine."""

import torch
from torch import Tensor, nn
from torch.nn.functional import grid_sample, interpolate, relu

LEVELS = 17
STRIDE = 8
FINE = 64
FINE_STRIDE = 4


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
        self.fine = nn.Sequential(conv_bn(2, 32, stride=2), conv_bn(32, FINE, stride=2))
        self.stem = conv_bn(FINE, widths[0], stride=2)
        ins = (widths[0] + extra, *widths[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(Residual(i, w, 2 if n else 1), Residual(w, w, 1))
            for n, (i, w) in enumerate(zip(ins, widths, strict=True))
        )
        self.lateral = nn.ModuleList(nn.Conv2d(w, out, 1) for w in widths)
        self.smooth = nn.ModuleList(conv_bn(out, out) for _ in widths)
        self.drop = nn.Dropout2d(dropout)

    def forward(self, x: Tensor, extra: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Features at stride 8 (decoded), the coarsest, and those of the stem at stride 4."""
        fine = self.fine(x)
        x = self.stem(fine)
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
        return y, taps[-1], fine


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
        y, top, _ = self.body(canvas, None)
        pooled = torch.cat([top.float().mean((2, 3))], 1)
        return self.heat(y).float(), self.null(pooled), self.film(pooled)


class ChainHead(nn.Module):
    """Second look: what was seen at the four corners of every vertebra, passed along the chain, moves the corners."""

    def __init__(self, channels: int, hidden: int = 192) -> None:
        super().__init__()
        self.enter = nn.Linear(4 * channels + 12, hidden)
        self.along = nn.ModuleList(nn.Conv1d(hidden, hidden, 5, padding=2) for _ in range(3))
        self.drop = nn.Dropout(0.1)
        self.leave = nn.Linear(hidden, 8)
        self.shift = nn.Sequential(nn.Linear(LEVELS * 16, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 3))
        self.each = nn.Linear(hidden, 16)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, seen: Tensor, cells: Tensor, var: Tensor) -> tuple[Tensor, Tensor]:
        middle = cells.mean(2, keepdim=True)
        shape = torch.cat([((cells - middle) / 6).flatten(2), torch.log(var.clamp(min=1e-3)) / 4], -1)
        x = relu(self.enter(torch.cat([seen.flatten(2), shape], -1))).transpose(1, 2)
        for conv in self.along:
            x = x + relu(conv(self.drop(x)))
        x = x.transpose(1, 2)
        return self.leave(x), self.shift(relu(self.each(x)).flatten(1))


class CloseLook(nn.Module):
    """Third and later looks: the surroundings of every corner at stride 4, cut out where the look before put it."""

    REACH = 3

    def __init__(self, coarse: int, channels: int = 48, hidden: int = 192) -> None:
        super().__init__()
        self.up = nn.Conv2d(coarse, channels, 1)
        self.fine = nn.Conv2d(FINE, channels, 1)
        self.mix = nn.Sequential(conv_bn(channels, channels), conv_bn(channels, channels))
        side = 2 * self.REACH + 1
        self.corner = nn.Linear(channels * side * side, 96)
        self.enter = nn.Linear(4 * 96 + 8, hidden)
        self.along = nn.ModuleList(nn.Conv1d(hidden, hidden, 3, padding=1) for _ in range(2))
        self.drop = nn.Dropout(0.1)
        self.leave = nn.Linear(hidden, 10)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        steps = torch.arange(-self.REACH, self.REACH + 1, dtype=torch.float32) * FINE_STRIDE
        around = torch.stack([steps.repeat(side), steps.repeat_interleave(side)], -1)
        self.register_buffer("around", around, persistent=False)

    def features(self, fine: Tensor, y: Tensor) -> Tensor:
        up = interpolate(self.up(y), scale_factor=2.0, mode="nearest")
        return self.mix(relu(self.fine(fine) + up))

    def forward(self, features: Tensor, corners: Tensor) -> Tensor:
        """Features (b, c, 224, 40) and corners (b, 17, 4, 2; strip px) → (b, 17, 10): moves and log scales."""
        b = corners.shape[0]
        spots = corners.detach().reshape(b, LEVELS * 4, 1, 2) + self.around.to(corners.dtype)
        size = torch.tensor([features.shape[3], features.shape[2]], dtype=corners.dtype) * FINE_STRIDE
        grid = (spots + 0.5) / size * 2 - 1
        cut = grid_sample(features, grid, mode="bilinear", align_corners=False)
        cut = cut.permute(0, 2, 1, 3).reshape(b, LEVELS, 4, -1)
        seen = relu(self.corner(cut)).flatten(2)
        shape = (corners - corners.mean(2, keepdim=True)).detach().flatten(2) / 48
        x = relu(self.enter(torch.cat([seen, shape], -1))).transpose(1, 2)
        for conv in self.along:
            x = x + relu(conv(self.drop(x)))
        return self.leave(x.transpose(1, 2))


class Refiner(nn.Module):
    """Strip (b, 2, 896, 160), guide (b, 3, 112, 20), log prior (b, 17, 4, 112, 20) of each corner → corners in strip
    px (b, 17, 4, 2), log Laplace scales (b, 17, 2) of a corner (px) and of the tilt (degrees), variance of the first
    look, logits (b, 3) of the chain lying one level too high, right, one level too low, corners of every look."""

    def __init__(
        self,
        widths: tuple[int, ...] = (128, 192, 256),
        out: int = 96,
        dropout: float = 0.1,
        close_looks: int = 2,
    ) -> None:
        super().__init__()
        self.close_looks = close_looks
        self.body = Pyramid(widths=widths, extra=3, out=out, dropout=dropout)
        self.head = nn.Sequential(conv_bn(out, out), nn.Conv2d(out, 12, 1))
        self.chain = ChainHead(out)
        self.close = CloseLook(out)

    def forward(self, strip: Tensor, guide: Tensor, prior: Tensor) -> tuple[Tensor, ...]:
        y, _, fine = self.body(strip, guide)
        maps = self.head(y).float()
        near = self.close.features(fine, y).float()
        with torch.autocast("cpu", enabled=False):
            second, first, var, shift = self.read(y.float(), maps, prior)
            looks, logs = [first, second], var
            for _ in range(self.close_looks):
                moved = self.close(near, looks[-1])
                looks.append(looks[-1] + moved[..., :8].reshape(second.shape))
                logs = moved[..., 8:]
        return looks[-1], logs, var, shift, torch.stack(looks, 1)

    def read(self, y: Tensor, maps: Tensor, prior: Tensor) -> tuple[Tensor, ...]:
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
        moved, shift = self.chain(seen.view(-1, LEVELS, 4, y.shape[1]), spots, var)
        better = spots + moved.reshape(spots.shape)
        return (better + 0.5) * STRIDE - 0.5, (spots + 0.5) * STRIDE - 0.5, var, shift
