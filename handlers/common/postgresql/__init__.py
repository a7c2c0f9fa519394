"""PostgreSQL in functions: connections, migrations as Prisma's, seeds and checks."""
