"""DICOM over the network: films are received from known peers only, structured reports are sent back."""
