"""What alembic runs: the revisions, on the connection that ``upgrade`` gives it."""

from alembic import context

from spondyl.clinic.chart.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
context.run_migrations()
