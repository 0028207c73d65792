"""Landmarks as text, JSON or CSV, for files that a person or another program writes. Nothing here opens a file."""

from spondyl.anatomy.landmark_csv import landmarks_from_csv, landmarks_to_csv
from spondyl.anatomy.landmark_draft import LandmarkTextError
from spondyl.anatomy.landmark_json import landmarks_from_json, landmarks_to_json

__all__ = [
    "LandmarkTextError",
    "landmarks_from_csv",
    "landmarks_from_json",
    "landmarks_to_csv",
    "landmarks_to_json",
]
