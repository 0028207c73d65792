"""What the chart keeps of a course of care: intake, examination, plan, consent, scores. Knows no web."""
