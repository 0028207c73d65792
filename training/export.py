"""Write the averaged weights of a checkpoint as ONNX, stored as int8 or float16 and made float32 when loaded."""

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
        ["corners", "logs", "variance", "shift", "looks"],
    ),
}


PER_CHANNEL = {"Conv": 0, "Gemm": 0, "MatMul": -1}
"""Axis of the output channels in the weight of an operator (Gemm as the exporter writes it, transposed)."""


def eighth_or_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store large weights as int8 with a scale for each output channel, others as float16; computed in float32.

    Cast and Mul stand in front of each weight; onnxruntime folds them once at load.
    """
    uses = {node.input[1]: node.op_type for node in model.graph.node if len(node.input) > 1}
    before, kept = [], []
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size <= 256:
            kept.append(tensor)
        elif array.size > 20_000 and array.ndim > 1 and uses.get(tensor.name) in PER_CHANNEL:
            nodes, parts = as_int8(array, tensor.name, channel=PER_CHANNEL[uses[tensor.name]])
            before.extend(nodes)
            kept.extend(parts)
        else:
            kept.append(numpy_helper.from_array(array.astype(np.float16), tensor.name + "_half"))
            before.append(cast(tensor.name + "_half", tensor.name))
    nodes = [*before, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def cast(source: str, target: str) -> onnx.NodeProto:
    return helper.make_node("Cast", [source], [target], to=TensorProto.FLOAT)


def as_int8(
    array: np.ndarray, name: str, *, channel: int
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Nodes and tensors that give back ``array`` to within half a step of 1/127 of the largest of each ``channel``."""
    rest = tuple(axis for axis in range(array.ndim) if axis != channel % array.ndim)
    scale = np.maximum(np.abs(array).max(rest, keepdims=True), 1e-12) / 127
    steps = np.rint(array / scale).astype(np.int8)
    parts = [
        numpy_helper.from_array(steps, name + "_steps"),
        numpy_helper.from_array(scale.astype(np.float32), name + "_scale"),
    ]
    nodes = [
        cast(name + "_steps", name + "_float"),
        helper.make_node("Mul", [name + "_float", name + "_scale"], [name]),
    ]
    return nodes, parts


def trace(net: torch.nn.Module, name: str, out: Path) -> Path:
    """Write ``net`` (in evaluation mode) as float32 ONNX."""
    _, inputs, outputs = SHAPES[name]
    torch.onnx.export(
        net,
        tuple(torch.zeros(shape) for _, shape in inputs),
        str(out),
        dynamo=False,
        opset_version=17,
        input_names=[n for n, _ in inputs],
        output_names=outputs,
    )
    return out


def export(checkpoint: Path, name: str, out: Path) -> None:
    net = SHAPES[name][0]()
    net.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    out.parent.mkdir(parents=True, exist_ok=True)
    part = trace(net.eval(), name, out.with_suffix(".part"))
    onnx.save(eighth_or_half(onnx.load(str(part))), str(out))
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
