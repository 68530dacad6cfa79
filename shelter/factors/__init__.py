"""What proves who somebody is: passwords, recovery codes, passkeys. Whose they are is known here by an id alone."""
