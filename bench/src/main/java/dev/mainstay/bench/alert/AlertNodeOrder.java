package dev.mainstay.bench.alert;

import dev.mainstay.bench.lab.Laboratory;
import java.time.Duration;

/// What a node of this bench is to run. Immutable and thread-safe.
///
/// @param agents that tick and beat every second, called `NODE-agent-N`
/// @param fragile agents that crash when told to, called `NODE-fragile-N`; the first crash is one too many
/// @param webhook who is told
/// @param pause between two notifications of a group
record AlertNodeOrder(
        String url,
        String user,
        String password,
        String node,
        int agents,
        int fragile,
        String webhook,
        Duration pause) {
    static AlertNodeOrder of(
            Laboratory laboratory, String node, int agents, int fragile, Receiver receiver, Duration pause) {
        return new AlertNodeOrder(
                laboratory.url(),
                laboratory.user(),
                laboratory.password(),
                node,
                agents,
                fragile,
                receiver.url().toString(),
                pause);
    }

    String fragile(int number) {
        return node + "-fragile-" + number;
    }
}
