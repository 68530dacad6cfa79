"""What reports and the page of figures share: which figures, how exact, of which periods, in which words."""
