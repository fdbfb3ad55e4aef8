"""Django's PostgreSQL with a cheaper look at whether the connection still stands; `settings.database` names it."""
