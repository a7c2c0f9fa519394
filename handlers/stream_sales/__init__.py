"""Stream Sales: what its database is asked for by `pkgops db`. The application itself is written in Next.js."""
