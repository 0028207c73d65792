"""Evidence: study, effect, pooled estimate, certainty, answer."""
