"""What tests of many subjects need: a project of their own, documents to fill it, requests to send."""
