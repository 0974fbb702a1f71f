"""What arrived and was not handed to every hook yet; it runs nothing."""
