"""Running the commands of hooks for what arrives; what arrived is the fetcher's to say."""
