"""From the numbers of each study to its effect and the variance of that effect."""

from spondyl.evidence.effect_sizes.effects import EffectSizes
from spondyl.evidence.effect_sizes.from_table import effect_sizes

__all__ = ["EffectSizes", "effect_sizes"]
