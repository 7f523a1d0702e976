"""Tables, repositories by topic, migrations. The only home of SQL."""
