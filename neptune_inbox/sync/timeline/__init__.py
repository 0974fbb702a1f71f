"""What a customer's bell held over time, as far as looks, marks and the service show; no request is made."""
