"""One file a request of the operator: it calls the stages in order and keeps one bad item from stopping the rest."""
