"""Vertebral levels, landmark names, frames and shapes."""

from spondyl.anatomy.body_axes import body_axes
from spondyl.anatomy.landmarks import ImageSide, Landmarks, LevelNames, View, make_landmarks
from spondyl.anatomy.levels import AP_LEVELS, Level
from spondyl.anatomy.spine_pose import Convexity

__all__ = [
    "AP_LEVELS",
    "Convexity",
    "ImageSide",
    "Landmarks",
    "Level",
    "LevelNames",
    "View",
    "body_axes",
    "make_landmarks",
]
