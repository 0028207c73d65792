"""Named vertebrae for tests of level names: a chain with corners at round numbers, and the viewer's own requests."""

from typing import Any

import numpy as np

from clinic_apps import Browser
from spondyl.anatomy import Landmarks, Level, View, make_landmarks
from spondyl.clinic.chart.films import Film
from spondyl.provenance import Provenance

AP = "T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 L1 L2 L3 L4 L5"


def chain(names: str, confidence: float = 0.6) -> Landmarks:
    """Vertebra n has its corners at y = 100 n and 100 n + 60, x = 10 and 70, and a spread of n + 1 pixels."""
    levels = tuple(Level(name) for name in names.split())
    corners = [
        [[10, 100 * n], [70, 100 * n], [10, 100 * n + 60], [70, 100 * n + 60]] for n in range(len(levels))
    ]
    return make_landmarks(
        view=View.AP,
        levels=levels,
        corners_px=np.array(corners, dtype=float),
        corner_sd_px=np.repeat(np.arange(1.0, len(levels) + 1)[:, None], 4, axis=1),
        confidence=np.full(len(levels), confidence),
        provenance=Provenance(method="detector", inputs=("film",)),
    )


class Film0003:
    """The viewer's own requests for the phantom film, whose landmarks reach from C2 to S1."""

    def __init__(self, client: Browser, film: Film) -> None:
        self.client, self.api = client, f"/api/v1/films/{film.id}"
        self.state = client.get(f"{self.api}/state").json()

    def send(self, what: str, *, by: int = 0, confirmed: bool = False, method: str = "POST") -> Any:
        points = self.state["points"]
        body = {
            "corners_px": {one["level"]: one["corners_px"] for one in points["vertebrae"]},
            "heads_px": [head["centre_px"] for head in points["heads"]],
            "version": self.state["reading"]["version"],
            "renamed_by": by,
            "names_confirmed": confirmed,
        }
        answer = self.client.request(
            method, f"{self.api}/{what}", json=body, headers={"X-CSRF": self.client.csrf()}
        )
        assert answer.status_code == 200, answer.text
        self.state["reading"] = answer.json().get("reading", self.state["reading"])
        return answer.json()

    def sign(self) -> dict[str, Any]:
        body = {"version": self.state["reading"]["version"]}
        answer = self.client.post(f"{self.api}/sign", json=body, headers={"X-CSRF": self.client.csrf()})
        assert answer.status_code == 200, answer.text
        return answer.json()
