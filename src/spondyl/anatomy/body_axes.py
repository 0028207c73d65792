"""The two axes of a vertebral body as four corners show it."""

from spondyl.anatomy.landmarks import FloatArray


def body_axes(corners: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Across (picture left to right) and down (superior to inferior), each (n, 2), of corners (n, 4, 2) TL, TR, BL, BR.

    Each is the mean of two opposite sides, in the unit of the corners; its length is the width or the height.
    """
    across = (corners[:, [1, 3]] - corners[:, [0, 2]]).mean(1)
    down = (corners[:, [2, 3]] - corners[:, [0, 1]]).mean(1)
    return across, down
