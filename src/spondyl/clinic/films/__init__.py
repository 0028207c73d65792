"""Films in the clinic: kept, read in the background, corrected, signed, sent back. Knows no web page."""
