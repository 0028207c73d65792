"""From the findings to a plan, from the plan to the treatment, from the treatment to its judgement."""
