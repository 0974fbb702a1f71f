"""The API client: transport (one guarded way out), wire (JSON to model), client (one method per endpoint)."""
