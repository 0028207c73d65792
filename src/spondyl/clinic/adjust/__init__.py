"""The shell of an adjustment session: connects the pure session to an instrument, a patient and a record file."""
