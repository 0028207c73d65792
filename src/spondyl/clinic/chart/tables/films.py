"""Films and their reports. The files themselves lie encrypted in the data folder, named by their hash."""

import sqlalchemy as sa

from spondyl.clinic.chart.tables.column_types import ID_LENGTH, UtcInstant
from spondyl.clinic.chart.tables.metadata import metadata

SHA256 = sa.String(64)

films = sa.Table(
    "films",
    metadata,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=True, index=True),
    sa.Column("content_sha256", SHA256, nullable=False, unique=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("source_name", sa.Text, nullable=False),
    sa.Column("received_at", UtcInstant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("given_landmarks", sa.Text, nullable=True),
    sa.Column("facts", sa.Text, nullable=True),
    # Of the SOP Instance UID among the facts: a header may hold a text of any length there, and the index may not.
    sa.Column("sop_uid_sha256", SHA256, nullable=True),
    sa.Column("original", sa.Text, nullable=True),
    sa.Column("refusal", sa.Text, nullable=True),
    sa.Column("summary", sa.Text, nullable=True),
    sa.Column("draft", sa.Text, nullable=True),
    sa.Column("draft_version", sa.Integer, nullable=False),
    sa.Column("reading_id", sa.String(ID_LENGTH), nullable=True),
    # What a person said, of a film whose file does not say when it was taken.
    sa.Column("stated_day", sa.Date, nullable=True),
    # With the state, which is asked for too: SQLite would else take the index of the states and read every film.
    sa.Index("ix_films_same_picture", "sop_uid_sha256", "state"),
)

film_reports = sa.Table(
    "film_reports",
    metadata,
    sa.Column("film_id", sa.ForeignKey("films.id"), primary_key=True),
    sa.Column("reading_version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("content_sha256", SHA256, nullable=False),
)
