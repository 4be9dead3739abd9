package dev.mainstay.agent;

import java.util.Locale;

/// A group of agents that live and die together on one node; `position` orders its members.
public record SupervisionGroup(String name, Strategy strategy, int position) {
    /// Who is restarted when a member crashes, in the sense of OTP.
    public enum Strategy {
        ONE_FOR_ONE,
        ALL_FOR_ONE,
        /// The crashed member and those started after it.
        REST_FOR_ONE;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        public static Strategy of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    public SupervisionGroup {
        if (name.isBlank()) {
            throw new IllegalArgumentException("group must have a name");
        }
    }

    /// True when a crash of `crashed` restarts this member too.
    boolean isRestartedWith(SupervisionGroup crashed) {
        return switch (strategy) {
            case ONE_FOR_ONE -> false;
            case ALL_FOR_ONE -> true;
            case REST_FOR_ONE -> position > crashed.position;
        };
    }
}
