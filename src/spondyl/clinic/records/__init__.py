"""Records that leave the chart: FHIR R4B resources, and exports of one patient and of the clinic."""
