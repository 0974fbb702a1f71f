"""What is drawn: widgets over styled text, without logic, requests or keys of their own."""
