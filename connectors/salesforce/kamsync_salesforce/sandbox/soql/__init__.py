"""SOQL: parsed by a grammar, compiled to SQL, answered in the shape of the API."""
