"""Operations: command line, control socket, configuration, logging."""
