"""The whole recipe of the shipped networks, from films to weights: python training/train.py [--config FILE].

Each fold's networks learn on the other folds and are scored on their own; together they are the ensemble that ships, so
no film is learnt by all of it, and the score of one fold's networks is a cautious one of the whole.

Every finished step leaves a stamp made from its command and from what it rests on; a rerun skips what is stamped, and a
training that was cut off goes on after its last finished epoch. A changed config starts the steps it touches afresh.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NETWORKS = ("locator", "refiner")
FOLD_CARD = {"name": "fold", "thresholds": {}, "confidence": {}, "tilt_gain": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One script with its arguments: ``out`` is the file it writes, ``needs`` are the steps it rests on."""

    name: str
    words: tuple[str, ...]
    out: Path
    needs: tuple["Step", ...] = ()

    def stamp(self, films: str) -> str:
        """Digest of the command and of everything before it."""
        told = [films, *self.words, *(step.stamp(films) for step in self.needs)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


class Recipe:
    """The steps that a config asks for."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.runs = ROOT / config["run"]["folder"]
        self.films = (ROOT / config["run"]["films"]).resolve()
        made, wanted = self.runs / "pictures.npz", config["pictures"]
        self.pictures = Step(
            name="pictures",
            words=_words("make_pictures.py", out=made, **wanted),
            out=made,
        )

    def stages(self) -> list[list[Step]]:
        """Lists of steps; those of one list may run side by side."""
        numbers = range(self.config["folds"]["count"])
        first = {(net, fold): self._train(net, fold) for fold in numbers for net in NETWORKS}
        trained = {place: self._again(step, *place) for place, step in first.items()}
        exports = {
            (net, fold): self._export(step, net, self.runs / _place(fold) / f"{net}.onnx")
            for (net, fold), step in trained.items()
        }
        sights = [self._sight(k, (exports["locator", k], exports["refiner", k])) for k in numbers]
        model = self.config["model"]
        shipped = [
            self._export(trained[net, fold], net, ROOT / model["folder"] / f"{net}-{fold}.onnx")
            for net in NETWORKS
            for fold in model[f"{net}s"]
        ]
        return [
            [self.pictures],
            list(first.values()),
            [step for place, step in trained.items() if step is not first[place]],
            [*exports.values(), *shipped],
            sights,
            [self._score(sights), self._fit(sights)],
        ]

    def _train(self, net: str, fold: int) -> Step:
        """The first cycle of the learning rate, from random weights."""
        out = self.runs / f"{_place(fold)}_{net}.pt"
        epochs = self.config["epochs"][net]
        words = self._learn(net, fold, epochs, self.config["learning"], out)
        return Step(name=out.stem, words=words, out=out, needs=(self.pictures,) if net == "locator" else ())

    def _again(self, first: Step, net: str, fold: int) -> Step:
        """A second, gentler cycle that begins with the average of the first; the first itself where none is asked."""
        again = self.config["again"]
        if not again[net]:
            return first
        out = self.runs / f"{_place(fold)}_{net}_again.pt"
        words = (*self._learn(net, fold, again[net], again, out), f"--start={first.out}")
        return Step(name=out.stem, words=words, out=out, needs=(first,))

    def _learn(self, net: str, fold: int, epochs: int, rates: dict, out: Path) -> tuple[str, ...]:
        rest = {"made": self.pictures.out} if net == "locator" else {}
        return _words(
            f"train_{net}.py",
            fold=fold,
            count=self.config["folds"]["count"],
            epochs=epochs,
            lr=rates["adamw_lr"],
            muon=rates["muon_lr"],
            seed=rates["seed"],
            films=self.films,
            out=out,
            **rest,
        )

    def _export(self, trained: Step, net: str, out: Path) -> Step:
        words = ("export.py", str(trained.out), net, str(out))
        return Step(name=f"export_{out.parent.name}_{out.stem}", words=words, out=out, needs=(trained,))

    def _sight(self, fold: int, exports: tuple[Step, ...]) -> Step:
        folder, out = self.runs / _place(fold), self.runs / f"sight{fold}.npz"
        count = self.config["folds"]["count"]
        words = _words(
            "evaluate.py", "sight", fold=fold, count=count, weights=folder, films=self.films, out=out
        )
        return Step(name=out.stem, words=words, out=out, needs=exports)

    def _score(self, sights: list[Step]) -> Step:
        out = self.runs / "worst" / "worst_ten.png"
        stores = [str(step.out) for step in sights]
        words = _words(
            "evaluate.py",
            "score",
            *stores,
            worst=out.parent,
            films=self.films,
            gain=self.config["model"]["gain"],
        )
        return Step(name="score", words=words, out=out, needs=tuple(sights))

    def _fit(self, sights: list[Step]) -> Step:
        out = ROOT / self.config["model"]["folder"] / "model.json"
        stores = [str(step.out) for step in sights]
        model = self.config["model"]
        options = {
            "name": model["name"],
            "gain": model["gain"],
            "films": self.films,
            **self.config["thresholds"],
        }
        words = _words("evaluate.py", "fit", *stores, out=out, **options)
        return Step(name="fit", words=words, out=out, needs=tuple(sights))


def _words(*words: str, **options: object) -> tuple[str, ...]:
    return (*words, *(f"--{name}={value}" for name, value in options.items()))


def _place(fold: int) -> str:
    return f"fold{fold}"


def films_digest(folder: Path) -> str:
    """Digest of the labels: other films make everything anew."""
    names = ("filenames.csv", "landmarks.csv", "angles.csv")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        sys.exit(
            f"{folder} lacks {', '.join(missing)}. Put the films there, or name their folder in the config."
        )
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()


def run_step(step: Step, *, runs: Path, films: str) -> None:
    """Run one step unless its stamp says that it is done; its output goes to runs/NAME.log."""
    started, done, stamp = runs / f"{step.name}.started", runs / f"{step.name}.done", step.stamp(films)
    if step.out.exists() and _said(done) == stamp:
        print(f"{step.name}: done before", flush=True)
        return
    if _said(started) != stamp and step.out.is_relative_to(runs):
        step.out.unlink(missing_ok=True)
    started.write_text(stamp)
    step.out.parent.mkdir(parents=True, exist_ok=True)
    begin, log = time.time(), runs / f"{step.name}.log"
    print(f"{step.name}: running, see {log}", flush=True)
    with log.open("a") as lines:
        words = [sys.executable, str(HERE / step.words[0]), *step.words[1:]]
        env = os.environ | {"OMP_NUM_THREADS": "1"}
        code = subprocess.run(words, stdout=lines, stderr=subprocess.STDOUT, env=env, check=False).returncode
    if code:
        raise RuntimeError(f"{step.name} failed (exit code {code}); the end of {log} says why")
    done.write_text(stamp)
    print(f"{step.name}: done in {time.time() - begin:.0f} s", flush=True)


def _said(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def main() -> None:
    """Run every stage of the config."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=HERE / "config.toml")
    parser.add_argument("--list", action="store_true", help="only print the steps")
    o = parser.parse_args()
    recipe = Recipe(tomllib.loads(o.config.read_text(encoding="utf-8")))
    if o.list:
        print(*(" ".join(step.words) for stage in recipe.stages() for step in stage), sep="\n")
        return
    films = films_digest(recipe.films)
    for fold in range(recipe.config["folds"]["count"]):
        card = recipe.runs / _place(fold) / "model.json"
        card.parent.mkdir(parents=True, exist_ok=True)
        card.write_text(json.dumps(FOLD_CARD))
    for stage in recipe.stages():
        with ThreadPoolExecutor(recipe.config["run"]["jobs"]) as pool:
            list(pool.map(lambda step: run_step(step, runs=recipe.runs, films=films), stage))


if __name__ == "__main__":
    main()
