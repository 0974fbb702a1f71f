"""What is kept on this machine: the disposable cache, the precious outbox and my plane, the append-only journal."""
