"""What is pooled and how: the measure of effect, the model, the estimator of tau², the test."""

from enum import Enum


class Measure(Enum):
    """The effect of one study; the enum value is metafor's name. RR, OR and PLO are pooled as logarithms."""

    MD = "MD"
    SMD = "SMD"
    RR = "RR"
    OR = "OR"
    RD = "RD"
    PLO = "PLO"
    PR = "PR"
    PAS = "PAS"
    PFT = "PFT"
    GEN = "GEN"


class Model(Enum):
    """One common effect for all studies, or a distribution of effects; the value is the command line's name."""

    COMMON = "ee"
    RANDOM = "re"


class Tau2Method(Enum):
    """The estimator of tau², the variance of true effects between studies."""

    DL = "DL"
    HE = "HE"
    SJ = "SJ"
    ML = "ML"
    REML = "REML"
    EB = "EB"
    PM = "PM"
    HS = "HS"


class Inference(Enum):
    """Where interval and p-value come from: the normal distribution, or Hartung and Knapp's t."""

    Z = "z"
    HARTUNG_KNAPP = "knha"
