"""The protocol of the assistance route: a document in versions, which institutions validate and two people publish."""
