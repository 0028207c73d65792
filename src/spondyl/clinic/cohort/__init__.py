"""Many films: over all cores or a cluster, resumable after a kill, with the same bytes in the end."""
