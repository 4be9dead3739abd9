package dev.mainstay.config;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.List;
import java.util.stream.Collectors;

/// The settings cannot be used; [#problems()] has everything wrong with them, the message one line for each.
///
/// Immutable and thread-safe.
public final class ConfigException extends MainstayException {
    private final List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(ErrorCode.CONFIG_INVALID, problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(Problem problem) {
        this(List.of(problem));
    }

    public List<Problem> problems() {
        return problems;
    }
}
