"""Write the averaged weights of a checkpoint as ONNX, stored as float16 and cast to float32 when loaded."""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from networks import Locator, Refiner

SHAPES = {
    "locator": (Locator, [("canvas", (1, 2, 512, 256))], ["heat", "null", "film"]),
    "refiner": (
        Refiner,
        [("strip", (1, 2, 896, 160)), ("guide", (1, 3, 112, 20)), ("prior", (1, 17, 4, 112, 20))],
        ["corners", "logs", "first", "variance"],
    ),
}


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store large float32 initialisers as float16 with a Cast in front; onnxruntime folds it once at load."""
    casts, kept = [], []
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size > 256:
            kept.append(numpy_helper.from_array(array.astype(np.float16), tensor.name + "_half"))
            casts.append(
                helper.make_node("Cast", [tensor.name + "_half"], [tensor.name], to=TensorProto.FLOAT)
            )
        else:
            kept.append(tensor)
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def export(checkpoint: Path, name: str, out: Path) -> None:
    make, inputs, outputs = SHAPES[name]
    net = make()
    net.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    net.eval()
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    torch.onnx.export(
        net,
        tuple(torch.zeros(shape) for _, shape in inputs),
        str(part),
        dynamo=False,
        opset_version=17,
        input_names=[n for n, _ in inputs],
        output_names=outputs,
    )
    onnx.save(halve(onnx.load(str(part))), str(out))
    part.unlink()


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("checkpoint", type=Path)
    args.add_argument("name", choices=SHAPES)
    args.add_argument("out", type=Path)
    o = args.parse_args()
    export(o.checkpoint, o.name, o.out)


if __name__ == "__main__":
    main()
