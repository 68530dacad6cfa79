"""What proves who somebody is: rules for passwords, recovery codes, passkeys. Whose they are is known by an id alone."""
